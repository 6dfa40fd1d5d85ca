"""What advertisements cost and brought."""

from __future__ import annotations

from datetime import date
from typing import Final

from socialkit.models._base import Model, Raw
from socialkit.models._money import Money

__all__ = ["AdDay"]

UNSENT: Final = Raw.of(b"{}")


class AdDay(Model):
    """What one campaign cost and brought on one day; None where nobody tells, which is never zero.

    Example:
        >>> day = AdDay(campaign_id="1", campaign="Autumn", day=date(2026, 10, 1), spend=Money("5.36", "EUR"))
        >>> print(day.spend, day.reach)
        5.36 EUR None
    """

    campaign_id: str
    campaign: str
    day: date
    """In the time zone of the ad account."""
    spend: Money | None = None
    impressions: int | None = None
    reach: int | None = None
    """Different people; those of two days cannot be added."""
    clicks: int | None = None
    conversions: float | None = None
    """The sum over all kinds that the platform tells, as the ad account defines them; None without any.

    Whether one kind may hold another is not known: the kinds stand in `raw`.
    """
    actions: dict[str, float] = {}
    """What people did, by the platform's own names, such as `link_click`."""
    raw: Raw = UNSENT
    """What the platform sent."""
