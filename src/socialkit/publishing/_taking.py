"""Who sends what: deliveries taken for a time, with a number that fences off whoever took them before."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from socialkit.errors import FrozenError
from socialkit.models import Post
from socialkit.publishing._database import Database, Session
from socialkit.publishing._history import Author, move, note, telling
from socialkit.publishing._lease import (
    STANDING,
    TOO_LATE,
    Lease,
    Mine,
    NotWaitingError,
    claims_of,
    find_row,
    frozen,
    hold_back,
    steps_of,
)
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._rows import COLUMNS, MICROSECOND, Columns, Row

__all__ = ["BATCH", "LEASE", "Taker", "outcome_with"]

LEASE: Final = timedelta(minutes=5)
"""How long a worker that says nothing has a delivery before others may take it: so long a crash holds it up.

A step that makes progress, and a write in flight, make it longer."""
BATCH: Final = 20
"""Deliveries that a worker takes at once."""
WAITING: Final = (DeliveryState.PLANNED, DeliveryState.DUE, DeliveryState.INCOMPLETE)
"""States from which a worker sends."""
LOOKED_FOR: Final = (DeliveryState.UNKNOWN, DeliveryState.CONFIRMED)
"""States in which something may be looked for: of what is confirmed, what was to stand beside the post."""


class Taker:
    """Takes deliveries for a time; each call is one transaction.

    Args:
        database: The journal's.
        mine: Whose deliveries it takes.
        actor: In whose name the history is written.
    """

    def __init__(self, database: Database, mine: Mine, actor: str | None) -> None:
        self._database = database
        self._mine = mine
        self._actor = actor

    def waiting(self, now: int, after: tuple[int, str], limit: int) -> list[Row]:
        """Return what somebody should take, oldest first, without taking it.

        Args:
            now: The time.
            after: Only what comes after this one: since when it waits, and its id.
            limit: At most this many.
        """
        whose, values = self._mine.clause()
        sql = DUE.format(columns=COLUMNS, whose=whose, open=OPEN)
        with self._database.reading() as session:
            return [Row(*one) for one in session.run(sql, *5 * (now,), *values, *after, limit)]

    def take(self, now: int, limit: int, delivery: str | None = None) -> list[Lease]:
        """Take what is due, oldest first, after giving back what dead workers left."""
        while True:
            with self._database.writing() as session:
                self._recover(session, now)
                rows = self._ready(session, WAITING, now, limit, delivery)
                leases = self._taken(session, rows, now)
            if leases or not rows:  # else all of them were held back or missed, and others may be due
                return leases

    def take_one(self, delivery: str, now: int, ruling: str | None = None) -> Lease:
        """Take one delivery now, whatever its time.

        Args:
            delivery: Which one.
            now: The time.
            ruling: What lets somebody have it leave now.

        Raises:
            NotWaitingError: It is not in a state to be sent.
            FrozenError: A freeze holds it back.
        """
        with self._database.writing() as session:
            self._recover(session, now)
            row = self._row(session, delivery)
            if row.state not in WAITING:
                message = f"delivery {delivery} is {row.state}: it cannot be sent now"
                raise NotWaitingError(message)
            why = frozen(session, row)
            if why is not None:
                message = f"a freeze holds it back: {why.reason}"
                raise FrozenError(message, platform=row.platform)
            lease = self._leased(session, row, now, ruling)
            lease.however_late = True
            return lease

    def take_unknown(self, now: int, limit: int, delivery: str | None = None) -> list[Lease]:
        """Take what nobody knows the outcome of and may be looked for, for as long as a look takes.

        That may be what was to stand beside a post: its delivery is confirmed, and stays so.
        """
        whose, values = self._mine.clause()
        with self._database.writing() as session:
            self._recover(session, now)
            came_out = CAME_OUT.format(whose=whose, skip=self._database.dialect.skip_locked)
            session.run(came_out, now, *values)
            rows = self._ready(session, LOOKED_FOR, now, limit, delivery)
            return [self._looking(session, row, now) for row in rows]

    def _ready(
        self,
        session: Session,
        states: tuple[DeliveryState, ...],
        now: int,
        limit: int,
        delivery: str | None = None,
    ) -> list[Row]:
        whose, values = self._mine.clause()
        only = "" if delivery is None else " AND id = ?"
        # A statement for each state: only so an index has them in order, however many are planned or due.
        sql = (
            f"SELECT {COLUMNS} FROM deliveries WHERE state = ? AND ready_at <= ?"
            f" AND (lease_until IS NULL OR lease_until <= ?) AND {whose}{only}"
            f" ORDER BY ready_at LIMIT ?{self._database.dialect.skip_locked}"
        )
        more = () if delivery is None else (delivery,)
        rows = [
            Row(*one) for state in states for one in session.run(sql, state, now, now, *values, *more, limit)
        ]
        return sorted(rows, key=_readiness)[:limit]

    def _taken(self, session: Session, rows: list[Row], now: int) -> list[Lease]:
        leases: list[Lease] = []
        by = Author(now, self._actor)
        freezes = bool(rows) and bool(session.run(STANDING))
        for row in rows:
            why = frozen(session, row) if freezes else None
            if why is not None:
                hold_back(session, row, by, why, outcome_with(row, why.reason))
            elif row.expires_at < now:
                self._miss(session, row, by)
            else:
                leases.append(self._leased(session, row, now))
        return leases

    @staticmethod
    def _miss(session: Session, row: Row, by: Author) -> None:
        because = TOO_LATE
        outcome = outcome_with(row, because)
        if row.state == DeliveryState.INCOMPLETE:  # some of it is out: a person decides about the rest
            note(session, row, by, "missed", {"because": because}, outcome=outcome, ready_at=None)
        else:
            move(session, row, by, DeliveryState.MISSED, because=because, outcome=outcome, ready_at=None)

    def _leased(self, session: Session, row: Row, now: int, ruling: str | None = None) -> Lease:
        due = () if row.state == DeliveryState.DUE else (DeliveryState.DUE,)
        taken: Columns = {**self._with_lease(row, now), "tries": row.tries + 1, "ready_at": None}
        row = move(session, row, Author(now, self._actor, ruling), *due, DeliveryState.SENDING, **taken)
        # Steps begin under a lease: before the first one there are none.
        return Lease(row, {} if row.tries == 1 else steps_of(session, row.id))

    def _looking(self, session: Session, row: Row, now: int) -> Lease:
        taken = self._with_lease(row, now)
        row = note(session, row, Author(now, self._actor), "looked for", {}, **taken)
        return Lease(row, steps_of(session, row.id))

    @staticmethod
    def _with_lease(row: Row, now: int) -> Columns:
        return Columns(fence=row.fence + 1, lease_until=now + LEASE // MICROSECOND)

    def _recover(self, session: Session, now: int) -> None:
        """Give back what workers had that are gone; a write that they began is in doubt."""
        skip = self._database.dialect.skip_locked
        whose, values = self._mine.clause()
        sql = f"SELECT {COLUMNS} FROM deliveries WHERE state = ? AND lease_until <= ? AND {whose}{skip}"
        by = Author(now, self._actor)
        for row in [Row(*one) for one in session.run(sql, DeliveryState.SENDING, now, *values)]:
            left = Lease(row, steps_of(session, row.id))
            back = DeliveryState.INCOMPLETE if left.wrote else DeliveryState.PLANNED
            state = back if left.open is None else DeliveryState.UNKNOWN
            because = "whoever was sending it is gone"
            failed = None if left.open is None else left.open.name
            outcome = outcome_with(row, because, failed_step=failed, published=left.published)
            free = Columns(
                outcome=outcome, lease_until=None, ready_at=now, fence=row.fence + 1, flow=row.flow
            )
            news = telling(left.steps, claims_of(session, row.id, left.published))
            move(session, row, by, state, because=because, more=news, **free)

    def _row(self, session: Session, delivery: str) -> Row:
        return find_row(session, self._mine, delivery, self._database.dialect.for_update)


OPEN: Final = """
EXISTS (SELECT 1 FROM steps WHERE steps.delivery = deliveries.id AND steps.writes AND steps.state = 'started')
"""
CAME_OUT: Final = f"""
UPDATE deliveries SET ready_at = NULL WHERE id IN (SELECT id FROM deliveries WHERE state = 'confirmed'
AND ready_at <= ? AND {{whose}} AND NOT {OPEN}{{skip}})
"""
"""What waited on its platform and is out by now: nobody looks for it, nor passes over it each time."""
DUE: Final = """
SELECT {columns} FROM deliveries WHERE (state IN ('planned', 'due', 'incomplete', 'unknown')
AND ready_at <= ? AND (lease_until IS NULL OR lease_until <= ?) OR state = 'sending' AND lease_until <= ?
OR state = 'confirmed' AND ready_at <= ? AND (lease_until IS NULL OR lease_until <= ?) AND {open})
AND {whose} AND (COALESCE(ready_at, lease_until), id) > (?, ?)
ORDER BY COALESCE(ready_at, lease_until), id LIMIT ?
"""


def _readiness(row: Row) -> int:
    return row.ready_at or 0


def outcome_with(
    row: Row, because: str, *, failed_step: str | None = None, published: tuple[Post, ...] = ()
) -> str:
    """Return an outcome with another reason, and what more is known."""
    known = row.known()
    more = {"failed_step": failed_step or known.failed_step, "published": published or known.published}
    changed = known.model_copy(update={"because": because, "needs_setup": False, **more})
    return changed.model_dump_json(exclude_defaults=True)
