"""`insights` and `listening` of Bluesky. See https://docs.bsky.app/docs/api/app-bsky-feed-search-posts."""

from __future__ import annotations

from typing import Final, Generic

from socialkit.errors import BadRequestError
from socialkit.models import Observation, Post, Profile, SubjectKind, Trend
from socialkit.operations import ModeT, Page
from socialkit.platforms.base import Core, Insights, Listening, observations, page_size, post_observations
from socialkit.platforms.bluesky._calls import Calls
from socialkit.platforms.bluesky._map import (
    ACCOUNT_METRICS,
    NATIVE,
    POST_METRICS,
    to_post,
    to_profile,
    to_trend,
)
from socialkit.platforms.bluesky._records import parse_uri
from socialkit.platforms.bluesky._wire import WirePost, WirePosts, WireProfile, WireSearch, WireTrends

__all__ = ["BlueskyInsights", "BlueskyListening"]

AT_ONCE: Final = 25
"""Posts read together, at most."""
FOUND_MOST: Final = 100
TRENDS_MOST: Final = 25


class BlueskyInsights(Insights[ModeT], Generic[ModeT]):
    """Counts as the network's own view has them; a server elsewhere may not have been heard yet."""

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        self._calls = Calls(core)

    async def _posts(self, posts: tuple[str, ...], cursor: str | None) -> Page[Observation]:
        return await post_observations(
            self._core, posts, cursor, self._views, at_once=AT_ONCE, metrics=POST_METRICS, native=NATIVE
        )

    async def _views(self, posts: tuple[str, ...]) -> dict[str, WirePost]:
        params = tuple(("uris", post) for post in posts if parse_uri(post) is not None)
        if not params:
            return {}
        answer = await self._calls.read("app.bsky.feed.getPosts", params, WirePosts)
        return {post.uri: post for post in answer.value.posts}

    async def _account(self) -> tuple[Observation, ...]:
        answer = await self._calls.query(
            "app.bsky.actor.getProfile", WireProfile, actor=await self._calls.did()
        )
        return observations(
            answer.value,
            ACCOUNT_METRICS,
            NATIVE,
            kind=SubjectKind.ACCOUNT,
            subject_id=answer.value.did,
            account=self._core.ref,
            now=self._core.now(),
        )


class BlueskyListening(Listening[ModeT], Generic[ModeT]):
    """The whole network, as its own view knows it.

    Trends come from a call that the network calls unstable: it may change or vanish.
    """

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        self._calls = Calls(core)

    async def _search(self, query: str, limit: int | None, cursor: str | None) -> Page[Post]:
        answer = await self._calls.query(
            "app.bsky.feed.searchPosts",
            WireSearch,
            q=query,
            sort="latest",
            limit=page_size(limit, FOUND_MOST),
            cursor=cursor,
        )
        ref, raw = self._core.ref, answer.raw
        posts = [to_post(wire, raw.at("posts", n), ref) for n, wire in enumerate(answer.value.posts)]
        return Page(tuple(posts), answer.value.cursor)

    async def _trends(self, limit: int | None, cursor: str | None) -> Page[Trend]:
        answer = await self._calls.query(
            "app.bsky.unspecced.getTrends", WireTrends, limit=page_size(limit, TRENDS_MOST)
        )
        raw = answer.raw
        return Page(tuple(to_trend(wire, raw.at("trends", n)) for n, wire in enumerate(answer.value.trends)))

    async def _profile(self, handle: str) -> Profile:
        try:
            answer = await self._calls.query("app.bsky.actor.getProfile", WireProfile, actor=handle)
        except BadRequestError as error:
            # The handle is all that was asked, so it is the handle that nobody has; no name says so.
            raise self._calls.missing(f"nobody has the handle {handle!r}: {error.message}") from error
        return to_profile(answer.value, answer.raw, self._core.ref)
