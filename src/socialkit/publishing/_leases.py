"""Who sends what: deliveries taken for a time, with a number that fences off whoever took them before."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pydantic import JsonValue

from socialkit.errors import FrozenError
from socialkit.models import Post
from socialkit.publishing._database import Database, Session
from socialkit.publishing._history import Author, move, note
from socialkit.publishing._lease import (
    STANDING,
    Lease,
    LeaseLostError,
    Mine,
    NotWaitingError,
    claim_post,
    find_row,
    frozen,
    hold_back,
    steps_of,
)
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._rows import COLUMNS, MICROSECOND, Columns, Outcome, Row, Step, place_of

__all__ = ["BATCH", "LEASE", "Worker"]

LEASE: Final = timedelta(minutes=5)
"""How long a worker has a delivery before others may take it; a write in flight makes it longer."""
BATCH: Final = 20
"""Deliveries that a worker takes at once."""
WAITING: Final = (DeliveryState.PLANNED, DeliveryState.DUE, DeliveryState.INCOMPLETE)
"""States from which a worker sends."""


class Worker:
    """Takes deliveries and writes down what becomes of them; each call is one transaction.

    Args:
        database: The journal's.
        mine: Whose deliveries it takes.
        actor: In whose name the history is written.
    """

    def __init__(self, database: Database, mine: Mine, actor: str | None) -> None:
        self._database = database
        self._mine = mine
        self._actor = actor

    # Taking ------------------------------------------------------------------------------------------

    def waiting(self, now: int, after: tuple[int, str], limit: int) -> list[Row]:
        """Return what somebody should take, oldest first, without taking it.

        Args:
            now: The time.
            after: Only what comes after this one: since when it waits, and its id.
            limit: At most this many.
        """
        whose, values = self._mine.clause()
        sql = DUE.format(columns=COLUMNS, whose=whose)
        with self._database.reading() as session:
            return [Row(*one) for one in session.run(sql, now, now, now, *values, *after, limit)]

    def take(self, now: int, limit: int, delivery: str | None = None) -> list[Lease]:
        """Take what is due, oldest first, after giving back what dead workers left."""
        while True:
            with self._database.writing() as session:
                self._recover(session, now)
                rows = self._ready(session, WAITING, now, limit, delivery)
                leases = self._taken(session, rows, now)
            if leases or not rows:  # else all of them were held back or missed, and others may be due
                return leases

    def take_one(self, delivery: str, now: int) -> Lease:
        """Take one delivery now, whatever its time.

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
                message = f"a freeze holds it back: {why}"
                raise FrozenError(message, platform=row.platform)
            return self._leased(session, row, now)

    def take_unknown(self, now: int, limit: int, delivery: str | None = None) -> list[Lease]:
        """Take what nobody knows the outcome of and may be looked for, for as long as a look takes."""
        with self._database.writing() as session:
            self._recover(session, now)
            rows = self._ready(session, (DeliveryState.UNKNOWN,), now, limit, delivery)
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
                hold_back(session, row, by, why, _outcome(row, why))
            elif row.expires_at < now:
                self._miss(session, row, by)
            else:
                leases.append(self._leased(session, row, now))
        return leases

    @staticmethod
    def _miss(session: Session, row: Row, by: Author) -> None:
        because = "its time has passed by more than was allowed"
        outcome = _outcome(row, because)
        if row.state == DeliveryState.INCOMPLETE:  # some of it is out: a person decides about the rest
            note(session, row, by, "missed", {"because": because}, outcome=outcome, ready_at=None)
        else:
            move(session, row, by, DeliveryState.MISSED, because=because, outcome=outcome, ready_at=None)

    def _leased(self, session: Session, row: Row, now: int) -> Lease:
        due = () if row.state == DeliveryState.DUE else (DeliveryState.DUE,)
        taken: Columns = {**self._with_lease(row, now), "tries": row.tries + 1, "ready_at": None}
        row = move(session, row, Author(now, self._actor), *due, DeliveryState.SENDING, **taken)
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
            outcome = _outcome(row, because, failed_step=failed, published=left.published)
            free = Columns(outcome=outcome, lease_until=None, ready_at=now, fence=row.fence + 1)
            move(session, row, by, state, because=because, **free)

    # Steps -------------------------------------------------------------------------------------------

    def start(self, lease: Lease, step: Step, now: int, until: int) -> None:
        """Write down that a step begins; for a write only while nothing speaks against it.

        Raises:
            LeaseLostError: Somebody else has the delivery.
            FrozenError: A freeze holds it back.
        """
        with self._database.writing() as session:
            row = self._fenced(session, lease)
            longest = max(now + LEASE // MICROSECOND, until)
            flow = row.flow if lease.steps else lease.flow
            if step.writes:
                why = frozen(session, row)
                if why is not None:
                    message = f"a freeze holds it back: {why}"
                    raise FrozenError(message, platform=row.platform)
                detail: dict[str, JsonValue] = {"step": step.name, "until": until}
                by = Author(now, self._actor)
                lease.row = note(session, row, by, "commit started", detail, lease_until=longest, flow=flow)
            else:
                session.run(CARRY, longest, flow, row.id)
            begun = (row.fence, lease.row.number, now, step.attempt)
            session.run(START, row.id, step.name, bool(step.writes), *begun)
            lease.steps[step.name] = step

    def end(self, lease: Lease, name: str, result: str | None, now: int, place: str | None = None) -> None:
        """Write down what a step gave; None: nothing came of it.

        Raises:
            PostTakenError: The post that it made confirms another delivery.
        """
        state = "over" if result is None else "finished"
        # The next step, or the outcome, follows at once and takes this along to the disk.
        with self._database.writing(flushed=False) as session:
            if place is not None:  # at once, so that nobody who looks for an equal post takes this one
                claim_post(session, lease.row, place, now)
            session.run(END, state, result, lease.row.id, name, lease.row.fence)
        lease.steps[name] = lease.steps[name]._replace(state=state, result=result)

    def settle(
        self,
        lease: Lease,
        now: int,
        *states: DeliveryState,
        outcome: Outcome,
        ended: tuple[str, str | None] | None = None,
        places: tuple[str, ...] = (),
        ready_at: int | None = None,
    ) -> Row:
        """Write down what became of a delivery, and give it back.

        Args:
            lease: The delivery.
            now: The time.
            states: Through which states it goes.
            outcome: What is known of it.
            ended: A step that was found out about, and what it gave; None: nothing came of it.
            places: The posts that it made.
            ready_at: From when on a worker takes it up again.

        Raises:
            PostTakenError: A post that was found is another delivery's.
            LeaseLostError: Somebody else has the delivery, and what they know wins.
        """
        with self._database.writing() as session:
            row = self._settleable(session, lease, states)
            if states == (DeliveryState.HELD,) and frozen(session, row) is None:
                states, ready_at = (DeliveryState.PLANNED,), now  # thawed since it was held back
            for place in sorted(places):  # in one order, or two of them wait for each other
                claim_post(session, row, place, now)
            if ended is not None:
                name, result = ended
                session.run(FOUND, "over" if result is None else "finished", result, row.id, name)
            ahead = _path(DeliveryState(row.state), states)
            lease.row = move(
                session,
                row,
                Author(now, self._actor),
                *ahead,
                because=outcome.because,
                outcome=outcome.model_dump_json(exclude_defaults=True),
                ready_at=ready_at,
                lease_until=None,
                fence=row.fence + (row.fence != lease.row.fence),
            )
            return lease.row

    def exchange(self, lease: Lease, now: int, place: str) -> Row | None:
        """Take over the lost write of the delivery that took this one's post for its own.

        Two equal drafts are told apart by the platform alone: when it says whose a post is, the other one's
        write is still to be found. Returns None where no such write is known.
        """
        with self._database.writing() as session:
            row, step = self._fenced(session, lease), lease.open
            owner = next((Row(*one) for one in session.run(OWNER, place)), None)
            theirs = None if owner is None else _maker(session, owner, place)
            if owner is None or step is None or theirs is None or theirs.name != step.name:
                return None
            if (owner.account, owner.kind, owner.single) != (row.account, row.kind, True):
                return None
            session.run(ATTEMPT, theirs.attempt, row.id, step.name)
            session.run(ATTEMPT, step.attempt, owner.id, step.name)
            because = f"delivery {owner.id} took its post for its own; what became of that one's is not known"
            outcome, by = _outcome(row, because, failed_step=step.name), Author(now, self._actor)
            free = Columns(outcome=outcome, lease_until=None, ready_at=now)
            return move(session, row, by, DeliveryState.UNKNOWN, because=because, **free)

    def later(self, lease: Lease, now: int, outcome: Outcome, ready_at: int) -> Row:
        """Give back what could not be decided yet."""
        with self._database.writing() as session:
            row = self._fenced(session, lease)
            said = outcome.model_dump_json(exclude_defaults=True)
            free = Columns(outcome=said, lease_until=None, ready_at=ready_at)
            why: dict[str, JsonValue] = {"because": outcome.because}
            return note(session, row, Author(now, self._actor), "undecided", why, **free)

    def remark(self, row: Row, now: int, outcome: Outcome) -> Row:
        """Write down what was seen of a delivery that has ended."""
        said = outcome.model_dump_json(exclude_defaults=True)
        with self._database.writing(flushed=False) as session:
            detail: dict[str, JsonValue] = {"differences": list(outcome.differences or ())}
            return note(session, row, Author(now, self._actor), "read back", detail, outcome=said)

    def taken_since(self, account: str, since: int) -> list[str]:
        """Return the places of posts that other deliveries of an account have claimed."""
        with self._database.reading() as session:
            rows = session.run(
                "SELECT place FROM posts WHERE account = ? AND claimed_at >= ?", account, since
            )
        return [str(row[0]) for row in rows]

    def _row(self, session: Session, delivery: str) -> Row:
        return find_row(session, self._mine, delivery, self._database.dialect.for_update)

    def _fenced(self, session: Session, lease: Lease) -> Row:
        row = self._row(session, lease.row.id)
        if row.fence != lease.row.fence:
            message = f"delivery {row.id} was taken by somebody else meanwhile; nothing more is sent"
            raise LeaseLostError(message, platform=row.platform)
        return row

    def _settleable(self, session: Session, lease: Lease, states: tuple[DeliveryState, ...]) -> Row:
        row = self._row(session, lease.row.id)
        if row.fence == lease.row.fence:
            return row
        # Late, but what the platform itself confirmed is true whoever asks.
        if states == (DeliveryState.CONFIRMED,) and row.state in LATE:
            return row
        message = f"delivery {row.id} was taken by somebody else meanwhile: what they find counts"
        raise LeaseLostError(message, platform=row.platform)


DUE: Final = """
SELECT {columns} FROM deliveries WHERE (state IN ('planned', 'due', 'incomplete', 'unknown')
AND ready_at <= ? AND (lease_until IS NULL OR lease_until <= ?) OR state = 'sending' AND lease_until <= ?)
AND {whose} AND (COALESCE(ready_at, lease_until), id) > (?, ?)
ORDER BY COALESCE(ready_at, lease_until), id LIMIT ?
"""
CARRY: Final = "UPDATE deliveries SET lease_until = ?, flow = ? WHERE id = ?"
START: Final = """
INSERT INTO steps (delivery, name, writes, fence, number, started_at, attempt, state)
VALUES (?, ?, ?, ?, ?, ?, ?, 'started') ON CONFLICT (delivery, name) DO UPDATE SET state = excluded.state,
fence = excluded.fence, number = excluded.number, started_at = excluded.started_at,
attempt = excluded.attempt, result = NULL
"""
END: Final = "UPDATE steps SET state = ?, result = ? WHERE delivery = ? AND name = ? AND fence = ?"
FOUND: Final = "UPDATE steps SET state = ?, result = ? WHERE delivery = ? AND name = ?"
ATTEMPT: Final = "UPDATE steps SET attempt = ? WHERE delivery = ? AND name = ?"
OWNER: Final = f"SELECT {COLUMNS} FROM deliveries WHERE id = (SELECT delivery FROM posts WHERE place = ?)"
LATE: Final = frozenset({DeliveryState.UNKNOWN, DeliveryState.PLANNED, DeliveryState.DUE})


def _readiness(row: Row) -> int:
    return row.ready_at or 0


def _path(state: DeliveryState, states: tuple[DeliveryState, ...]) -> tuple[DeliveryState, ...]:
    """Return the states to pass: what a freeze stops is planned again first, a late answer was sent first."""
    if state is DeliveryState.SENDING and states == (DeliveryState.HELD,):
        return (DeliveryState.PLANNED, *states)
    if state is DeliveryState.PLANNED and states == (DeliveryState.CONFIRMED,):
        return (DeliveryState.DUE, DeliveryState.SENDING, *states)
    if state is DeliveryState.DUE and states == (DeliveryState.CONFIRMED,):
        return (DeliveryState.SENDING, *states)
    return states


def _maker(session: Session, row: Row, place: str) -> Step | None:
    """Return the write by which a delivery is thought to have made a post."""
    for step in steps_of(session, row.id).values():
        post = step.post()
        if step.done and step.attempt is not None and post is not None and place_of(post) == place:
            return step
    return None


def _outcome(
    row: Row, because: str, *, failed_step: str | None = None, published: tuple[Post, ...] = ()
) -> str:
    """Return an outcome with another reason, and what more is known."""
    known = row.known()
    more = {"failed_step": failed_step or known.failed_step, "published": published or known.published}
    changed = known.model_copy(update={"because": because, **more})
    return changed.model_dump_json(exclude_defaults=True)
