"""Return on investment: what was spent beside what it brought in, by several rules of attribution."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, Protocol, get_args

from socialkit.metrics._answers import Answers, Row
from socialkit.metrics._conversions import parts_of
from socialkit.metrics._table import Table, form_of
from socialkit.models import Model, Money, SubjectKind

__all__ = ["AttributionRule", "LedgerEntry", "Return", "roi"]

AttributionRule = Literal["first", "last", "linear"]
"""Which visits before an order get its revenue: the first, the last, or all in equal parts."""

RULES: Final[Mapping[str, Callable[[int], list[int]]]] = {
    "first": lambda number: [1] + [0] * (number - 1),
    "last": lambda number: [0] * (number - 1) + [1],
    "linear": lambda number: [1] * number,
}
"""The weights of so many visits."""


class LedgerEntry(Protocol):
    """A sum that was spent: `socialkit.Cost`, or an application's own."""

    @property
    def campaign(self) -> str | None:
        """What it was spent for; None where it belongs to no campaign."""
        ...

    @property
    def platform(self) -> str | None:
        """Where it was spent; None for what served all platforms."""
        ...

    @property
    def amount(self) -> Money:
        """How much."""
        ...

    @property
    def day(self) -> date:
        """When."""
        ...


class Return(Model):
    """What one campaign cost on one platform and what it brought in, by one rule."""

    rule: AttributionRule
    campaign: str | None
    """None: orders without a visit of any campaign, or costs of none."""
    platform: str | None
    """None: orders without a visit whose source is known, or costs of no single platform."""
    cost: Money | None
    """None where the ledger has no entry."""
    revenue: Money | None
    """None where nothing is known of any order's amount; zero where no order came from it."""
    orders: Fraction
    """How many orders with a known amount were attributed to it; parts of orders where the rule splits."""
    missing: int = 0
    """How many orders with a visit of it have no known amount."""

    @property
    def profit(self) -> Money | None:
        """Revenue less cost."""
        return None if self.cost is None or self.revenue is None else self.revenue - self.cost

    @property
    def roi(self) -> Decimal | None:
        """Profit over cost; None where a part is missing, or nothing was spent."""
        if self.profit is None or self.cost is None or not self.cost.amount:
            return None
        return self.profit.amount / self.cost.amount


_Key = tuple[str | None, str | None]


@dataclass
class _Line:
    cost: Money | None = None
    revenue: int = 0
    orders: Fraction = Fraction()
    missing: int = 0


@dataclass
class _Order:
    amount: Money | None
    keys: list[_Key] = field(default_factory=list[_Key])
    """Where its visits came from, the first one first."""


def roi(table: Table, ledger: Iterable[LedgerEntry], *, rules: Sequence[AttributionRule]) -> Answers[Return]:
    """Return cost, revenue and return on investment, for each rule, campaign and platform.

    The rules stand side by side, since no one of them is right: each tells where the same orders would count.
    For every rule the rows add up to the ledger and to the orders, to the cent; orders without visits and
    costs without orders have rows of their own.

    Args:
        table: With the rows of `Conversions.observations()`. Campaign and platform of a visit are its
            `utm_campaign` and `utm_source`.
        ledger: What was spent.
        rules: `first`, `last`, `linear`.

    Raises:
        ValueError: There is no such rule, amounts are in several currencies, or an order is there twice.

    Example:
        >>> roi(Table([]), [], rules=["first", "last"])
        Answers([])
    """
    for rule in rules:
        if rule not in get_args(AttributionRule):
            message = f"there is no rule {rule!r}: {', '.join(get_args(AttributionRule))}"
            raise ValueError(message)
    orders, currency = _orders(table)
    costs: dict[_Key, Money] = {}
    for entry in ledger:
        key = (entry.campaign, entry.platform)
        _require(entry.amount.currency, currency)
        currency = entry.amount.currency
        costs[key] = costs[key] + entry.amount if key in costs else entry.amount
    rows = [row for rule in rules for row in _returns(rule, orders, costs, currency)]
    return Answers(rows, _flat, form_of(table))


def _orders(table: Table) -> tuple[list[_Order], str | None]:
    of_orders = table.where("subject_kind", SubjectKind.ORDER.value)
    # Checks too that no order is there twice, and that all are in one currency.
    totals = of_orders.total("revenue")
    currency = next((one.money.currency for one in totals if one.money is not None), None)
    orders = {
        (row.brand, row.platform, row.subject): _Order(_amount(row))
        for row in of_orders.where("metric", "revenue")
    }
    for row in sorted(of_orders.where("metric", "touches"), key=_moment):
        key = (row.brand, row.platform, row.subject)
        if key not in orders:
            message = f"order {row.subject!r} has visits, but no row of revenue"
            raise ValueError(message)
        utm = parts_of(row.breakdown)
        orders[key].keys.append((utm.get("utm_campaign"), utm.get("utm_source")))
    return list(orders.values()), currency


def _amount(row: Row) -> Money | None:
    return None if row.money is None or row.currency is None else Money.of_minor(row.money, row.currency)


def _moment(row: Row) -> tuple[str, int]:
    number = parts_of(row.breakdown).get("touch", "")
    return (row.start.isoformat() if row.start else "", int(number) if number.isdecimal() else 0)


def _returns(
    rule: AttributionRule, orders: Iterable[_Order], costs: Mapping[_Key, Money], currency: str | None
) -> list[Return]:
    lines = {key: _Line(cost) for key, cost in costs.items()}
    told = False
    for order in orders:
        told = told or order.amount is not None
        _attribute(rule, order, lines)
    return [
        Return(
            rule=rule,
            campaign=key[0],
            platform=key[1],
            cost=line.cost,
            revenue=Money.of_minor(line.revenue, currency) if told and currency else None,
            orders=line.orders,
            missing=line.missing,
        )
        for key, line in sorted(lines.items(), key=lambda item: [(one is None, one or "") for one in item[0]])
    ]


def _attribute(rule: AttributionRule, order: _Order, lines: dict[_Key, _Line]) -> None:
    keys = order.keys or [(None, None)]
    if order.amount is None:
        for key in set(keys):
            lines.setdefault(key, _Line()).missing += 1
        return
    weights = RULES[rule](len(keys))
    for key, weight, part in zip(keys, weights, order.amount.split(weights), strict=True):
        if weight:
            line = lines.setdefault(key, _Line())
            line.revenue += part.minor
            line.orders += Fraction(weight, sum(weights))


def _require(given: str, before: str | None) -> None:
    if before is not None and given != before:
        message = f"amounts in {before} and {given} do not add up: convert one first"
        raise ValueError(message)


def _flat(row: Return) -> dict[str, object]:
    return {
        "rule": row.rule,
        "campaign": row.campaign,
        "platform": row.platform,
        "cost": None if row.cost is None else row.cost.minor,
        "revenue": None if row.revenue is None else row.revenue.minor,
        "currency": next((one.currency for one in (row.cost, row.revenue) if one is not None), None),
        "orders": float(row.orders),
        "roi": None if row.roi is None else float(row.roi),
        "missing": row.missing,
    }
