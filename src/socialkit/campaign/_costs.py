"""What campaigns cost, to the cent."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Self, TypeVar

from socialkit.campaign import _csv
from socialkit.campaign._cost import Cost
from socialkit.models import Document, Money
from socialkit.models._shared import Several

__all__ = ["CostLedger"]

GroupT = TypeVar("GroupT", bound=Hashable)


class CostLedger(Document):
    """All that was spent, entry by entry; sums are exact, and never of two currencies.

    It can be kept in a file as any document, and in a table: a `.csv` with the columns `day`, `amount`,
    `currency`, `kind`, and any of `brand`, `campaign`, `platform`, `account`, `post`, `note`.

    Example:
        >>> from datetime import date
        >>> from socialkit.campaign import Cost, CostKind
        >>> day = date(2026, 10, 1)
        >>> ads = Cost(day=day, amount=Money("99.90", "EUR"), kind=CostKind.ADS, campaign="autumn")
        >>> work = Cost(day=day, amount=Money("0.20", "EUR"), kind=CostKind.HOURS, campaign="autumn")
        >>> ledger = CostLedger(entries=[ads, work])
        >>> print(ledger.by_campaign()[None, "autumn"]["EUR"])
        100.10 EUR
        >>> {key: str(part["EUR"]) for key, part in ledger.allocate({"first": 1, "second": 2}).items()}
        {'first': '33.37 EUR', 'second': '66.73 EUR'}
    """

    entries: Several[Cost] = ()

    @classmethod
    def load(cls, path: str | os.PathLike[str], /, *, brand: str | None = None) -> Self:
        """Return what a file says.

        Args:
            path: A file that ends in `.csv`, `.toml`, `.yaml`, `.yml` or `.json`, in UTF-8. Cells are parted
                by commas or semicolons, and an amount is written with a point.
            brand: Whose the costs are that say no brand and no account; nobody's if not given, which reports
                leave out.

        Raises:
            InvalidDraftError: The file holds what it may not; `problems` has every problem with its place,
                which in a `.csv` is its line.
            ConfigurationError: There is no such file, its ending is unknown, or a library is missing.
        """
        file = Path(path)
        if not _is_table(file):
            return cls._load(file)._owned_by(brand)
        entries, problems = _csv.read(cls._text(file))
        if problems:
            raise cls._refused(file, problems)
        return cls(entries=entries)._owned_by(brand)

    def save(self, path: str | os.PathLike[str], /) -> None:
        """Write it to a file, whole or not at all.

        In a `.csv` a text that a spreadsheet would take for a formula has an apostrophe before it, which
        `load()` takes away.

        Args:
            path: The file, which is replaced; its ending says the form, as in `load()`.

        Raises:
            ConfigurationError: The ending is unknown, the folder cannot be written, or a library is missing.
        """
        file = Path(path)
        if _is_table(file):
            self._write(file, _csv.written(self.entries))
        else:
            super().save(file)

    def _owned_by(self, brand: str | None) -> Self:
        if brand is None:
            return self
        entries = [
            cost if cost.brand is not None else Cost.model_validate({**dict(cost), "brand": brand})
            for cost in self.entries
        ]
        return self.model_copy(update={"entries": tuple(entries)})

    def __iter__(self) -> Iterator[Cost]:  # type: ignore[override]  # pydantic's own yields pairs
        """Iterate over the entries."""
        return iter(self.entries)

    def total(self) -> dict[str, Money]:
        """Return the sum of all entries, by currency."""
        return _totals(self.entries)

    def by_campaign(self) -> dict[tuple[str | None, str | None], dict[str, Money]]:
        """Return the sums by campaign, as brand and key, and by currency; None where a cost says none.

        Two brands may have a campaign of one key: what they spent is never added up.
        """
        return self._by(lambda cost: (cost.brand, cost.campaign))

    def by_platform(self) -> dict[str | None, dict[str, Money]]:
        """Return the sums by platform and currency; under None what is for no single platform."""
        return self._by(lambda cost: cost.platform)

    def by_post(self) -> dict[tuple[str | None, str], dict[str, Money]]:
        """Return the sums by post, as platform and id, and by currency; of what is for a post alone."""
        posts = CostLedger(entries=[cost for cost in self.entries if cost.post is not None])
        return posts._by(lambda cost: (cost.platform, cost.post or ""))

    def allocate(self, weights: Mapping[GroupT, Decimal | int]) -> dict[GroupT, dict[str, Money]]:
        """Return the total in parts, by weight and currency; together they are the total, to the cent.

        Args:
            weights: How much each takes of it, such as its posts, visits or days; none below zero, and not
                all zero.

        Raises:
            ValueError: The weights cannot be used.
        """
        parts: dict[GroupT, dict[str, Money]] = {key: {} for key in weights}
        for currency, total in self.total().items():
            for key, part in zip(weights, total.split(list(weights.values())), strict=True):
                parts[key][currency] = part
        return parts

    def _by(self, group: Callable[[Cost], GroupT]) -> dict[GroupT, dict[str, Money]]:
        groups: dict[GroupT, list[Cost]] = {}
        for cost in self.entries:
            groups.setdefault(group(cost), []).append(cost)
        return {key: _totals(costs) for key, costs in groups.items()}


def _is_table(file: Path) -> bool:
    return file.suffix.lower() == ".csv"


def _totals(costs: Iterable[Cost]) -> dict[str, Money]:
    totals: dict[str, Money] = {}
    for cost in costs:
        currency = cost.amount.currency
        totals[currency] = totals[currency] + cost.amount if currency in totals else cost.amount
    return totals
