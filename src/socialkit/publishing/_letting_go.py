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
]

BEYOND: Final = (
    "what is on the platform itself: delete it there",
    "words of people of ours that name them: in posts to everybody, and in reasons that the history tells",
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
AND events.state = deliveries.state) FROM deliveries WHERE brand = ? AND id > ? ORDER BY id LIMIT ?
"""
STEPS: Final = (
    "SELECT delivery, name, writes, state, attempt, result FROM steps WHERE delivery IN ({marks})"
    " ORDER BY delivery, number, name"
)
OVER: Final = tuple(state.value for state in ENDED)
REWRITE: Final = "UPDATE steps SET attempt = ?, result = ? WHERE delivery = ? AND name = ?"


class LetGoItem(Model):
    """One delivery or case of which something was let go, or would be."""

    subject: AuditSubject
    id: str
    account: str
    """The account's key."""
    kinds: tuple[Kept, ...]
    """What of it."""
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
    """What stays in the journal for now or for good, and why: a sentence each."""
    beyond: tuple[str, ...] = BEYOND
    """What nobody can let go of from here."""


class Stored(NamedTuple):
    """A delivery as it lies in the database."""

    row: Row
    steps: tuple[Step, ...]
    since: int
    """When it came to stand as it stands."""

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
        for *columns, since in rows:
            row = Row(*columns)
            yield Stored(row, tuple(steps.get(row.id, ())), row.due_at if since is None else int(since))
        last = ids[-1]


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


def _found(session: Session, finder: Finder, left: list[str]) -> Iterator[Change]:
    """Yield what has to go of a brand; of what cannot, tell why."""
    cases = (
        (f"case {row.id}", partial(finder.of_case, session, row)) for row in case_rows(session, finder.brand)
    )
    rest = (
        (f"delivery {one.row.id}", partial(finder.of_delivery, one))
        for one in deliveries(session, finder.brand)
    )
    for name, look in chain[tuple[str, Callable[[list[str]], Change | None]]](cases, rest):
        try:
            change = look(left)
        except MALFORMED:
            left.append(f"{name} cannot be read: {finder.unreadable}")
            continue
        if change is not None:
            yield change


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

    Raises:
        JournalError: Somebody changed something of it meanwhile, and nothing is let go.
    """
    left: list[str] = []
    with database.reading() as session:
        changes = list(_found(session, finder, left))
    if changes and not dry_run:
        # Looked for before, so that workers wait only for the writing: each tells if it came too late.
        with database.writing() as session:
            for one in changes:
                one.write(session, by)
    items = tuple(one.item for one in changes)
    return LetGo(brand=finder.brand, dry_run=dry_run, items=items, left=tuple(left))
