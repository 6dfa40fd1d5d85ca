"""The section about money: what was spent, and what it brought in by each rule of attribution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from socialkit.campaign import CostLedger
from socialkit.metrics import AttributionRule, Return, Table, roi
from socialkit.metrics._roi import ratio
from socialkit.models import Money, SubjectKind
from socialkit.reports._budgets import budgets
from socialkit.reports._numbers import amount, money, percent, plural
from socialkit.reports._page import Block, Cell, Grid, missing, said, worded
from socialkit.reports._scope import Scope

__all__ = ["Sum", "spent", "whole", "worth"]

RULES: Final[Mapping[AttributionRule, str]] = {
    "first": "Revenue by first visit",
    "last": "Revenue by last visit",
    "linear": "Revenue by all visits",
}


def worth(scope: Scope) -> list[Block]:
    """Return costs by kind, what is left of budgets, and costs beside revenue by campaign and platform."""
    blocks = budgets(scope)
    if scope.ledger is None or not scope.ledger.entries:
        return [*blocks, "The ledger has no cost in this period.", *_unowned(scope)]
    kinds = _kinds(scope.ledger)
    try:
        return [*_returns(scope), *blocks, kinds, *_unowned(scope)]
    except ValueError as error:
        remark = f"Costs and revenue are not put side by side: {error}."
        return [remark, *blocks, kinds, *_unowned(scope)]


def _unowned(scope: Scope) -> list[Block]:
    if not scope.unowned:
        return []
    return [f"{plural(scope.unowned, 'cost')} of the ledger without a brand: left out here."]


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
    if scope.ledger is None:
        return missing()
    if scope.unowned and not scope.ledger.entries:
        return missing(f"{plural(scope.unowned, 'cost')} without a brand")
    return _sums(scope.ledger)


def _returns(scope: Scope) -> list[Block]:
    orders = _orders(scope)
    if orders is None or scope.ledger is None:
        return ["Return on investment: not known, since the table has no orders of this period."]
    returns = roi(orders, scope.ledger.entries, rules=list(RULES))
    rows = [*_lines(returns), *_campaigns(returns)]
    name = said("All", "revenue of campaigns alone")
    rows.append(_shown(name, {rule: whole(returns, rule) for rule in RULES}))
    head = ("Campaign", "Cost", *RULES.values())
    return [Grid("Cost and revenue, by three rules of attribution", head, tuple(rows)), *_lost(orders)]


def _lost(orders: Table) -> list[Block]:
    """Return how many orders are in no revenue, each once, whatever visits it had."""
    return [
        f"{plural(one.missing, 'order')} without a known amount ({', '.join(map(worded, one.reasons))}): "
        "not in the revenue."
        for one in orders.total("revenue")
        if one.missing
    ]


def _orders(scope: Scope) -> Table | None:
    if scope.table is None:
        return None
    orders = scope.table.where("subject_kind", SubjectKind.ORDER.value)
    return orders if len(orders) else None


def _lines(returns: Sequence[Return]) -> list[tuple[Cell, ...]]:
    keys = list(dict.fromkeys((one.campaign, one.platform) for one in returns))
    rows: list[tuple[Cell, ...]] = []
    for campaign, platform in keys:
        found = [one for one in returns if (one.campaign, one.platform) == (campaign, platform)]
        overhead = found[0].overhead
        note = platform or ("overhead of all platforms" if overhead else "no single platform")
        name = said(campaign or "no campaign", note)
        rows.append(_shown(name, {one.rule: _one(one) for one in found}, overhead=overhead))
    return rows


def _campaigns(returns: Sequence[Return]) -> list[tuple[Cell, ...]]:
    """Return the sum of each campaign, where there are several."""
    keys = list(dict.fromkeys(one.campaign for one in returns if one.campaign is not None))
    if len(keys) < 2:
        return []
    parts = {key: [one for one in returns if one.campaign == key] for key in keys}
    return [
        _shown(said(key, "all of it"), {rule: whole(part, rule) for rule in RULES})
        for key, part in parts.items()
    ]


@dataclass(frozen=True)
class Sum:
    """What was spent and what it brought in."""

    cost: Money | None
    revenue: Money | None
    orders: Fraction
    reasons: Mapping[str, Fraction]
    """Why amounts of orders are missing, and of how many each."""

    @property
    def missing(self) -> Fraction:
        """How many orders are without an amount."""
        return sum(self.reasons.values(), Fraction())


def _one(one: Return) -> Sum:
    return Sum(one.cost, one.revenue, one.orders, one.reasons)


def _shown(name: Cell, sums: Mapping[AttributionRule, Sum], *, overhead: bool = False) -> tuple[Cell, ...]:
    costs = [one.cost for one in sums.values() if one.cost is not None]
    cost = money(costs[0]) if costs else missing("not in the ledger")
    return name, cost, *(_revenue(sums.get(rule), overhead=overhead) for rule in RULES)


def _revenue(one: Sum | None, *, overhead: bool) -> Cell:
    if one is None:
        return Cell("none", "no order by this rule", number=True)
    if overhead and not one.orders and not one.missing:
        return Cell("none", "overhead", number=True)
    if one.revenue is None:
        return missing(", ".join(map(worded, one.reasons)) or "no order has a known amount")
    share = None if overhead else ratio(one.cost, one.revenue)
    notes = ["" if share is None else f"ROI {percent(float(share))}", _lacking(one)]
    return money(one.revenue, "; ".join(note for note in notes if note))


def _lacking(one: Sum) -> str:
    if not one.missing:
        return ""
    lost, all_ = amount(float(one.missing)), amount(float(one.missing + one.orders))
    return f"{lost} of {all_} orders not known: {', '.join(map(worded, one.reasons))}"


def whole(returns: Iterable[Return], rule: AttributionRule) -> Sum:
    """Return all costs beside what came of campaigns, by one rule.

    What people bought without a visit of any campaign would make every campaign look good.
    """
    rows = [one for one in returns if one.rule == rule]
    led = [one for one in rows if one.campaign is not None]
    orders = sum((one.orders for one in led), Fraction())
    reasons: dict[str, Fraction] = {}
    for one in led:
        for why, number in one.reasons.items():
            reasons[why] = reasons.get(why, Fraction()) + number
    known = [one.revenue for one in led if one.revenue is not None]
    # Without a campaign's order nothing came of campaigns; that is told in the currency of the others.
    nothing = [one.revenue * 0 for one in rows if one.revenue is not None][:1]
    revenue = None if reasons and not orders else _sum(known or nothing)
    return Sum(_sum(one.cost for one in rows), revenue, orders, dict(sorted(reasons.items())))


def _sum(amounts: Iterable[Money | None]) -> Money | None:
    known = [one for one in amounts if one is not None]
    return None if not known else sum(known[1:], known[0])
