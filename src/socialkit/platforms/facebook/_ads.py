"""`ads` of Facebook: what campaigns cost and brought, read only.

See https://developers.facebook.com/docs/marketing-api/insights.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from json import dumps
from typing import Final, Generic

from socialkit.errors import ConfigurationError
from socialkit.models import AdDay, Money, Raw
from socialkit.operations import ModeT, Page
from socialkit.platforms._graph import GraphCalls, WireList, page_of, page_params
from socialkit.platforms.base import Ads, Core
from socialkit.platforms.facebook._wire import WireAction, WireAdRow

__all__ = ["FacebookAds"]

MOST: Final = 100
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


class FacebookAds(Ads[ModeT], Generic[ModeT]):
    """Advertisements of an ad account that the token may read (`ads_read`): a Page's never may.

    `GET /act_{id}/insights`
    ([reference](https://developers.facebook.com/docs/marketing-api/reference/ad-account/insights)). The id of
    the ad account stands with or without `act_`. Days without a view are left out, and none is told that lies
    more than 37 months back.
    """

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls) -> None:
        super().__init__(mode, core)
        self._calls = calls

    async def _insights(
        self, ad_account: str, since: date, until: date, limit: int | None, cursor: str | None
    ) -> Page[AdDay]:
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


def _node(ad_account: str) -> str:
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
