"""`listening` of X: the last seven days. See https://docs.x.com/x-api/posts/search/introduction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Generic, Literal, TypeAlias, final, get_args

from socialkit.models import AwareTime, Capability, Model, Post, Profile, require_aware
from socialkit.operations import ModeT, Page, operation
from socialkit.platforms.base import Core, Listening
from socialkit.platforms.x._app import App
from socialkit.platforms.x._calls import Calls, Course, between, following
from socialkit.platforms.x._facts import BY_CONTRACT
from socialkit.platforms.x._map import to_profile
from socialkit.platforms.x._wire import WireCounts, WireWhole
from socialkit.transport import Request, segment

__all__ = ["Granularity", "Volume", "XListening"]

Granularity: TypeAlias = Literal["minute", "hour", "day"]
"""How long the stretches of time are in which posts are counted."""

LONGEST_SELF_SERVE: Final = 512
LONGEST: Final = 4_096
"""Characters of a query: of the guide for apps that anybody can have, and of the OpenAPI document."""
SEARCHED: Final = timedelta(days=7)
"""How far back X searches and counts for apps that anybody can have."""
FEWEST: Final = 10
"""Posts in one page of a search, at least."""


class Volume(Model):
    """How many posts a query finds in a stretch of time.

    Example:
        >>> from datetime import UTC, datetime
        >>> Volume(
        ...     start=datetime(2026, 3, 2, 9, tzinfo=UTC), end=datetime(2026, 3, 2, 10, tzinfo=UTC), posts=7
        ... ).posts
        7
    """

    start: AwareTime
    end: AwareTime
    """The first moment after it."""
    posts: int


class XListening(Listening[ModeT], Generic[ModeT]):
    """Public posts of the last seven days, in X's own language of queries, without reposts."""

    def __init__(self, mode: type[ModeT], core: Core, calls: Calls, app: App) -> None:
        super().__init__(mode, core)
        self._calls = calls
        self._app = app

    @final
    @operation
    async def volume(
        self,
        query: str,
        *,
        granularity: Granularity = "hour",
        since: datetime | None = None,
    ) -> tuple[Volume, ...]:
        """Return how many public posts a query finds, over the last seven days, oldest first.

        It reads no posts, and costs what one call costs. X takes no signature of OAuth 1.0a here: a client
        with the four keys of the console asks by the app's own token.

        Args:
            query: As `search` takes it.
            granularity: How long each stretch of time is.
            since: Only what came after this time (aware), within the last seven days.

        Raises:
            ValueError: The query is empty or too long, or the time has no zone or is not in those days.

        Example:
            >>> from socialkit import Sandbox
            >>> with Sandbox() as world, world.connect("x") as client:
            ...     post = client.posts.publish("Autumn is here")
            ...     sum(one.posts for one in client.listening.volume("autumn"))
            1
        """
        await self._core.require(Capability.SEARCH)
        if not query.strip():
            raise ValueError("query is empty: say what to look for")
        self._require_short(query.strip())
        if granularity not in get_args(Granularity):
            message = f"granularity={granularity!r} is none of {', '.join(get_args(Granularity))}"
            raise ValueError(message)
        begin = () if since is None else (("start_time", self._begin(since)),)
        base = (("granularity", granularity), ("query", query.strip()), *begin)
        found: list[Volume] = []
        token, course = tuple[tuple[str, str], ...](), Course()
        while True:
            request = Request(method="GET", url="2/tweets/counts/recent", params=(*base, *token))
            answer = await self._app.call(request, WireCounts)
            found += [Volume(start=one.start, end=one.end, posts=one.count) for one in answer.value.data]
            meta = answer.value.meta
            if meta is None or not meta.next_token:
                return tuple(sorted(found, key=lambda one: one.start))
            token = course.after(meta.next_token)

    def _begin(self, since: datetime) -> str:
        """Return a time as X takes it; raise for one that X would refuse."""
        start, now = require_aware(since, "since"), self._core.now()
        if not now - SEARCHED <= start <= now:
            message = f"since={start:%Y-%m-%d %H:%M} UTC: X counts the last seven days alone"
            raise ValueError(message)
        return f"{start:%Y-%m-%dT%H:%M:%SZ}"

    async def _search(self, query: str, limit: int | None, cursor: str | None) -> Page[Post]:
        self._require_short(query)
        token = () if cursor is None else (("pagination_token", cursor),)
        params = (("query", query), ("max_results", between(limit, FEWEST)), *token)
        answer = await self._calls.posts("2/tweets/search/recent", params)
        return Page(tuple(post for _, post in self._calls.mapped(answer)), following(answer))

    def _require_short(self, query: str) -> None:
        """Raise for a query that X would refuse: each asking is paid."""
        most = LONGEST if self._core.facts.capabilities >= BY_CONTRACT else LONGEST_SELF_SERVE
        if len(query) > most:
            message = f"query has {len(query)} characters, and X takes {most}"
            raise ValueError(message)

    async def _profile(self, handle: str) -> Profile:
        url = f"2/users/by/username/{segment(handle)}"
        request = Request(method="GET", url=url, params=self._calls.words.user())
        answer = await self._core.pipeline.call(request, WireWhole)
        return to_profile(answer.value.data, answer.raw.at("data"), self._core.ref)
