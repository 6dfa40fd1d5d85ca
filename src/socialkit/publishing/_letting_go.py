"""Letting go of what others wrote: because its time has passed, or because somebody is to be forgotten.

What is let go is written over, and the history tells so in a line of its own, with digests of what is there
from then on: it stays as verifiable as before, and nothing in it is altered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final, NamedTuple, Protocol

from pydantic import JsonValue

from socialkit.models import Kept, Model
from socialkit.publishing._audit import AuditSubject
from socialkit.publishing._cases import COLUMNS as CASE_COLUMNS
from socialkit.publishing._cases import CaseRow, change
from socialkit.publishing._database import Database, Session
from socialkit.publishing._erasing import Tree, dumped, loaded, read
from socialkit.publishing._history import Author, note, telling
from socialkit.publishing._models import ENDED
from socialkit.publishing._rows import COLUMNS, UNREADABLE, Columns, Row, Step

__all__ = [
    "BEYOND",
    "MALFORMED",
    "Change",
    "Finder",
    "Holdings",
    "Kit",
    "LetGo",
    "LetGoItem",
    "Stored",
    "applied",
    "case_change",
    "case_rows",
    "deliveries",
    "delivery_change",
    "is_over",
    "kind_of",
]

BEYOND: Final = (
    "what is on the platform itself: delete it there",
    "words of people of ours that name them: in posts to everybody, notes on others' cases, and the history",
    "words of others that mention them",
    "what was exported, reported or saved in files, tables of observations among them",
    "copies of the database, and pages of its file that are free and not yet overwritten: vacuum it",
)
"""What no call here can reach."""
PAGE: Final = 500
MALFORMED: Final = (KeyError, AttributeError, *UNREADABLE)
"""What looking into JSON raises that is not what it should be."""
CASES: Final = f"SELECT {CASE_COLUMNS} FROM cases WHERE brand = ? AND id > ? ORDER BY id LIMIT ?"
DELIVERIES: Final = f"""
SELECT {COLUMNS}, (SELECT min(at) FROM events WHERE events.delivery = deliveries.id
AND events.state = deliveries.state), (SELECT min(at) FROM events WHERE events.delivery = deliveries.id)
FROM deliveries WHERE brand = ? AND id > ? ORDER BY id LIMIT ?
"""
STEPS: Final = (
    "SELECT delivery, name, writes, state, attempt, result FROM steps WHERE delivery IN ({marks})"
    " ORDER BY delivery, number, name"
)
ACCOUNTS: Final = """
SELECT DISTINCT brand, account FROM cases WHERE brand IS NOT NULL
UNION SELECT DISTINCT brand, account FROM deliveries WHERE brand IS NOT NULL
"""
OVER: Final = tuple(state.value for state in ENDED)
REWRITE: Final = "UPDATE steps SET attempt = ?, result = ? WHERE delivery = ? AND name = ?"


class LetGoItem(Model):
    """One delivery or case of which something was let go, or would be."""

    subject: AuditSubject
    id: str
    account: str
    """The account's key."""
    kinds: tuple[Kept, ...]
    """What of it; empty where only a reference to somebody went."""
    because: str
    """By which rule, or whose wish."""


class LetGo(Model):
    """What was let go of a brand, or would be.

    Example:
        >>> LetGo(brand="acme", dry_run=True).items
        ()
    """

    brand: str
    dry_run: bool
    items: tuple[LetGoItem, ...] = ()
    left: tuple[str, ...] = ()
    """What stays in the journal for now or for good, and why: a sentence each. One says so where nobody was
    found who could be forgotten."""
    beyond: tuple[str, ...] = BEYOND
    """What nobody can let go of from here."""


class Stored(NamedTuple):
    """A delivery as it lies in the database."""

    row: Row
    steps: tuple[Step, ...]
    since: int
    """When it came to stand as it stands."""
    planned: int
    """When it was planned."""

    @property
    def texts(self) -> Iterator[str]:
        """All that others' words may stand in."""
        given = ((step.attempt, step.result) for step in self.steps)
        return filter(None, (self.row.body, self.row.outcome, *chain.from_iterable(given)))


@dataclass(frozen=True, slots=True)
class Kit:
    """What a delivery holds, as JSON; None where something cannot be read."""

    row: Row
    body: Tree | None
    outcome: Tree | None
    steps: Mapping[str, tuple[Step, Any, Any]]
    """Each with its attempt and its result."""

    @classmethod
    def of(cls, found: Stored) -> Kit:
        """Read what a delivery holds."""
        row = found.row
        steps = {step.name: (step, loaded(step.attempt), loaded(step.result)) for step in found.steps}
        return cls(row, read(row.body), read(row.outcome), steps)


class Change(NamedTuple):
    """Something to be let go."""

    item: LetGoItem
    write: Callable[[Session, Author], None]


_Look = Callable[[list[str]], Change | None]


def case_rows(session: Session, brand: str) -> Iterator[CaseRow]:
    """Yield a brand's cases."""
    last = ""
    while rows := session.run(CASES, brand, last, PAGE):
        yield from (CaseRow(*one) for one in rows)
        last = str(rows[-1][0])


def deliveries(session: Session, brand: str) -> Iterator[Stored]:
    """Yield a brand's deliveries."""
    last = ""
    while rows := session.run(DELIVERIES, brand, last, PAGE):
        ids = [str(one[0]) for one in rows]
        steps: dict[str, list[Step]] = {}
        for delivery, *step in session.run(STEPS.format(marks=", ".join("?" * len(ids))), *ids):
            steps.setdefault(delivery, []).append(Step(*step))
        for *columns, since, planned in rows:
            row = Row(*columns)
            known = tuple(row.due_at if at is None else int(at) for at in (since, planned))
            yield Stored(row, tuple(steps.get(row.id, ())), *known)
        last = ids[-1]


class Holdings(NamedTuple):
    """Of whom and of what a journal has anything."""

    brands: frozenset[str]
    platforms: frozenset[str]

    @classmethod
    def of(cls, database: Database) -> Holdings:
        """Look at all that is kept."""
        with database.reading() as session:
            keys = [(str(brand), str(account)) for brand, account in session.run(ACCOUNTS)]
        platforms = (account.removeprefix(f"{brand}/").partition("/")[0] for brand, account in keys)
        return cls(frozenset(brand for brand, _ in keys), frozenset(platforms))


class Finder(Protocol):
    """Finds what has to go."""

    brand: str
    unreadable: str
    """What follows of a case or a delivery that cannot be read."""

    def of_case(self, session: Session, row: CaseRow, left: list[str], /) -> Change | None:
        """Return what has to go of a case; what of it stays, and why, is added to a list."""
        ...

    def of_delivery(self, stored: Stored, left: list[str], /) -> Change | None:
        """Return what has to go of a delivery; otherwise as `of_case`."""
        ...


class _Looked(NamedTuple):
    """What was found in a case or a delivery, as it stood."""

    stood: object
    change: Change | None
    left: tuple[str, ...]


class _Search:
    """Looks for what has to go of a brand; once more only into what has changed since."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._looked: Mapping[str, _Looked] = {}

    def run(self, session: Session) -> list[Change]:
        """Return what has to go."""
        looked: dict[str, _Looked] = {}
        for name, stood, look in self._all(session):
            known = self._looked.get(name)
            looked[name] = self._look(name, stood, look) if known is None or known.stood != stood else known
        self._looked = looked
        return [one.change for one in looked.values() if one.change is not None]

    @property
    def left(self) -> tuple[str, ...]:
        """What of it cannot go, and why."""
        return tuple(chain.from_iterable(one.left for one in self._looked.values()))

    def _all(self, session: Session) -> Iterator[tuple[str, object, _Look]]:
        finder = self._finder
        for row in case_rows(session, finder.brand):
            yield f"case {row.id}", row.version, partial(finder.of_case, session, row)
        for one in deliveries(session, finder.brand):
            stood = one.row.head, one.row.state, one.row.ready_at
            yield f"delivery {one.row.id}", stood, partial(finder.of_delivery, one)

    def _look(self, name: str, stood: object, look: _Look) -> _Looked:
        left: list[str] = []
        change = None
        try:
            change = look(left)
        except MALFORMED:
            left.append(f"{name} cannot be read: {self._finder.unreadable}")
        return _Looked(stood, change, tuple(left))


def kind_of(message: Mapping[str, Any]) -> Kept:
    """Return what a message is."""
    return Kept.PRIVATE_MESSAGES if message.get("private") else Kept.MESSAGES


def is_over(kit: Kit) -> bool:
    """Tell whether nothing of a delivery is sent or looked for any more: until then it needs it all."""
    looked_for = any(step.open for step, _, _ in kit.steps.values())
    return kit.row.state in OVER and kit.row.ready_at is None and not looked_for


def case_change(
    row: CaseRow, body: Tree, item: LetGoItem, what: str, changes: Mapping[str, Any], detail: Any
) -> Change:
    """Return how a case is written anew."""
    changed = row._replace(body=dumped(body), **changes)

    def write(session: Session, by: Author) -> None:
        change(session, changed, by, what, detail)

    return Change(item, write)


def delivery_change(
    kit: Kit, new: Kit, item: LetGoItem, what: str, detail: Mapping[str, JsonValue]
) -> Change:
    """Return how a delivery is written anew."""
    row, columns = kit.row, Columns()
    if new.body != kit.body:
        columns["body"] = dumped(new.body)
    if new.outcome != kit.outcome:
        columns["outcome"] = dumped(new.outcome)
    steps = {
        name: _step(step, attempt, result)
        for name, (step, attempt, result) in new.steps.items()
        if kit.steps[name][1:] != (attempt, result)
    }

    def write(session: Session, by: Author) -> None:
        for step in steps.values():
            session.run(REWRITE, step.attempt, step.result, row.id, step.name)
        note(session, row, by, what, {**detail, **telling(steps, {})}, **columns)

    return Change(item, write)


def _step(step: Step, attempt: Any, result: Any) -> Step:
    return step._replace(
        attempt=step.attempt if attempt is None else dumped(attempt),
        result=step.result if result is None else dumped(result),
    )


def applied(database: Database, by: Author, finder: Finder, *, dry_run: bool) -> LetGo:
    """Let go of what is found, all or nothing; or tell only what that would be.

    Args:
        database: The journal's.
        by: Who does it.
        finder: Finds it.
        dry_run: Whether nothing is written.
    """
    search = _Search(finder)
    with database.reading() as session:
        changes = search.run(session)
    if changes and not dry_run:
        # What somebody planned or changed meanwhile has to go too. Nobody can while this lasts: most of
        # the looking is done before.
        with database.alone() as session:
            changes = search.run(session)
            for one in changes:
                one.write(session, by)
    items = tuple(one.item for one in changes)
    return LetGo(brand=finder.brand, dry_run=dry_run, items=items, left=search.left)
