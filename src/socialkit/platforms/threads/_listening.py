"""`listening` of Threads. See https://developers.facebook.com/docs/threads/keyword-search."""

from __future__ import annotations

from typing import Final, Generic

from socialkit.models import Model, Post
from socialkit.operations import ModeT, Page, operation, paginated
from socialkit.platforms._graph import GraphCalls, WireList, page_of, page_params
from socialkit.platforms.base import Core, Listening
from socialkit.platforms.threads._map import POST_FIELDS, to_post
from socialkit.platforms.threads._wire import WireMedia, WirePlace

__all__ = ["ThreadsListening", "ThreadsPlace"]

MOST: Final = 100
PLACE_FIELDS: Final = (
    "id",
    "name",
    "address",
    "city",
    "country",
    "postal_code",
    "latitude",
    "longitude",
)


class ThreadsPlace(Model):
    """A place that a post can name: its id goes into `ThreadsOptions(place=…)`.

    Example:
        >>> ThreadsPlace(id="7", name="The shop", city="Paris").city
        'Paris'
    """

    id: str
    name: str = ""
    address: str | None = None
    city: str | None = None
    country: str | None = None
    postal_code: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class ThreadsListening(Listening[ModeT], Generic[ModeT]):
    """Public posts of others.

    Without Meta's approval of `threads_keyword_search` a search finds the account's own posts alone. Words
    that Meta finds sensitive find nothing.
    """

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls) -> None:
        super().__init__(mode, core)
        self._calls = calls

    @paginated
    async def posts_of(
        self, handle: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Post]:
        """Iterate over the posts of a public profile, newest first.

        `GET /profile_posts` ([reference](https://developers.facebook.com/docs/threads/threads-profiles)).
        Threads tells those of profiles with a hundred followers or more, and answers 1,000 times a day.

        Args:
            handle: Somebody's handle, with or without `@`.
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.

        Raises:
            MissingScopeError: The token lacks `threads_profile_discovery`.
        """
        name = handle.strip().removeprefix("@")
        if not name:
            raise ValueError("handle is empty: say whose posts to get")
        return await self._found("profile_posts", (("username", name),), limit, cursor)

    @operation
    async def places(self, query: str) -> tuple[ThreadsPlace, ...]:
        """Return places by their name.

        `GET /location_search`
        ([reference](https://developers.facebook.com/docs/threads/create-posts/location-tagging)). Threads
        answers 500 times a day.

        Raises:
            MissingScopeError: The token lacks `threads_location_tagging`.
        """
        if not query.strip():
            raise ValueError("query is empty: say what place to look for")
        request = self._calls.get("location_search", fields=PLACE_FIELDS, params=(("q", query.strip()),))
        found = (await self._core.pipeline.call(request, WireList[WirePlace])).value.data
        return tuple(ThreadsPlace.model_validate(one.model_dump()) for one in found)

    async def _search(self, query: str, limit: int | None, cursor: str | None) -> Page[Post]:
        word = query.removeprefix("#")
        tag = query.startswith("#") and len(word.split()) == 1
        asked = (("q", word if tag else query), ("search_type", "RECENT"))
        mode = (("search_mode", "TAG" if tag else "KEYWORD"),)
        return await self._found("keyword_search", (*asked, *mode), limit, cursor)

    async def _found(
        self, edge: str, asked: tuple[tuple[str, str], ...], limit: int | None, cursor: str | None
    ) -> Page[Post]:
        params = (*asked, *page_params(cursor, limit, MOST))
        request = self._calls.get(edge, fields=POST_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireMedia])
        return page_of(answer, lambda wire, raw: to_post(wire, raw, None))
