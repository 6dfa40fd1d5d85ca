"""New deliveries, and what people decide about those that are there; each call is one transaction."""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from pydantic import JsonValue

from socialkit.errors import JournalError
from socialkit.models import WriteKind
from socialkit.publishing._database import Database, Session, Value
from socialkit.publishing._history import Author, add, anchor, anchored, begin, move, note, page
from socialkit.publishing._lease import Mine, claim_post, find_row, steps_of
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._packing import peek
from socialkit.publishing._rows import (
    COLUMNS,
    Body,
    Columns,
    Outcome,
    Row,
    Step,
    from_micros,
    to_micros,
)

__all__ = ["Planner", "new_id", "new_row"]

NOWHERE: Final[Mapping[str, str]] = {}
ANSWERS: Final = frozenset({"reply", "hide", "unhide", "delete", "delete comment"})
"""Kinds that do something to what is there already."""
REPLANNED: Final = frozenset({DeliveryState.MISSED, DeliveryState.HELD})


class _Ids:
    """Makes ids that grow, so that deliveries stand in the order in which they were planned."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._last = 0

    def next(self, now: datetime) -> str:
        """Return an id: the time in milliseconds and chance, as UUID version 7 has them."""
        stamp = int(now.timestamp() * 1000) & ((1 << 48) - 1)
        chance = int.from_bytes(os.urandom(10)) >> 8
        with self._guard:
            # Several of one millisecond go on from the first, by steps that no other process takes.
            step = 1 + int.from_bytes(os.urandom(5))
            number = self._last = max(stamp << 72 | chance, self._last + step)
        high, low = number >> 62, number & ((1 << 62) - 1)
        return str(uuid.UUID(int=high >> 10 << 80 | 7 << 76 | (high & 0x3FF) << 66 | 2 << 62 | low))


_ids = _Ids()


def new_id(now: datetime) -> str:
    """Return an id that no other thing has, later than those that this process made before."""
    return _ids.next(now)


def new_row(
    body: Body, packed: str, kind: WriteKind, *, now: datetime, at: datetime, expires: datetime
) -> Row:
    """Return a delivery that nobody has written down yet."""
    draft, ref = body.draft, body.account
    several = draft is not None and (bool(draft.thread) or draft.first_comment is not None)
    return Row(
        id=new_id(now),
        kind=kind,
        brand=ref.brand,
        platform=ref.platform,
        account=ref.key,
        campaign=None if body.purpose is None else body.purpose.campaign,
        slot=body.slot,
        answer=kind in ANSWERS,
        single=not several,
        state="",
        due_at=to_micros(at),
        ready_at=to_micros(at),
        expires_at=to_micros(expires),
        lease_until=None,
        fence=0,
        tries=0,
        flow=None,
        body=packed,
        outcome="{}",
        number=0,
        head="",
        wall=wall_text(body.wall),
        held_by=None,
    )


class Planner:
    """Writes down what people want.

    Args:
        database: The journal's.
        mine: Whose deliveries it may touch.
        actor: Who decides.
    """

    def __init__(self, database: Database, mine: Mine, actor: str | None) -> None:
        self._database = database
        self._mine = mine
        self._actor = actor

    def add(self, rows: Sequence[Row], now: int, *, places: Mapping[str, str] = NOWHERE) -> list[Row]:
        """Write down new deliveries in the states that they are in, all or none.

        Args:
            rows: The deliveries.
            now: The time.
            places: The posts that they have already become, by their ids.

        Raises:
            PostTakenError: A post is another delivery's.
        """
        by = Author(now, self._actor)
        begun = [begin(row, by) for row in rows]
        with self._database.writing() as session:
            add(session, [row for row, _ in begun], [line for _, line in begun])
            for row, _ in begun:
                if row.id in places:
                    claim_post(session, row, places[row.id], now)
        return [row for row, _ in begun]

    def fill(self, rows: Sequence[Row], now: int) -> list[Row]:
        """Write down deliveries for slots, all or none; of a slot that is filled, return what fills it.

        Raises:
            JournalError: A slot is filled with something else.
        """
        by = Author(now, self._actor)
        with self._database.writing() as session:
            known = self._filled(session, rows)
            begun = {row.id: begin(row, by) for row in rows if (row.account, row.slot) not in known}
            add(session, [row for row, _ in begun.values()], [line for _, line in begun.values()])
        return [begun[row.id][0] if row.id in begun else known[row.account, row.slot] for row in rows]

    @staticmethod
    def _filled(session: Session, rows: Sequence[Row]) -> dict[tuple[str, str | None], Row]:
        """Return what fills slots already, by account and slot."""
        found: dict[tuple[str, str | None], Row] = {}
        for account, wanted in groupby(sorted(rows, key=_account), key=_account):
            slots = [row.slot for row in wanted]
            for start in range(0, len(slots), AT_ONCE):
                some = slots[start : start + AT_ONCE]
                sql = FILLED.format(marks=", ".join("?" * len(some)))
                found |= {
                    (row.account, row.slot): row
                    for row in (Row(*one) for one in session.run(sql, account, *some))
                }
        for row in rows:
            there = found.get((row.account, row.slot))
            if there is not None and _meant(there) != _meant(row):
                message = f"slot {row.slot!r} is filled with something else: cancel delivery {there.id} first"
                raise JournalError(message, platform=row.platform)
        return found

    def get(self, delivery: str) -> Row:
        """Return a delivery.

        Raises:
            JournalError: There is none, or not for these accounts.
        """
        with self._database.reading() as session:
            return find_row(session, self._mine, delivery)

    def page(self, wanted: dict[str, Value], after: str, limit: int) -> list[Row]:
        """Return deliveries by some of their columns, in the order of their ids."""
        whose, values = self._mine.clause()
        given = {name: value for name, value in wanted.items() if value is not None}
        conditions = " AND ".join([whose, "id > ?", *(f"{name} = ?" for name in given)])
        sql = f"SELECT {COLUMNS} FROM deliveries WHERE {conditions} ORDER BY id LIMIT ?"
        with self._database.reading() as session:
            return [Row(*one) for one in session.run(sql, *values, after, *given.values(), limit)]

    def events(self, after: int, limit: int) -> list[tuple[Any, ...]]:
        """Return lines of the history, in order."""
        (whose, values), places = self._mine.clause(), self._mine.places
        among = ", ".join("?" * len(places))
        condition = f" AND (delivery IN (SELECT id FROM deliveries WHERE {whose}) OR delivery IN ({among}))"
        return page(self._database, after, limit, condition, (*values, *places))

    def approve(self, delivery: str, now: int, text: str | None, *, approved: bool) -> Row:
        """Take note of an approval, or of its refusal."""
        states = (DeliveryState.APPROVED, DeliveryState.PLANNED) if approved else (DeliveryState.CANCELLED,)
        with self._database.writing() as session:
            row = self._row(session, delivery)
            if row.state != DeliveryState.PROPOSED:
                message = f"delivery {delivery} is {row.state}: nobody has to approve it"
                raise JournalError(message)
            if approved and not row.answer and row.expires_at < now:
                message = f"delivery {delivery} has passed its time: reschedule it before it is approved"
                raise JournalError(message, platform=row.platform)
            session.run(APPROVAL, delivery, now, self._actor, approved, text)
            changed = Columns() if approved else Columns(ready_at=None)
            if approved and row.answer:  # somebody waits for it, and its time was ours to lose
                changed = Columns(expires_at=_still(row, now))
            return move(session, row, Author(now, self._actor), *states, because=text, **changed)

    def cancel(self, delivery: str, now: int, because: str) -> Row:
        """Have a delivery not happen; what of it is out stays out."""
        with self._database.writing() as session:
            return self._cancel(session, self._row(session, delivery), now, because)

    def _cancel(self, session: Session, row: Row, now: int, because: str) -> Row:
        by = Author(now, self._actor)
        outcome = with_reason(row, because)
        gone = DeliveryState.CANCELLED
        return move(session, row, by, gone, because=because, ready_at=None, outcome=outcome)

    def reschedule(
        self, delivery: str, now: int, due: int, wall: Mapping[str, JsonValue] | None = None
    ) -> Row:
        """Give a delivery another time; how much it may be late stays."""
        with self._database.writing() as session:
            row = self._row(session, delivery)
            by, late = Author(now, self._actor), row.expires_at - row.due_at
            times = Columns(
                due_at=due, ready_at=due, expires_at=due + late, wall=wall_text(wall), held_by=None
            )
            if row.state in REPLANNED:
                row = note(session, row, by, "rescheduled", {}, **times)
                return move(session, row, by, DeliveryState.PLANNED)
            if row.state not in {DeliveryState.PLANNED, DeliveryState.PROPOSED, DeliveryState.DUE}:
                message = f"delivery {delivery} is {row.state}: it has no time to change"
                raise JournalError(message)
            return note(session, row, by, "rescheduled", {}, **times)

    def never_out(self, delivery: str, now: int, flow: str) -> Row:
        """Take a person's word that what nobody could find never went out: it is sent anew.

        Args:
            delivery: Which one.
            now: The time.
            flow: By which version of its platform's steps it would be sent.

        Raises:
            JournalError: Some of it is out, and its steps mean something else now.
        """
        with self._database.writing() as session:
            row = self._undecided(session, delivery)
            steps = steps_of(session, delivery)
            session.run(DROP, delivery)
            if steps and row.flow != flow:
                self._forget(session, row, steps)
            because = "a person decided that it never went out"
            outcome, by = with_reason(row, because), Author(now, self._actor)
            again = Columns(ready_at=now, expires_at=_still(row, now), outcome=outcome)
            return move(session, row, by, DeliveryState.PLANNED, because=because, **again)

    @staticmethod
    def _forget(session: Session, row: Row, steps: Mapping[str, Step]) -> None:
        """Have a delivery begin anew that was begun by other steps."""
        if any(step.done for step in steps.values()):
            message = (
                f"some of delivery {row.id} is out, and its other steps mean something else now:"
                " cancel it, and plan what is missing"
            )
            raise JournalError(message)
        session.run("DELETE FROM steps WHERE delivery = ?", row.id)

    def was_out(self, delivery: str, now: int, outcome: Outcome, place: str, result: str) -> Row:
        """Take a person's word for which post a delivery became.

        Raises:
            PostTakenError: The post is another delivery's.
        """
        by = Author(now, self._actor)
        with self._database.writing() as session:
            row = self._undecided(session, delivery)
            # Where no write is open, the word is about the whole.
            more = not row.single and any(one.open for one in steps_of(session, delivery).values())
            claim_post(session, row, place, now)
            session.run(KEEP, result, delivery)
            again = Columns(outcome=outcome.model_dump_json(exclude_defaults=True))
            again |= Columns(ready_at=now, expires_at=_still(row, now)) if more else Columns(ready_at=None)
            state = DeliveryState.PLANNED if more else DeliveryState.CONFIRMED
            return move(session, row, by, state, because="a person decided", **again)

    def unscheduled(self, delivery: str, now: int, by_delivery: str) -> None:
        """Take note that a post which waited on its platform was deleted there."""
        with self._database.writing() as session:
            row, by = self._row(session, delivery), Author(now, self._actor)
            note(session, row, by, "unscheduled", {"by": by_delivery}, ready_at=None)

    def begun(self, delivery: str) -> bool:
        """Return whether some of a delivery is known to be out."""
        with self._database.reading() as session:
            return any(step.done for step in steps_of(session, delivery).values())

    def anchor(self, now: int) -> None:
        """Bind together what was added, once a day."""
        day = from_micros(now).date().isoformat()
        with self._database.reading() as session:
            if anchored(session, day):
                return
        # Alone: no line may come in before the newest one later.
        with self._database.alone() as session:
            anchor(session, day)

    def _row(self, session: Session, delivery: str) -> Row:
        return find_row(session, self._mine, delivery, self._database.dialect.for_update)

    def _undecided(self, session: Session, delivery: str) -> Row:
        row = self._row(session, delivery)
        if row.state != DeliveryState.NEEDS_DECISION:
            message = f"delivery {delivery} is {row.state}: there is nothing to decide"
            raise JournalError(message)
        return row


AT_ONCE: Final = 500
"""Slots that one statement looks for."""
FILLED: Final = (
    f"SELECT {COLUMNS} FROM deliveries WHERE account = ? AND slot IN ({{marks}})"
    " AND state NOT IN ('cancelled', 'refused')"
)
APPROVAL: Final = "INSERT INTO approvals (delivery, at, actor, approved, note) VALUES (?, ?, ?, ?, ?)"
DROP: Final = "UPDATE steps SET state = 'over' WHERE delivery = ? AND writes AND state = 'started'"
KEEP: Final = (
    "UPDATE steps SET state = 'finished', result = ? WHERE delivery = ? AND writes AND state = 'started'"
)


def _account(row: Row) -> str:
    return row.account


def wall_text(wall: Mapping[str, JsonValue] | None) -> str | None:
    """Return a wall time as a column keeps it."""
    return None if wall is None else json.dumps(dict(wall), ensure_ascii=False)


def _meant(row: Row) -> tuple[object, ...]:
    """Return what was planned for a slot, and when the slot was; a wall time stays what it is."""
    body = peek(Body, row.body)
    at = body.slot_at if body.wall is None else body.wall
    return row.kind, body.draft, at, body.target, body.private


def with_reason(row: Row, because: str) -> str:
    """Return a delivery's outcome with another reason."""
    changed = row.known().model_copy(update={"because": because})
    return changed.model_dump_json(exclude_defaults=True)


def _still(row: Row, now: int) -> int:
    """Return until when a delivery may leave that a person has decided about."""
    return max(row.expires_at, now + row.expires_at - row.due_at)
