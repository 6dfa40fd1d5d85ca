"""The history of deliveries: append-only, each line chained to the one before it.

A chain per delivery rather than one for all, so that workers do not wait for each other; what binds them
together is an anchor a day over all that was added since the one before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Unpack

from pydantic import JsonValue

from socialkit.errors import JournalError
from socialkit.publishing._database import Database, Session, Value
from socialkit.publishing._models import TRANSITIONS, DeliveryState
from socialkit.publishing._rows import COLUMNS, EVENT_COLUMNS, NOTHING, Columns, Row, Step

__all__ = [
    "ANCHORED",
    "AT_ONCE",
    "AUTHORITY",
    "FROZEN",
    "THAWED",
    "THE_JOURNAL",
    "WIDENED",
    "Author",
    "Noted",
    "add",
    "anchor",
    "anchored",
    "begin",
    "bound",
    "chained",
    "digest_of",
    "fixed",
    "move",
    "note",
    "page",
    "remark",
    "stands",
    "telling",
    "told",
]

ADD_EVENT: Final = """
INSERT INTO events (delivery, number, at, actor, what, state, detail, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
NOTHING_MORE: Final[Mapping[str, JsonValue]] = {}
AUTHORITY: Final = "authority"
"""Under which name a line tells what allowed it, or did not."""
NO_POSTS: Final[Mapping[str, int]] = {}
_plain: Final = json.JSONEncoder(ensure_ascii=False).encode
_ordered: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
ADD_DELIVERY: Final = f"INSERT INTO deliveries ({COLUMNS}) VALUES ({', '.join('?' * len(Row._fields))})"


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes a line, and when, in microseconds since 1970."""

    at: int
    actor: str | None
    ruling: str | None = None
    """What the table of authority said that let them, or did not; None where no table was asked."""

    def saying(self, detail: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        """Return what a line tells, with what allowed it."""
        return detail if self.ruling is None else {**detail, AUTHORITY: self.ruling}


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _line(row: Row, by: Author, what: str, state: str, detail: Mapping[str, JsonValue]) -> tuple[Any, ...]:
    """Return the next line of a delivery's history."""
    said = _ordered(by.saying(detail))
    line = (row.id, row.number + 1, by.at, by.actor, what, state, said)
    return (*line, chained(row.head, line))


def chained(head: str, line: tuple[Any, ...]) -> str:
    """Return the digest of a line that follows a head."""
    return digest_of(_plain([head, *line]))


def begin(row: Row, by: Author, posts: Mapping[str, int] = NO_POSTS) -> tuple[Row, tuple[Any, ...]]:
    """Return a new delivery with the first line of its history.

    Args:
        row: The delivery.
        by: Who plans it.
        posts: The posts that it has already become, and when they were claimed.
    """
    detail: dict[str, JsonValue] = {
        "body": digest_of(row.body),
        "columns": fixed(row),
        "account": row.account,
        "due_at": row.due_at,
        "ready_at": row.ready_at,
        "expires_at": row.expires_at,
        **telling({}, posts),
    }
    if row.wall is not None:
        detail["wall"] = row.wall
    if row.outcome != NOTHING:
        detail["outcome"] = digest_of(row.outcome)
    line = _line(row, by, row.state, row.state, detail)
    return row._replace(number=line[1], head=line[-1]), line


def fixed(row: Row) -> str:
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
    more: Mapping[str, JsonValue] = NOTHING_MORE,
    **columns: Unpack[Columns],
) -> Row:
    """Take a delivery to its next state, or through several.

    Args:
        session: The transaction.
        row: The delivery.
        by: Who does it.
        states: Through which states it goes.
        because: Why.
        more: What else the last line tells.
        columns: What changes beside the state.

    Raises:
        JournalError: No such state may follow, or somebody else was quicker.
    """
    detail: dict[str, JsonValue] = {} if because is None else {"because": because}
    detail |= {**more, **told(columns)}
    lines: list[tuple[Any, ...]] = []
    before = row
    for state in states:
        if state not in TRANSITIONS.get(DeliveryState(row.state), ()):  # one that was altered may be none
            message = f"delivery {row.id} is {row.state}: it cannot become {state.value}"
            raise JournalError(message)
        line = _line(row, by, state.value, state.value, detail if state is states[-1] else {})
        row = row._replace(number=line[1], head=line[-1], state=state.value)
        lines.append(line)
    return _write(session, before, row._replace(**columns), lines)


SHOWN: Final = ("due_at", "expires_at", "ready_at", "fence", "tries", "flow", "wall", "held_by")


def told(columns: Columns) -> dict[str, JsonValue]:
    """Return what a line tells of changed columns; of an outcome and of what was planned their digests."""
    shown: dict[str, Any] = dict(columns)
    said: dict[str, JsonValue] = {name: shown[name] for name in SHOWN if name in shown}
    if "outcome" in columns:
        said["outcome"] = digest_of(columns["outcome"])
    if "body" in columns:
        said["body"] = digest_of(columns["body"])
    return said


def telling(steps: Mapping[str, Step | None], posts: Mapping[str, int]) -> dict[str, JsonValue]:
    """Return what a line tells of steps and posts.

    Args:
        steps: How steps stand; None: there is no such step any more.
        posts: Posts that were claimed, and when.
    """
    said: dict[str, JsonValue] = {}
    if steps:
        said["steps"] = {name: None if step is None else stands(step) for name, step in steps.items()}
    if posts:
        said["posts"] = dict(posts)
    return said


def stands(step: Step) -> str:
    """Return a digest of how a step stands."""
    # Joined, since it is much text already: as JSON, it holds no such character.
    given = ("" if text is None else f"={text}" for text in (step.attempt, step.result))
    return digest_of("\0".join((step.name, "writes" if step.writes else "", step.state, *given)))


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


FROZEN: Final = "frozen"
WIDENED: Final = "widened"
THAWED: Final = "thawed"
"""What the history calls it when a freeze begins, holds back answers too, and ends."""
LAST_OF: Final = "SELECT number, digest FROM events WHERE delivery = ? ORDER BY number DESC LIMIT 1"


def remark(session: Session, place: str, by: Author, what: str, detail: Mapping[str, JsonValue]) -> None:
    """Write down something that concerns no single delivery; the place has a chain of its own.

    Its name has a blank, which no delivery's id has. Nothing here keeps two lines apart: the transaction has
    to be alone, or to have a row that all write who tell of this place.
    """
    last = session.run(LAST_OF, place)
    number, head = last[0] if last else (0, "")
    line = (place, number + 1, by.at, by.actor, what, "", _ordered(by.saying(detail)))
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


# Anchors ------------------------------------------------------------------------------------------

THE_JOURNAL: Final = "the journal"
"""Under which name the history tells what concerns the whole of it."""
ANCHORED: Final = "anchored"
LAST_ANCHOR: Final = "SELECT day, upto, digest FROM anchors ORDER BY upto DESC LIMIT 1"
SINCE: Final = "SELECT seq, digest FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
NEWS: Final = "SELECT 1 FROM events WHERE seq > ? AND delivery <> ? LIMIT 1"
AT_ONCE: Final = 10_000
"""Lines read at once."""


def anchored(session: Session, day: str) -> bool:
    """Return whether a day has its anchor."""
    return bool(session.run("SELECT day FROM anchors WHERE day = ?", day))


def anchor(session: Session, day: str, by: Author) -> None:
    """Bind together all that was added since the last anchor, once a day.

    A line tells of the anchor, so that it is missed when it is gone.
    """
    if anchored(session, day):
        return
    last = session.run(LAST_ANCHOR)
    start, digest = (int(last[0][1]), str(last[0][2])) if last else (0, "")
    if not session.run(NEWS, start, THE_JOURNAL):
        return
    newest = int(session.run(NEWEST)[0][0])
    digest = bound(session, digest, start, newest)
    session.run("INSERT INTO anchors VALUES (?, ?, ?)", day, newest, digest)
    remark(session, THE_JOURNAL, by, ANCHORED, {"day": day, "upto": newest, "digest": digest})


def bound(session: Session, head: str, start: int, end: int) -> str:
    """Return a digest over the lines after one place up to another."""
    digest = hashlib.sha256(head.encode())
    while lines := session.run(SINCE, start, end, AT_ONCE):
        for _, one in lines:
            digest.update(one.encode())
        start = lines[-1][0]
    return digest.hexdigest()
