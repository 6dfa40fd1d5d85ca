"""When to repeat a request, and after what wait."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal, TypeVar

from tenacity import AsyncRetrying, RetryCallState

from socialkit.errors import (
    RateLimitedError,
    ServerError,
    SocialKitError,
    TransportError,
    UnexpectedResponseError,
)
from socialkit.transport._request import Request, Safety

__all__ = ["Retry"]

T = TypeVar("T")

SAFE: Final = frozenset({Safety.READ, Safety.REPEATABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """The caller's patience.

    Repeated are reads and repeatable writes after a lost line, a 5xx or a garbled answer, and any request
    of which no byte was sent or which was answered with 429. A wait doubles each time and is drawn at random
    below that, so that many clients do not come back together; what the platform asks for is honoured.

    Example:
        >>> error = RateLimitedError("Slow down", status=429, retry_after=timedelta(seconds=9))
        >>> Retry().delay(error, Request(method="POST", url="posts", safety=Safety.WRITE), 1)
        datetime.timedelta(seconds=9)
    """

    attempts: int = 4
    """How often a request is sent at most."""
    longest_wait: timedelta = timedelta(seconds=60)
    """Longer waits are not waited: the error is raised, and says how long it would have been."""
    on_limit: Literal["wait", "raise"] = "wait"
    """What happens when a request budget is spent."""
    base: timedelta = timedelta(seconds=0.5)
    """The longest first wait where the platform asks for none."""
    random: Callable[[], float] = field(default=random.random, repr=False, compare=False)
    """Draws the jitter: a number from 0 to 1."""

    def delay(self, error: BaseException, request: Request, attempt: int) -> timedelta | None:
        """Return the wait before a request is repeated after its `attempt`-th failure; None: it is not."""
        if attempt >= self.attempts or not self._may_repeat(error, request):
            return None
        asked = error.retry_after if isinstance(error, SocialKitError) else None
        if asked is None:
            return self.pause(attempt)
        return asked if asked <= self.longest_wait else None

    def pause(self, failures: int, asked: timedelta | None = None) -> timedelta:
        """Return how long to wait after so many failures in a row, at least as long as was asked for."""
        drawn = min(self.longest_wait, self.base * (1 << min(failures - 1, 32))) * self.random()
        return drawn if asked is None else max(asked, drawn)

    def _may_repeat(self, error: BaseException, request: Request) -> bool:
        match error:
            case RateLimitedError():
                return self.on_limit == "wait"
            case TransportError():
                return not error.sent or request.safety in SAFE
            case ServerError():
                return request.safety in SAFE
            case UnexpectedResponseError():
                return error.repeatable and request.safety in SAFE
            case _:
                return False

    async def persist(
        self,
        call: Callable[[], Awaitable[T]],
        request: Request,
        first_wait: timedelta,
        sleep: Callable[[float], Awaitable[None]],
    ) -> T:
        """Repeat a call that failed once until it succeeds or patience ends."""
        await sleep(first_wait.total_seconds())
        course = _Course(self, request)
        retrying = AsyncRetrying(sleep=sleep, retry=course.goes_on, wait=course.wait, reraise=True)
        return await retrying(call)


class _Course:
    """One decision for each failure after the first, asked for in two steps."""

    def __init__(self, retry: Retry, request: Request) -> None:
        self._retry = retry
        self._request = request
        self._wait: timedelta | None = None

    def goes_on(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        self._wait = (
            None if error is None else self._retry.delay(error, self._request, state.attempt_number + 1)
        )
        return self._wait is not None

    def wait(self, _state: RetryCallState) -> float:
        return self._wait.total_seconds() if self._wait else 0.0
