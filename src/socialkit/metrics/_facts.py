"""What is known of a group of rows before it is added up, and the rules by which it may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final, NamedTuple

from socialkit.metrics._catalogue import Metric, MetricKind, Over
from socialkit.models import SubjectKind

__all__ = ["NO_ROW", "Facts", "Group", "Tally", "Window", "merged", "refuse_overlaps", "require_addable"]

NO_ROW: Final = "no row"
"""Why a part of a sum is missing where nobody asked the platform for it."""

Group = tuple[str | None, ...]
"""The values of the columns that rows are grouped by."""


class Tally(NamedTuple):
    """Rows of a group that are alike in what must not be mixed."""

    metric: str
    kind: str
    unit: str
    currency: str | None
    definition: int
    keys: str
    """What a breakdown splits by, such as `country|gender`."""
    missing: str | None
    number: int


class Window(NamedTuple):
    """The window of some row."""

    group: Group
    series: str
    start: datetime | None
    end: datetime | None


@dataclass
class Facts:
    """A group of rows of a metric, or of the parts of one."""

    group: Group
    rows: int = 0
    known: int = 0
    """Rows that have a value."""
    value: float = 0.0
    priced: int = 0
    """Rows that have an amount of money."""
    money: int = 0
    accounts: int = 0
    subjects: int = 0
    pairs: int = 0
    """Different subjects and metrics."""
    series: int = 0
    """Different subjects, metrics and breakdowns."""
    cells: int = 0
    """Different subjects, metrics, breakdowns and windows."""
    tallies: list[Tally] = field(default_factory=list[Tally])

    def reasons(self, parts: int = 1) -> dict[str, int]:
        """Return how many values are missing, by the reason."""
        found: dict[str, int] = {}
        for tally in self.tallies:
            if tally.missing is not None:
                found[tally.missing] = found.get(tally.missing, 0) + tally.number
        absent = self.subjects * parts - self.pairs
        return dict(sorted((found | ({NO_ROW: absent} if absent else {})).items()))

    def only(self, name: str) -> str | None:
        """Return the one currency or unit of the rows that have a value."""
        return next((getattr(one, name) for one in self.tallies if one.missing is None), None)


def require_addable(facts: Facts, metric: Metric, by: Sequence[str]) -> None:
    """Refuse to add what does not add up.

    Raises:
        ValueError: It does not; the message says why, and what to do.
    """
    where = _where(by, facts.group)
    if facts.rows > facts.cells:
        message = f"{metric.key}{where} was read more than once: take the newest, with table.latest()"
        raise ValueError(message)
    _require_alike(facts, metric, where)
    needs = _needs(facts)
    for over, why in needs.items():
        if over not in metric.adds_up:
            message = f"{metric.key} does not add up over {why}{where}: {_because(metric)}"
            raise ValueError(message)
    if metric.kind is MetricKind.AMOUNT and facts.priced < facts.known:
        message = f"{metric.key}{where} has rows without an amount in minor units and its currency"
        raise ValueError(message)


def _require_alike(facts: Facts, metric: Metric, where: str) -> None:
    mixtures = {
        "kinds of subject": {one.kind for one in facts.tallies},
        "breakdowns": {one.keys for one in facts.tallies},
        "units": {one.unit for one in facts.tallies if one.missing is None},
        "currencies": {one.currency or "none" for one in facts.tallies if one.missing is None},
        "versions of the definition": {str(one.definition) for one in facts.tallies if one.missing is None},
    }
    for what, found in mixtures.items():
        if len(found) > 1:
            shown = ", ".join(sorted(one or "the whole" for one in found))
            message = f"{metric.key}{where} has several {what} ({shown}): keep one, with table.where()"
            raise ValueError(message)


def _needs(facts: Facts) -> dict[Over, str]:
    """Return what the rows would be added over."""
    needs: dict[Over, str] = {}
    ours = any(one.kind == SubjectKind.ACCOUNT for one in facts.tallies)
    if facts.accounts > 1:
        needs[Over.ACCOUNTS] = "accounts"
    if not ours and facts.subjects > 1:
        kind = facts.tallies[0].kind
        needs[Over.SUBJECTS] = f"{kind}s"
    if facts.series > facts.pairs:
        needs[Over.SUBJECTS] = "the parts of a breakdown"
    if facts.cells > facts.series:
        needs[Over.TIME] = "windows of time"
    return needs


def _because(metric: Metric) -> str:
    if metric.kind is MetricKind.RATE:
        return "it is a rate"
    if metric.key == "reach":
        return "whoever was reached twice would count twice"
    if metric.kind is MetricKind.GAUGE:
        return "it is a level, and what it counts may be the same each time"
    return "its definition does not allow it"


def _where(by: Sequence[str], group: Group) -> str:
    shown = ", ".join(f"{name} {value}" for name, value in zip(by, group, strict=True) if value is not None)
    return f" of {shown}" if shown else ""


def refuse_overlaps(windows: Iterable[Window], metric: Metric) -> None:
    """Refuse windows of one thing that share time: what happened then would be counted twice.

    Raises:
        ValueError: Two overlap, or a total stands beside a window.
    """
    found: dict[tuple[Group, str], list[Window]] = {}
    for window in windows:
        found.setdefault((window.group, window.series), []).append(window)
    for several in found.values():
        if len(several) > 1 and _overlap(several):
            message = f"{metric.key} has windows that overlap, which would count the same twice"
            raise ValueError(message)


def _overlap(windows: Sequence[Window]) -> bool:
    spans = [(one.start, one.end) for one in windows if one.start is not None and one.end is not None]
    if len(spans) < len(windows):
        return True
    spans.sort()
    return any(after[0] < before[1] for before, after in pairwise(spans))


def merged(reasons: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sum of reasons."""
    found: dict[str, int] = {}
    for one in reasons:
        for reason, number in one.items():
            found[reason] = found.get(reason, 0) + number
    return dict(sorted(found.items()))
