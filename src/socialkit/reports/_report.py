"""`Report`: what a brand did in a period and what came of it, on one page."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final, get_args

from socialkit.campaign import Campaign, CostLedger
from socialkit.desk import Case
from socialkit.errors import ConfigurationError, WrongAccountError
from socialkit.metrics import Table
from socialkit.models import Period, require_aware
from socialkit.models._document import replace_file
from socialkit.models._names import instead
from socialkit.publishing import Journal
from socialkit.reports._compose import composed
from socialkit.reports._html import document, fragment
from socialkit.reports._readers import Reader
from socialkit.reports._scope import Inputs, scoped
from socialkit.reports._terminal import NARROWEST, text
from socialkit.strategy import Strategy
from socialkit.workspace import Brand

__all__ = ["Report"]

WIDTH: Final = 80
"""Columns of a terminal where nobody says."""


class Report:
    """One page about one brand and period, in the terms of whoever reads it.

    It is made from what it is given: a part whose input was not given is left out, and named at the end. The
    inputs are read once, so a report does not change; the same inputs give the same page. What belongs to
    other brands, or to none, is left out.

    Posts count for the period for which they were planned, adopted ones for when they were published; their
    counts are the newest of the table, whenever they were read. Without a journal nobody knows when a post
    went out: then what was read in the period counts.

    Args:
        brand: Whose report; `Brand("acme")` will do where there is no workspace.
        period: The days, as a clock in one zone shows them.
        reader: For whom: the parts, their order and their words are theirs.
        table: What was measured.
        strategy: The objectives and shares to hold it against.
        journal: What was published, and what became of it.
        ledger: What was spent; return on investment too, where the table has orders. Of a cost that says
            no brand its campaign tells whose it is, where that is one brand's alone.
        campaigns: The brand's campaigns, for what is left of their budgets.
        cases: What came in, such as `desk.cases()`.
        now: The time to go by (aware), for what is overdue; if not given, the newest time in the inputs.

    Raises:
        ConfigurationError: There is no such reader.
        WrongAccountError: The strategy or a campaign is another brand's.

    Example:
        >>> from socialkit import Publisher, Sandbox, collect
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     workspace = world.workspace(acme=["mastodon"])
        ...     publisher = Publisher(workspace, journal)
        ...     (delivery,) = publisher.plan("Autumn is here", to="mastodon")
        ...     _ = publisher.deliver(delivery)
        ...     table = Table(collect.observations(workspace, journal).observations)
        ...     acme, march = workspace.brand("acme"), Period.month(2026, 3, zone="Europe/Paris")
        ...     report = Report(acme, march, reader="HR", table=table, journal=journal)
        >>> for line in str(report).splitlines()[:2]:
        ...     print(line)
        acme on social media
        1 Mar 2026 to 31 Mar 2026 (Europe/Paris), as of 2 Mar 2026, for HR
    """

    def __init__(
        self,
        brand: Brand,
        period: Period,
        *,
        reader: Reader,
        table: Table | None = None,
        strategy: Strategy | None = None,
        journal: Journal | None = None,
        ledger: CostLedger | None = None,
        campaigns: Iterable[Campaign] = (),
        cases: Iterable[Case] | None = None,
        now: datetime | None = None,
    ) -> None:
        given = Inputs(
            now=None if now is None else require_aware(now, "now"),
            strategy=strategy,
            campaigns=tuple(campaigns),
            deliveries=None if journal is None else tuple(journal.deliveries()),
            freezes=() if journal is None else journal.freezes(),
            table=table,
            ledger=ledger,
            cases=None if cases is None else tuple(cases),
        )
        _require(brand.key, reader, given)
        self._page = composed(scoped(brand.key, brand.zone, period, given), reader)

    def to_html(self, path: str | os.PathLike[str], /) -> None:
        """Write one HTML file that needs nothing else: no network, no script, no fonts.

        Args:
            path: The file, which is replaced, whole or not at all.

        Raises:
            ConfigurationError: The folder cannot be written.
        """
        replace_file(Path(path), document(self._page).encode())

    def to_text(self, width: int = WIDTH) -> str:
        """Return it for a terminal.

        Args:
            width: The columns of the terminal; 40 at least.

        Raises:
            ValueError: There is no room.
        """
        if width < NARROWEST:
            message = f"a report needs {NARROWEST} columns, not {width}"
            raise ValueError(message)
        return text(self._page, width)

    def _repr_html_(self) -> str:
        return fragment(self._page)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"Report({self._page.title}: {self._page.subtitle})"


def _require(brand: str, reader: str, given: Inputs) -> None:
    if reader not in get_args(Reader):
        message = f"there is no reader {reader!r}{instead(reader, get_args(Reader))}"
        raise ConfigurationError(message)
    whose = {} if given.strategy is None else {"the strategy": given.strategy.brand}
    whose |= {f"campaign {one.key}": one.strategy.brand for one in given.campaigns}
    for what, owner in whose.items():
        if owner != brand:
            message = f"{what} is of {owner}, and the report of {brand}"
            raise WrongAccountError(message)
