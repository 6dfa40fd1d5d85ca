"""New deliveries, and what people decide about those that are there; each call is one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

from pydantic import JsonValue

from socialkit.errors import JournalError
from socialkit.publishing._database import Database, Session, Value
from socialkit.publishing._filling import Begun, SlotTakenError, fill, fill_free, first_free, named
from socialkit.publishing._history import Author, add, anchor, anchored, begin, move, note, page, telling
from socialkit.publishing._lease import BY_WORD, DELIVERIES, Mine, claim_post, find_row, steps_of
from socialkit.publishing._models import ACTIVE, DeliveryState
from socialkit.publishing._new_rows import wall_text
from socialkit.publishing._rows import COLUMNS, MICROSECOND, Columns, Outcome, Row, Step, from_micros

__all__ = ["Planner"]

T = TypeVar("T")

NOWHERE: Final[Mapping[str, str]] = {}
REPLANNED: Final = frozenset({DeliveryState.MISSED, DeliveryState.HELD})


class Planner:
    """Writes down what people want.

    Args:
        database: The journal's.
        mine: Whose deliveries it may touch.
        actor: Who decides.
        rulings: What allows it, by the deliveries' ids.
    """

    def __init__(
        self, database: Database, mine: Mine, actor: str | None, rulings: Mapping[str, str] = NOWHERE
    ) -> None:
        self._database = database
        self._mine = mine
        self._actor = actor
        self._rulings = rulings

    def _by(self, delivery: str, now: int) -> Author:
        return Author(now, self._actor, self._rulings.get(delivery))

    def add(self, rows: Sequence[Row], now: int) -> list[Row]:
        """Write down new deliveries in the states that they are in, all or none."""
        begun = self._begun(rows, now)
        with self._database.writing() as session:
            add(session, [row for row, _ in begun], [line for _, line in begun])
        return [row for row, _ in begun]

    def adopt(self, row: Row, now: int, place: str, out: int | None) -> Row:
        """Write down a delivery that has become a post already, by hand.

        Args:
            row: The delivery.
            now: The time.
            place: What the post is known by.
            out: When it came out; None of one that waits on its platform.

        Raises:
            PostTakenError: The post is another delivery's.
            JournalError: It may be that of a write of which nobody knows yet what became.
        """
        ((begun, line),) = self._begun([row], now, {row.id: place})
        with self._database.writing() as session:
            claim_post(session, row, place, now)
            # A write that began later cannot have made it; clocks differ.
            latest = (now if out is None else out) + CLOCKS
            doubted = session.run(DOUBTED, row.account, *OPEN, row.account, latest)
            if doubted:
                message = (
                    f"the post may be that of delivery {doubted[0][0]}, of which a write had no answer:"
                    " reconcile or resolve it first"
                )
                raise JournalError(message, platform=row.platform)
            add(session, [begun], [line])
        return begun

    def fill(self, rows: Sequence[Row], now: int) -> list[Row]:
        """Write down deliveries for slots, all or none; of a slot that is filled, return what fills it.

        Raises:
            JournalError: A slot is filled with something else.
        """
        begun = self._begun(rows, now)
        with self._database.writing() as session:
            return fill(session, begun)

    def fill_free(self, rows: Sequence[Row], now: int) -> list[Row] | None:
        """Write down deliveries for slots that are free, all or none; None if one is not any more."""
        begun = self._begun(rows, now)
        try:
            with self._database.writing() as session:
                return fill_free(session, begun)
        except SlotTakenError:
            return None

    def fill_free_alone(self, rows: Sequence[Row], now: int) -> list[Row] | None:
        """Write down deliveries with names of their own at times that are free; otherwise as `fill_free`."""
        begun = self._begun(rows, now)
        try:
            with self._database.alone() as session:
                return fill_free(session, begun)
        except SlotTakenError:
            return None

    def named(self, accounts: Sequence[str], slot: str) -> list[Row]:
        """Return what fills the slot of one name on some accounts."""
        with self._database.reading() as session:
            return named(session, accounts, slot)

    def _begun(self, rows: Sequence[Row], now: int, places: Mapping[str, str] = NOWHERE) -> list[Begun]:
        return [
            begin(row, self._by(row.id, now), {places[row.id]: now} if row.id in places else {})
            for row in rows
        ]

    def first_free(self, account: str, times: Iterable[tuple[int, T]]) -> tuple[int, T] | None:
        """Return the first of some times at which an account has nothing planned; None if there is none."""
        with self._database.reading() as session:
            return first_free(session, account, times)

    def get(self, delivery: str) -> Row:
        """Return a delivery.

        Raises:
            JournalError: There is none, or not for these accounts.
        """
        with self._database.reading() as session:
            return find_row(session, self._mine, delivery)

    def page(self, wanted: dict[str, Value], after: str, limit: int) -> list[Row]:
        """Return deliveries by some of their columns, in the order of their ids."""
        with self._database.reading() as session:
            return DELIVERIES.page(session, self._mine.clause(), wanted, after, limit)

    def taking(self, accounts: Sequence[str], since: int, until: int) -> list[Row]:
        """Return posts of accounts that take of what is allowed between two times."""
        whose, values = self._mine.clause()
        sql = TAKING.format(whose=whose, marks=", ".join("?" * len(accounts)))
        with self._database.reading() as session:
            return [Row(*one) for one in session.run(sql, *values, *accounts, since, until, *TAKE)]

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
            return move(session, row, self._by(row.id, now), *states, because=text, **changed)

    def cancel(self, delivery: str, now: int, because: str) -> Row:
        """Have a delivery not happen; what of it is out stays out."""
        with self._database.writing() as session:
            return self._cancel(session, self._row(session, delivery), now, because)

    def _cancel(self, session: Session, row: Row, now: int, because: str) -> Row:
        by = self._by(row.id, now)
        outcome = with_reason(row, because)
        gone = DeliveryState.CANCELLED
        return move(session, row, by, gone, because=because, ready_at=None, outcome=outcome)

    def reschedule(
        self, delivery: str, now: int, due: int, wall: Mapping[str, JsonValue] | None = None
    ) -> Row:
        """Give a delivery another time; how much it may be late stays."""
        with self._database.writing() as session:
            row = self._row(session, delivery)
            by, late = self._by(row.id, now), row.expires_at - row.due_at
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
            news: dict[str, Step | None] = {
                name: one._replace(state="over") for name, one in steps.items() if one.open
            }
            if steps and row.flow != flow:
                self._forget(session, row, steps)
                news = dict.fromkeys(steps)
            because = "a person decided that it never went out"
            outcome, by = with_reason(row, because), self._by(row.id, now)
            again = Columns(ready_at=now, expires_at=_still(row, now), outcome=outcome)
            more = telling(news, {})
            return move(session, row, by, DeliveryState.PLANNED, because=because, more=more, **again)

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
        by = self._by(delivery, now)
        with self._database.writing() as session:
            row = self._undecided(session, delivery)
            # Where no write is open, the word is about the whole.
            found = {
                name: one._replace(state="finished", result=result)
                for name, one in steps_of(session, delivery).items()
                if one.open
            }
            more = not row.single and bool(found)
            news = telling(found, {place: claim_post(session, row, place, now)})
            session.run(KEEP, result, delivery)
            again = Columns(outcome=outcome.model_dump_json(exclude_defaults=True))
            again |= Columns(ready_at=now, expires_at=_still(row, now)) if more else Columns(ready_at=None)
            state = DeliveryState.PLANNED if more else DeliveryState.CONFIRMED
            return move(session, row, by, state, because=BY_WORD, more=news, **again)

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
            anchor(session, day, Author(now, self._actor))

    def _row(self, session: Session, delivery: str) -> Row:
        return find_row(session, self._mine, delivery, self._database.dialect.for_update)

    def _undecided(self, session: Session, delivery: str) -> Row:
        row = self._row(session, delivery)
        if row.state != DeliveryState.NEEDS_DECISION:
            message = f"delivery {delivery} is {row.state}: there is nothing to decide"
            raise JournalError(message)
        return row


TAKE: Final = tuple(
    state.value
    for state in DeliveryState
    if state not in {DeliveryState.HELD, DeliveryState.MISSED, DeliveryState.REFUSED, DeliveryState.CANCELLED}
)
"""States in which a post takes, or took, of what a platform allows at its time."""
TAKING: Final = (
    f"SELECT {COLUMNS} FROM deliveries WHERE {{whose}} AND account IN ({{marks}}) AND kind = 'publish'"
    f" AND due_at >= ? AND due_at < ? AND state IN ({', '.join('?' * len(TAKE))}) ORDER BY id"
)
CLOCKS: Final = timedelta(hours=1) // MICROSECOND
"""How far the clocks of a worker and of a platform may be apart."""
OPEN: Final = tuple(state.value for state in ACTIVE)
DOUBTED: Final = f"""
SELECT id FROM deliveries WHERE id IN (
    SELECT id FROM deliveries WHERE account = ? AND state IN ({", ".join("?" * len(OPEN))}) UNION ALL
    SELECT id FROM deliveries WHERE account = ? AND state = 'confirmed' AND ready_at IS NOT NULL
) AND kind IN ('publish', 'reply') AND EXISTS (SELECT 1 FROM steps WHERE steps.delivery = deliveries.id
AND writes AND steps.state = 'started' AND started_at <= ?) ORDER BY id LIMIT 1
"""
"""What is confirmed has one only for what was to stand beside it, for as long as that is looked for."""
APPROVAL: Final = "INSERT INTO approvals (delivery, at, actor, approved, note) VALUES (?, ?, ?, ?, ?)"
DROP: Final = "UPDATE steps SET state = 'over' WHERE delivery = ? AND writes AND state = 'started'"
KEEP: Final = (
    "UPDATE steps SET state = 'finished', result = ? WHERE delivery = ? AND writes AND state = 'started'"
)


def with_reason(row: Row, because: str) -> str:
    """Return a delivery's outcome with another reason."""
    changed = row.known().model_copy(update={"because": because, "needs_setup": False})
    return changed.model_dump_json(exclude_defaults=True)


def _still(row: Row, now: int) -> int:
    """Return until when a delivery may leave that a person has decided about."""
    return max(row.expires_at, now + row.expires_at - row.due_at)
