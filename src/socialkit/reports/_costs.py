"""Whose costs are whose: a ledger says it entry by entry, or by a campaign that is one brand's alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from socialkit.campaign import Campaign, Cost, CostLedger
from socialkit.metrics import Table
from socialkit.metrics._conversions import parts_of
from socialkit.metrics._table import lines_of
from socialkit.publishing import Delivery

__all__ = ["brands_of_campaigns", "own_costs"]

Brands = Mapping[str, set[str]]
"""The brands that have a campaign of a name."""


def own_costs(
    ledger: CostLedger | None,
    brand: str,
    deliveries: Iterable[Delivery],
    table: Table | None,
    campaigns: Iterable[Campaign],
) -> tuple[CostLedger | None, list[Cost]]:
    """Return a brand's costs, each with the brand on it, and those of which nobody knows whose they are."""
    if ledger is None:
        return None, []
    brands = brands_of_campaigns(deliveries, table, campaigns)
    own: list[Cost] = []
    unowned: list[Cost] = []
    for one in ledger.entries:
        owner = one.brand or _only(brands.get(one.campaign or "", set()))
        if owner is None:
            unowned.append(one)
        elif owner == brand:
            own.append(one.model_copy(update={"brand": brand}))
    return CostLedger(entries=own), unowned


def _only(brands: set[str]) -> str | None:
    return next(iter(brands)) if len(brands) == 1 else None


def brands_of_campaigns(
    deliveries: Iterable[Delivery], table: Table | None, campaigns: Iterable[Campaign] = ()
) -> Brands:
    """Return which brands have campaigns of which names, as far as posts, values and visits tell."""
    found: dict[str, set[str]] = {}
    named = [(one.key, one.strategy.brand) for one in campaigns]
    named += [(one.purpose.campaign or "", one.account.brand or "") for one in deliveries if one.purpose]
    if table is not None:
        named += [(campaign or "", brand or "") for campaign, brand in lines_of(table, "campaign", "brand")]
        visits = lines_of(table.where("metric", "touches"), "breakdown", "brand")
        named += [(parts_of(utm).get("utm_campaign", ""), brand or "") for utm, brand in visits]
    for campaign, brand in named:
        if campaign and brand:
            found.setdefault(campaign, set()).add(brand)
    return found
