"""One measured number, what it ought to be, and the table of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Figure", "table"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; smaller is better."""

    name: str
    value: float
    unit: str
    most: float | None = None
    """What it must not exceed; None where it is only reported."""
    aim: float | None = None
    """What it ought to be, below what it must be."""

    @property
    def wanted(self) -> str:
        """What it ought to be, in words."""
        if self.most is None:
            return ""
        must = f"≤ {_shown(self.most, self.unit)}"
        return (
            must
            if self.aim is None
            else f"≤ {_shown(self.aim, self.unit)}, at most {_shown(self.most, self.unit)}"
        )

    @property
    def met(self) -> str:
        """Whether it is so."""
        if self.most is None:
            return ""
        if self.value > self.most:
            return "no"
        return "yes" if self.aim is None or self.value <= self.aim else "nearly"


def _shown(value: float, unit: str) -> str:
    digits = 2 if abs(value) < 10 else 0 if abs(value) >= 100 else 1
    number = f"{value:,.{digits}f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return f"{number} {unit}".strip()


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table."""
    rows = [("figure", "measured", "wanted", "met")]
    rows += [(one.name, _shown(one.value, one.unit), one.wanted, one.met) for one in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
