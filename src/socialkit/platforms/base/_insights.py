"""`client.insights`: measured values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, final

from socialkit.models import Capability, Observation, Post
from socialkit.operations import ModeT, Page, operation, paginated
from socialkit.platforms.base._namespace import Namespace
from socialkit.platforms.base._things import post_id, ref_of, several

__all__ = ["Insights"]


class Insights(Namespace[ModeT], Generic[ModeT]):
    """Metrics of one account and its posts. What the platform does not give is a row that says so."""

    namespace = "insights"

    @final
    @paginated
    async def posts(
        self, posts: Iterable[Post | str], *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Observation]:
        """Iterate over the metrics of posts, as they are now, in the posts' order.

        Args:
            posts: The posts, or their ids.
            limit: At most this many observations in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        wanted = several(posts, "posts")
        await self._core.require(Capability.POST_INSIGHTS)
        await self._core.mine(*(ref_of(post) for post in wanted))
        await self._core.identify()
        return await self._posts(tuple(post_id(post) for post in wanted), cursor)

    @final
    @operation
    async def account(self) -> tuple[Observation, ...]:
        """Return the metrics of the account, as they are now."""
        await self._core.require(Capability.ACCOUNT_INSIGHTS)
        await self._core.identify()
        return await self._account()

    @final
    @operation
    async def audience(self) -> tuple[Observation, ...]:
        """Return who follows the account, by what the platform breaks it down.

        Raises:
            NotSupportedError: The platform does not tell.
        """
        await self._core.require(Capability.AUDIENCE_INSIGHTS)
        return await self._audience()

    async def _posts(self, posts: tuple[str, ...], cursor: str | None) -> Page[Observation]:
        raise NotImplementedError

    async def _account(self) -> tuple[Observation, ...]:
        raise NotImplementedError

    async def _audience(self) -> tuple[Observation, ...]:
        raise NotImplementedError
