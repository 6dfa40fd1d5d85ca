"""Deliveries that fill slots: of any number of processes, one fills each.

What is cancelled or refused leaves its slot empty; everything else fills it, whoever has to decide about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any, Final, TypeVar

from socialkit.errors import JournalError
from socialkit.publishing._database import Session, Value
from socialkit.publishing._history import ADD_DELIVERY, ADD_EVENT
from socialkit.publishing._models import ACTIVE
from socialkit.publishing._packing import peek
from socialkit.publishing._queues import queue_slot
from socialkit.publishing._rows import COLUMNS, Body, Row

__all__ = [
    "Begun",
    "SlotTakenError",
    "fill",
    "fill_free",
    "first_free",
    "is_same",
    "named",
    "named_otherwise",
    "queue_slot",
]

T = TypeVar("T")

Place = tuple[str, str | None]
"""An account and one of its slots."""


Begun = tuple[Row, tuple[Any, ...]]
"""A delivery, and the first line of its history."""


class SlotTakenError(JournalError):
    """Somebody else was quicker; nothing was written."""


def fill(session: Session, begun: Sequence[Begun]) -> list[Row]:
    """Write down deliveries for slots; of a slot that is filled, return what fills it.

    Args:
        session: The transaction.
        begun: The deliveries with the first lines of their histories, made before others have to wait.

    Raises:
        JournalError: A slot is filled with something else.
    """
    there = _filled_late(session, [row for row, _ in begun])
    left = [row for row, _ in begun if (row.account, row.slot) not in there]
    while left:
        new = _added(session, left)
        session.many(ADD_EVENT, [line for row, line in begun if row.id in new])
        there |= {(row.account, row.slot): row for row in left if row.id in new}
        left = [row for row in left if row.id not in new]
        there |= _filled(session, left)
        # Empty again meanwhile is what somebody cancelled just now.
        left = [row for row in left if (row.account, row.slot) not in there]
    return [there[row.account, row.slot] for row, _ in begun]


def fill_free(session: Session, begun: Sequence[Begun]) -> list[Row]:
    """Write down deliveries for slots that are free.

    Raises:
        SlotTakenError: One is not any more.
    """
    rows = [row for row, _ in begun]
    taken = any(_busy(session, row.account, [row.due_at]) for row in rows)
    if taken or len(_added(session, rows)) < len(rows):
        message = "a slot was filled by somebody else meanwhile: nothing was planned"
        raise SlotTakenError(message)
    session.many(ADD_EVENT, [line for _, line in begun])
    return rows


def first_free(session: Session, account: str, times: Iterable[tuple[int, T]]) -> tuple[int, T] | None:
    """Return the first of some times at which nothing is planned for an account; None if there is none."""
    for some in _in_parts(times, AHEAD):
        busy = _busy(session, account, [due for due, _ in some])
        for due, time in some:
            if due not in busy:
                return due, time
    return None


def named(session: Session, accounts: Sequence[str], slot: str) -> list[Row]:
    """Return what fills the slot of one name on some accounts; what came out after all before the rest."""
    found: dict[str, Row] = {}
    for account in accounts:
        for sql in (FILLED, FILLED_LATE):
            for one in session.run(sql.format(marks="?"), account, slot):
                found[account] = Row(*one)
    return list(found.values())


def is_same(row: Row, text: str) -> bool:
    """Return whether a post says what another one would, whenever each is to leave.

    Args:
        row: The one that is written down.
        text: The other one, packed.
    """
    return row.kind == "publish" and peek(Body, row.body).draft == peek(Body, text).draft


def named_otherwise(row: Row) -> JournalError:
    """Return what to raise where a name is something else's."""
    message = f"slot {row.slot!r} is filled with something else: cancel delivery {row.id} first"
    return JournalError(message, platform=row.platform)


# Below --------------------------------------------------------------------------------------------

AT_ONCE: Final = 500
"""Things that one statement looks for."""
AHEAD: Final = 50
"""Times of a queue that are computed before anybody knows whether the first is free."""
FILLS: Final = "slot IS NOT NULL AND state NOT IN ('cancelled', 'refused') AND NOT late"
"""As the index has it that lets a slot be filled once."""
FILL: Final = f"{ADD_DELIVERY} ON CONFLICT (account, slot) WHERE {FILLS} DO NOTHING"
LATE: Final = "slot IS NOT NULL AND late"
"""What had left its slot empty, and came out after all."""
FILLED_LATE: Final = f"SELECT {COLUMNS} FROM deliveries WHERE account = ? AND slot IN ({{marks}}) AND {LATE}"
FILLED: Final = f"SELECT {COLUMNS} FROM deliveries WHERE account = ? AND slot IN ({{marks}}) AND {FILLS}"
ADDED: Final = "SELECT id FROM deliveries WHERE id IN ({marks})"
QUEUED: Final = f"SELECT slot FROM deliveries WHERE account = ? AND slot IN ({{marks}}) AND {FILLS}"
QUEUED_LATE: Final = f"SELECT slot FROM deliveries WHERE account = ? AND slot IN ({{marks}}) AND {LATE}"
TO_COME: Final = tuple(sorted(state.value for state in ACTIVE))
PLANNED: Final = (
    "SELECT due_at FROM deliveries WHERE account = ? AND due_at IN ({marks}) AND kind = 'publish'"
    f" AND state IN ({', '.join('?' * len(TO_COME))})"
)


def _added(session: Session, rows: Sequence[Row]) -> set[str]:
    """Write down deliveries whose slots are empty, and return their ids."""
    # Always in one order, so that two who fill the same slots do not wait for each other in a circle.
    ordered: list[Row] = sorted(rows, key=_place)
    if session.many(FILL, ordered) == len(rows):
        return {row.id for row in rows}
    found: set[str] = set()
    for some in _in_parts(rows, AT_ONCE):
        sql = ADDED.format(marks=_marks(some))
        found |= {str(one[0]) for one in session.run(sql, *(row.id for row in some))}
    return found


def _filled_late(session: Session, rows: Sequence[Row]) -> dict[Place, Row]:
    """Return what fills slots that it had left empty, where its platform confirmed it late."""
    late = _in_slots(session, FILLED_LATE, rows)
    again = [row for row in rows if (row.account, row.slot) in late]
    return _as_meant(late | _in_slots(session, FILLED, again), rows)


def _filled(session: Session, rows: Sequence[Row]) -> dict[Place, Row]:
    """Return what fills slots already."""
    return _as_meant(_in_slots(session, FILLED, rows), rows)


def _in_slots(session: Session, sql: str, rows: Sequence[Row]) -> dict[Place, Row]:
    found: dict[Place, Row] = {}
    for account, wanted in groupby(sorted(rows, key=_place), key=_account):
        for some in _in_parts(wanted, AT_ONCE):
            for one in session.run(sql.format(marks=_marks(some)), account, *(row.slot for row in some)):
                row = Row(*one)
                found[row.account, row.slot] = row
    return found


def _as_meant(found: dict[Place, Row], rows: Sequence[Row]) -> dict[Place, Row]:
    for row in rows:
        there = found.get((row.account, row.slot))
        if there is not None and _meant(there) != _meant(row):
            raise named_otherwise(there)
    return found


def _busy(session: Session, account: str, times: Sequence[int]) -> set[int]:
    """Return at which times an account has something already, from its queue or planned in another way."""
    marks, slots = _marks(times), {queue_slot(due): due for due in times}
    queued = [
        one for sql in (QUEUED, QUEUED_LATE) for one in session.run(sql.format(marks=marks), account, *slots)
    ]
    states: tuple[Value, ...] = TO_COME
    planned = session.run(PLANNED.format(marks=marks), account, *times, *states)
    return {slots[one[0]] for one in queued} | {int(one[0]) for one in planned}


def _in_parts(things: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(things)
    while part := list(islice(rest, size)):
        yield part


def _marks(things: Sequence[object]) -> str:
    return ", ".join("?" * len(things))


def _account(row: Row) -> str:
    return row.account


def _place(row: Row) -> tuple[str, str]:
    return row.account, row.slot or ""


def _meant(row: Row) -> tuple[object, ...]:
    """Return what was planned for a slot, and when the slot was; a wall time stays what it is."""
    body = peek(Body, row.body)
    at = body.slot_at if body.wall is None else body.wall
    return row.kind, body.draft, at, body.target, body.private
