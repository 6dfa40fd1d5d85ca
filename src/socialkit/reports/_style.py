"""The looks of a report: colours that can be read by day and by night, on paper, wide and narrow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["DARK", "LIGHT", "PAPER", "ROOT", "style"]

ROOT: Final = "socialkit-report"
"""The class around a report: every rule stands below it, so that a notebook keeps its own looks."""

LIGHT: Final[Mapping[str, str]] = {
    "page": "#ffffff",
    "card": "#f2f5f5",
    "ink": "#18211f",
    "soft": "#4d5b58",
    "line": "#c9d3d1",
    "bar": "#0b7468",
    "track": "#dfe7e5",
    "mark": "#a4480c",
}
DARK: Final[Mapping[str, str]] = {
    "page": "#12181a",
    "card": "#1b2427",
    "ink": "#e9efee",
    "soft": "#a9b8b5",
    "line": "#37454a",
    "bar": "#4cc2b2",
    "track": "#2a363a",
    "mark": "#ffb27a",
}

RULES: Final = """
& { background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
  color-scheme: light dark; margin: 0; overflow-wrap: break-word; }
& * { box-sizing: border-box; }
& .sheet { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 3rem; }
& h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; color: var(--ink); }
& h2 { font-size: 1.2rem; margin: 0 0 .2rem; color: var(--ink); }
& p { margin: 0 0 .8rem; max-width: 46rem; }
& .soft, & .note { color: var(--soft); }
& .note { display: block; font-size: .8125rem; line-height: 1.35; }
& .missing { color: var(--soft); font-style: italic; }
& .tiles { display: grid; gap: .75rem; margin: 1.25rem 0;
  grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }
& .tiles > div { background: var(--card); border-radius: .5rem; padding: .7rem .9rem; }
& .tiles dt { color: var(--soft); font-size: .875rem; }
& .tiles dd { font-size: 1.4rem; line-height: 1.3; margin: 0; }
& .tiles dd.missing { font-size: 1.1rem; }
& .parts { columns: 34rem 2; column-gap: 2rem; }
& section { border-top: 1px solid var(--line); break-inside: avoid; padding: 1rem 0 1.25rem; }
& .scroll { overflow-x: auto; margin: .6rem 0 0; }
& table { border-collapse: collapse; width: 100%; font-size: .9375rem; background: none; color: var(--ink); }
& caption { color: var(--soft); font-size: .875rem; padding: .2rem 0; text-align: left; }
& tr { background: none; }
& th, & td { border-bottom: 1px solid var(--line); padding: .35rem .9rem .35rem 0;
  text-align: left; vertical-align: top; }
& th { font-weight: 600; }
& thead th { color: var(--soft); font-size: .8125rem; }
& tbody th { font-weight: 500; min-width: 9rem; overflow-wrap: anywhere; }
& th:last-child, & td:last-child { padding-right: 0; }
& .number { font-variant-numeric: tabular-nums; text-align: right; }
& td .value { white-space: nowrap; }
& figure { margin: .6rem 0 0; }
& section p { margin: .6rem 0 0; }
& h2 + p { margin-top: 0; }
& figcaption { color: var(--soft); font-size: .875rem; }
& ul { list-style: none; margin: .2rem 0 0; padding: 0; }
& .bar { display: grid; gap: 0 .75rem; align-items: center; margin: .35rem 0;
  grid-template-columns: minmax(4rem, 9rem) minmax(4rem, 1fr) minmax(5rem, 11rem); }
& .bar > span { overflow-wrap: anywhere; }
& .bar svg { display: block; height: 1rem; overflow: visible; width: 100%; }
& .bar .missing { font-size: .875rem; }
& .track { fill: var(--track); }
& .full { fill: var(--bar); }
& .halo { stroke: var(--page); stroke-width: 7; }
& .planned { stroke: var(--mark); stroke-width: 3; }
& .gap { fill: none; stroke: var(--soft); stroke-dasharray: 4 4; }
& .cross { stroke: var(--soft); stroke-width: 2; }
& .key { display: inline-block; height: 1em; border-left: 3px solid var(--mark);
  margin: 0 .35em 0 .8em; vertical-align: -.15em; }
& .absent { border-top: 1px solid var(--line); color: var(--soft); font-size: .875rem; padding-top: 1rem; }
& .absent li { margin: .15rem 0; }
"""

NARROW: Final = """
& .sheet { padding: 1rem .75rem 2rem; }
& h1 { font-size: 1.4rem; }
& .tiles { grid-template-columns: 1fr 1fr; gap: .5rem; }
& .tiles dd { font-size: 1.2rem; }
& table { font-size: .875rem; }
& th, & td { padding-right: .6rem; }
& tbody th { min-width: 6rem; }
& .stack, & .stack tbody, & .stack tr, & .stack th, & .stack caption { display: block; }
& .stack thead { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px; }
& .stack tr { border-bottom: 1px solid var(--line); padding: .35rem 0; }
& .stack th, & .stack td { border: 0; padding: .1rem 0; }
& .stack tbody th { font-weight: 600; }
& .stack td { display: flex; gap: 1rem; justify-content: space-between; text-align: right; }
& .stack td::before { color: var(--soft); content: attr(data-name); font-style: normal; text-align: left; }
& .bar { grid-template-columns: 1fr auto; }
& .bar svg { grid-column: 1 / -1; grid-row: 2; }
& .bar .value-of { text-align: right; }
"""

PRINT: Final = """
& { font-size: 8pt; line-height: 1.3; }
& .sheet { max-width: none; padding: 0; }
& h1 { font-size: 14pt; }
& h2 { font-size: 10pt; break-after: avoid; }
& .note { font-size: 6.5pt; line-height: 1.2; }
& td .note, & .value-of .note { display: inline; margin-left: .5em; }
& .stack td .note { display: block; margin: 0; }
& .tiles { gap: 4pt; grid-template-columns: repeat(auto-fit, minmax(3cm, 1fr)); margin: 6pt 0; }
& .tiles > div { border: 1px solid var(--line); border-radius: 3pt; padding: 3pt 5pt; }
& .tiles dt { font-size: 7pt; }
& .tiles dd, & .tiles dd.missing { font-size: 11pt; line-height: 1.2; }
& .parts { columns: 2; column-gap: 7mm; }
& section { break-inside: auto; padding: 4pt 0 6pt; }
& section p, & figure, & .scroll { margin-top: 3pt; }
& p { margin-bottom: 3pt; }
& .scroll { overflow: visible; }
& table, & .bar .missing { font-size: 7.5pt; }
& caption, & figcaption, & .absent { font-size: 7pt; }
& caption { padding: 0; break-after: avoid; }
& thead th { font-size: 6.5pt; }
& tbody th { min-width: 1.6cm; }
& tr, & figure, & .bar { break-inside: avoid; }
& th, & td { padding: 1.5pt 5pt 1.5pt 0; }
& .bar { gap: 0 5pt; grid-template-columns: minmax(0, 3fr) minmax(0, 3fr) minmax(0, 4fr); margin: 1.5pt 0; }
& .bar svg { height: 8pt; }
& .track, & .full, & .tiles > div { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
"""
PAPER: Final = "@page { size: A4; margin: 12mm; }"
"""Of a file alone: in a notebook the paper is its own."""


def style() -> str:
    """Return the style sheet."""
    rules = [
        _colours(LIGHT),
        RULES,
        f"@media screen and (prefers-color-scheme: dark) {{{_colours(DARK)}}}",
        f"@media (max-width: 36rem) {{{NARROW}}}",
        f"@media print {{{PRINT}}}",
    ]
    return "\n".join(rules).replace("&", f".{ROOT}")


def _colours(colours: Mapping[str, str]) -> str:
    return "& {" + " ".join(f"--{name}: {colour};" for name, colour in colours.items()) + "}"
