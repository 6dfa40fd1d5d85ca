"""`insights` of Facebook. See https://developers.facebook.com/docs/graph-api/reference/insights.

Metrics as of 2026-09; those that ended are kept as data, so that nobody asks for them again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Generic

from socialkit.errors import BadRequestError, NotFoundError
from socialkit.models import Missing, Observation, SubjectKind
from socialkit.operations import ModeT
from socialkit.platforms._graph import (
    GraphCalls,
    GraphInsights,
    MetricFact,
    Metrics,
    Subject,
    day_of,
    of_period,
)
from socialkit.platforms.base import Core
from socialkit.platforms.facebook._map import PAGE_FIELDS, POST_FIELDS, video_of
from socialkit.platforms.facebook._uploads import OWN, Uploads
from socialkit.platforms.facebook._wire import WirePage, WirePost

__all__ = ["METRICS", "NOT_ASKED", "FacebookInsights"]

LIFETIME: Final = (("period", "lifetime"),)
DAILY: Final = (("period", "day"),)
ENDED: Final = date(2025, 11, 15)
ENDED_LATER: Final = date(2026, 6, 15)

POST_METRICS: Final = of_period(
    "lifetime",
    MetricFact(native="post_media_view", canonical="impressions"),
    MetricFact(native="post_total_media_view_unique", canonical="reach"),
    MetricFact(native="post_clicks", canonical="clicks"),
)
ACCOUNT_METRICS: Final = of_period(
    "day",
    MetricFact(native="page_media_view", canonical="impressions"),
    MetricFact(native="page_total_media_view_unique", canonical="reach"),
    MetricFact(native="page_views_total", canonical="profile_views"),
    MetricFact(native="page_video_views", canonical="video_views"),
)
VIDEO_METRICS: Final = (
    MetricFact(native="total_video_views", canonical="video_views", verified=False),
    MetricFact(native="fb_reels_total_plays", canonical="video_views", verified=False),
)
"""Plays of a video, or of a reel: the first that is told counts. A play is no view of the post around it."""
OF_A_PAGE: Final = ("", "_paid", "_viral", "_nonviral")
OF_A_POST: Final = ("", "_paid", "_fan", "_organic", "_viral", "_nonviral")
"""The parts in which impressions were told; whole families of names ended together."""
GONE: Final = (
    *("page_fans", "page_fan_adds", "page_fan_removes"),
    *("page_fans_city", "page_fans_country", "page_fans_gender_age"),
    *(f"page_impressions{part}" for part in OF_A_PAGE),
    *(f"post_impressions{part}" for part in OF_A_POST),
)
GONE_LATER: Final = (
    *(f"page_impressions{part}_unique" for part in OF_A_PAGE),
    *(f"page_posts_impressions{part}" for part in OF_A_PAGE),
    *(f"post_impressions{part}_unique" for part in OF_A_POST),
    *("page_video_views_unique", "page_video_views_10s", "post_video_views_unique", "post_video_views_10s"),
    "page_posts_served_impressions_organic_unique",
)
ENDED_METRICS: Final = (
    *(MetricFact(native=name, dead_since=ENDED) for name in GONE),
    *(MetricFact(native=name, dead_since=ENDED_LATER) for name in GONE_LATER),
)
NOT_ASKED: Final[Mapping[str, str]] = {
    "page_post_engagements": "counts clicks too, which no engagement of the catalogue holds",
    "page_follows": "the Page itself tells its followers of now",
    "page_daily_follows": "no metric of the catalogue counts who came or went",
    "page_daily_follows_unique": "no metric of the catalogue counts who came or went",
    "page_daily_unfollows_unique": "no metric of the catalogue counts who came or went",
    "page_total_actions": "counts calls, ways and visits of the site together",
    "page_video_complete_views_30s": "counts other plays than the plays of a video",
    "page_lifetime_engaged_followers_unique": "no metric of the catalogue counts followers who did something",
    "page_actions_post_reactions_total": "by kind; the likes of each post are all kinds together",
    "post_clicks_by_type": "the parts of what is told as clicks",
    "post_reactions_by_type_total": "by kind; the likes of a post are all kinds together",
    "post_activity_by_action_type": "nobody saw in 2026 that it lives",
}
"""Metrics that live and are not asked for, each with why: none means what a canonical one means."""
METRICS: Final = (*POST_METRICS, *VIDEO_METRICS, *ACCOUNT_METRICS, *ENDED_METRICS)
"""Facebook's metrics as far as they have a canonical name, or are known to have ended."""

COUNTED: Final[Mapping[str, tuple[str, Callable[[WirePost], int | None]]]] = {
    "likes": ("reactions", lambda wire: _total(wire, "reactions")),
    "shares": ("shares", lambda wire: wire.shares.count if wire.shares is not None else None),
    "replies": ("comments", lambda wire: _total(wire, "comments")),
}
"""What stands at the post itself. A share count is left out by Facebook while it is zero."""
NEVER: Final = ("quotes", "saves")


def _total(wire: WirePost, name: str) -> int | None:
    edge = wire.reactions if name == "reactions" else wire.comments
    return None if edge is None or edge.summary is None else edge.summary.total_count


class FacebookInsights(GraphInsights[ModeT], Generic[ModeT]):
    """Counts of posts and of the Page. What Facebook leaves out is not available, which is not zero."""

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls) -> None:
        super().__init__(mode, core, calls)
        self._uploads = Uploads(core, calls)

    async def _post(self, post: str) -> list[Observation]:
        core = self._core
        subject = self._subject(SubjectKind.POST, post)
        try:
            target = post if "_" in post else await self._post_of(post)
            if target is None:
                return self._without(subject, Missing.NOT_YET)
            facts = self._asked(POST_METRICS)
            node = await core.pipeline.call(self._calls.get(target, fields=POST_FIELDS), WirePost)
            measured, why = await self._measured((target, "insights"), facts, LIFETIME)
        except NotFoundError:
            return self._without(subject, Missing.NOT_FOUND)
        rows = [
            subject.row(name, native, count(node.value), Missing.NOT_OFFERED)
            for name, (native, count) in COUNTED.items()
        ]
        rows += [subject.measured(one, measured, why) for one in facts]
        rows += [subject.row(name, "", None, Missing.NOT_OFFERED) for name in NEVER]
        return [*rows, *await self._plays(subject, video_of(node.value))]

    async def _post_of(self, video: str) -> str | None:
        """Return the id of the post of a video; None where it has none yet.

        Raises:
            NotFoundError: There is no such video.
        """
        try:
            return (await self._uploads.look(video)).post_id
        except NotFoundError:
            raise
        except BadRequestError as error:
            message = f"{video} is neither a post nor a video"
            raise NotFoundError(message, status=error.status, platform="facebook") from error

    def _without(self, subject: Subject, why: Missing) -> list[Observation]:
        names = [*COUNTED, *(one.name for one in self._asked(POST_METRICS)), *NEVER]
        return [subject.row(name, "", None, why) for name in names]

    async def _plays(self, subject: Subject, video: str | None) -> list[Observation]:
        """Return the row of how often the video of a post was played; none for a post without one."""
        if video is None:
            return []
        facts = self._asked(VIDEO_METRICS)
        try:
            measured, why = await self._measured((video, "video_insights"), facts, LIFETIME)
        except NotFoundError:
            measured, why = Metrics({}, frozenset()), Missing.NOT_FOUND
        rows = [subject.measured(one, measured, why) for one in facts]
        return [row for row in rows if row.value is not None][:1] or rows[:1]

    async def _account(self) -> tuple[Observation, ...]:
        core = self._core
        answer = await core.pipeline.call(self._calls.get(OWN, fields=PAGE_FIELDS), WirePage)
        facts = self._asked(ACCOUNT_METRICS)
        measured, why = await self._measured((OWN, "insights"), facts, DAILY)
        subject = self._subject(SubjectKind.ACCOUNT, answer.value.id)
        followers = answer.value.followers_count
        return (
            subject.row("followers", "followers_count", followers, Missing.NOT_OFFERED),
            *(
                subject.measured(one, measured, why, span=day_of(measured.found.get(one.native)))
                for one in facts
            ),
        )
