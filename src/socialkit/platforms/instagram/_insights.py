"""`insights` of Instagram. See https://developers.facebook.com/docs/instagram-platform/insights."""

from __future__ import annotations

from functools import partial
from typing import Final, Generic

from socialkit.errors import APIError, BadRequestError, NotFoundError, PermissionDeniedError
from socialkit.models import Missing, Observation, SubjectKind
from socialkit.operations import ModeT
from socialkit.platforms._graph import DAY, GraphCalls, GraphInsights, Subject, parts_of
from socialkit.platforms.base import Core
from socialkit.platforms.instagram._map import PROFILE_FIELDS, TAGGED_FIELDS
from socialkit.platforms.instagram._metrics import ACCOUNT_METRICS, DIMENSIONS, POST_METRICS
from socialkit.platforms.instagram._owners import OWNER, Owners
from socialkit.platforms.instagram._wire import WireMedia, WireUser

__all__ = ["InstagramInsights"]

NODE_FIELDS: Final = (*TAGGED_FIELDS, "media_product_type", OWNER)
MEASURED: Final = ("impressions", "reach", "saves", "shares", "profile_views", "clicks")
"""What any kind of post has a metric for."""
STORY: Final = "STORY"
TOO_FEW: Final = "10"
"""The code for a story that fewer than five people saw; a permission that is missing has it as well."""
FOLLOWERS: Final = "follower_demographics"
TIMEFRAME: Final = "this_month"


class InstagramInsights(GraphInsights[ModeT], Generic[ModeT]):
    """Counts of posts, of the account and of its followers.

    What Instagram leaves out is not available, which is not zero; numbers may be two days late.
    """

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls, owners: Owners) -> None:
        super().__init__(mode, core, calls)
        self._owners = owners

    async def _post(self, post: str) -> list[Observation]:
        core = self._core
        subject = self._subject(SubjectKind.POST, post)
        try:
            node = (await core.pipeline.call(self._calls.get(post, fields=NODE_FIELDS), WireMedia)).value
            await self._owners.judge(node)
            kind = node.media_product_type or ""
            facts = self._asked(POST_METRICS.get(kind, POST_METRICS["FEED"]))
            few = TOO_FEW if kind == STORY else None
            measured, why = await self._measured((post, "insights"), facts, withheld=few)
        except (NotFoundError, PermissionDeniedError, BadRequestError) as error:
            names = ("likes", "replies", *MEASURED, "quotes")
            return [subject.row(name, "", None, _unreadable(error)) for name in names]
        likes = subject.row("likes", "like_count", node.like_count, Missing.NOT_OFFERED)
        told = {
            row.metric: row
            for row in (
                *(subject.row(name, "", None, Missing.NOT_OFFERED) for name in (*MEASURED, "quotes")),
                likes,
                subject.row("replies", "comments_count", node.comments_count, Missing.NOT_OFFERED),
                *(subject.measured(fact, measured, why) for fact in facts),
            )
        }
        # The account may hide its likes from everybody; its own metrics tell them all the same.
        return [*(told if likes.value is None else {**told, "likes": likes}).values()]

    async def _account(self) -> tuple[Observation, ...]:
        core, end = self._core, self._core.now().replace(microsecond=0)
        owner = (await core.known()).id or ""
        user = (await core.pipeline.call(self._calls.get(owner, fields=PROFILE_FIELDS), WireUser)).value
        span = (("since", str(int((end - DAY).timestamp()))), ("until", str(int(end.timestamp()))))
        params = (("period", "day"), ("metric_type", "total_value"), *span)
        facts = self._asked(ACCOUNT_METRICS)
        measured, why = await self._measured((owner, "insights"), facts, params)
        subject = self._subject(SubjectKind.ACCOUNT, owner)
        return (
            subject.row("followers", "followers_count", user.followers_count, Missing.NOT_OFFERED),
            subject.row("following", "follows_count", user.follows_count, Missing.NOT_OFFERED),
            subject.row("posts", "media_count", user.media_count, Missing.NOT_OFFERED),
            *(subject.measured(one, measured, why, span=(end - DAY, end)) for one in facts),
        )

    async def _audience(self) -> tuple[Observation, ...]:
        owner = (await self._core.known()).id or ""
        subject = self._subject(SubjectKind.ACCOUNT, owner)
        told = {one: await self._broken_down(subject, one) for one in DIMENSIONS}
        withheld = partial(subject.row, "followers", FOLLOWERS, None, Missing.WITHHELD)
        if not any(told.values()):
            return (withheld(),)  # fewer than a hundred are not told
        return tuple(row for one, rows in told.items() for row in rows or [withheld(breakdown=f"{one}=")])

    async def _broken_down(self, subject: Subject, dimension: str) -> list[Observation]:
        """Return followers by one dimension: one that is told no more must not lose the others."""
        params = (
            ("period", "lifetime"),
            ("metric_type", "total_value"),
            ("timeframe", TIMEFRAME),
            ("breakdown", dimension),
        )
        row = partial(subject.row, "followers", FOLLOWERS)
        try:
            told = await self._read((subject.id, "insights"), params, (FOLLOWERS,))
        except PermissionDeniedError:
            return [row(None, Missing.NOT_PERMITTED, breakdown=f"{dimension}=")]
        except BadRequestError:
            return [row(None, Missing.NOT_OFFERED, breakdown=f"{dimension}=")]
        mine = [metric for metric in told if metric.name == FOLLOWERS]
        parts = [(", ".join(names), value) for metric in mine for names, value in parts_of(metric)]
        return [row(value, None, breakdown=f"{dimension}={name}") for name, value in parts if name]


def _unreadable(error: APIError) -> Missing:
    """Return why a post that cannot be read has no numbers: it must not lose those of others."""
    if isinstance(error, NotFoundError):
        return Missing.NOT_FOUND
    return Missing.NOT_PERMITTED if isinstance(error, PermissionDeniedError) else Missing.NOT_OFFERED
