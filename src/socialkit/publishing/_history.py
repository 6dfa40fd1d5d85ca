"""The history of deliveries: append-only, each line chained to the one before it.

A chain per delivery rather than one for all, so that workers do not wait for each other; what binds them
together is an anchor a day over all that was added since the one before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, NamedTuple, Unpack, cast

from pydantic import JsonValue

from socialkit.errors import JournalError
from socialkit.publishing._database import Database, Session, Value
from socialkit.publishing._doubles import doubles
from socialkit.publishing._models import TRANSITIONS, DeliveryState
from socialkit.publishing._rows import COLUMNS, EVENT_COLUMNS, NOTHING, Columns, Row

__all__ = [
    "Author",
    "Noted",
    "add",
    "anchor",
    "anchored",
    "begin",
    "digest_of",
    "flaws",
    "move",
    "note",
    "page",
    "remark",
    "told",
]

ADD_EVENT: Final = """
INSERT INTO events (delivery, number, at, actor, what, state, detail, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_plain: Final = json.JSONEncoder(ensure_ascii=False).encode
_ordered: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
ADD_DELIVERY: Final = f"INSERT INTO deliveries ({COLUMNS}) VALUES ({', '.join('?' * len(Row._fields))})"


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes a line, and when, in microseconds since 1970."""

    at: int
    actor: str | None


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _line(row: Row, by: Author, what: str, state: str, detail: Mapping[str, JsonValue]) -> tuple[Any, ...]:
    """Return the next line of a delivery's history."""
    said = _ordered(detail)
    line = (row.id, row.number + 1, by.at, by.actor, what, state, said)
    return (*line, chained(row.head, line))


def chained(head: str, line: tuple[Any, ...]) -> str:
    """Return the digest of a line that follows a head."""
    return digest_of(_plain([head, *line]))


def begin(row: Row, by: Author) -> tuple[Row, tuple[Any, ...]]:
    """Return a new delivery with the first line of its history."""
    detail: dict[str, JsonValue] = {
        "body": digest_of(row.body),
        "columns": _fixed(row),
        "account": row.account,
        "due_at": row.due_at,
        "expires_at": row.expires_at,
    }
    if row.wall is not None:
        detail["wall"] = row.wall
    if row.outcome != NOTHING:
        detail["outcome"] = digest_of(row.outcome)
    line = _line(row, by, row.state, row.state, detail)
    return row._replace(number=line[1], head=line[-1]), line


def _fixed(row: Row) -> str:
    """Return a digest of what never changes of a delivery beside its body: whose it is, and of what kind."""
    owner = (row.kind, row.brand, row.platform, row.account, row.campaign, row.slot)
    return digest_of(_plain([*owner, bool(row.answer), bool(row.single)]))


def add(session: Session, rows: list[Row], lines: list[tuple[Any, ...]]) -> None:
    """Write down new deliveries."""
    session.many(ADD_DELIVERY, rows)
    session.many(ADD_EVENT, lines)


def move(
    session: Session,
    row: Row,
    by: Author,
    *states: DeliveryState,
    because: str | None = None,
    **columns: Unpack[Columns],
) -> Row:
    """Take a delivery to its next state, or through several.

    Raises:
        JournalError: No such state may follow, or somebody else was quicker.
    """
    detail: dict[str, JsonValue] = {} if because is None else {"because": because}
    detail |= told(columns)
    lines: list[tuple[Any, ...]] = []
    before = row
    for state in states:
        if state not in TRANSITIONS[DeliveryState(row.state)]:
            message = f"delivery {row.id} is {row.state}: it cannot become {state.value}"
            raise JournalError(message)
        line = _line(row, by, state.value, state.value, detail if state is states[-1] else {})
        row = row._replace(number=line[1], head=line[-1], state=state.value)
        lines.append(line)
    return _write(session, before, row._replace(**columns), lines)


SHOWN: Final = ("due_at", "expires_at", "ready_at", "fence", "wall")


def told(columns: Columns) -> dict[str, JsonValue]:
    """Return what a line tells of changed columns; of an outcome its digest."""
    shown: dict[str, Any] = dict(columns)
    said: dict[str, JsonValue] = {name: shown[name] for name in SHOWN if name in shown}
    if "outcome" in columns:
        said["outcome"] = digest_of(columns["outcome"])
    return said


def note(
    session: Session,
    row: Row,
    by: Author,
    what: str,
    detail: Mapping[str, JsonValue],
    **columns: Unpack[Columns],
) -> Row:
    """Write down something that changes no state."""
    noted = Noted.of(row, by, what, detail, **columns)
    return _write(session, row, noted.after, [noted.line])


LAST_OF: Final = "SELECT number, digest FROM events WHERE delivery = ? ORDER BY number DESC LIMIT 1"


def remark(session: Session, place: str, by: Author, what: str, detail: Mapping[str, JsonValue]) -> None:
    """Write down something that concerns no single delivery; the place has a chain of its own."""
    last = session.run(LAST_OF, place)
    number, head = last[0] if last else (0, "")
    line = (place, number + 1, by.at, by.actor, what, "", _ordered(detail))
    session.many(ADD_EVENT, [(*line, chained(head, line))])


class Noted(NamedTuple):
    """Something that changes no state, to be written down later."""

    before: Row
    after: Row
    line: tuple[Any, ...]

    @classmethod
    def of(
        cls, row: Row, by: Author, what: str, detail: Mapping[str, JsonValue], **columns: Unpack[Columns]
    ) -> Noted:
        """Return what is to be written down."""
        line = _line(row, by, what, row.state, {**detail, **told(columns)})
        return cls(row, row._replace(number=line[1], head=line[-1], **columns), line)

    def write(self, session: Session) -> bool:
        """Write it down and say so; not if something else happened to the delivery meanwhile."""
        return _written(session, self.before, self.after, [self.line])


def _write(session: Session, before: Row, after: Row, lines: Sequence[tuple[Any, ...]]) -> Row:
    if not _written(session, before, after, lines):
        message = f"delivery {before.id} was changed by somebody else meanwhile"
        raise JournalError(message)
    return after


def _written(session: Session, before: Row, after: Row, lines: Sequence[tuple[Any, ...]]) -> bool:
    changed = {
        name: value for name, value, old in zip(Row._fields, after, before, strict=True) if value != old
    }
    setting = ", ".join(f"{name} = ?" for name in changed)
    sql = f"UPDATE deliveries SET {setting} WHERE id = ? AND number = ? RETURNING id"
    if not session.run(sql, *changed.values(), before.id, before.number):
        return False
    for line in lines:
        session.run(ADD_EVENT, *line)
    return True


# Reading ------------------------------------------------------------------------------------------

LAST_LINE: Final = (1 << 63) - 1
NEWEST: Final = "SELECT max(seq) FROM events"


def page(
    database: Database, after: int, limit: int, condition: str = "", values: Sequence[Value] = ()
) -> list[tuple[Any, ...]]:
    """Return lines of the history in order; no other one can come between them any more.

    Where several transactions write at once, a line may come to be seen after later ones: whoever goes on
    after the last line seen would miss it.
    """
    settled = database.settled
    rows = _page(database, after, LAST_LINE, limit, condition, values)
    if rows and rows[-1][0] > settled:
        with database.alone() as session:
            settled = int(session.run(NEWEST)[0][0] or 0)
        database.settled = max(settled, database.settled)
        rows = _page(database, after, settled, limit, condition, values)
    return rows


def _page(
    database: Database, after: int, upto: int, limit: int, condition: str, values: Sequence[Value]
) -> list[tuple[Any, ...]]:
    sql = f"SELECT {EVENT_COLUMNS} FROM events WHERE seq > ? AND seq <= ?{condition} ORDER BY seq LIMIT ?"
    with database.reading() as session:
        return session.run(sql, after, upto, *values, limit)


# Anchors and verification -------------------------------------------------------------------------

LAST_ANCHOR: Final = "SELECT day, upto, digest FROM anchors ORDER BY upto DESC LIMIT 1"
SINCE: Final = "SELECT seq, digest FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
CHAINED: Final = (
    f"SELECT {EVENT_COLUMNS} FROM events WHERE (delivery, number) > (?, ?) ORDER BY delivery, number LIMIT ?"
)
FOUND: Final = f"SELECT {COLUMNS} FROM deliveries WHERE id IN ({{marks}})"
BARE: Final = (
    "SELECT id FROM deliveries WHERE NOT EXISTS (SELECT 1 FROM events WHERE delivery = deliveries.id)"
    " ORDER BY id"
)
AT_ONCE: Final = 10_000
"""Lines read at once."""
DELIVERIES_AT_ONCE: Final = 500


def anchored(session: Session, day: str) -> bool:
    """Return whether a day has its anchor."""
    return bool(session.run("SELECT day FROM anchors WHERE day = ?", day))


def anchor(session: Session, day: str) -> None:
    """Bind together all that was added since the last anchor, once a day."""
    if anchored(session, day):
        return
    last = session.run(LAST_ANCHOR)
    start, digest = (int(last[0][1]), str(last[0][2])) if last else (0, "")
    newest = session.run(NEWEST)[0][0]
    if newest is None or newest == start:
        return
    bound = _bound(session, digest, start, newest)
    session.run("INSERT INTO anchors VALUES (?, ?, ?) ON CONFLICT (day) DO NOTHING", day, newest, bound)


def _bound(session: Session, head: str, start: int, end: int) -> str:
    digest = hashlib.sha256(head.encode())
    while lines := session.run(SINCE, start, end, AT_ONCE):
        for _, one in lines:
            digest.update(one.encode())
        start = lines[-1][0]
    return digest.hexdigest()


def flaws(session: Session) -> Generator[str]:
    """Find what does not fit together in the history: altered lines, removed ones, altered deliveries."""
    chains = _chains(session)
    while some := dict(islice(chains, DELIVERIES_AT_ONCE)):
        found = session.run(FOUND.format(marks=", ".join("?" * len(some))), *some)
        rows = {row.id: row for row in (Row(*one) for one in found)}
        for delivery, lines in some.items():
            wrong = _chain_flaws(lines, rows.get(delivery))
            yield from (f"delivery {delivery}: {flaw}" for flaw in wrong)
    yield from doubles(session)
    for (delivery,) in session.run(BARE):
        yield f"delivery {delivery}: it has no history"
    start, digest = 0, ""
    for day, upto, known in session.run("SELECT day, upto, digest FROM anchors ORDER BY upto"):
        digest = _bound(session, digest, start, upto)
        if digest != known:
            yield f"history up to {day}: lines were altered, added or removed since its anchor"
        start, digest = upto, known


Line = tuple[Any, ...]


class End(NamedTuple):
    """How a delivery's history ends."""

    number: int
    head: str
    state: str
    said: dict[str, Any]
    """The last that was told of each thing."""


FLAWS: Final[Mapping[str, str]] = {
    "body": "what was planned is not what is there",
    "columns": "whose it is, or of what kind, is not what was planned",
    "outcome": "its outcome is not the one that was written down",
    "due_at": "its time is not the one that was written down",
    "expires_at": "how late it may leave is not what was written down",
    "wall": "the wall time that it goes by is not the one that was written down",
}


def _chains(session: Session) -> Generator[tuple[str, list[Line]]]:
    """Read the histories of all deliveries, one after the other."""
    last: tuple[str, int] = ("", 0)
    chain: list[Line] = []
    while lines := session.run(CHAINED, *last, AT_ONCE):
        for line in lines:
            if chain and chain[0][1] != line[1]:
                yield chain[0][1], chain
                chain = []
            chain.append(line)
        last = lines[-1][1], lines[-1][2]
    if chain:
        yield chain[0][1], chain


def _chain_flaws(lines: list[Line], row: Row | None) -> Generator[str]:
    """Find what does not fit together in one history, and in the delivery that it tells of."""
    end = End(0, "", "", {})
    for _, delivery, number, at, actor, what, state, detail, digest in lines:
        if number != end.number + 1:
            yield f"line {end.number + 1} of its history is missing"
        elif chained(end.head, (delivery, number, at, actor, what, state, detail)) != digest:
            yield f"line {number} of its history was altered"
        end = End(number, digest, state, end.said | _said(detail))
    if row is not None:
        yield from _row_flaws(row, end)
    elif " " not in lines[0][1]:  # what concerns a whole brand is told under its name
        yield "it was removed"


def _row_flaws(row: Row, end: End) -> Generator[str]:
    """Find in what a delivery is not what its history tells."""
    if (row.number, row.head, row.state) != (end.number, end.head, end.state):
        yield "its state is not the one that its history ends with"
    found: dict[str, JsonValue] = {
        "body": digest_of(row.body),
        "columns": _fixed(row),
        "outcome": digest_of(row.outcome),
        "due_at": row.due_at,
        "expires_at": row.expires_at,
        "wall": row.wall,
    }
    for name, flaw in FLAWS.items():
        if name in end.said and end.said[name] != found[name]:
            yield flaw


def _said(detail: str) -> dict[str, Any]:
    """Return what a line tells; nothing if it was made unreadable, which its digest shows."""
    try:
        said: Any = json.loads(detail)
    except ValueError:
        return {}
    return cast("dict[str, Any]", said) if isinstance(said, dict) else {}
