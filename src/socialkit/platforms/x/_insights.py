"""`insights` of X. See https://docs.x.com/x-api/fundamentals/metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, final

from socialkit.errors import BadRequestError, NotFoundError, PermissionDeniedError
from socialkit.models import Capability, Missing, Observation, Post, SubjectKind
from socialkit.operations import ModeT, Page, paginated
from socialkit.platforms.base import Core, Insights, observations, offset_of, several
from socialkit.platforms.x._calls import MOST, Calls
from socialkit.platforms.x._map import ACCOUNT_METRICS, POST_METRICS, PRIVATE_METRICS
from socialkit.platforms.x._wire import (
    WireFilmMetrics,
    WireIncludes,
    WireMedia,
    WirePost,
    WirePosts,
    WireProblem,
    WireWhole,
)
from socialkit.transport import Request

__all__ = ["XInsights"]

PUBLIC: Final = "public_metrics"
FILMS: Final = "film_metrics"
"""A group that stands beside the posts, with their files."""
GROUP_OF: Final[Mapping[str, str]] = {"clicks": "non_public_metrics", "video_views": FILMS}
"""The groups of metrics in `insights.posts` that are none of a post's public ones."""
REFUSALS: Final = (BadRequestError, NotFoundError, PermissionDeniedError)
"""After these the rest may still be told: it is asked for apart."""
FORBIDDEN_FIELDS: Final = frozenset({"not-authorized-for-field", "field-unauthorized"})
"""The last parts of the types of problems that are about a single field."""
NAMES: Final = {"user_profile_clicks": "user_profile_clicks", "engagements": "engagements"}


@dataclass
class _Told:
    """What X told of some posts."""

    posts: dict[str, WirePost] = field(default_factory=dict[str, WirePost])
    refused: dict[tuple[str, str], Missing] = field(default_factory=dict[tuple[str, str], Missing])
    """By post and group of metrics: why there is nothing."""


class XInsights(Insights[ModeT], Generic[ModeT]):
    """Counts of posts and of the account, as they are now: X has no history.

    Clicks are told to the author alone, and for thirty days; then their rows say so. What one group of
    metrics lacks, or X does not know any more, costs no other group its values.
    """

    def __init__(self, mode: type[ModeT], core: Core, calls: Calls) -> None:
        super().__init__(mode, core)
        self._calls = calls

    @final
    @paginated
    async def private(
        self, posts: Iterable[Post | str], *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Observation]:
        """Iterate over what only the author is told of posts: X's `non_public` and `organic` metrics.

        `breakdown` says which of the two, since both count impressions and clicks: with those that were paid
        for, and without them. X tells them for thirty days, through the author's own token.

        Args:
            posts: The posts, or their ids.
            limit: At most this many observations in all.
            cursor: Where to resume: a listing's `cursor`.

        Raises:
            WrongAccountError: A post was written or read through another account.

        Example:
            >>> from socialkit import Sandbox
            >>> with Sandbox() as world, world.connect("x") as client:
            ...     rows = list(client.insights.private([client.posts.publish("Autumn is here")]))
            ...     sorted({row.breakdown for row in rows})
            ['metrics=non_public', 'metrics=organic']
        """
        wanted = several(posts, "posts")
        await self._core.require(Capability.POST_INSIGHTS)
        await self._core.mine(*(one.account for one in wanted if isinstance(one, Post)))
        await self._core.identify()
        ids = tuple(one if isinstance(one, str) else one.id for one in wanted)
        return await self._page(ids, cursor, tuple(PRIVATE_METRICS), self._private_rows)

    async def _posts(self, posts: tuple[str, ...], cursor: str | None) -> Page[Observation]:
        return await self._page(posts, cursor, tuple(GROUP_OF.values()), self._public_rows)

    async def _page(
        self,
        posts: tuple[str, ...],
        cursor: str | None,
        groups: tuple[str, ...],
        rows_of: Callable[[str, _Told], Iterable[Observation]],
    ) -> Page[Observation]:
        start = offset_of(cursor)
        chunk = posts[start : start + MOST]
        told = await self._told(chunk, groups) if chunk else _Told()
        rows = [row for post in chunk for row in rows_of(post, told)]
        following = start + MOST
        return Page(tuple(rows), str(following) if following < len(posts) else None)

    def _public_rows(self, post: str, told: _Told) -> Iterable[Observation]:
        for row in self._rows(post, told, POST_METRICS):
            reason = told.refused.get((post, GROUP_OF.get(row.metric, PUBLIC)))
            read = POST_METRICS[row.metric] is not None
            refused = row.value is None and read and reason is not None
            yield row.model_copy(update={"missing": reason}) if refused else row

    def _private_rows(self, post: str, told: _Told) -> Iterable[Observation]:
        for group, metrics in PRIVATE_METRICS.items():
            name = f"metrics={group.removesuffix('_metrics')}"
            reason = told.refused.get((post, group))
            for row in self._rows(post, told, metrics):
                why = {"missing": reason} if row.value is None and reason is not None else {}
                yield row.model_copy(update={"breakdown": name, **why})

    def _rows(
        self, post: str, told: _Told, metrics: Mapping[str, Callable[[WirePost], int | None] | None]
    ) -> tuple[Observation, ...]:
        return observations(
            told.posts.get(post),
            metrics,
            {**self._calls.words.native, **NAMES},
            kind=SubjectKind.POST,
            subject_id=post,
            account=self._core.ref,
            now=self._core.now(),
        )

    async def _told(self, posts: tuple[str, ...], groups: tuple[str, ...]) -> _Told:
        """Ask for all at once, and for what does not come of it apart."""
        told = _Told()
        try:
            told.posts = await self._asked(posts, (PUBLIC, *groups), told)
        except REFUSALS:
            left = posts
        else:
            left = tuple(one for one in posts if one not in told.posts)
        if left:
            await self._told_apart(left, groups, told)
        return told

    async def _told_apart(self, posts: tuple[str, ...], groups: tuple[str, ...], told: _Told) -> None:
        open_ = tuple(one for one in groups if one == FILMS)
        try:
            told.posts |= await self._asked_bare(posts, open_, told)
        except NotFoundError:  # none of them is there
            return
        there = tuple(one for one in posts if one in told.posts)
        for group in (one for one in groups if there and one not in open_):
            found, reason = dict[str, WirePost](), Missing.NOT_PERMITTED
            try:
                found = await self._asked(there, (group,), told)
            except REFUSALS as error:
                reason = Missing.NOT_OFFERED if isinstance(error, BadRequestError) else reason
            for one in there:
                if one in found:
                    told.posts[one] = told.posts[one].model_copy(update={group: getattr(found[one], group)})
                else:
                    told.refused[one, group] = reason

    async def _asked_bare(
        self, posts: tuple[str, ...], more: tuple[str, ...], told: _Told
    ) -> dict[str, WirePost]:
        """Ask for what everybody sees; where X does not know a group any more, for that much less."""
        for groups in dict.fromkeys(((PUBLIC, *more), (PUBLIC,), more)):
            try:
                found = await self._asked(posts, groups, told)
            except BadRequestError:
                continue
            break
        else:
            groups, found = (), await self._asked(posts, (), told)  # else it was about the posts themselves
        gone = [one for one in (PUBLIC, *more) if one not in groups]
        told.refused |= {(post, group): Missing.NOT_OFFERED for post in found for group in gone}
        return found

    async def _asked(
        self, posts: tuple[str, ...], groups: tuple[str, ...], told: _Told
    ) -> dict[str, WirePost]:
        words, names = self._calls.words, tuple(one for one in groups if one != FILMS)
        asked = words.films(*names) if FILMS in groups else words.counts(*names)
        request = Request(method="GET", url="2/tweets", params=(("ids", ",".join(posts)), *asked))
        answer = (await self._core.pipeline.call(request, WirePosts)).value
        files = {one.media_key: one for one in (answer.includes or WireIncludes()).media or ()}
        found = {one.id: _with_films(one, files) for one in answer.data}
        told.refused |= _refused(answer.errors, found)
        return found

    async def _account(self) -> tuple[Observation, ...]:
        request = Request(method="GET", url="2/users/me", params=self._calls.words.user())
        answer = await self._core.pipeline.call(request, WireWhole)
        return observations(
            answer.value.data,
            ACCOUNT_METRICS,
            self._calls.words.native,
            kind=SubjectKind.ACCOUNT,
            subject_id=answer.value.data.id,
            account=self._core.ref,
            now=self._core.now(),
        )


def _refused(problems: Iterable[WireProblem | None], shown: Iterable[str]) -> dict[tuple[str, str], Missing]:
    """Return which groups of metrics X may not tell of the posts that it shows: of one, or of each."""
    return {
        (post, (one.field or "").partition(".")[0]): Missing.NOT_PERMITTED
        for one in problems
        for post in shown
        if one is not None and one.kind in FORBIDDEN_FIELDS and one.resource_id in {None, post}
    }


def _with_films(post: WirePost, files: Mapping[str, WireMedia]) -> WirePost:
    """Return a post with how often its films were seen: the sum of them, where X tells it of each."""
    keys = (post.attachments.media_keys if post.attachments is not None else None) or ()
    films = [files[key] for key in keys if key in files and files[key].type == "video"]
    views = [one.public_metrics.view_count if one.public_metrics is not None else None for one in films]
    told = [one for one in views if one is not None]
    if not told or len(told) < len(views):
        return post
    return post.model_copy(update={FILMS: WireFilmMetrics(view_count=sum(told))})
