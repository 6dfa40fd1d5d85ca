"""Requests that renew credentials: nobody else may do so meanwhile, so they are in haste."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from socialkit.errors import SocialKitError
from socialkit.transport._protocol import Transport
from socialkit.transport._request import Request
from socialkit.transport._retry import Retry

__all__ = ["Renewal", "RenewalStoppedError", "current_renewal"]

LONGEST: Final = 30.0
"""Seconds that one attempt may wait for its answer where the client was told no time-out."""


class RenewalStoppedError(SocialKitError):
    """Nothing more may be sent for this renewal: its time is over, or another process took it over.

    None of the errors that are repeated; whoever set the renewal turns it into one of those.
    """


@dataclass(frozen=True, slots=True)
class Renewal:
    """The renewal that goes on in a context."""

    ends_at: float
    """In steady seconds: no attempt may wait for its answer longer."""
    is_own: Callable[[], Awaitable[bool]]
    """Tells whether it still is this process that renews."""

    def patience(self, retry: Retry, transport: Transport) -> Retry:
        """Return the caller's patience for one request: whoever waits on a limit first lets others renew."""
        left = timedelta(seconds=max(0.0, self._left(transport)))
        return replace(retry, on_limit="raise", longest_wait=min(retry.longest_wait, left))

    async def admitted(self, request: Request, transport: Transport) -> Request:
        """Return the request for its next attempt, with a time-out within the renewal's.

        Raises:
            RenewalStoppedError: It must not be sent.
        """
        if not await self.is_own():
            message = "another process took it over"
            raise RenewalStoppedError(message)
        left = self._left(transport)
        if left <= 0:
            message = "it took too long"
            raise RenewalStoppedError(message)
        timeout = LONGEST if request.timeout is None else request.timeout
        return request.replace(timeout=min(timeout, left))

    def _left(self, transport: Transport) -> float:
        return self.ends_at - transport.steady()


current_renewal: Final[ContextVar[Renewal | None]] = ContextVar("socialkit_renewal", default=None)
"""The renewal that the requests of this context serve."""
