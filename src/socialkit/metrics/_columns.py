"""The rows of a table in plain Python, column by column."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, Protocol, cast

from socialkit.metrics._facts import Facts, Group, Tally, Window
from socialkit.models import Observation, Purpose

__all__ = [
    "COLUMNS",
    "LABELS",
    "Columns",
    "Labels",
    "NativeFrame",
    "Store",
    "TextColumn",
    "keys_of",
    "label_values",
]

TextColumn = Literal[
    "metric",
    "subject_kind",
    "subject",
    "brand",
    "platform",
    "account",
    "missing",
    "unit",
    "currency",
    "native",
    "breakdown",
    "campaign",
    "objective",
    "pillar",
    "tags",
]
"""A column of texts, by which rows are grouped and picked."""

LABELS: Final = ("campaign", "objective", "pillar", "tags")
COLUMNS: Final = (*Observation.model_fields, *LABELS)
"""All columns, in their order."""

Labels = Mapping[tuple[str, str], Purpose]
"""Why posts exist, by their account's key and their id."""

Values = dict[str, list[Any]]

_VALUE: Final = re.compile(r"=[^|]*")
_SERIES: Final = ("brand", "platform", "account", "subject_kind", "subject", "metric", "breakdown")
_TALLIED: Final = ("metric", "subject_kind", "unit", "currency", "definition", "breakdown", "missing")
POST: Final = "post"


class NativeFrame(Protocol):
    """A frame of a library that narwhals knows: polars, pandas, pyarrow, duckdb, PySpark, Dask, Ibis …."""

    @property
    def columns(self) -> object:
        """Its columns."""
        ...


class Store(Protocol):
    """Keeps the rows of a table, in plain Python or in a frame."""

    def columns(self) -> Values:
        """Return everything as Python values."""
        ...

    def native(self) -> object:
        """Return what keeps the rows."""
        ...

    def answer(self, values: Values, /) -> object:
        """Return a small result in the same form."""
        ...

    def where(self, column: str, values: Sequence[str | None], /) -> Store:
        """Return the rows whose column has one of the values."""
        ...

    def observed(self, since: datetime | None, until: datetime | None, /) -> Store:
        """Return the rows that were observed in a span."""
        ...

    def latest(self) -> Store:
        """Return the newest row of each subject, metric, window and breakdown."""
        ...

    def label(self, labels: Labels, /) -> Store:
        """Return the rows with labels on those of posts."""
        ...

    def facts(self, metrics: Sequence[str], by: Sequence[str], /) -> list[Facts]:
        """Return what is known of each group."""
        ...

    def windows(self, metrics: Sequence[str], by: Sequence[str], /) -> Iterable[Window]:
        """Return all windows of some metrics."""
        ...

    def __len__(self) -> int:
        """Return the number of rows."""
        ...


def keys_of(breakdown: str) -> str:
    """Return what a breakdown splits by.

    Example:
        >>> keys_of("country=FR|gender=f")
        'country|gender'
    """
    return _VALUE.sub("", breakdown)


def label_values(purpose: Purpose) -> tuple[str | None, ...]:
    """Return a purpose as the columns of labels have it."""
    tags = "|".join(sorted(tag.replace("%", "%25").replace("|", "%7C") for tag in set(purpose.tags)))
    return (purpose.campaign, purpose.objective, purpose.pillar, tags or None)


class Columns:
    """Rows as lists of values, one for each column."""

    def __init__(self, values: Values) -> None:
        self._values = values

    @classmethod
    def of(cls, observations: Sequence[Observation]) -> Columns:
        """Return the columns of observations; labels come along where rows have them."""
        values: Values = {
            name: [getattr(one, name) for one in observations] for name in Observation.model_fields
        }
        for name in ("subject_kind", "missing"):
            values[name] = [None if one is None else str(one) for one in values[name]]
        purposes = [
            label_values(cast("Any", one).purpose) if hasattr(one, "purpose") else (None,) * len(LABELS)
            for one in observations
        ]
        return cls(values | {name: [one[n] for one in purposes] for n, name in enumerate(LABELS)})

    def columns(self) -> Values:
        """Return everything."""
        return self._values

    def native(self) -> object:
        """Return a dictionary for each row."""
        return self.answer(self._values)

    def answer(self, values: Values, /) -> object:
        """Return a dictionary for each row."""
        return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]

    def keep(self, places: Sequence[int]) -> Columns:
        """Return the rows at some places, in their order."""
        if len(places) == len(self):
            return self
        return Columns({name: [column[n] for n in places] for name, column in self._values.items()})

    def _only(self, names: Iterable[str]) -> Columns:
        return Columns({name: self._values[name] for name in names})

    def where(self, column: str, values: Sequence[str | None], /) -> Columns:
        """Return the rows whose column has one of the values."""
        wanted = frozenset(values)
        return self.keep([n for n, value in enumerate(self._values[column]) if value in wanted])

    def observed(self, since: datetime | None, until: datetime | None, /) -> Columns:
        """Return the rows that were observed in a span."""
        return self.keep(
            [
                n
                for n, at in enumerate(self._values["observed_at"])
                if (since is None or at >= since) and (until is None or at < until)
            ]
        )

    def latest(self) -> Columns:
        """Return the newest row of each cell; of two at one time the one that knows more, then the larger."""
        newest: dict[tuple[object, ...], tuple[tuple[object, ...], int]] = {}
        cells = self.zipped((*_SERIES, "start", "end"))
        for n, (cell, (at, value)) in enumerate(
            zip(cells, self.zipped(("observed_at", "value")), strict=True)
        ):
            rank = (at, value is not None, value or 0.0)
            if cell not in newest or rank > cast("Any", newest[cell][0]):
                newest[cell] = (rank, n)
        return self.keep(sorted(n for _, n in newest.values()))

    def label(self, labels: Labels, /) -> Columns:
        """Return the rows with labels on those of posts; the others keep theirs."""
        known = {key: label_values(purpose) for key, purpose in labels.items()}
        found = [
            known.get((account, subject), before) if kind == POST else before
            for kind, account, subject, *before in self.zipped(
                ("subject_kind", "account", "subject", *LABELS)
            )
        ]
        return Columns(self._values | {name: [one[n] for one in found] for n, name in enumerate(LABELS)})

    def facts(self, metrics: Sequence[str], by: Sequence[str], /) -> list[Facts]:
        """Return what is known of each group."""
        chosen = self._only({*_SERIES, *_TALLIED, *by, "start", "end", "value", "money"}).where(
            "metric", metrics
        )
        groups: dict[Group, _Gathered] = {}
        found = chosen.zipped(by) if by else ((),) * len(chosen)
        numbers = _Numbers()
        for group, (value, money), tallied, ids in zip(
            found,
            chosen.zipped(("value", "money")),
            chosen.zipped(_TALLIED),
            map(numbers.of, chosen.zipped((*_SERIES, "start", "end"))),
            strict=True,
        ):
            if (gathered := groups.get(group)) is None:
                gathered = groups[group] = _Gathered()
            gathered.take(value, money, tallied, ids)
        return [gathered.facts(group) for group, gathered in groups.items()]

    def windows(self, metrics: Sequence[str], by: Sequence[str], /) -> Iterable[Window]:
        """Return all windows of some metrics."""
        chosen = self.where("metric", metrics)
        series = chosen.zipped(_SERIES)
        groups = chosen.zipped(by) if by else ((),) * len(chosen)
        spans = chosen.zipped(("start", "end"))
        return {
            Window(group, repr(one), start, end)
            for group, one, (start, end) in zip(groups, series, spans, strict=True)
        }

    def zipped(self, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Yield some columns of each row."""
        return zip(*(self._values[name] for name in names), strict=True)

    def __len__(self) -> int:
        return len(self._values["metric"])


class _Numbers:
    """Gives each account, subject, pair, series and cell a number: numbers are counted faster than texts."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], int] = {}

    def of(self, row: tuple[Any, ...]) -> tuple[int, ...]:
        """Return the five numbers of a row, by its series and window."""
        known = self._known
        brand, platform, account, kind, subject, metric, breakdown, start, end = row
        whose = known.setdefault((brand, platform, account), len(known))
        what = known.setdefault((whose, kind, subject), len(known))
        pair = known.setdefault((what, metric), len(known))
        series = known.setdefault((pair, breakdown, ""), len(known)) if breakdown else pair
        cell = known.setdefault((series, start, end, ""), len(known)) if start or end else series
        return whose, what, pair, series, cell


class _Gathered:
    """What is known of a group, row by row."""

    __slots__ = ("amounts", "ids", "tallies", "values")

    def __init__(self) -> None:
        self.values: list[float | None] = []
        self.amounts: list[int] = []
        self.tallies: dict[tuple[Any, ...], int] = {}
        self.ids: list[tuple[int, ...]] = []

    def take(
        self, value: float | None, money: int | None, tallied: tuple[Any, ...], ids: tuple[int, ...]
    ) -> None:
        """Take a row in."""
        self.values.append(value)
        if money is not None:
            self.amounts.append(money)
        self.tallies[tallied] = self.tallies.get(tallied, 0) + 1
        self.ids.append(ids)

    def facts(self, group: Group) -> Facts:
        """Return all of it."""
        values = [one for one in self.values if one is not None]
        accounts, subjects, pairs, series, cells = map(len, map(set, zip(*self.ids, strict=True)))
        return Facts(
            group,
            rows=len(self.values),
            known=len(values),
            value=added(values),
            priced=len(self.amounts),
            money=sum(self.amounts),
            accounts=accounts,
            subjects=subjects,
            pairs=pairs,
            series=series,
            cells=cells,
            tallies=_together(self.tallies),
        )


def _together(tallies: Mapping[tuple[Any, ...], int]) -> list[Tally]:
    found: dict[tuple[Any, ...], int] = {}
    for (*rest, breakdown, missing), number in tallies.items():
        key = (*rest, keys_of(breakdown) if breakdown else "", missing)
        found[key] = found.get(key, 0) + number
    return [Tally._make((*key, number)) for key, number in found.items()]


def added(values: Iterable[float]) -> float:
    """Return the exact sum, rounded once, so that no order gives another.

    Raises:
        ValueError: It is too large.
    """
    try:
        return math.fsum(values) + 0.0
    except OverflowError:
        message = "the sum is too large for a number"
        raise ValueError(message) from None
