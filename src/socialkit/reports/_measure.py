"""What is known of a KPI: its value as of the day by which it counts, and what is missing of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from socialkit.metrics import Metric, MetricKind, Rate, Table
from socialkit.metrics._table import lines_of, picked
from socialkit.models import Period, SubjectKind
from socialkit.reports._numbers import day, plural, rate, total
from socialkit.reports._owned import Owned, out_at
from socialkit.reports._page import Cell, missing
from socialkit.reports._scope import Scope
from socialkit.strategy import KPI, Objective

__all__ = ["Measure", "measured"]


@dataclass(frozen=True)
class Measure:
    """A KPI's value, as far as it is known."""

    value: float | None
    cell: Cell
    """How it is shown."""
    whole: bool = False
    """Whether nothing of it is missing."""
    grows: bool = False
    """Whether what is missing can but add to it: nothing is counted below zero."""

    def reached(self, kpi: KPI) -> bool | None:
        """Tell whether the target is reached; None where what is missing may change the answer."""
        if self.value is None:
            return None
        least = self.value if self.whole or self.grows else None
        return kpi.reached_between(least, self.value if self.whole else None)


def measured(scope: Scope, objective: Objective) -> Measure:
    """Return a KPI's value: of the objective's posts, where posts have it, as read until its last day.

    What only accounts or orders have, such as followers, is all of the brand's.
    """
    if scope.table is None or scope.readings is None:
        return Measure(None, missing())
    metric = scope.table.definitions.get(objective.kpi.metric)
    names = metric.parts if metric is not None and metric.parts else (objective.kpi.metric,)
    over = (metric.over,) if metric is not None and metric.over else ()
    deadline = _deadline(scope, objective.kpi)
    rows = _until(scope, (*names, *over), deadline)
    if deadline is not None and not len(rows) and len(scope.table.where("metric", *names)):
        return Measure(None, missing(f"nothing was read by {day(objective.kpi.by)}"))
    try:
        if metric is not None and metric.kind is MetricKind.RATE:
            found = _of_rate(rows, metric, objective)
        else:
            found = _of_total(rows, metric, objective)
    except ValueError as error:
        return Measure(None, missing(str(error).partition(": ")[0]))
    return _with_unread(found, _unread(scope, objective, rows, names, deadline))


def _deadline(scope: Scope, kpi: KPI) -> datetime | None:
    """Return when the last day ends at the brand; None where that is beyond the years of a period."""
    try:
        return Period(kpi.by, kpi.by, zone=scope.zone).end
    except ValueError:
        return None


def _until(scope: Scope, metrics: Sequence[str], deadline: datetime | None) -> Table:
    """Return the newest rows of some metrics, of what was read by the deadline, or had ended by then."""
    table, readings = scope.table, scope.readings
    assert table is not None
    assert readings is not None
    newest = table.where("metric", *metrics)
    if deadline is None or not len(newest.observed(since=deadline)):
        return newest
    rows = readings.where("metric", *metrics)
    times = lines_of(rows, "observed_at", "start", "end")
    return picked(rows, (_counts(read, start, end, deadline) for read, start, end in times)).latest()


def _counts(read: datetime, start: datetime | None, end: datetime | None, deadline: datetime) -> bool:
    if start is not None and end is not None:
        return end <= deadline and start < deadline  # whenever it was read, it was so by then
    return read < deadline


def _of_rate(rows: Table, metric: Metric, objective: Objective) -> Measure:
    one = _of(rows.rate(metric.key, by=["objective"]), objective.key)
    if one is None:
        return Measure(None, rate(None))
    whole = not one.missing and not one.counts_missing
    return Measure(one.value, rate(one), whole, grows=not one.missing)


def _of_total(rows: Table, metric: Metric | None, objective: Objective) -> Measure:
    posts = rows.where("subject_kind", SubjectKind.POST.value)
    chosen = posts.where("objective", objective.key) if len(posts) else rows
    one = next(iter(chosen.total(objective.kpi.metric)), None)
    if one is None:
        return Measure(None, total(None))
    counted = metric is not None and metric.kind is MetricKind.COUNT
    return Measure(one.value, total(one), not one.missing, grows=counted)


def _of(answers: Sequence[Rate], objective: str) -> Rate | None:
    return next((one for one in answers if one.group["objective"] == objective), None)


def _unread(
    scope: Scope, objective: Objective, rows: Table, metrics: Sequence[str], deadline: datetime | None
) -> int:
    """Return how many posts of an objective were out by its last day, and not read by then."""
    posts = rows.where("subject_kind", SubjectKind.POST.value).where("metric", *metrics)
    if not len(posts):
        return 0
    read = {(account or "", subject) for account, subject in lines_of(posts, "account", "subject")}
    return sum(key not in read for key in _serving(scope, objective, deadline))


def _serving(scope: Scope, objective: Objective, deadline: datetime | None) -> Iterator[tuple[str, str]]:
    for key, one in (scope.posts or {}).items():
        if one.purpose.objective == objective.key and _was_out(one, deadline):
            yield key


def _was_out(one: Owned, deadline: datetime | None) -> bool:
    return deadline is None or out_at(one.delivery) < deadline


def _with_unread(found: Measure, unread: int) -> Measure:
    if not unread or found.value is None:
        return found
    note = f"{plural(unread, 'post')} not read"
    note = f"{found.cell.note}; {note}" if found.cell.note else note
    return replace(found, cell=replace(found.cell, note=note), whole=False)
