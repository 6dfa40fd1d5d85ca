"""What holds at the end of the story, whatever went wrong on the way."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

import socialkit as sk
from examples.agency_quarter.numbers import table_of
from examples.agency_quarter.office import Office, agency
from examples.agency_quarter.plan import Brief, brief_of
from tests.story.play import Played

__all__ = ["Account", "accounts", "pages"]


@dataclass(frozen=True)
class Account:
    """What the story came to for one client."""

    brand: sk.Brand
    brief: Brief
    table: sk.metrics.Table
    trace: sk.Trace

    @property
    def values(self) -> list[sk.metrics.Row]:
        """Return the values of posts."""
        return [row for row in self.table if row.subject_kind is sk.SubjectKind.POST]

    def returned(self, rule: sk.metrics.AttributionRule) -> tuple[Decimal, Decimal]:
        """Return the sums of cost and revenue by one rule."""
        rows = sk.metrics.roi(self.table, self.brief.ledger, rules=[rule])
        costs = [one.cost.amount for one in rows if one.cost is not None]
        revenues = [one.revenue.amount for one in rows if one.revenue is not None]
        return sum(costs, Decimal()), sum(revenues, Decimal())


@contextmanager
def accounts(played: Played) -> Generator[list[Account]]:
    """Open the office once more, and give what there is of each client."""
    with played.world.install(), agency() as workspace:
        office = Office(workspace, played.journal, played.folder)
        found: list[Account] = []
        for brand in workspace.brands:
            brief = brief_of(brand)
            table = table_of(office, brief).latest()
            found.append(Account(brand, brief, table, sk.Trace(brief.strategy, played.journal, table)))
        yield found


def pages(played: Played) -> dict[str, str]:
    """Return the reports, as a terminal shows them and as the file holds them."""
    shown: dict[str, str] = {}
    for brand, report in played.reports.items():
        file = played.folder / f"{brand}.html"
        report.to_html(file)
        shown |= {f"{brand}, text": str(report), f"{brand}, file": file.read_text("utf-8")}
    return shown
