"""What calendars need to know of a campaign, and what each account is to get of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, Protocol

from pydantic import Field

from socialkit.models import AccountRef, Model, Period, Purpose, WallTime
from socialkit.strategy import Strategy

__all__ = ["HOUR", "Agreed", "Allotment", "week_of"]

HOUR: Final = timedelta(hours=1)
"""Two posts of an account are not closer than this."""


class Agreed(Protocol):
    """A campaign, for modules that stand below it."""

    @property
    def key(self) -> str: ...
    @property
    def strategy(self) -> Strategy: ...
    @property
    def period(self) -> Period: ...
    @property
    def posts(self) -> int | None: ...
    @property
    def quiet_days(self) -> Sequence[date]: ...
    @property
    def most_per_day(self) -> int | None: ...
    @property
    def most_per_week(self) -> int | None: ...
    def purpose(self, pillar: str | None = None) -> Purpose: ...
    def moments(self, zone: str) -> Sequence[WallTime]: ...


class Allotment(Model):
    """What one account is to get of a campaign.

    Example:
        >>> shop = AccountRef(platform="x", brand="acme", name="main")
        >>> allotment = Allotment(account=shop, posts=12, most_per_week=3)
        >>> allotment.cap(2), allotment.cap(None)
        (2, 3)
    """

    account: AccountRef
    posts: int = Field(ge=0)
    """How many posts, by the account's share of the mix."""
    most_per_week: int | None = Field(default=None, ge=1)
    """The most posts from Monday to Sunday, as the mix has it."""

    def cap(self, most_per_week: int | None) -> int | None:
        """Return the most posts in a week, by the mix and by the campaign."""
        caps = [cap for cap in (self.most_per_week, most_per_week) if cap is not None]
        return min(caps, default=None)


def week_of(day: date) -> tuple[int, int]:
    """Return the week that a day is in, from Monday to Sunday."""
    year, week, _ = day.isocalendar()
    return year, week
