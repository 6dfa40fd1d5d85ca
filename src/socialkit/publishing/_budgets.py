"""Request budgets in the journal's database: what a platform allows is shared by all processes.

A call is taken by one statement, so no two processes take the same one. What the platform's answers say is
counted down between them; where it says nothing, calls are spread evenly (GCRA) over the stretch in which it
allows so many.

Where all accounts of an app share a budget, no brand can eat another's: each brand that asked in this window
or the one before has an equal share of it. What it has not used is kept from others, the less of it the more
of the window has passed, so that nothing is left at its end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar, Final, NamedTuple, TypeVar

from socialkit.errors import JournalError
from socialkit.publishing._database import Database, Session
from socialkit.publishing._rows import from_micros, to_micros
from socialkit.transport import (
    BucketNamer,
    BudgetOwner,
    HeaderReader,
    LocalLimit,
    RateBudget,
    RateReading,
)

__all__ = ["JournalBudget"]

T = TypeVar("T")

NO_WAIT: Final = timedelta(0)
MICROSECOND: Final = timedelta(microseconds=1)
BURST: Final = 100
"""The part of a stretch whose calls may be made at once."""
SPARE: Final = 100
"""The part of a stretch for which calls are spread too thin: they leave a little after they were taken."""
LATE: Final = 200
"""The part of a window for which its end is not believed: clocks differ, and some platforms cut fractions."""
LATEST: Final = 1_000_000
"""Microseconds for which it is not believed at most."""
SLACK: Final = 2_000_000
"""Microseconds by which two answers about one window may differ, where they count the seconds left."""

_log = logging.getLogger("socialkit")


class State(NamedTuple):
    """What is known of a bucket."""

    whole: float | None
    remaining: float | None
    began_at: int | None
    resets_at: int | None
    arrival: int

    @property
    def length(self) -> int:
        """How long the window is, in microseconds; 0 when that is not known."""
        return 0 if self.resets_at is None or self.began_at is None else self.resets_at - self.began_at

    @property
    def ends_at(self) -> int | None:
        """From when on the budget counts as full again."""
        return None if self.resets_at is None else self.resets_at + min(LATEST, self.length // LATE)

    def wait(self, now: int, burst: int) -> int:
        """Return for how many microseconds nothing may be taken."""
        told = 0
        if self.ends_at is not None and self.remaining is not None and self.remaining < 1:
            told = self.ends_at - now
        return max(0, told, self.arrival - burst - now)


class JournalBudget(RateBudget):
    """The budget of one app and account, shared through a journal.

    Args:
        database: The journal's.
        owner: Whose budget it is.
        headers: Reads a platform's headers.
        local: What is kept to where they say nothing.
        bucket: Names a request's bucket.
    """

    blocks: ClassVar[bool] = True

    def __init__(
        self,
        database: Database,
        owner: BudgetOwner,
        *,
        headers: HeaderReader | None,
        local: LocalLimit | None,
        bucket: BucketNamer | None,
    ) -> None:
        super().__init__(headers, local=local, bucket=bucket)
        self._database = database
        self._owner = owner
        stretch = 0 if local is None else local.per // MICROSECOND
        self._burst = stretch // BURST
        # Rounded up: at most so many calls begin in any stretch.
        self._apart = (
            0 if local is None else -(-(stretch + stretch // BURST + stretch // SPARE) // local.calls)
        )

    def delay(self, now: datetime, bucket: str = "") -> timedelta:
        """Return how long a call would have to wait, without making it."""
        moment = to_micros(now)
        state = self._forgiving(partial(self._read, bucket))
        return NO_WAIT if state is None else state.wait(moment, self._burst) * MICROSECOND

    def take(self, now: datetime, bucket: str = "") -> timedelta:
        """Take one call and return zero, or take none and return how long to wait before asking again.

        Raises:
            JournalError: The journal cannot be used.
        """
        moment, where = to_micros(now), (self._owner.name, bucket)
        with self._database.writing(flushed=False) as session:
            kept = self._kept_for_others(session, bucket, moment) if self._owner.app_wide else 0
            if kept:
                return kept * MICROSECOND
            began = moment + self._apart
            if session.run(TAKE, *where, moment, False, began, self._burst):
                if self._owner.app_wide:
                    session.run(USE, *where, self._owner.brand)
                return NO_WAIT
            state = _state(session, where)
        # Whoever gave it back a moment ago may have made room: ask again soon.
        return max(MICROSECOND, state.wait(moment, self._burst) * MICROSECOND)

    def learn(self, reading: RateReading, bucket: str = "") -> None:
        """Take over what is known, from headers or from a body."""
        resets = None if reading.resets_at is None else to_micros(reading.resets_at)
        left = None if reading.remaining is None else max(0.0, reading.remaining)
        if (resets, left, reading.limit) == (None, None, None):
            return
        self._forgiving(partial(self._write, LEARN, bucket, reading.limit, left, resets, 0))

    def hold(self, until: datetime, bucket: str = "") -> None:
        """Let no call pass before a time, whatever later answers say: the platform refused one."""
        end = to_micros(until)
        self._forgiving(partial(self._write, HOLD, bucket, None, 0.0, end, end + self._burst))

    def reading(self, now: datetime, bucket: str = "") -> RateReading:
        """Return what is known of a bucket."""
        state = self._forgiving(partial(self._read, bucket))
        if state is None:
            return RateReading()
        if state.ends_at is not None and state.ends_at <= to_micros(now):
            return RateReading(limit=state.whole)
        resets = None if state.resets_at is None else from_micros(state.resets_at)
        return RateReading(state.remaining, resets, state.whole)

    def _read(self, bucket: str) -> State:
        with self._database.reading() as session:
            return _state(session, (self._owner.name, bucket))

    def _write(
        self,
        sql: str,
        bucket: str,
        whole: float | None,
        left: float | None,
        resets: int | None,
        arrival: int,
    ) -> None:
        with self._database.writing(flushed=False) as session:
            session.run(sql, self._owner.name, bucket, whole, left, resets, False, arrival)

    @staticmethod
    def _forgiving(call: Callable[[], T]) -> T | None:
        """Do without the journal: what the platform answered must not be lost for a budget."""
        try:
            return call()
        except JournalError as error:
            _log.debug("what the platform told of its budget was not kept: %s", error)
            return None

    def _kept_for_others(self, session: Session, bucket: str, now: int) -> int:
        """Return for how many microseconds what is left is kept for other brands."""
        where = (self._owner.name, bucket)
        state = _state(session, where)
        over = state.ends_at is not None and state.ends_at <= now
        since = now if over or state.began_at is None else state.began_at
        session.run(ASK, *where, self._owner.brand, now, since)
        if over or state.whole is None or state.remaining is None or state.resets_at is None:
            return 0
        others = session.run(OTHERS, *where, self._owner.brand, since - state.length)
        share = state.whole / (len(others) + 1)
        kept = sum(max(0.0, share - (used if counted == since else 0)) for counted, used in others)
        left = max(0, state.resets_at - now)
        if state.remaining < 1 or kept * left < state.remaining * state.length:
            return 0
        return max(1, left - int(state.remaining * state.length / kept))


def _state(session: Session, where: tuple[str, str]) -> State:
    found = session.run(READ, *where)
    return State(*found[0]) if found else State(None, None, None, None, 0)


READ: Final = (
    "SELECT whole, remaining, began_at, resets_at, arrival FROM budgets WHERE name = ? AND bucket = ?"
)
LENGTH: Final = "(b.resets_at - COALESCE(b.began_at, b.resets_at))"
OVER: Final = f"""b.resets_at + CASE WHEN {LENGTH} / {LATE} > {LATEST} THEN {LATEST}
    ELSE {LENGTH} / {LATE} END <= excluded.began_at"""
# What a window that begins will end with is guessed from the one before it, until an answer tells.
TAKE: Final = f"""
INSERT INTO budgets AS b (name, bucket, began_at, guessed, taken, arrival) VALUES (?, ?, ?, ?, 1, ?)
ON CONFLICT (name, bucket) DO UPDATE SET
    remaining = CASE WHEN {OVER} THEN b.whole ELSE b.remaining END - 1,
    resets_at = CASE WHEN NOT ({OVER}) OR b.resets_at IS NULL THEN b.resets_at
        WHEN b.whole IS NULL THEN NULL ELSE excluded.began_at + {LENGTH} END,
    began_at = CASE WHEN {OVER} THEN excluded.began_at ELSE COALESCE(b.began_at, excluded.began_at) END,
    guessed = b.guessed OR COALESCE({OVER}, b.guessed),
    taken = CASE WHEN {OVER} THEN 1 ELSE b.taken + 1 END,
    arrival = CASE WHEN b.arrival > excluded.began_at THEN b.arrival ELSE excluded.began_at END
        + excluded.arrival - excluded.began_at
WHERE (b.remaining IS NULL OR b.remaining >= 1 OR b.resets_at IS NULL OR {OVER})
    AND b.arrival <= excluded.began_at + ?
RETURNING taken
"""
STALE: Final = "COALESCE(excluded.resets_at <= b.began_at, FALSE)"
LATER: Final = f"excluded.resets_at > b.resets_at + {SLACK}"
NEXT: Final = f"(NOT b.guessed AND {LATER} AND excluded.remaining > b.remaining)"
# Answers overtake each other, and calls that are on their way are in none: the least that was said counts.
LEARN: Final = f"""
INSERT INTO budgets AS b (name, bucket, whole, remaining, resets_at, guessed, taken, arrival)
VALUES (?, ?, ?, ?, ?, ?, 0, ?)
ON CONFLICT (name, bucket) DO UPDATE SET
    whole = COALESCE(excluded.whole, b.whole),
    remaining = CASE
        WHEN {STALE} OR excluded.remaining IS NULL THEN b.remaining
        WHEN b.remaining IS NULL AND excluded.remaining < b.taken - 1 THEN 0
        WHEN b.remaining IS NULL AND b.taken > 1 THEN excluded.remaining - (b.taken - 1)
        WHEN b.remaining IS NULL OR {NEXT} OR excluded.remaining < b.remaining THEN excluded.remaining
        ELSE b.remaining END,
    began_at = CASE WHEN {NEXT} AND NOT {STALE} THEN b.resets_at ELSE b.began_at END,
    resets_at = CASE WHEN {STALE} OR excluded.resets_at IS NULL THEN b.resets_at
        WHEN b.resets_at IS NULL OR b.guessed OR {LATER} THEN excluded.resets_at ELSE b.resets_at END,
    guessed = b.guessed AND (excluded.resets_at IS NULL OR {STALE})
"""
# A refusal is kept as an arrival too, which no answer changes: one that was on its way knows nothing of it.
HOLD: Final = """
INSERT INTO budgets AS b (name, bucket, whole, remaining, resets_at, guessed, taken, arrival)
VALUES (?, ?, ?, ?, ?, ?, 0, ?)
ON CONFLICT (name, bucket) DO UPDATE SET remaining = 0, resets_at = excluded.resets_at, guessed = FALSE,
    arrival = CASE WHEN b.arrival > excluded.arrival THEN b.arrival ELSE excluded.arrival END
"""
ASK: Final = """
INSERT INTO shares AS s (name, bucket, brand, asked_at, counted_from, used) VALUES (?, ?, ?, ?, ?, 0)
ON CONFLICT (name, bucket, brand) DO UPDATE SET asked_at = excluded.asked_at,
    used = CASE WHEN s.counted_from = excluded.counted_from THEN s.used ELSE 0 END,
    counted_from = excluded.counted_from
"""
OTHERS: Final = """
SELECT counted_from, used FROM shares WHERE name = ? AND bucket = ? AND brand <> ? AND asked_at >= ?
"""
USE: Final = "UPDATE shares SET used = used + 1 WHERE name = ? AND bucket = ? AND brand = ?"
