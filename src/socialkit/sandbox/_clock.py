"""The time of a simulated world: it stands still until somebody moves it."""

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from socialkit.models import require_aware

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Where every clock starts: Monday, 2 March 2026, 09:00 UTC."""


class Clock:
    """A clock that moves only when told to; safe to share between threads.

    Example:
        >>> clock = Clock()
        >>> clock.advance(90)
        datetime.datetime(2026, 3, 2, 9, 1, 30, tzinfo=datetime.timezone.utc)
    """

    def __init__(self, start: datetime = START) -> None:
        self._now = require_aware(start, "start")
        self._lock = threading.Lock()
        self._moving = threading.RLock()
        self._alarms: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = itertools.count()

    def now(self) -> datetime:
        """The simulated time, aware and in UTC."""
        with self._lock:
            return self._now

    def at(self, moment: datetime, call: Callable[[], object]) -> None:
        """Have something called when the clock reaches a moment, in the thread that moves it.

        Raises:
            ValueError: The moment has no time zone.
        """
        alarm = require_aware(moment, "moment")
        with self._lock:
            heapq.heappush(self._alarms, (alarm, next(self._numbers), call))

    def advance(self, step: timedelta | float) -> datetime:
        """Move the clock by a duration or a number of seconds, ringing what falls due on the way.

        Raises:
            ValueError: The step goes backwards.
        """
        step = step if isinstance(step, timedelta) else timedelta(seconds=step)
        if step < timedelta():
            message = "a clock cannot go backwards"
            raise ValueError(message)
        with self._moving:
            target = self.now() + step
            while (call := self._next(target)) is not None:
                call()
            return self._set(target)

    def _next(self, target: datetime) -> Callable[[], object] | None:
        with self._lock:
            if not self._alarms or self._alarms[0][0] > target:
                return None
            moment, _, call = heapq.heappop(self._alarms)
            self._now = max(self._now, moment)
            return call

    def _set(self, moment: datetime) -> datetime:
        with self._lock:
            self._now = max(self._now, moment)
            return self._now
