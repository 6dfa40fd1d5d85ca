"""Request budgets: what a platform's headers say, what it is known to allow, and how long to wait."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final, Protocol, runtime_checkable
from weakref import WeakValueDictionary

from socialkit.transport._innermost import Innermost
from socialkit.transport._request import Request, Response

__all__ = [
    "BucketNamer",
    "BudgetMaker",
    "BudgetOwner",
    "HeaderReader",
    "LocalLimit",
    "RateBudget",
    "RateHeaders",
    "RateReading",
    "ReadsBuckets",
    "parse_reset",
    "shared_budget",
    "sharing_budgets",
]

NO_WAIT: Final = timedelta(0)
LONGEST_WINDOW: Final = timedelta(days=32)
"""Resets further away are garbage: no platform counts longer than a month."""
EARLIEST_EPOCH: Final = 1e9
"""From here a number is a time since 1970 in seconds, below it is seconds left."""
EARLIEST_EPOCH_MS: Final = 1e11
"""From here a number is a time since 1970 in milliseconds."""


@dataclass(frozen=True, slots=True)
class RateReading:
    """What an answer says about a budget; None where it says nothing."""

    remaining: float | None = None
    """Calls that are left."""
    resets_at: datetime | None = None
    """When the budget is full again, aware UTC."""
    limit: float | None = None
    """Calls in a full budget."""


HeaderReader = Callable[[Mapping[str, str], datetime], RateReading | None]
"""Reads the headers of an answer."""


@runtime_checkable
class ReadsBuckets(Protocol):
    """A reader of headers that tell of several buckets at once."""

    def of_bucket(self, bucket: str, /) -> HeaderReader:
        """Return what reads of one bucket alone."""
        ...


BucketNamer = Callable[[Request], str]
"""Names the bucket that a request counts against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateHeaders:
    """The names of a platform's headers; the format of the reset is recognised.

    Example:
        >>> names = RateHeaders(remaining="x-left", reset="x-reset")
        >>> names({"x-left": "0", "x-reset": "30"}, datetime(2026, 3, 1, 9, tzinfo=UTC)).resets_at.isoformat()
        '2026-03-01T09:00:30+00:00'
    """

    remaining: str
    reset: str
    limit: str | None = None

    def __call__(self, headers: Mapping[str, str], now: datetime) -> RateReading:
        """Read the headers of an answer; what cannot be read counts as not said."""
        return RateReading(
            _number(headers.get(self.remaining.lower())),
            parse_reset(headers.get(self.reset.lower()), now),
            _number(headers.get(self.limit.lower())) if self.limit else None,
        )


@dataclass(frozen=True, slots=True)
class LocalLimit:
    """What we allow ourselves where a platform is silent: at most `calls` in any stretch of `per`."""

    calls: int
    per: timedelta

    def __post_init__(self) -> None:
        if self.calls < 1 or self.per <= NO_WAIT:
            message = f"a limit of {self.calls} calls in {self.per} lets nothing through"
            raise ValueError(message)


@dataclass(slots=True)
class _Bucket:
    remaining: float | None = None
    resets_at: datetime | None = None
    limit: float | None = None
    held_until: datetime | None = None
    taken: deque[datetime] = field(default_factory=deque[datetime])


class RateBudget:
    """The budget of one app and account: asked before a call, told after it. Safe between threads.

    Calls fall into buckets where a platform counts them apart; `bucket` names a request's.

    Example:
        >>> now = datetime(2026, 3, 1, 9, tzinfo=UTC)
        >>> budget = RateBudget(local=LocalLimit(1, timedelta(seconds=10)))
        >>> budget.take(now).total_seconds(), budget.take(now).total_seconds()
        (0.0, 10.0)
    """

    blocks: ClassVar[bool] = False
    """Whether asking it may wait for a disk or a network: not to be done on an event loop."""

    def __init__(
        self,
        headers: HeaderReader | None = None,
        *,
        local: LocalLimit | None = None,
        bucket: BucketNamer | None = None,
    ) -> None:
        self._headers = headers
        given: object = headers
        self._of_bucket = given.of_bucket if isinstance(given, ReadsBuckets) else None
        self._local = local
        self._name = bucket
        self._buckets: dict[str, _Bucket] = {}
        self._guard = threading.Lock()

    def bucket(self, request: Request) -> str:
        """Return the name of a request's bucket; empty where a platform has but one."""
        return "" if self._name is None else self._name(request)

    def delay(self, now: datetime, bucket: str = "") -> timedelta:
        """Return how long a call would have to wait, without making it."""
        with self._guard:
            return self._delay(self._bucket(bucket), now)

    def take(self, now: datetime, bucket: str = "") -> timedelta:
        """Take one call and return zero, or take none and return how long to wait before asking again."""
        with self._guard:
            state = self._bucket(bucket)
            wait = self._delay(state, now)
            if wait:
                return wait
            if state.remaining is not None:
                state.remaining = max(0.0, state.remaining - 1)
            if self._local is not None:
                state.taken.append(now)
            return NO_WAIT

    def update(self, response: Response, now: datetime, bucket: str = "") -> None:
        """Learn from an answer; one that says nothing changes nothing."""
        reader = self._headers if self._of_bucket is None else self._of_bucket(bucket)
        reading = None if reader is None else reader(response.headers, now)
        if reading is not None:
            self.learn(reading, bucket)

    def learn(self, reading: RateReading, bucket: str = "") -> None:
        """Take over what is known, from headers or from a body."""
        with self._guard:
            state = self._bucket(bucket)
            if reading.remaining is not None:
                state.remaining = max(0.0, reading.remaining)
            state.resets_at = reading.resets_at or state.resets_at
            state.limit = reading.limit if reading.limit is not None else state.limit

    def hold(self, until: datetime, bucket: str = "") -> None:
        """Let no call pass before a time, whatever later answers say: the platform refused one."""
        self.learn(RateReading(remaining=0, resets_at=until), bucket)
        with self._guard:
            state = self._bucket(bucket)
            # Apart from what answers say: one that was on its way knows nothing of the refusal.
            state.held_until = until if state.held_until is None else max(state.held_until, until)

    def reading(self, now: datetime, bucket: str = "") -> RateReading:
        """Return what is known of a bucket."""
        with self._guard:
            state = self._bucket(bucket)
            self._renew(state, now)
            return RateReading(state.remaining, state.resets_at, state.limit)

    def _bucket(self, name: str) -> _Bucket:
        state = self._buckets.get(name)
        if state is None:
            state = self._buckets[name] = _Bucket()
        return state

    def _delay(self, state: _Bucket, now: datetime) -> timedelta:
        self._renew(state, now)
        told = NO_WAIT
        if state.resets_at is not None and state.remaining is not None and state.remaining < 1:
            told = state.resets_at - now
        if state.held_until is not None:
            told = max(told, state.held_until - now)
        return max(told, self._own_delay(state, now))

    def _own_delay(self, state: _Bucket, now: datetime) -> timedelta:
        local = self._local
        if local is None:
            return NO_WAIT
        while state.taken and state.taken[0] + local.per <= now:
            state.taken.popleft()
        if len(state.taken) < local.calls:
            return NO_WAIT
        return min(local.per, state.taken[-local.calls] + local.per - now)

    @staticmethod
    def _renew(state: _Bucket, now: datetime) -> None:
        if state.resets_at is not None and state.resets_at <= now:
            state.resets_at = state.remaining = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetOwner:
    """Whose a budget is, in words that every process says the same; nothing secret."""

    name: str
    """Platform, address, and the account where each has a budget of its own."""
    brand: str
    """For whom the calls are made."""
    app_wide: bool = False
    """Whether the calls of other accounts, and so of other brands, count against it too."""


class BudgetMaker(Protocol):
    """Makes budgets that know of more than this process."""

    def __call__(
        self,
        owner: BudgetOwner,
        /,
        *,
        headers: HeaderReader | None,
        local: LocalLimit | None,
        bucket: BucketNamer | None,
    ) -> RateBudget:
        """Return a budget."""
        ...


_guard = threading.Lock()
_shared: WeakValueDictionary[str, RateBudget] = WeakValueDictionary()
_makers: Innermost[BudgetMaker] = Innermost()


def sharing_budgets(maker: BudgetMaker) -> AbstractContextManager[None]:
    """Let `maker` make the budgets of all clients of this process that are opened inside.

    Clients that are open already keep theirs. May be nested; the inner one wins.
    """
    return _makers.inside(maker)


def shared_budget(
    key: str,
    *,
    owner: BudgetOwner | None = None,
    headers: HeaderReader | None = None,
    local: LocalLimit | None = None,
    bucket: BucketNamer | None = None,
) -> RateBudget:
    """Return the budget that all clients of one app and account in this process share.

    It lives as long as one of them does.

    Args:
        key: Names app and account; nothing secret.
        owner: Whose it is, where other processes can know; None if it is this process's alone.
        headers: Reads a platform's headers.
        local: What is kept to where they say nothing.
        bucket: Names a request's bucket.
    """
    with _guard:
        sharing = None if owner is None else _makers.numbered()
        if sharing is not None:
            key = f"{key} {sharing[0]}"
        budget = _shared.get(key)
        if budget is None:
            if sharing is not None and owner is not None:
                budget = sharing[1](owner, headers=headers, local=local, bucket=bucket)
            else:
                budget = RateBudget(headers, local=local, bucket=bucket)
            _shared[key] = budget
        return budget


def parse_reset(text: str | None, now: datetime) -> datetime | None:
    """Read when a budget is full again: ISO 8601, epoch seconds or milliseconds, or seconds left.

    Returns:
        An aware UTC time; None where the text is none of these, or names a time no platform means.

    Example:
        >>> now = datetime(2026, 3, 1, 9, tzinfo=UTC)
        >>> {parse_reset(text, now).isoformat() for text in ("60", "1772355660", "2026-03-01T09:01:00Z")}
        {'2026-03-01T09:01:00+00:00'}
    """
    if text is None:
        return None
    number = _number(text)
    try:
        time = _iso(text.strip()) if number is None else _from_number(number, now)
    except (ValueError, OverflowError, OSError):
        return None
    return time if abs(time - now) <= LONGEST_WINDOW else None


def _from_number(number: float, now: datetime) -> datetime:
    if number >= EARLIEST_EPOCH_MS:
        return datetime.fromtimestamp(number / 1000, UTC)
    if number >= EARLIEST_EPOCH:
        return datetime.fromtimestamp(number, UTC)
    return now + timedelta(seconds=number)


def _iso(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None
