"""`insights` and `listening` of Bluesky. See https://docs.bsky.app/docs/api/app-bsky-feed-search-posts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from datetime import datetime
from typing import Final, Generic

from socialkit.errors import BadRequestError
from socialkit.models import Observation, Post, Profile, SubjectKind, Trend, require_aware
from socialkit.operations import Arrival, ModeT, Page, streamed
from socialkit.platforms.base import Core, Insights, Listening, observations, page_size, post_observations
from socialkit.platforms.bluesky._calls import Calls
from socialkit.platforms.bluesky._events import JetstreamEvent
from socialkit.platforms.bluesky._jetstream import Jetstream
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
        addresses = {post: found for post in posts if (found := parse_uri(post)) is not None}
        dids = await self._dids({one.authority for one in addresses.values()})
        uris = {
            post: str(one._replace(authority=dids[one.authority]))
            for post, one in addresses.items()
            if one.authority in dids
        }
        if not uris:
            return {}
        params = tuple(("uris", uri) for uri in dict.fromkeys(uris.values()))
        answer = await self._calls.read("app.bsky.feed.getPosts", params, WirePosts)
        views = {view.uri: view for view in answer.value.posts}
        return {post: views[uri] for post, uri in uris.items() if uri in views}

    async def _dids(self, authorities: set[str]) -> dict[str, str]:
        """Return whose addresses they are: the view answers with identifiers, whatever it was asked."""
        handles = sorted(one for one in authorities if not one.startswith("did:"))
        found = await self._core.transport.gather(*(self._calls.did_of(one) for one in handles))
        named = {handle: did for handle, did in zip(handles, found, strict=True) if did is not None}
        return named | {one: one for one in authorities if one.startswith("did:")}

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

    def __init__(self, mode: type[ModeT], core: Core, jetstream: Jetstream) -> None:
        super().__init__(mode, core)
        self._calls = Calls(core)
        self._jetstream = jetstream

    @streamed
    async def events(
        self,
        *,
        collections: Collection[str] = (),
        dids: Collection[str] = (),
        since: datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncGenerator[Arrival[JetstreamEvent], None]:
        """Wait for what happens on the network, and take it as it happens, oldest first.

        Public records of everybody, from the server that the client was given as `jetstream=`, not from the
        account's own: it asks for no login, and signs nothing, so read again what matters. Without
        `collections` and `dids` it is everything, thousands of events a second. Needs the extra `stream`.

        A line that breaks is made again, and what happened in the meantime is read: nothing comes twice, and
        nothing is lost that the server still keeps, which is some days.

        Args:
            collections: Only records of these types (`app.bsky.feed.post`, `app.bsky.graph.*`), 100 at most;
                news of identities and accounts come all the same.
            dids: Only what these accounts do, 200 at most: the ids of profiles.
            since: First what happened after this time (aware); from now on if neither this nor a cursor is
                given.
            limit: End after this many; without it the stream ends when it is closed.
            cursor: Where to resume: a stream's `cursor`, good for the same server; then `since` does not
                count.

        Raises:
            ConfigurationError: The extra `stream` is not installed.
            ValueError: There are too many of them, or one is no DID, or the cursor is not one.
        """
        del limit
        start = None if since is None else require_aware(since, "since")
        followed = self._jetstream.follow(collections, dids, since=start, cursor=cursor)
        async with aclosing(followed) as arrivals:
            async for arrival in arrivals:
                yield arrival

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
