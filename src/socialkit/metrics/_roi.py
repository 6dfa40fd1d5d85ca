"""Return on investment: what was spent beside what it brought in, by several rules of attribution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Protocol, get_args

from socialkit.metrics._answers import Answers
from socialkit.metrics._orders import AttributionRule, Order, orders_of, shares_of
from socialkit.metrics._table import Table, form_of
from socialkit.models import Model, Money

__all__ = ["LedgerEntry", "Return", "ratio", "roi"]


class LedgerEntry(Protocol):
    """A sum that was spent: `socialkit.Cost`, or an application's own."""

    @property
    def brand(self) -> str | None:
        """Whose cost it is; None will do where all is one brand's."""
        ...

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
    """What one campaign cost on one platform and what it brought in, by one rule.

    Example:
        >>> line = Return(
        ...     rule="last",
        ...     campaign="autumn",
        ...     platform="mastodon",
        ...     cost=Money(100, "EUR"),
        ...     revenue=Money(150, "EUR"),
        ...     orders=Fraction(3),
        ... )
        >>> print(line.profit, line.roi)
        50.00 EUR 0.5
    """

    rule: AttributionRule
    brand: str | None = None
    """Whose campaign; None where neither orders nor costs say a brand."""
    campaign: str | None
    """None: orders without a visit of any campaign, or costs of none."""
    platform: str | None
    """None: orders without a visit whose source is known, or costs of no single platform."""
    cost: Money | None
    """None where the ledger has no entry."""
    revenue: Money | None
    """None where the amount of no order that came from it is known; zero where no order came from it."""
    orders: Fraction
    """How many orders with a known amount were attributed to it; parts of orders where the rule splits."""
    missing: Fraction = Fraction()
    """How many orders were attributed to it of which the amount is missing: the revenue is without them."""
    reasons: Mapping[str, Fraction] = {}
    """Why, and how many each."""

    @property
    def overhead(self) -> bool:
        """Whether its cost served several platforms or campaigns, so that no revenue belongs to it alone."""
        return self.cost is not None and (self.campaign is None or self.platform is None)

    @property
    def profit(self) -> Money | None:
        """Revenue less cost; None where a part is missing, and of overhead."""
        if self.cost is None or self.revenue is None or self.overhead:
            return None
        return self.revenue - self.cost

    @property
    def roi(self) -> Decimal | None:
        """Profit over cost; None where a part is missing, of overhead, and where nothing was spent."""
        return None if self.overhead else ratio(self.cost, self.revenue)


def ratio(cost: Money | None, revenue: Money | None) -> Decimal | None:
    """Return profit over cost; None where a part is missing, or no more was spent than came back."""
    if cost is None or revenue is None or cost.amount <= 0:
        return None
    return (revenue - cost).amount / cost.amount


_Key = tuple[str | None, str | None, str | None]
"""Brand, campaign, platform."""


@dataclass
class _Line:
    cost: Money | None = None
    revenue: int = 0
    orders: Fraction = Fraction()
    reasons: dict[str, Fraction] = field(default_factory=dict[str, Fraction])

    def worth(self, currency: str | None, *, told: bool) -> Money | None:
        """Return the revenue; without a known order it is zero only if no unknown one is there."""
        if currency is None or not told or (self.reasons and not self.orders):
            return None
        return Money.of_minor(self.revenue, currency)


def roi(table: Table, ledger: Iterable[LedgerEntry], *, rules: Sequence[AttributionRule]) -> Answers[Return]:
    """Return cost, revenue and return on investment, for each rule, brand, campaign and platform.

    The rules stand side by side, since no one of them is right: each tells where the same orders would count.
    For every rule the rows add up to the ledger and to the orders, to the cent; orders without visits and
    costs without orders have rows of their own. Where all is one brand's, nothing else needs to say whose
    it is; of several brands, every cost and order has to.

    Args:
        table: With the rows of `Conversions.observations()`. Campaign and platform of a visit are its
            `utm_campaign` and `utm_source`.
        ledger: What was spent.
        rules: `first`, `last`, `linear`.

    Raises:
        ValueError: There is no such rule, amounts are in several currencies, an order is there twice, or
            there are several brands and a cost or an order does not say whose it is.

    Example:
        >>> roi(Table([]), [], rules=["first", "last"])
        Answers([])
    """
    for rule in rules:
        if rule not in get_args(AttributionRule):
            message = f"there is no rule {rule!r}: {', '.join(get_args(AttributionRule))}"
            raise ValueError(message)
    orders, currency = orders_of(table)
    entries = list(ledger)
    only = _only_brand(orders, entries)
    costs: dict[_Key, Money] = {}
    for entry in entries:
        key = (entry.brand or only, entry.campaign, entry.platform)
        _require(entry.amount.currency, currency)
        currency = entry.amount.currency
        costs[key] = costs[key] + entry.amount if key in costs else entry.amount
    rows = [row for rule in rules for row in _returns(rule, orders, costs, currency, only)]
    return Answers(rows, _flat, form_of(table))


def _only_brand(orders: Iterable[Order], entries: Iterable[LedgerEntry]) -> str | None:
    """Return the brand of all that says none.

    Raises:
        ValueError: It may be one of several brands'.
    """
    named = {"an order": [one.brand for one in orders], "a cost": [one.brand for one in entries]}
    brands = sorted({brand for several in named.values() for brand in several if brand is not None})
    for what, several in named.items():
        if len(brands) > 1 and None in several:
            message = f"{what} does not say whose it is, and there are several brands: {', '.join(brands)}"
            raise ValueError(message)
    return brands[0] if brands else None


def _returns(
    rule: AttributionRule,
    orders: Iterable[Order],
    costs: Mapping[_Key, Money],
    currency: str | None,
    brand: str | None,
) -> list[Return]:
    lines = {key: _Line(cost) for key, cost in costs.items()}
    told = False
    for order in orders:
        told = told or order.amount is not None
        _attribute(rule, order, lines, brand)
    ordered = sorted(lines.items(), key=lambda item: [(one is None, one or "") for one in item[0]])
    return [_return(rule, key, line, line.worth(currency, told=told)) for key, line in ordered]


def _return(rule: AttributionRule, key: _Key, line: _Line, revenue: Money | None) -> Return:
    brand, campaign, platform = key
    return Return(
        rule=rule,
        brand=brand,
        campaign=campaign,
        platform=platform,
        cost=line.cost,
        revenue=revenue,
        orders=line.orders,
        missing=sum(line.reasons.values(), Fraction()),
        reasons=dict(sorted(line.reasons.items())),
    )


def _attribute(rule: AttributionRule, order: Order, lines: dict[_Key, _Line], brand: str | None) -> None:
    for (campaign, platform), share, part in shares_of(rule, order):
        line = lines.setdefault((order.brand or brand, campaign, platform), _Line())
        if part is None:
            line.reasons[order.missing] = line.reasons.get(order.missing, Fraction()) + share
        else:
            line.revenue += part.minor
            line.orders += share


def _require(given: str, before: str | None) -> None:
    if before is not None and given != before:
        message = f"amounts in {before} and {given} do not add up: convert one first"
        raise ValueError(message)


def _flat(row: Return) -> dict[str, object]:
    return {
        "rule": row.rule,
        "brand": row.brand,
        "campaign": row.campaign,
        "platform": row.platform,
        "cost": None if row.cost is None else row.cost.minor,
        "revenue": None if row.revenue is None else row.revenue.minor,
        "currency": next((one.currency for one in (row.cost, row.revenue) if one is not None), None),
        "orders": float(row.orders),
        "roi": None if row.roi is None else float(row.roi),
        "missing": float(row.missing),
    }
