"""The section about objectives: each KPI's value beside where it was to go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from socialkit.metrics import MetricKind, Rate, Table, Total
from socialkit.models import SubjectKind
from socialkit.reports._numbers import amount, day, number, percent, rate, total
from socialkit.reports._page import Bar, Bars, Block, Cell, Grid, missing, said
from socialkit.reports._scope import Scope
from socialkit.strategy import KPI, Objective

__all__ = ["aims", "measured"]

RowT = TypeVar("RowT", Total, Rate)


def aims(scope: Scope) -> list[Block]:
    """Return each objective with what was measured of its KPI, and how much of the way that is."""
    objectives = () if scope.strategy is None else scope.strategy.objectives
    if not objectives or scope.table is None:
        return ["The strategy has no objectives."]
    found = [(one, *measured(scope.table, one)) for one in objectives]
    bars = tuple(_bar(one, value) for one, value, _ in found)
    rows = tuple(_row(one, value, cell, scope.table) for one, value, cell in found)
    head = ("Objective", "Metric", "Value", "Target", "Baseline")
    return [Bars("The way from the baseline to the target", bars), Grid("Objectives", head, rows)]


def measured(table: Table, objective: Objective) -> tuple[float | None, Cell]:
    """Return a KPI's value, and how it is shown: of the objective's posts, where posts have it.

    What only accounts or orders have, such as followers, is all of the brand's.
    """
    metric = table.definitions.get(objective.kpi.metric)
    try:
        if metric is not None and metric.kind is MetricKind.RATE:
            ratio = _of(table.rate(metric.key, by=["objective"]), objective.key)
            return None if ratio is None else ratio.value, rate(ratio)
        one = _total(table, objective, metric.parts if metric is not None else ())
    except ValueError as error:
        return None, missing(str(error).partition(": ")[0])
    return None if one is None else one.value, total(one)


def _total(table: Table, objective: Objective, parts: Sequence[str]) -> Total | None:
    metric = objective.kpi.metric
    rows = table.where("metric", *(parts or (metric,)))
    posts = rows.where("subject_kind", SubjectKind.POST.value)
    if len(posts):
        return _of(posts.total(metric, by=["objective"]), objective.key)
    return next(iter(rows.total(metric)), None)


def _of(answers: Sequence[RowT], objective: str) -> RowT | None:
    return next((one for one in answers if one.group["objective"] == objective), None)


def _bar(one: Objective, value: float | None) -> Bar:
    way = one.kpi.progress(value)
    if way is None:
        why = "its value is not known" if value is None else "nobody measured a baseline"
        return Bar(one.goal, None, missing(why))
    note = "reached" if one.kpi.reached(value) else ""
    return Bar(one.goal, min(1.0, max(0.0, way)), Cell(percent(way), note, number=True))


def _row(one: Objective, value: float | None, cell: Cell, table: Table) -> tuple[Cell, ...]:
    kpi = one.kpi
    metric = table.definitions.get(kpi.metric)
    unit = None if metric is None or metric.unit == "money" else metric.unit
    target = Cell(_level(kpi.target, unit), _until(kpi), number=True)
    baseline = (
        missing("not measured") if kpi.baseline is None else Cell(_level(kpi.baseline, unit), number=True)
    )
    return (
        said(one.goal, one.key),
        said(kpi.metric if metric is None else metric.title),
        cell,
        target,
        baseline,
    )


def _level(value: float, unit: str | None) -> str:
    return amount(value) if unit is None else number(value, unit)


def _until(kpi: KPI) -> str:
    return f"{'or more' if kpi.better == 'higher' else 'or less'}, by {day(kpi.by)}"
