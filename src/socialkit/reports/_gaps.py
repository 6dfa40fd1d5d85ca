"""The section about what is not known, and why."""

from __future__ import annotations

from collections import Counter

from socialkit.metrics._table import lines_of
from socialkit.reports._numbers import count, plural
from socialkit.reports._page import Block, Grid, said
from socialkit.reports._scope import Scope

__all__ = ["gaps"]


def gaps(scope: Scope) -> list[Block]:
    """Return which values are missing and why, and what no line leads on from."""
    table = scope.table
    if table is None:
        return []
    found = Counter(one for one in lines_of(table, "metric", "platform", "missing") if one[-1] is not None)
    rows = tuple(
        (said(_title(scope, metric)), said(platform), said(why), count(number))
        for (metric, platform, why), number in sorted(found.items())
    )
    blocks: list[Block] = []
    if rows:
        blocks.append(Grid("Values that are missing", ("Metric", "Platform", "Why", "How many"), rows))
    return [*blocks, *_remarks(scope)] or ["No value is missing."]


def _title(scope: Scope, metric: str) -> str:
    known = None if scope.table is None else scope.table.definitions.get(metric)
    return metric if known is None else known.title


def _remarks(scope: Scope) -> list[str]:
    remarks: list[str] = []
    if scope.unknown:
        remarks.append(
            f"{plural(scope.unknown, 'post')} with values, unknown to the journal: left out here. Made by "
            "hand (publisher.adopt() takes them in), or of a delivery that is undecided "
            "(reconcile() comes first)."
        )
    if scope.nobodys:
        remarks.append(f"{plural(scope.nobodys, 'row')} of the table without a brand: left out here.")
    known = set[str]() if scope.strategy is None else {one.key for one in scope.strategy.objectives}
    lost = sum(one.purpose.objective not in known for one in scope.first_parts)
    if scope.strategy is not None and lost:
        remarks.append(f"{plural(lost, 'post')} of this period without an objective of the strategy.")
    return remarks
