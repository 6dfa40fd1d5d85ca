"""What campaigns were given, and what their costs leave of it."""

from __future__ import annotations

from socialkit.campaign import Campaign, CostLedger
from socialkit.models import Money
from socialkit.reports._numbers import money, percent
from socialkit.reports._page import Block, Cell, Grid, missing, said
from socialkit.reports._scope import Scope

__all__ = ["budgets"]


def budgets(scope: Scope) -> list[Block]:
    """Return the budget of each campaign with what was spent of it, whenever that was."""
    if not scope.campaigns:
        return []
    costs = scope.costs or CostLedger()
    rows = tuple(_row(one, costs) for one in scope.campaigns)
    return [Grid("Budgets, with the costs of all periods", ("Campaign", "Budget", "Spent", "Left"), rows)]


def _row(campaign: Campaign, costs: CostLedger) -> tuple[Cell, ...]:
    name, budget = said(campaign.key), campaign.budget
    try:
        left = campaign.remaining(costs)
    except ValueError:
        why = "costs in another currency"
        return name, money(budget), missing(why), missing(why)
    return name, money(budget), money(budget - left), money(left, _part(left, budget))


def _part(left: Money, budget: Money) -> str:
    if left.amount < 0:
        return "overspent"
    return percent(float(left.amount / budget.amount)) if budget.amount else ""
