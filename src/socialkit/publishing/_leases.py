"""What becomes of deliveries that a worker has: each step, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from socialkit.publishing._database import Database, Session
from socialkit.publishing._history import Author, move, note, telling
from socialkit.publishing._late import confirm_late, keep_late
from socialkit.publishing._lease import (
    Lease,
    LeaseLostError,
    Mine,
    claim_post,
    frozen,
    require_leave,
    steps_of,
)
from socialkit.publishing._looks import Looks
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._rows import MICROSECOND, Outcome, Row, Step
from socialkit.publishing._taking import LEASE

__all__ = ["Worker"]


class _LateError(Exception):
    """A step ended when somebody else had its delivery already."""


class Worker(Looks):
    """Writes down what becomes of what it has taken; each call is one transaction.

    Args:
        database: The journal's.
        mine: Whose deliveries it takes.
        actor: In whose name the history is written.
    """

    def __init__(self, database: Database, mine: Mine, actor: str | None) -> None:
        super().__init__(database, mine, actor)
        self._riding = False
        """Whether what became of a delivery is still to reach the disk."""

    # Steps -------------------------------------------------------------------------------------------

    def start(self, lease: Lease, step: Step, now: int, until: int) -> None:
        """Write down that a step begins; for a write only while nothing speaks against it.

        Raises:
            LeaseLostError: Somebody else has the delivery.
            FrozenError: A freeze holds it back.
            TooLateError: It may not leave any more.
        """
        # Where nothing is made public, nobody needs to know after a loss of power that it was begun.
        with self._database.writing(flushed=step.writes) as session:
            row = self._fenced(session, lease)
            # A lease that ran out is ours again where nobody took it: the row is locked, and its fence ours.
            longest = max(now + LEASE // MICROSECOND, until)
            flow = row.flow if lease.steps else lease.flow
            if step.writes:
                require_leave(session, row, lease, step, now)
                lease.began(step)
                detail: dict[str, JsonValue] = {"step": step.name, "until": until, **lease.news()}
                by = Author(now, self._actor)
                lease.row = note(session, row, by, "commit started", detail, lease_until=longest, flow=flow)
            else:
                lease.began(step)
                session.run(CARRY, longest, flow, row.id)
            begun = (row.fence, lease.row.number, now, step.attempt)
            if not session.run(START, row.id, step.name, bool(step.writes), *begun):
                message = (
                    f"{step.name} was answered meanwhile, to a worker that stood still: it is not repeated"
                )
                raise LeaseLostError(message, platform=row.platform)
            self._write_remarks(session)
        self._remarks.clear()
        if step.writes:
            lease.told()
        self._riding = self._riding and not step.writes

    def extend(self, lease: Lease, now: int, until: int) -> None:
        """Have a delivery for longer, because its step goes on.

        Raises:
            LeaseLostError: Somebody else has it.
        """
        longest = max(now + LEASE // MICROSECOND, until)
        with self._database.writing(flushed=False) as session:
            if not session.run(
                EXTEND, longest, lease.row.id, lease.row.fence, DeliveryState.SENDING, longest
            ):
                self._fenced(session, lease)

    def end(
        self,
        lease: Lease,
        name: str,
        result: str | None,
        now: int,
        place: str | None = None,
        waits: int | None = None,
    ) -> None:
        """Write down what a step gave; None: nothing came of it.

        Args:
            lease: The delivery.
            name: The step.
            result: What it gave.
            now: The time.
            place: The post that it made.
            waits: When that comes out, if the platform keeps it until then.

        Raises:
            PostTakenError: The post that it made confirms another delivery.
        """
        given, out = (name, result), max(now, waits or now)
        try:
            # The next step, or the outcome, follows at once, tells of this and takes it along to the disk.
            with self._database.writing(flushed=False) as session:
                claimed = self._end(session, lease, place, out, *given)
        except _LateError:
            self._end_late(lease, now, place, out, *given)
            return
        lease.ended(name, result)
        lease.claimed |= claimed

    def _end(
        self, session: Session, lease: Lease, place: str | None, out: int, name: str, result: str | None
    ) -> dict[str, int]:
        """Write down what a step gave while nobody else has its delivery, and return what was claimed."""
        state, fence = "over" if result is None else "finished", lease.row.fence
        end = END.format(lock=self._database.dialect.for_update)
        if not session.run(end, state, result, lease.row.id, fence, name, fence):
            raise _LateError
        return _claimed(session, lease, place, out)

    def _end_late(
        self, lease: Lease, now: int, place: str | None, out: int, name: str, result: str | None
    ) -> None:
        """Write down what a step gave when somebody else has the delivery: their lines cannot tell it."""
        state = "over" if result is None else "finished"
        with self._database.writing(flushed=False) as session:
            row = self._row(session, lease.row.id)
            session.run(END_LATE, state, result, row.id, name, lease.row.fence)
            claimed = _claimed(session, lease, place, out)
            stands = {name: steps_of(session, row.id).get(name)}
            said: dict[str, JsonValue] = {"step": name, **telling(stands, claimed)}
            note(session, row, Author(now, self._actor), "answered late", said)
        lease.ended(name, result)
        lease.untold.discard(name)

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

        Where another one follows, this reaches the disk before a write of that one begins, or when that one
        is settled without any: never more than one outcome rides along.

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
        flushed = self._riding or not lease.followed
        by = Author(now, self._actor)
        with self._database.writing(flushed=flushed) as session:
            row = self._row(session, lease.row.id)
            # A post that waits counts from when it comes out; another look later than that does no harm.
            out = max(now, ready_at or now)
            # In one order, or two of them wait for each other.
            lease.claimed |= {place: claim_post(session, row, place, out) for place in sorted(places)}
            if row.fence == lease.row.fence:
                self._found(session, lease, ended)
                lease.row = _settled(session, row, by, states, outcome, ready_at, lease.news())
            else:
                late = None
                if states == (DeliveryState.CONFIRMED,):
                    late = confirm_late(session, row, by, lease, outcome, ready_at)
                if late is None:
                    message = f"delivery {row.id} was taken by somebody else meanwhile: what they find counts"
                    raise LeaseLostError(message, platform=row.platform)
                lease.row = late
        self._riding = not flushed
        lease.told()
        return lease.row

    def late(self, lease: Lease, now: int) -> None:
        """Take note of what a platform confirmed of a thread while somebody else had it."""
        if lease.row.single or not lease.wrote:
            return
        with self._database.writing() as session:
            row = self._row(session, lease.row.id)
            if row.fence != lease.row.fence:
                keep_late(session, row, Author(now, self._actor), lease)

    def flush(self) -> None:
        """Wait until the disk has what became of each delivery, and was seen of it."""
        if self._riding or self._remarks:
            with self._database.writing() as session:
                session.run(TOUCH)
                self._write_remarks(session)
            self._riding = False
            self._remarks.clear()


TOUCH: Final = "UPDATE meta SET value = value WHERE name = 'schema'"
"""Changes nothing, but takes everything before it along to the disk."""
CARRY: Final = "UPDATE deliveries SET lease_until = ?, flow = ? WHERE id = ?"
EXTEND: Final = """
UPDATE deliveries SET lease_until = ? WHERE id = ? AND fence = ? AND state = ? AND lease_until < ?
RETURNING id
"""
START: Final = """
INSERT INTO steps (delivery, name, writes, fence, number, started_at, attempt, state)
VALUES (?, ?, ?, ?, ?, ?, ?, 'started') ON CONFLICT (delivery, name) DO UPDATE SET state = excluded.state,
fence = excluded.fence, number = excluded.number, started_at = excluded.started_at,
attempt = excluded.attempt, result = NULL WHERE steps.state <> 'finished' OR NOT steps.writes RETURNING name
"""
"""Nothing where the write has been answered since it was known to be open."""
END: Final = """
UPDATE steps SET state = ?, result = ?
WHERE delivery = (SELECT id FROM deliveries WHERE id = ? AND fence = ?{lock}) AND name = ? AND fence = ?
RETURNING name
"""
"""Locks the delivery before its step: whoever read its steps under that lock tells of them as they are."""
END_LATE: Final = "UPDATE steps SET state = ?, result = ? WHERE delivery = ? AND name = ? AND fence = ?"
"""Nothing where the step was begun anew since."""


def _settled(
    session: Session,
    row: Row,
    by: Author,
    states: tuple[DeliveryState, ...],
    outcome: Outcome,
    ready_at: int | None,
    more: Mapping[str, JsonValue],
) -> Row:
    if states == (DeliveryState.MISSED,):
        states = (DeliveryState.PLANNED, *states)
    hold = frozen(session, row) if states == (DeliveryState.HELD,) else None
    if states == (DeliveryState.HELD,):
        # What a freeze stops is planned again first; it may be thawed since.
        states = (DeliveryState.PLANNED,) if hold is None else (DeliveryState.PLANNED, *states)
        ready_at = by.at if hold is None else ready_at
    return move(
        session,
        row,
        by,
        *states,
        because=outcome.because,
        more=more,
        outcome=outcome.model_dump_json(exclude_defaults=True),
        ready_at=ready_at,
        flow=row.flow,
        lease_until=None,
        held_by=None if hold is None else hold.freeze,
    )


def _claimed(session: Session, lease: Lease, place: str | None, out: int) -> dict[str, int]:
    """Claim the post of a step at once, so that nobody who looks for an equal one takes it."""
    return {} if place is None else {place: claim_post(session, lease.row, place, out)}
