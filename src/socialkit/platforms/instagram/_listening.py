"""`listening` of Instagram: posts under a hashtag, and other professional accounts; by Facebook's login.

See https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login/hashtag-search.
"""

from __future__ import annotations

import unicodedata
from typing import Final, Generic

from socialkit.errors import NotFoundError, NotSupportedError
from socialkit.models import Capability, Post, Profile
from socialkit.operations import ModeT, Page, paginated
from socialkit.platforms._graph import GraphCalls, WireList, page_of, page_params
from socialkit.platforms.base import Core, Listening
from socialkit.platforms.instagram._map import FOUND_FIELDS, PROFILE_FIELDS, to_post, to_profile
from socialkit.platforms.instagram._rules import HANDLE
from socialkit.platforms.instagram._wire import WireDiscovered, WireHashtag, WireMedia

__all__ = ["InstagramListening"]

MOST: Final = 50
MARKS: Final = frozenset({"Mn", "Mc"})
"""Vowels and accents that stand on another letter, as in Hindi or Thai: parts of a word, and no letters."""


class InstagramListening(Listening[ModeT], Generic[ModeT]):
    """Public posts under a hashtag, and profiles of other professional accounts.

    Posts are those of the last 24 hours, or with `search_top()` the best of any time. Thirty different
    hashtags can be searched in seven days, and the app needs *Instagram Public Content Access*. Who wrote a
    post is not told.
    """

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls) -> None:
        super().__init__(mode, core)
        self._calls = calls

    @paginated
    async def search_top(
        self, hashtag: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Post]:
        """Iterate over the public posts under a hashtag that do best, of any time, as Instagram ranks them.

        `GET /{hashtag}/top_media` ([reference](https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-hashtag/top-media)).

        Args:
            hashtag: With or without its `#`; it counts among the thirty of seven days.
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.

        Raises:
            NotSupportedError: It is no hashtag, or the account's login is Instagram's own.
        """
        await self._core.require(Capability.SEARCH)
        return await self._under(hashtag.strip(), "top_media", limit, cursor)

    async def _search(self, query: str, limit: int | None, cursor: str | None) -> Page[Post]:
        return await self._under(query, "recent_media", limit, cursor)

    async def _under(self, query: str, edge: str, limit: int | None, cursor: str | None) -> Page[Post]:
        name = _hashtag_in(query)
        if name is None:
            message = "Instagram searches for one hashtag, and for no other words"
            raise NotSupportedError(message, platform="instagram", instead="a hashtag, such as #autumn")
        owner = (await self._core.known()).id or ""
        hashtag = await self._hashtag(owner, name)
        if hashtag is None:
            return Page((), None)
        params = (("user_id", owner), *page_params(cursor, limit, MOST))
        request = self._calls.get(hashtag, edge, fields=FOUND_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireMedia])
        return page_of(answer, lambda wire, raw: to_post(wire, raw, None))

    async def _hashtag(self, owner: str, name: str) -> str | None:
        request = self._calls.get("ig_hashtag_search", params=(("user_id", owner), ("q", name)))
        try:
            found = (await self._core.pipeline.call(request, WireList[WireHashtag])).value.data
        except NotFoundError:  # nobody uses it
            return None
        return found[0].id if found else None

    async def _profile(self, handle: str) -> Profile:
        missing = f"there is no professional account of the handle {handle!r}"
        if HANDLE.fullmatch(handle) is None:  # anything else would change the field in which it stands
            raise NotFoundError(missing, status=404, platform="instagram", operation="listening.profile")
        owner = (await self._core.known()).id or ""
        field = f"business_discovery.username({handle}){{{','.join(PROFILE_FIELDS)}}}"
        answer = await self._core.pipeline.call(self._calls.get(owner, fields=(field,)), WireDiscovered)
        wire = answer.value.business_discovery
        if wire is None or wire.id is None:
            raise NotFoundError(missing, status=404, platform="instagram", operation="listening.profile")
        return to_profile(wire, wire.id, answer.raw.at("business_discovery"), None)


def _hashtag_in(query: str) -> str | None:
    """Return the name of a hashtag; None for anything else."""
    name = unicodedata.normalize("NFC", query).removeprefix("#")
    fits = all(one == "_" or one.isalnum() or unicodedata.category(one) in MARKS for one in name)
    return name if name and fits else None
