"""Numbers as people read them, each with its unit and with what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from socialkit.metrics import Rate, Total
from socialkit.models import Money
from socialkit.reports._page import Cell, missing, worded

__all__ = ["amount", "count", "day", "money", "number", "percent", "plural", "rate", "share", "total"]


def count(value: int, note: str = "") -> Cell:
    """Return a cell with how many there are."""
    return Cell(f"{value:,}", note, number=True)


def amount(value: float) -> str:
    """Return a number with as many decimals as it needs, two at most."""
    rounded = round(value, 2)
    return f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.2f}"


def percent(value: float) -> str:
    """Return a share in hundredths."""
    return f"{100 * value:.1f} %"


def number(value: float, unit: str | None) -> str:
    """Return a number with its unit."""
    if unit == "ratio":
        return percent(value)
    return amount(value) if unit in {None, "count"} else f"{amount(value)} {unit}"


def money(value: Money, note: str = "") -> Cell:
    """Return a cell with an amount, exact."""
    return Cell(f"{value.amount:,} {value.currency}", note, number=True)


def share(part: int, whole: int) -> Cell:
    """Return a cell with a part of a whole; nothing has no parts."""
    if not whole:
        return missing("nothing to divide by")
    return Cell(percent(part / whole), f"{part:,} of {whole:,}", number=True)


def total(one: Total | None) -> Cell:
    """Return a cell with a sum, and how much of it is not known."""
    if one is None:
        return missing("nothing measured")
    if one.value is None:
        return missing(one.reasons)
    if one.money is not None:
        return money(one.money, _lacking(one.known, one.missing, one.reasons))
    return Cell(number(one.value, one.unit), _lacking(one.known, one.missing, one.reasons), number=True)


def _lacking(known: int, lacking: int, reasons: Mapping[str, int]) -> str:
    if not lacking:
        return ""
    return f"{lacking:,} of {known + lacking:,} counts missing: {', '.join(map(worded, reasons))}"


def rate(one: Rate | None) -> Cell:
    """Return a cell with a rate, and over how many posts it goes."""
    if one is None:
        return missing("nothing measured")
    if one.value is None:
        return missing(one.reasons)
    posts = plural(one.known, "post") + (f", {one.missing:,} not known" if one.missing else "")
    lacking = _lacking(one.counts_known, one.counts_missing, one.counts_reasons)
    return Cell(percent(one.value), f"{posts}; {lacking}" if lacking else posts, number=True)


def day(when: date) -> str:
    """Return a day in words that no country reads otherwise."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def plural(number: int, noun: str) -> str:
    """Return how many of something there are."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
