"""A page as text for a terminal, aligned by the columns that characters take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from socialkit.reports._page import Bar, Bars, Block, Cell, Grid, Page, Section
from socialkit.reports._plain import columns, wrapped
from socialkit.text import plain

__all__ = ["NARROWEST", "text"]

NARROWEST: Final = 40
"""Below it a table has no room."""
BETWEEN: Final = 2
LEAST: Final = 7
"""Columns that a cell keeps."""
LONGEST_LABEL: Final = 24
LONGEST_BAR: Final = 40


def text(page: Page, width: int) -> str:
    """Return the page in lines of at most so many columns."""
    return "\n".join(line.rstrip() for line in _lines(page, width)) + "\n"


def _lines(page: Page, width: int) -> Iterator[str]:
    yield from wrapped(plain(page.title), width)
    yield from wrapped(plain(page.subtitle), width)
    yield "=" * width
    yield from _aligned([(Cell(tile.label), tile.cell) for tile in page.tiles], width)
    for section in page.sections:
        yield from _section(section, width)
    if page.absent:
        yield from ("", "Not in this report", "-" * width)
        for one in page.absent:
            yield from wrapped(plain(one), width)


def _section(section: Section, width: int) -> Iterator[str]:
    yield from ("", *wrapped(plain(section.title), width), "-" * width)
    if section.lead:
        yield from wrapped(plain(section.lead), width)
    for block in section.blocks:
        yield ""
        yield from _block(block, width)


def _block(block: Block, width: int) -> Iterator[str]:
    if isinstance(block, Grid):
        yield from wrapped(plain(block.caption), width)
        head = tuple(Cell(name, number=block.is_number(n)) for n, name in enumerate(block.head))
        yield from _aligned([head, *block.rows], width, ruled=True)
    elif isinstance(block, Bars):
        yield from _bars(block, width)
    else:
        yield from wrapped(plain(block), width)


def _aligned(rows: Sequence[Sequence[Cell]], width: int, *, ruled: bool = False) -> Iterator[str]:
    if not rows:
        return
    texts = [[_said(cell) for cell in row] for row in rows]
    widths = _widths(texts, width)
    for number, (row, told) in enumerate(zip(rows, texts, strict=True)):
        cells = [wrapped(one, most) or [""] for one, most in zip(told, widths, strict=True)]
        for place in range(max(map(len, cells))):
            parts = [
                _padded(lines[place] if place < len(lines) else "", most, right=cell.number)
                for lines, most, cell in zip(cells, widths, row, strict=True)
            ]
            yield (" " * BETWEEN).join(parts)
        if ruled and not number:
            yield (" " * BETWEEN).join("-" * most for most in widths)


def _said(cell: Cell) -> str:
    note = plain(cell.note)
    return f"{plain(cell.text)} ({note})" if note else plain(cell.text)


def _widths(texts: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the columns of each cell: as many as it needs, less for the widest where there is no room."""
    widths = [max(map(columns, column)) for column in zip(*texts, strict=True)]
    room = width - BETWEEN * (len(widths) - 1)
    while sum(widths) > room and max(widths) > LEAST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _padded(text: str, most: int, *, right: bool) -> str:
    blank = " " * (most - columns(text))
    return blank + text if right else text + blank


def _bars(bars: Bars, width: int) -> Iterator[str]:
    yield from wrapped(plain(f"{bars.caption}; | is the {bars.line}" if bars.line else bars.caption), width)
    longest = max((columns(plain(one.label)) for one in bars.bars), default=0)
    label = min(longest, LONGEST_LABEL, width // 3)
    room = min(LONGEST_BAR, width // 3)
    rest = width - label - room - 2 * BETWEEN
    for one in bars.bars:
        names, said = wrapped(plain(one.label), label), wrapped(_said(one.cell), rest)
        drawn = [_drawn(one, room)]
        for place in range(max(len(names), len(said))):
            parts = (
                _padded(lines[place] if place < len(lines) else "", most, right=False)
                for lines, most in ((names, label), (drawn, room), (said, rest))
            )
            yield (" " * BETWEEN).join(parts)


def _drawn(bar: Bar, room: int) -> str:
    if bar.length is None:
        return "x" + " ." * ((room - 1) // 2)
    full = max(1, round(bar.length * room)) if bar.length else 0
    drawn = "█" * full + "░" * (room - full)
    if bar.line is None:
        return drawn
    place = min(room - 1, round(bar.line * room))
    return f"{drawn[:place]}|{drawn[place + 1 :]}"
