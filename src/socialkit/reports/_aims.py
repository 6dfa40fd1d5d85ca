"""The section about objectives: each KPI's value beside where it was to go."""

from __future__ import annotations

from socialkit.metrics import Table
from socialkit.reports._measure import Measure, measured
from socialkit.reports._numbers import amount, day, number, percent, plural
from socialkit.reports._page import Bar, Bars, Block, Cell, Grid, missing, said
from socialkit.reports._scope import Scope
from socialkit.strategy import KPI, Objective

__all__ = ["aims", "reached"]

VERDICTS = {True: "reached", False: "", None: "not known whether reached"}


def aims(scope: Scope) -> list[Block]:
    """Return each objective with what was measured of its KPI, and how much of the way that is."""
    objectives = () if scope.strategy is None else scope.strategy.objectives
    if not objectives or scope.table is None:
        return ["The strategy has no objectives."]
    found = [(one, measured(scope, one)) for one in objectives]
    bars = tuple(_bar(one, value) for one, value in found)
    rows = tuple(_row(one, value.cell, scope.table) for one, value in found)
    head = ("Objective", "Metric", "Value", "Target", "Baseline")
    return [Bars("The way from the baseline to the target", bars), Grid("Objectives", head, rows)]


def reached(scope: Scope) -> Cell:
    """Return how many targets are reached, of those of which it is known."""
    objectives = () if scope.strategy is None else scope.strategy.objectives
    if scope.table is None or not objectives:
        return missing("no objectives")
    found = [measured(scope, one).reached(one.kpi) for one in objectives]
    known = [one for one in found if one is not None]
    if not known:
        return missing(plural(len(found), "target"))
    lost = len(found) - len(known)
    return Cell(f"{sum(known)} of {len(known)}", f"{lost} not known" if lost else "", number=True)


def _bar(one: Objective, found: Measure) -> Bar:
    way = one.kpi.progress(found.value)
    if way is None:
        why = "its value is not known" if found.value is None else "nobody measured a baseline"
        return Bar(one.goal, None, missing(why))
    text = f"{_bound(one.kpi, found)}{percent(way)}"
    return Bar(one.goal, min(1.0, max(0.0, way)), Cell(text, VERDICTS[found.reached(one.kpi)], number=True))


def _bound(kpi: KPI, found: Measure) -> str:
    if found.whole:
        return ""
    if not found.grows:
        return "about "
    return "at least " if kpi.better == "higher" else "at most "


def _row(one: Objective, cell: Cell, table: Table) -> tuple[Cell, ...]:
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
