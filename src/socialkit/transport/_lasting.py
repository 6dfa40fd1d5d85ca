"""Staying connected: what a lost line breaks is begun again, after a wait that grows."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Final, TypeVar

from socialkit.errors import RateLimitedError, ServerError, SocialKitError, TransportError
from socialkit.transport._protocol import Transport
from socialkit.transport._retry import Retry

__all__ = ["lasting", "passes"]

T = TypeVar("T")

STEADY: Final = timedelta(seconds=60)
"""A connection that stood as long was a good one: the next wait is a short one again."""


def passes(error: SocialKitError) -> bool:
    """Tell whether a failure will pass: the line, a server that is down, a budget. A refusal will not."""
    if isinstance(error, TransportError | ServerError | RateLimitedError):
        return True
    return error.repeatable


async def lasting(
    session: Callable[[], AsyncGenerator[T, None]], transport: Transport, retry: Retry, platform: str
) -> AsyncGenerator[T, None]:
    """Yield what session after session gives, for ever.

    Args:
        session: Connects, and yields what comes until the line ends or breaks.
        transport: Waits between two sessions.
        retry: How long: its first and longest wait, and its chance; its number of attempts does not count.
        platform: Whose errors they are.

    Raises:
        SocialKitError: What a session raised and will not pass.
    """
    failures = 0
    while True:
        began, asked = transport.now(), None
        try:
            async with aclosing(session()) as course:
                async for item in course:
                    yield item
        except SocialKitError as error:
            if not passes(error):
                error.platform = error.platform or platform
                raise
            asked = error.retry_after
        failures = 1 if transport.now() - began >= STEADY else failures + 1
        await transport.sleep(retry.pause(failures, asked).total_seconds())
