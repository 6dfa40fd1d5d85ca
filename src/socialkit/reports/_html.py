"""A page as HTML: one file that loads nothing, or a part of a notebook."""

from __future__ import annotations

import html
from typing import Final

from socialkit.reports._page import Bar, Bars, Block, Cell, Grid, Page, Section, Tile
from socialkit.reports._style import PAPER, ROOT, style
from socialkit.text import plain

__all__ = ["document", "fragment"]

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""Were there ever a hole in the escaping, the browser would still load and run nothing."""

LINES: Final = ("halo", "planned")
STACKED: Final = 4
"""From so many columns on, the cells of a row stand below each other where there is no room."""
# A table that is laid out otherwise is none to a screen reader: roles say that it still is one.


def document(page: Page) -> str:
    """Return a whole file."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_safe(page.title)}</title>\n<style>{style()}\n{PAPER}</style>\n</head>\n"
        f'<body class="{ROOT}">\n<main class="sheet">\n{_inside(page)}\n</main>\n</body>\n</html>\n'
    )


def fragment(page: Page) -> str:
    """Return what a notebook shows; its looks are its own."""
    return f'<div class="{ROOT}"><style>{style()}</style><div class="sheet">\n{_inside(page)}\n</div></div>'


def _inside(page: Page) -> str:
    tiles = "".join(map(_tile, page.tiles))
    parts = [
        f'<header><h1>{_safe(page.title)}</h1><p class="soft">{_safe(page.subtitle)}</p></header>',
        f'<dl class="tiles">{tiles}</dl>' if tiles else "",
        f'<div class="parts">{"".join(map(_section, page.sections))}</div>',
        _absent(page.absent),
    ]
    return "\n".join(part for part in parts if part)


def _absent(absent: tuple[str, ...]) -> str:
    if not absent:
        return ""
    items = "".join(f"<li>{_safe(one)}</li>" for one in absent)
    return f'<footer class="absent"><h2>Not in this report</h2><ul>{items}</ul></footer>'


def _tile(tile: Tile) -> str:
    mark = ' class="missing"' if tile.cell.missing else ""
    return f"<div><dt>{_safe(tile.label)}</dt><dd{mark}>{_value(tile.cell)}</dd></div>"


def _section(section: Section) -> str:
    lead = f'<p class="soft">{_safe(section.lead)}</p>' if section.lead else ""
    return f"<section><h2>{_safe(section.title)}</h2>{lead}{''.join(map(_block, section.blocks))}</section>\n"


def _block(block: Block) -> str:
    if isinstance(block, Grid):
        return _grid(block)
    return _bars(block) if isinstance(block, Bars) else f"<p>{_safe(block)}</p>"


def _grid(grid: Grid) -> str:
    numbers = [grid.is_number(place) for place in range(len(grid.head))]
    head = "".join(
        f'<th scope="col" role="columnheader"{_class("number" * number)}>{_safe(name)}</th>'
        for name, number in zip(grid.head, numbers, strict=True)
    )
    body = "".join(_row(grid.head, row) for row in grid.rows)
    stacked = ' class="stack"' if len(grid.head) >= STACKED else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{_safe(grid.caption)}">'
        f'<table role="table"{stacked}><caption>{_safe(grid.caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _row(head: tuple[str, ...], row: tuple[Cell, ...]) -> str:
    first, *others = row
    cells = "".join(_cell(name, cell) for name, cell in zip(head[1:], others, strict=True))
    return f'<tr role="row"><th scope="row" role="rowheader">{_value(first)}</th>{cells}</tr>'


def _cell(name: str, cell: Cell) -> str:
    looks = _class("number" * cell.number, "missing" * cell.missing)
    return f'<td role="cell" data-name="{_safe(name)}"{looks}><span>{_value(cell)}</span></td>'


def _class(*names: str) -> str:
    given = " ".join(name for name in names if name)
    return f' class="{given}"' if given else ""


def _value(cell: Cell) -> str:
    text = (
        f'<span class="value">{_safe(cell.text)}</span>' if cell.number else f"<bdi>{_safe(cell.text)}</bdi>"
    )
    return f'{text}<span class="note"><bdi>{_safe(cell.note)}</bdi></span>' if cell.note else text


def _bars(bars: Bars) -> str:
    line = f'<span class="key" aria-hidden="true"></span>line: {_safe(bars.line)}' if bars.line else ""
    items = "".join(_bar(one, bars.line) for one in bars.bars)
    return f"<figure><figcaption>{_safe(bars.caption)}{line}</figcaption><ul>{items}</ul></figure>"


def _bar(bar: Bar, line: str | None) -> str:
    words = ", ".join(one for one in (bar.cell.text, bar.cell.note) if one)
    told = f"; {line}: {100 * bar.line:.1f} %" if bar.line is not None and line else ""
    label = _safe(f"{bar.label}: {words}{told}")
    return (
        f'<li class="bar"><span><bdi>{_safe(bar.label)}</bdi></span>'
        f'<svg role="img" aria-label="{label}">{_drawn(bar)}</svg>'
        f'<span class="value-of{" missing" * bar.cell.missing}">{_value(bar.cell)}</span></li>'
    )


def _drawn(bar: Bar) -> str:
    if bar.length is None:
        cross = '<path class="cross" d="M4 4l8 8M12 4l-8 8"/>'
        return f'<rect class="gap" x="0.5" y="0.5" width="100%" height="15" rx="3"/>{cross}'
    full = '<rect class="track" width="100%" height="16" rx="3"/>'
    # Zero is a value: it has a line of its own where the bar begins.
    width = f"{100 * bar.length:.2f}%" if bar.length else "2"
    drawn = f'{full}<rect class="full" width="{width}" height="16" rx="{3 if bar.length else 0}"/>'
    if bar.line is None:
        return drawn
    place = f"{100 * bar.line:.2f}%"
    # The wider one behind it keeps it apart from the bar, whatever the colours.
    return "".join(
        [drawn, *(f'<line class="{name}" x1="{place}" x2="{place}" y1="-2" y2="18"/>' for name in LINES)]
    )


def _safe(text: str) -> str:
    return html.escape(plain(text))
