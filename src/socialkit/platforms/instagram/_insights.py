"""`insights` of Instagram. See https://developers.facebook.com/docs/instagram-platform/insights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Generic

from pydantic import JsonValue

from socialkit.errors import BadRequestError, NotFoundError, PermissionDeniedError
from socialkit.models import AccountRef, Missing, Observation, SubjectKind
from socialkit.operations import ModeT, Page
from socialkit.platforms._graph import (
    GraphCalls,
    MetricFact,
    Metrics,
    WireList,
    WireMetric,
    alive,
    read_metrics,
)
from socialkit.platforms.base import Core, Insights, offset_of
from socialkit.platforms.instagram._map import PROFILE_FIELDS, TAGGED_FIELDS
from socialkit.platforms.instagram._metrics import ACCOUNT_METRICS, DIMENSIONS, POST_METRICS
from socialkit.platforms.instagram._wire import WireMedia, WireUser

__all__ = ["InstagramInsights"]

AT_ONCE: Final = 10
"""Posts whose metrics are read for one page of rows: each takes two calls."""
DAY: Final = timedelta(days=1)
NODE_FIELDS: Final = (*TAGGED_FIELDS, "media_product_type")
MEASURED: Final = ("impressions", "reach", "saves", "shares", "profile_views", "clicks")
"""What any kind of post has a metric for."""
STORY: Final = "STORY"
FOLLOWERS: Final = "follower_demographics"
TIMEFRAME: Final = "this_month"

Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Subject:
    """Of what rows are, and when they were read."""

    kind: SubjectKind
    id: str
    account: AccountRef
    now: datetime
    start: datetime | None = None
    end: datetime | None = None

    def row(
        self,
        metric: str,
        native: str,
        value: float | None,
        missing: Missing | None,
        *,
        daily: bool = False,
        breakdown: str = "",
    ) -> Observation:
        return Observation(
            metric=metric,
            subject_kind=self.kind,
            subject=self.id,
            brand=self.account.brand,
            platform=self.account.platform,
            account=self.account.key,
            value=value,
            missing=None if value is not None else missing,
            unit="count",
            start=self.start if daily else None,
            end=self.end if daily else None,
            observed_at=self.now,
            native=native,
            breakdown=breakdown,
        )


class InstagramInsights(Insights[ModeT], Generic[ModeT]):
    """Counts of posts, of the account and of its followers.

    What Instagram leaves out is not available, which is not zero; numbers may be two days late.
    """

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls) -> None:
        super().__init__(mode, core)
        self._calls = calls

    async def _posts(self, posts: tuple[str, ...], cursor: str | None) -> Page[Observation]:
        start = offset_of(cursor)
        chunk = posts[start : start + AT_ONCE]
        rows = await self._core.transport.gather(*(self._post(one) for one in chunk))
        following = start + AT_ONCE
        told = tuple(row for some in rows for row in some)
        return Page(told, str(following) if following < len(posts) else None)

    async def _post(self, post: str) -> list[Observation]:
        core = self._core
        subject = _Subject(SubjectKind.POST, post, core.ref, core.now())
        try:
            node = (await core.pipeline.call(self._calls.get(post, fields=NODE_FIELDS), WireMedia)).value
            kind = node.media_product_type or ""
            facts = self._asked(POST_METRICS.get(kind, POST_METRICS["FEED"]))
            measured, why = await self._measured(post, facts, ())
        except NotFoundError:
            names = ("likes", "replies", *MEASURED, "quotes")
            return [subject.row(name, "", None, Missing.NOT_FOUND) for name in names]
        if kind == STORY and why is Missing.NOT_PERMITTED:
            why = Missing.WITHHELD  # so Instagram answers as long as fewer than five people saw it
        likes = subject.row("likes", "like_count", node.like_count, Missing.NOT_OFFERED)
        told = {
            row.metric: row
            for row in (
                *(subject.row(name, "", None, Missing.NOT_OFFERED) for name in (*MEASURED, "quotes")),
                likes,
                subject.row("replies", "comments_count", node.comments_count, Missing.NOT_OFFERED),
                *(_row(subject, fact, measured, why) for fact in facts),
            )
        }
        # The account may hide its likes from everybody; its own metrics tell them all the same.
        return [*(told if likes.value is None else {**told, "likes": likes}).values()]

    def _asked(self, facts: tuple[MetricFact, ...]) -> tuple[MetricFact, ...]:
        return alive(facts, self._core.now().date())

    async def _measured(
        self, node: str, facts: tuple[MetricFact, ...], params: Params
    ) -> tuple[Metrics, Missing]:
        """Return the metrics of a thing, and why those that are not there are missing."""
        names = tuple(one.native for one in facts)
        try:
            measured = await read_metrics(names, partial(self._read, node, params))
        except PermissionDeniedError:
            return Metrics({}, frozenset()), Missing.NOT_PERMITTED
        except BadRequestError:  # it has no metrics at all, which must not lose those of others
            return Metrics({}, frozenset(names)), Missing.NOT_OFFERED
        return measured, Missing.NOT_YET

    async def _read(self, node: str, params: Params, names: tuple[str, ...]) -> list[WireMetric]:
        asked = (("metric", ",".join(names)), *params)
        request = self._calls.get(node, "insights", params=asked)
        return (await self._core.pipeline.call(request, WireList[WireMetric])).value.data

    async def _account(self) -> tuple[Observation, ...]:
        core, end = self._core, self._core.now().replace(microsecond=0)
        owner = (await core.known()).id or ""
        user = (await core.pipeline.call(self._calls.get(owner, fields=PROFILE_FIELDS), WireUser)).value
        span = (("since", str(int((end - DAY).timestamp()))), ("until", str(int(end.timestamp()))))
        params = (("period", "day"), ("metric_type", "total_value"), *span)
        facts = self._asked(ACCOUNT_METRICS)
        measured, why = await self._measured(owner, facts, params)
        subject = _Subject(SubjectKind.ACCOUNT, owner, core.ref, core.now(), end - DAY, end)
        return (
            subject.row("followers", "followers_count", user.followers_count, Missing.NOT_OFFERED),
            subject.row("following", "follows_count", user.follows_count, Missing.NOT_OFFERED),
            subject.row("posts", "media_count", user.media_count, Missing.NOT_OFFERED),
            *(_row(subject, one, measured, why, daily=True) for one in facts),
        )

    async def _audience(self) -> tuple[Observation, ...]:
        core = self._core
        owner = (await core.known()).id or ""
        subject = _Subject(SubjectKind.ACCOUNT, owner, core.ref, core.now())
        rows: list[Observation] = []
        for dimension in DIMENSIONS:
            params = (
                ("period", "lifetime"),
                ("metric_type", "total_value"),
                ("timeframe", TIMEFRAME),
                ("breakdown", dimension),
            )
            try:
                told = await self._read(owner, params, (FOLLOWERS,))
            except BadRequestError:  # one that is told no more must not lose the others
                why = Missing.NOT_OFFERED
                rows.append(subject.row("followers", FOLLOWERS, None, why, breakdown=dimension))
                continue
            for metric in told:
                rows += [
                    subject.row("followers", FOLLOWERS, value, None, breakdown=f"{dimension}={name}")
                    for name, value in _parts(metric)
                ]
        # Fewer than a hundred are not told.
        return tuple(rows) or (subject.row("followers", FOLLOWERS, None, Missing.WITHHELD),)


def _row(
    subject: _Subject, fact: MetricFact, measured: Metrics, why: Missing, *, daily: bool = False
) -> Observation:
    found = measured.found.get(fact.native)
    value = None if found is None else found.number
    missing = Missing.NOT_OFFERED if fact.native in measured.refused else why
    return subject.row(str(fact.canonical), fact.native, value, missing, daily=daily)


def _parts(metric: WireMetric) -> list[tuple[str, float]]:
    """Return what a total is made of, by the name of each part."""
    total = metric.total_value
    broken: list[dict[str, JsonValue]] = (total.breakdowns if total is not None else None) or []
    found: list[tuple[str, float]] = []
    for one in broken:
        results = one.get("results")
        for part in results if isinstance(results, list) else []:
            told = part if isinstance(part, dict) else dict[str, JsonValue]()
            names, value = told.get("dimension_values"), told.get("value")
            if isinstance(names, list) and isinstance(value, int | float) and not isinstance(value, bool):
                found.append((", ".join(map(str, names)), float(value)))
    return found
