"""What a report says, before it is drawn: the same for a terminal, a notebook and a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["Bar", "Bars", "Block", "Cell", "Grid", "Page", "Section", "Tile", "missing", "said", "worded"]

NO_ROW: Final = "no row"
"""What a table says where nobody asked the platform."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, or why there is none."""

    text: str
    note: str = ""
    """Beside it, smaller: over what, from how many, why not."""
    missing: bool = False
    number: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first cell of a row names it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def is_number(self, place: int) -> bool:
        """Tell whether a column holds nothing but numbers."""
        return bool(self.rows) and all(row[place].number for row in self.rows)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a picture."""

    label: str
    length: float | None
    """Its part of the whole width, from 0 to 1; None leaves a gap with a mark, since missing is not zero."""
    cell: Cell
    """What it stands for."""
    line: float | None = None
    """Where a line crosses it, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A picture with bars."""

    caption: str
    bars: tuple[Bar, ...]
    line: str | None = None
    """What the lines across mean."""


Block = Grid | Bars | str
"""A text is a remark."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page."""

    title: str
    lead: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure at the top of the page."""

    label: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report."""

    title: str
    subtitle: str
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    absent: tuple[str, ...]
    """What is not in it, and what it would need."""


def said(text: str, note: str = "") -> Cell:
    """Return a cell with a text."""
    return Cell(text, note)


def worded(reason: str) -> str:
    """Return why something is missing, in words."""
    return reason.replace(NO_ROW, "never asked for")


def missing(reasons: Mapping[str, int] | str = "") -> Cell:
    """Return a cell that says why there is no value."""
    if isinstance(reasons, str):
        return Cell("not known", reasons, missing=True, number=True)
    if len(reasons) == 1:
        (why,) = reasons
        return Cell("not known", worded(why), missing=True, number=True)
    told = ", ".join(f"{number} {worded(why)}" for why, number in reasons.items())
    return Cell("not known", told or "nothing measured", missing=True, number=True)
