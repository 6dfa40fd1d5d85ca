"""`client.listening`: what others say and do."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, final

from socialkit.models import Capability, Post, Profile, Trend, require_aware
from socialkit.operations import ModeT, Page, operation, paginated
from socialkit.platforms.base._namespace import Namespace
from socialkit.platforms.base._posts import cut

__all__ = ["Listening"]


class Listening(Namespace[ModeT], Generic[ModeT]):
    """Public posts, trends and profiles of others."""

    namespace = "listening"

    @final
    @paginated
    async def search(
        self,
        query: str,
        *,
        since: datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Post]:
        """Iterate over public posts that contain words or a `#hashtag`, newest first.

        What a platform searches, and how far back, stands on its page.

        Args:
            query: Words, or one hashtag with its `#`.
            since: Only those published after this time (aware).
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        await self._core.require(Capability.SEARCH)
        if not query.strip():
            raise ValueError("query is empty: say what to look for")
        start = None if since is None else require_aware(since, "since")
        page = await self._search(query.strip(), limit, cursor)
        if start is None:
            return page
        return cut(page, [post.published_at for post in page.items], start)

    @final
    @paginated
    async def trends(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Trend]:
        """Iterate over what many people talk about now, the most first.

        Args:
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        await self._core.require(Capability.TRENDS)
        return await self._trends(limit, cursor)

    @final
    @operation
    async def profile(self, handle: str) -> Profile:
        """Return somebody's public profile.

        Args:
            handle: Their handle, with or without `@`.

        Raises:
            NotFoundError: Nobody has this handle.
        """
        await self._core.require(Capability.PROFILES)
        name = handle.strip().removeprefix("@")
        if not name.strip():
            raise ValueError("handle is empty: say whose profile to get")
        return await self._profile(name)

    async def _search(self, query: str, limit: int | None, cursor: str | None) -> Page[Post]:
        raise NotImplementedError

    async def _trends(self, limit: int | None, cursor: str | None) -> Page[Trend]:
        raise NotImplementedError

    async def _profile(self, handle: str) -> Profile:
        raise NotImplementedError
