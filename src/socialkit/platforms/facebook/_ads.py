"""`ads` of Facebook: what campaigns cost and brought, read only.

See https://developers.facebook.com/docs/marketing-api/insights.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from json import dumps
from typing import Final, Generic

from socialkit.errors import ConfigurationError
from socialkit.models import Model, Money, Raw
from socialkit.operations import ModeT, Page, paginated
from socialkit.platforms._graph import GraphCalls, WireList, page_of, page_params
from socialkit.platforms.base import Core, Namespace
from socialkit.platforms.facebook._wire import WireAction, WireAdRow

__all__ = ["AdDay", "FacebookAds"]

MOST: Final = 100
UNSENT: Final = Raw.of(b"{}")
MOST_SPENT: Final = 10**15
"""What no campaign costs in a day, in any currency."""
FIELDS: Final = (
    "campaign_id",
    "campaign_name",
    "account_currency",
    "spend",
    "impressions",
    "reach",
    "clicks",
    "actions",
    "conversions",
    "date_start",
    "date_stop",
)


class AdDay(Model):
    """What one campaign cost and brought on one day; None where Facebook does not tell, which is never zero.

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
    """The sum over all kinds that Facebook tells, as the ad account defines them; None where it defines none.

    Whether one kind may hold another is documented nowhere: the kinds stand in `raw`.
    """
    actions: dict[str, float] = {}
    """What people did, by Facebook's own names, such as `link_click`."""
    raw: Raw = UNSENT
    """What the platform sent."""


class FacebookAds(Namespace[ModeT], Generic[ModeT]):
    """Advertisements of an ad account that the token may read (`ads_read`)."""

    namespace = "ads"

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls) -> None:
        super().__init__(mode, core)
        self._calls = calls

    @paginated
    async def days(
        self,
        ad_account: str,
        *,
        since: date,
        until: date,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[AdDay]:
        """Iterate over what each campaign cost and brought on each day.

        `GET /act_{id}/insights`
        ([reference](https://developers.facebook.com/docs/marketing-api/reference/ad-account/insights)). Days
        without a view are left out. The newest days still change.

        Args:
            ad_account: The id of the ad account, with or without `act_`.
            since: The first day.
            until: The last day, which is included.
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.

        Raises:
            TypeError: The ad account is no text, or a day no day.
            MissingScopeError: The token lacks `ads_read`; a Page's token never has it.
            BadRequestError: The first day lies more than 37 months back.
        """
        _require_day("since", since)
        _require_day("until", until)
        if until < since:
            message = f"until={until} lies before since={since}"
            raise ValueError(message)
        span = dumps({"since": since.isoformat(), "until": until.isoformat()}, separators=(",", ":"))
        params = (
            ("level", "campaign"),
            ("time_increment", "1"),
            ("time_range", span),
            *page_params(cursor, limit, MOST),
        )
        request = self._calls.get(_node(ad_account), "insights", fields=FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireAdRow])
        return page_of(answer, to_day)


def _require_day(name: str, given: object) -> None:
    if isinstance(given, datetime):
        message = f"{name}= and its like are days, not times: the ad account has a time zone of its own"
        raise TypeError(message)
    if not isinstance(given, date):
        message = f"{name}={given!r} is no day: give a datetime.date, such as date(2026, 10, 1)"
        raise TypeError(message)


def _node(ad_account: object) -> str:
    if not isinstance(ad_account, str):
        message = f"ad_account={ad_account!r} is no text: give the id in quotes, such as 'act_17'"
        raise TypeError(message)
    digits = ad_account.removeprefix("act_")
    if not digits.isascii() or not digits.isdigit():
        message = f"ad_account={ad_account!r} is no ad account's id: digits, with or without act_ before them"
        raise ConfigurationError(message, platform="facebook")
    return f"act_{digits}"


def to_day(wire: WireAdRow, raw: Raw) -> AdDay:
    """Map a row."""
    return AdDay(
        campaign_id=wire.campaign_id,
        campaign=wire.campaign_name,
        day=wire.date_start,
        spend=_money(wire.spend, wire.account_currency),
        impressions=wire.impressions,
        reach=wire.reach,
        clicks=wire.clicks,
        conversions=_sum(wire.conversions),
        actions={one.action_type: one.value for one in wire.actions or () if one.value is not None},
        raw=raw,
    )


def _money(amount: str | None, currency: str | None) -> Money | None:
    if amount is None or currency is None:
        return None
    try:
        spent = Decimal(amount)
        return Money(spent, currency) if 0 <= spent < MOST_SPENT else None
    except (InvalidOperation, ValueError):
        return None


def _sum(conversions: list[WireAction] | None) -> float | None:
    values = [one.value for one in conversions or ()]
    told = [one for one in values if one is not None]
    return sum(told) if told and len(told) == len(values) else None
