"""`client.ads`: what advertisements cost and brought, read only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Generic, final

from socialkit.models import AdDay
from socialkit.operations import ModeT, Page, paginated
from socialkit.platforms.base._namespace import Namespace

__all__ = ["Ads"]


class Ads(Namespace[ModeT], Generic[ModeT]):
    """Advertisements of an ad account that the token may read."""

    namespace = "ads"

    @final
    @paginated
    async def insights(
        self,
        ad_account: str,
        *,
        since: date,
        until: date,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[AdDay]:
        """Iterate over what each campaign cost and brought on each day.

        Days without a view may be left out, and the newest days still change. How far back a platform tells
        them stands on its page.

        Args:
            ad_account: The platform's id of the ad account.
            since: The first day.
            until: The last day, which is included.
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.

        Raises:
            TypeError: The ad account is no text, or a day no day.
            MissingScopeError: The token may not read the ad account.
            BadRequestError: The first day lies further back than the platform tells.
        """
        _require_id(ad_account)
        _require_day("since", since)
        _require_day("until", until)
        if until < since:
            message = f"until={until} lies before since={since}"
            raise ValueError(message)
        return await self._insights(ad_account, since, until, limit, cursor)

    async def _insights(
        self, ad_account: str, since: date, until: date, limit: int | None, cursor: str | None
    ) -> Page[AdDay]:
        raise NotImplementedError


def _require_id(given: object) -> None:
    if not isinstance(given, str):
        message = f"ad_account={given!r} is no text: give the id in quotes, such as 'act_17'"
        raise TypeError(message)


def _require_day(name: str, given: object) -> None:
    if isinstance(given, datetime):
        message = f"{name}= and its like are days, not times: the ad account has a time zone of its own"
        raise TypeError(message)
    if not isinstance(given, date):
        message = f"{name}={given!r} is no day: give a datetime.date, such as date(2026, 10, 1)"
        raise TypeError(message)
