"""Time that nobody sets: how long something took, and what a platform's own clock shows meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from socialkit.transport._request import Response

__all__ = ["PlatformClock", "steady_seconds"]

GRAIN: Final = timedelta(seconds=1)
"""A `Date` header tells whole seconds, cut off."""
FRESH: Final = 60.0
"""Seconds for which a reading is carried on upwards: a machine that stood still longer may not know it."""
COUNTED: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", None)
"""The clock that counts the time for which the machine was suspended too, where there is one."""


def steady_seconds() -> float:
    """Return seconds on a clock that nobody sets; only their difference means something."""
    return time.monotonic() if COUNTED is None else time.clock_gettime(COUNTED)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a platform's clock showed at some time between a request and its answer."""

    date: datetime
    sent: float
    received: float


class PlatformClock:
    """What a platform's clock shows, as its answers tell it; it does not jump with this machine's.

    Example:
        >>> clock = PlatformClock()
        >>> clock.hear(Response(200, {"date": "Mon, 02 Mar 2026 09:00:00 GMT"}, b""), 10.0, 12.0)
        >>> clock.earliest(20.0).isoformat(), clock.latest(20.0).isoformat()
        ('2026-03-02T09:00:08+00:00', '2026-03-02T09:00:11+00:00')
    """

    def __init__(self) -> None:
        self._last: _Reading | None = None

    def hear(self, response: Response, sent: float, received: float) -> None:
        """Take note of the time that an answer tells; one out of a cache tells that of another answer.

        Args:
            response: The answer.
            sent: When its request left, in steady seconds.
            received: When it came.
        """
        told = response.headers.get("date")
        if told is None or "age" in response.headers:
            return
        try:
            date = parsedate_to_datetime(told)
        except ValueError:
            return
        if date.tzinfo is not None:
            self._last = _Reading(date.astimezone(UTC), sent, received)

    def earliest(self, moment: float) -> datetime | None:
        """Return what it showed at the least at a moment, in steady seconds; None while it was never told."""
        last = self._last
        return None if last is None else last.date + timedelta(seconds=moment - last.received)

    def latest(self, moment: float) -> datetime | None:
        """Return what it showed at the most at a moment; None if it was not told since, or just before."""
        last = self._last
        if last is None or moment - last.sent > FRESH:
            return None
        return last.date + GRAIN + timedelta(seconds=moment - last.sent)
