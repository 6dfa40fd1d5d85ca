"""One sum that was spent, and on what."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from socialkit.models import Model, Money
from socialkit.models._account import AccountKey, KeyPart
from socialkit.models._names import Key

__all__ = ["Cost", "CostKind"]


class CostKind(StrEnum):
    """What money was spent on.

    Example:
        >>> Cost(day=date(2026, 10, 1), amount=Money(40, "EUR"), kind="ads").kind is CostKind.ADS
        True
    """

    ADS = "ads"
    """Paid reach: ads and boosted posts."""
    PRODUCTION = "production"
    """Pictures, films, texts."""
    TOOLS = "tools"
    HOURS = "hours"
    """Work, at what an hour of it costs."""
    INFLUENCER = "influencer"
    """Fees and gifts of creators."""
    OTHER = "other"


class Cost(Model):
    """One sum that was spent, and on what; a refund is below zero.

    Example:
        >>> day = date(2026, 10, 1)
        >>> cost = Cost(day=day, amount=Money(40, "EUR"), kind=CostKind.ADS, account="acme/x/main")
        >>> cost.brand, cost.platform
        ('acme', 'x')
    """

    day: date
    amount: Money
    kind: CostKind
    brand: KeyPart | None = None
    """Whose cost it is; if not given, that of the account."""
    campaign: Key | None = None
    """The campaign's key; None for what serves all, such as a tool's licence."""
    platform: KeyPart | None = None
    """The platform; if not given, that of the account."""
    account: AccountKey | None = None
    """The account, as `acme/x/main`."""
    post: str | None = Field(default=None, min_length=1)
    """The post's id on its platform."""
    note: str = ""

    @model_validator(mode="after")
    def _of_its_account(self) -> Self:
        if self.account is None:
            return self
        brand, platform, _ = self.account.split("/")
        if self.platform not in {None, platform}:
            message = "has an account that is on another platform"
            raise ValueError(message)
        if self.brand not in {None, brand}:
            message = "has an account that is another brand's"
            raise ValueError(message)
        object.__setattr__(self, "platform", platform)
        object.__setattr__(self, "brand", brand)
        return self
