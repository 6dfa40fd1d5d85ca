"""The section about money: what was spent, and what it brought in by each rule of attribution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from socialkit.campaign import CostLedger
from socialkit.metrics import AttributionRule, Return, roi
from socialkit.models import Money, SubjectKind
from socialkit.reports._numbers import money, percent, plural
from socialkit.reports._page import Block, Cell, Grid, missing, said
from socialkit.reports._scope import Scope

__all__ = ["spent", "worth"]

RULES: Final[Mapping[AttributionRule, str]] = {
    "first": "Revenue by first visit",
    "last": "Revenue by last visit",
    "linear": "Revenue by all visits",
}


def worth(scope: Scope) -> list[Block]:
    """Return costs by kind, and costs beside revenue by campaign and platform."""
    if scope.ledger is None or not scope.ledger.entries:
        return ["The ledger has no cost in this period."]
    try:
        return [*_returns(scope), _kinds(scope.ledger)]
    except ValueError as error:
        return [f"Costs and revenue are not put side by side: {error}.", _kinds(scope.ledger)]


def _kinds(ledger: CostLedger) -> Grid:
    kinds = dict.fromkeys(sorted(entry.kind for entry in ledger.entries))
    parts = {kind: CostLedger(entries=[one for one in ledger.entries if one.kind == kind]) for kind in kinds}
    rows = [(said(kind.value), _sums(part)) for kind, part in parts.items()]
    if len(rows) > 1:
        rows.append((said("All"), _sums(ledger)))
    return Grid("Costs by kind", ("Kind", "Cost"), tuple(rows))


def _sums(ledger: CostLedger) -> Cell:
    """Return the sums in all currencies: they do not add up."""
    totals = sorted(ledger.total().items())
    if not totals:
        return missing("the ledger has no cost in this period")
    return Cell(" + ".join(money(one).text for _, one in totals), number=True)


def spent(scope: Scope) -> Cell:
    """Return what was spent."""
    return missing() if scope.ledger is None else _sums(scope.ledger)


def _returns(scope: Scope) -> list[Block]:
    returns = _computed(scope)
    if not returns:
        return ["Return on investment: not known, since the table has no orders of this period."]
    keys = list(dict.fromkeys((one.campaign, one.platform) for one in returns))
    # Costs of no campaign did not bring the orders of none: the two have no ratio.
    rows = [
        _line(
            _name(*key),
            [one for one in returns if (one.campaign, one.platform) == key],
            told=key[0] is not None,
        )
        for key in keys
    ]
    rows.append(_line(said("All", "revenue of campaigns alone"), [whole(returns, rule) for rule in RULES]))
    head = ("Campaign", "Cost", *RULES.values())
    lost = max(whole(returns, rule).missing for rule in RULES)
    remark = [f"{plural(lost, 'order')} without a known amount: not in the revenue."] if lost else []
    return [Grid("Cost and revenue, by three rules of attribution", head, tuple(rows)), *remark]


def _computed(scope: Scope) -> Sequence[Return]:
    if scope.table is None or scope.ledger is None:
        return ()
    orders = scope.table.where("subject_kind", SubjectKind.ORDER.value)
    return roi(orders, scope.ledger.entries, rules=list(RULES)) if len(orders) else ()


def _name(campaign: str | None, platform: str | None) -> Cell:
    return said(campaign or "no campaign", platform or "no single platform")


def _line(name: Cell, returns: Iterable[Return], *, told: bool = True) -> tuple[Cell, ...]:
    by_rule = {one.rule: one for one in returns}
    costs = [one.cost for one in by_rule.values() if one.cost is not None]
    cost = money(costs[0]) if costs else missing("not in the ledger")
    return name, cost, *(_revenue(by_rule.get(rule), told=told) for rule in RULES)


def _revenue(one: Return | None, *, told: bool) -> Cell:
    if one is None:
        return Cell("none", "no order by this rule", number=True)
    if one.revenue is None:
        return missing("no order has a known amount")
    return money(one.revenue, "" if one.roi is None or not told else f"ROI {percent(float(one.roi))}")


def whole(returns: Iterable[Return], rule: AttributionRule) -> Return:
    """Return all costs beside what came of campaigns, by one rule.

    What people bought without a visit of any campaign would make every campaign look good.
    """
    rows = [one for one in returns if one.rule == rule]
    return Return(
        rule=rule,
        campaign=None,
        platform=None,
        cost=_sum(one.cost for one in rows),
        revenue=_sum(one.revenue * (one.campaign is not None) for one in rows if one.revenue is not None),
        orders=sum((one.orders for one in rows if one.campaign is not None), Fraction()),
        missing=sum(one.missing for one in rows),
    )


def _sum(amounts: Iterable[Money | None]) -> Money | None:
    known = [one for one in amounts if one is not None]
    return None if not known else sum(known[1:], known[0])
