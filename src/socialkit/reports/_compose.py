"""Putting a page together: the reader's parts, as far as there is something to make them from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from socialkit.models import Period
from socialkit.reports._aims import aims, reached
from socialkit.reports._gaps import gaps
from socialkit.reports._inbox import in_time, inbox
from socialkit.reports._numbers import count, day, total
from socialkit.reports._page import Block, Cell, Page, Section, Tile, missing
from socialkit.reports._posts import best, engagement, outcomes, pillars, undecided
from socialkit.reports._readers import READERS, Part, Reader
from socialkit.reports._scope import Scope
from socialkit.reports._worth import spent, worth

__all__ = ["composed"]

MAKERS: Final[Mapping[Part, Callable[[Scope], list[Block]]]] = {
    "aims": aims,
    "money": worth,
    "engagement": engagement,
    "pillars": pillars,
    "best": best,
    "inbox": inbox,
    "outcomes": outcomes,
    "gaps": gaps,
}

NEEDS: Final[Mapping[Part, Mapping[str, str]]] = {
    "aims": {"strategy": "a strategy", "table": "a table"},
    "money": {"costs": "a ledger of costs"},
    "engagement": {"table": "a table"},
    "pillars": {"deliveries": "a journal"},
    "best": {"table": "a table"},
    "inbox": {"cases": "cases"},
    "outcomes": {"deliveries": "a journal"},
    "gaps": {"table": "a table"},
}
"""What each part is made from."""


def composed(scope: Scope, reader: Reader) -> Page:
    """Return the page for a reader."""
    parts = READERS[reader]
    lacking: dict[Part, list[str]] = {part: _lacking(scope, part) for part in parts}
    there: list[Part] = [part for part in parts if not lacking[part]]
    sections = [Section(*parts[part], tuple(_made(scope, part))) for part in there]
    tiles = [Tile(*tile) for part in there if (tile := _tile(scope, part)) is not None]
    return Page(
        title=f"{scope.brand} on social media",
        subtitle=_subtitle(scope, reader),
        tiles=tuple(tiles),
        sections=tuple(sections),
        absent=tuple(
            f"{parts[part][0]}: needs {' and '.join(lacks)}" for part, lacks in lacking.items() if lacks
        ),
    )


def _lacking(scope: Scope, part: Part) -> list[str]:
    return [words for name, words in NEEDS[part].items() if getattr(scope, name) is None]


def _made(scope: Scope, part: Part) -> list[Block]:
    try:
        return MAKERS[part](scope)
    except ValueError as error:
        return [f"Cannot be added up: {error}."]


def _subtitle(scope: Scope, reader: Reader) -> str:
    until = "" if scope.now is None else f", as of {day(scope.period.day_of(scope.now))}"
    return f"{_span(scope.period)}{until}, for {reader}"


def _span(period: Period) -> str:
    return f"{day(period.first)} to {day(period.last)} ({period.zone})"


def _tile(scope: Scope, part: Part) -> tuple[str, Cell] | None:
    tiles: Mapping[Part, tuple[str, Callable[[Scope], Cell]]] = {
        "aims": ("Targets reached", reached),
        "money": ("Spent", spent),
        "engagement": ("Engagement", _engagement),
        "pillars": ("Posts out", lambda given: count(len(given.first_parts))),
        "inbox": ("Answered in time", lambda given: in_time(given.cases or (), given.now)),
        "outcomes": ("To look at", lambda given: count(len(undecided(given.deliveries or ())))),
    }
    if part not in tiles:
        return None
    label, maker = tiles[part]
    return label, maker(scope)


def _engagement(scope: Scope) -> Cell:
    if scope.table is None:
        return missing()
    try:
        return total(next(iter(scope.table.total("engagement")), None))
    except ValueError:
        return missing("cannot be added up")
