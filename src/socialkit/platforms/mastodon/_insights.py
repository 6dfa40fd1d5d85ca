"""`insights` and `listening` of Mastodon. See https://docs.joinmastodon.org/methods/search/."""

from __future__ import annotations

from typing import Final, Generic

from socialkit.errors import APIError, NotFoundError
from socialkit.models import Observation, Post, Profile, SubjectKind, Trend
from socialkit.operations import ModeT, Page
from socialkit.platforms.base import (
    Insights,
    Listening,
    no_cursor,
    observations,
    offset_of,
    page_size,
    post_observations,
)
from socialkit.platforms.mastodon._map import (
    ACCOUNT_METRICS,
    NATIVE,
    POST_METRICS,
    to_post,
    to_profile,
    to_trend,
)
from socialkit.platforms.mastodon._paging import cursor_of, page_params
from socialkit.platforms.mastodon._wire import (
    WireAccount,
    WireSearch,
    WireStatus,
    WireTrendsLink,
    WireTrendsTag,
)
from socialkit.transport import Request, segment

__all__ = ["MastodonInsights", "MastodonListening"]

AT_ONCE: Final = 20
"""Posts read together."""
NO_SUCH_CALL: Final = frozenset({404, 405, 500})
"""What servers before 4.3 answer when they are asked for several posts at once."""
FOUND_MOST: Final = 40
"""Search results in one page, at most."""
TRENDS: Final = ("tags", "links")
TRENDS_MOST: Final = 20
"""Trends in one page, at most."""


class MastodonInsights(Insights[ModeT], Generic[ModeT]):
    """Counts as this server has seen them; remote reactions that it never heard of are missing."""

    async def _posts(self, posts: tuple[str, ...], cursor: str | None) -> Page[Observation]:
        return await post_observations(
            self._core, posts, cursor, self._statuses, at_once=AT_ONCE, metrics=POST_METRICS, native=NATIVE
        )

    async def _statuses(self, posts: tuple[str, ...]) -> dict[str, WireStatus]:
        together = {status.id: status for status in await self._together(posts)}
        # Some servers do not know the call, and some know it and pass the ids over.
        missing = [post for post in posts if post not in together]
        alone = await self._core.transport.gather(*(self._status(post) for post in missing))
        return together | {status.id: status for status in alone if status is not None}

    async def _together(self, posts: tuple[str, ...]) -> list[WireStatus]:
        params = tuple(("id[]", post) for post in posts)
        request = Request(method="GET", url="api/v1/statuses", params=params)
        try:
            answer = await self._core.pipeline.call(request, list[WireStatus])
        except APIError as error:
            if error.status not in NO_SUCH_CALL:
                raise
            return []
        return answer.value

    async def _status(self, post: str) -> WireStatus | None:
        try:
            answer = await self._core.pipeline.call(
                Request(method="GET", url=f"api/v1/statuses/{segment(post)}"), WireStatus
            )
        except NotFoundError:
            return None
        return answer.value

    async def _account(self) -> tuple[Observation, ...]:
        request = Request(method="GET", url="api/v1/accounts/verify_credentials")
        answer = await self._core.pipeline.call(request, WireAccount)
        return observations(
            answer.value,
            ACCOUNT_METRICS,
            NATIVE,
            kind=SubjectKind.ACCOUNT,
            subject_id=answer.value.id,
            account=self._core.ref,
            now=self._core.now(),
        )


class MastodonListening(Listening[ModeT], Generic[ModeT]):
    """What this server knows: its own people, and whom they follow.

    A hashtag is read from its timeline. Words are searched where the server has full-text search, and only in
    posts whose authors agreed; elsewhere the search finds nothing.
    """

    async def _search(self, query: str, limit: int | None, cursor: str | None) -> Page[Post]:
        if query.startswith("#") and " " not in query:
            return await self._hashtag(query[1:], limit, cursor)
        offset = offset_of(cursor)
        size = page_size(limit, FOUND_MOST)
        params = (("q", query), ("type", "statuses"), ("limit", str(size)), ("offset", str(offset)))
        answer = await self._core.pipeline.call(
            Request(method="GET", url="api/v2/search", params=params), WireSearch
        )
        found = answer.value.statuses or []
        posts = [to_post(w, answer.raw.at("statuses", n), self._core.ref) for n, w in enumerate(found)]
        return Page(tuple(posts), str(offset + len(found)) if len(found) >= size else None)

    async def _hashtag(self, name: str, limit: int | None, cursor: str | None) -> Page[Post]:
        request = Request(
            method="GET",
            url=f"api/v1/timelines/tag/{segment(name)}",
            params=page_params(cursor, limit, FOUND_MOST),
        )
        answer = await self._core.pipeline.call(request, list[WireStatus])
        posts = [to_post(wire, answer.raw.at(n), self._core.ref) for n, wire in enumerate(answer.value)]
        return Page(tuple(posts), cursor_of(answer.response))

    async def _trends(self, limit: int | None, cursor: str | None) -> Page[Trend]:
        """Read hashtags first, then links; the cursor says which, and from where."""
        which, _, rest = ("tags:0" if cursor is None else cursor).partition(":")
        if which not in TRENDS:
            raise no_cursor(cursor)
        at = offset_of(rest, of=cursor)
        size = page_size(limit, TRENDS_MOST)
        params = (("limit", str(size)), ("offset", str(at)))
        request = Request(method="GET", url=f"api/v1/trends/{which}", params=params)
        if which == "tags":
            tags = await self._core.pipeline.call(request, list[WireTrendsTag])
            trends = tuple(to_trend(wire, tags.raw.at(n)) for n, wire in enumerate(tags.value))
            return Page(trends, f"tags:{at + size}" if len(trends) >= size else "links:0")
        links = await self._core.pipeline.call(request, list[WireTrendsLink])
        trends = tuple(to_trend(wire, links.raw.at(n)) for n, wire in enumerate(links.value))
        return Page(trends, f"links:{at + size}" if len(trends) >= size else None)

    async def _profile(self, handle: str) -> Profile:
        request = Request(method="GET", url="api/v1/accounts/lookup", params=(("acct", handle),))
        answer = await self._core.pipeline.call(request, WireAccount)
        return to_profile(answer.value, answer.raw, self._core.ref)
