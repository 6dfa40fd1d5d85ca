"""Orders of a table, and how a rule shares each out between the visits before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final, Literal

from socialkit.metrics._answers import Row
from socialkit.metrics._conversions import parts_of
from socialkit.metrics._table import Table
from socialkit.models import Money, SubjectKind

__all__ = ["AttributionRule", "Order", "Source", "orders_of", "shares_of"]

AttributionRule = Literal["first", "last", "linear"]
"""Which visits before an order get its revenue: the first, the last, or all in equal parts."""

RULES: Final[Mapping[str, Callable[[int], list[int]]]] = {
    "first": lambda number: [1] + [0] * (number - 1),
    "last": lambda number: [0] * (number - 1) + [1],
    "linear": lambda number: [1] * number,
}
"""The weights of so many visits."""

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)

Source = tuple[str | None, str | None]
"""The campaign and the platform that a visit came from."""


@dataclass
class Order:
    """An order, and where its visits came from."""

    brand: str | None
    amount: Money | None
    missing: str = ""
    """Why there is no amount."""
    sources: list[Source] = field(default_factory=list[Source])
    """The first visit's before the others'."""


def orders_of(table: Table) -> tuple[list[Order], str | None]:
    """Return a table's orders, and their currency.

    Raises:
        ValueError: An order is there twice, several currencies are, or visits of an order that is not.
    """
    of_orders = table.where("subject_kind", SubjectKind.ORDER.value)
    # Checks too that no order is there twice, and that all are in one currency.
    totals = of_orders.total("revenue")
    currency = next((one.money.currency for one in totals if one.money is not None), None)
    orders = {
        (row.brand, row.platform, row.subject): Order(row.brand, _amount(row), str(row.missing or ""))
        for row in of_orders.where("metric", "revenue")
    }
    for row in sorted(of_orders.where("metric", "touches"), key=_moment):
        key = (row.brand, row.platform, row.subject)
        if key not in orders:
            message = f"order {row.subject!r} has visits, but no row of revenue"
            raise ValueError(message)
        utm = parts_of(row.breakdown)
        orders[key].sources.append((utm.get("utm_campaign"), utm.get("utm_source")))
    return list(orders.values()), currency


def _amount(row: Row) -> Money | None:
    return None if row.money is None or row.currency is None else Money.of_minor(row.money, row.currency)


def _moment(row: Row) -> tuple[datetime, int]:
    number = parts_of(row.breakdown).get("touch", "")
    return row.start or LONG_AGO, int(number) if number.isdecimal() else 0


def shares_of(rule: AttributionRule, order: Order) -> Iterator[tuple[Source, Fraction, Money | None]]:
    """Yield whence an order came by a rule: which part of it, and of its amount where that is known."""
    sources = order.sources or [(None, None)]
    weights = RULES[rule](len(sources))
    parts = [None] * len(sources) if order.amount is None else order.amount.split(weights)
    for source, weight, part in zip(sources, weights, parts, strict=True):
        if weight:
            yield source, Fraction(weight, sum(weights)), part
