"""What can go wrong between a client and a platform, ordered in advance."""

import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

LATE_AFTER = timedelta(seconds=30)
"""How long after the line dropped a late write lands, when the order does not say."""


class Fault(StrEnum):
    """One way in which a call can go wrong.

    Example:
        >>> Fault.LATE.commits
        True
    """

    DROP_BEFORE_COMMIT = "drop_before_commit"
    """The line breaks and nothing was written."""
    DROP_AFTER_COMMIT = "drop_after_commit"
    """The line breaks though everything was written."""
    RATE_LIMITED = "rate_limited"
    """The platform's answer to too many calls; nothing was written."""
    SERVER_ERROR = "server_error"
    """Status 500; nothing was written."""
    ERROR_AFTER_COMMIT = "error_after_commit"
    """Status 500 though everything was written."""
    SLOW = "slow"
    """Everything was written; the answer comes after the caller's time-out."""
    GARBAGE = "garbage"
    """Everything was written; the answer is a web page with status 200."""
    TRUNCATED = "truncated"
    """Everything was written; the answer's JSON is cut in the middle. A stream breaks in its next event."""
    LATE = "late"
    """The line breaks, and the write lands when the clock has moved on."""

    @property
    def commits(self) -> bool:
        """Whether the write happens all the same, now or later."""
        return self not in _NOTHING_WRITTEN


_NOTHING_WRITTEN = frozenset({Fault.DROP_BEFORE_COMMIT, Fault.RATE_LIMITED, Fault.SERVER_ERROR})


@dataclass(frozen=True, slots=True)
class FaultOrder:
    """A fault that somebody ordered, as the dispatcher applies it."""

    fault: Fault
    delay: timedelta = LATE_AFTER
    """For `Fault.LATE`: how long until the write lands."""


@dataclass(slots=True)
class _Pending:
    platform: str
    name: str
    order: FaultOrder
    times: int
    after: int


class FaultPlan:
    """The faults ordered for a world; safe to share between threads.

    Example:
        >>> plan = FaultPlan()
        >>> plan.order("mastodon", "publish", Fault.DROP_AFTER_COMMIT)
        >>> plan.take("mastodon", {"publish", "post_status"})
        <Fault.DROP_AFTER_COMMIT: 'drop_after_commit'>
    """

    def __init__(self) -> None:
        self._pending: list[_Pending] = []
        self._lock = threading.Lock()

    def order(
        self,
        platform: str,
        name: str,
        fault: Fault,
        times: int = 1,
        after: int = 0,
        *,
        delay: timedelta = LATE_AFTER,
    ) -> None:
        """Have the next calls of a name go wrong.

        Args:
            platform: Which simulator.
            name: An operation of the common interface (`publish`) or a call of the platform (`post_status`).
            fault: What goes wrong.
            times: How many calls.
            after: How many calls go well before.
            delay: For `Fault.LATE`: how long until the write lands.

        Raises:
            ValueError: `times` is below 1 or `after` below 0.
        """
        if times < 1 or after < 0:
            message = "a fault happens at least once, after zero or more calls"
            raise ValueError(message)
        with self._lock:
            self._pending.append(_Pending(platform, name, FaultOrder(fault, delay), times, after))

    def draw(self, platform: str, names: Collection[str]) -> FaultOrder | None:
        """Take what was ordered for a call known under these names; count the call for those that wait."""
        with self._lock:
            matching = [one for one in self._pending if one.platform == platform and one.name in names]
            ready = next((one for one in matching if one.after == 0), None)
            for one in matching:
                one.after = max(0, one.after - 1)
            if ready is None:
                return None
            ready.times -= 1
            self._pending = [one for one in self._pending if one.times]
            return ready.order

    def take(self, platform: str, names: Collection[str]) -> Fault | None:
        """Take the fault ordered for a call known under these names."""
        order = self.draw(platform, names)
        return None if order is None else order.fault

    def clear(self) -> None:
        """Forget every order."""
        with self._lock:
            self._pending.clear()
