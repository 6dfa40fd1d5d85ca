"""`insights` of Threads. See https://developers.facebook.com/docs/threads/insights.

Titles and descriptions come in the language of the account: names alone count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Generic, cast

from socialkit.errors import BadRequestError, NotFoundError, PermissionDeniedError
from socialkit.models import AccountRef, Missing, Observation, SubjectKind
from socialkit.operations import ModeT, Page
from socialkit.platforms._graph import GraphCalls, MetricFact, Metrics, WireList, WireMetric, read_metrics
from socialkit.platforms.base import Core, Insights, offset_of
from socialkit.platforms.threads._writing import OWN

__all__ = ["METRICS", "ThreadsInsights"]

AT_ONCE: Final = 10
"""Posts whose metrics are read for one page of rows: each takes a call."""
DAY: Final = timedelta(days=1)
BREAKDOWNS: Final = ("country", "city", "age", "gender")
FOLLOWERS: Final = MetricFact(native="followers_count", canonical="followers")
DEMOGRAPHICS: Final = MetricFact(native="follower_demographics", canonical="followers")

POST_METRICS: Final = (
    MetricFact(native="views", canonical="impressions"),
    MetricFact(native="likes", canonical="likes"),
    MetricFact(native="replies", canonical="replies"),
    MetricFact(native="reposts", canonical="shares"),
    MetricFact(native="quotes", canonical="quotes"),
)
ACCOUNT_METRICS: Final = (
    MetricFact(native="views", canonical="profile_views"),
    MetricFact(native="likes", canonical="likes"),
    MetricFact(native="replies", canonical="replies"),
    MetricFact(native="reposts", canonical="shares"),
    MetricFact(native="quotes", canonical="quotes"),
    MetricFact(native="clicks", canonical="clicks"),
)
SENT_ON: Final = MetricFact(native="shares", verified=False)
"""How often a post was sent on; not asked for: `shares` means reposts, and nothing canonical means this."""
METRICS: Final = (*POST_METRICS, *ACCOUNT_METRICS, SENT_ON, FOLLOWERS, DEMOGRAPHICS)
"""Threads' metrics; none has ended as of 2026-04-21."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """Of what rows are, and when they were read."""

    kind: SubjectKind
    id: str
    account: AccountRef
    now: datetime

    def row(
        self,
        fact: MetricFact,
        value: float | None,
        missing: Missing | None,
        *,
        span: tuple[datetime, datetime] | None = None,
        breakdown: str = "",
    ) -> Observation:
        """Return one row; `missing` counts where there is no value."""
        start, end = span or (None, None)
        return Observation(
            metric=str(fact.canonical),
            subject_kind=self.kind,
            subject=self.id,
            brand=self.account.brand,
            platform=self.account.platform,
            account=self.account.key,
            value=value,
            missing=None if value is not None else missing,
            unit=fact.unit,
            start=start,
            end=end,
            observed_at=self.now,
            native=fact.native,
            breakdown=breakdown,
        )


class ThreadsInsights(Insights[ModeT], Generic[ModeT]):
    """Counts of posts, of the account and of those who follow it.

    What Threads leaves out is not available, which is not zero.
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
        subject = self._subject(SubjectKind.POST, post)
        try:
            measured, why = await self._measured((post, "insights"), POST_METRICS)
        except NotFoundError:
            return [subject.row(one, None, Missing.NOT_FOUND) for one in POST_METRICS]
        return [self._row(subject, one, measured, why) for one in POST_METRICS]

    async def _account(self) -> tuple[Observation, ...]:
        core = self._core
        ref = await core.known()
        subject, span = self._subject(SubjectKind.ACCOUNT, str(ref.id)), (core.now() - DAY, core.now())
        window = tuple(
            (name, str(int(at.timestamp()))) for name, at in zip(("since", "until"), span, strict=True)
        )
        # Who follows may not be asked for a window, and everything else is of one.
        edge = (OWN, "threads_insights")
        following, why = await self._measured(edge, (FOLLOWERS,))
        measured, because = await self._measured(edge, ACCOUNT_METRICS, window)
        return (
            self._row(subject, FOLLOWERS, following, why),
            *(self._row(subject, one, measured, because, span=span) for one in ACCOUNT_METRICS),
        )

    async def _audience(self) -> tuple[Observation, ...]:
        ref = await self._core.known()
        subject = self._subject(SubjectKind.ACCOUNT, str(ref.id))
        rows = await self._core.transport.gather(*(self._broken_down(subject, by) for by in BREAKDOWNS))
        return tuple(row for some in rows for row in some)

    async def _broken_down(self, subject: _Subject, by: str) -> list[Observation]:
        params = (("breakdown", by),)
        measured, why = await self._measured((OWN, "threads_insights"), (DEMOGRAPHICS,), params)
        found = measured.found.get(DEMOGRAPHICS.native)
        told = _parts(found) if found is not None else []
        if not told:
            return [subject.row(DEMOGRAPHICS, None, why, breakdown=f"{by}=")]
        return [subject.row(DEMOGRAPHICS, value, None, breakdown=f"{by}={name}") for name, value in told]

    def _subject(self, kind: SubjectKind, name: str) -> _Subject:
        return _Subject(kind, name, self._core.ref, self._core.now())

    def _row(
        self,
        subject: _Subject,
        fact: MetricFact,
        measured: Metrics,
        why: Missing,
        *,
        span: tuple[datetime, datetime] | None = None,
    ) -> Observation:
        found = measured.found.get(fact.native)
        value = None if found is None else _number(found)
        missing = Missing.NOT_OFFERED if fact.native in measured.refused else why
        return subject.row(fact, value, missing, span=_day(found) or span)

    async def _measured(
        self,
        edge: tuple[str, str],
        facts: tuple[MetricFact, ...],
        params: tuple[tuple[str, str], ...] = (),
    ) -> tuple[Metrics, Missing]:
        """Return the metrics of a thing, and why those that are not there are missing."""
        names = tuple(one.native for one in facts)
        try:
            measured = await read_metrics(names, partial(self._read, edge, params))
        except PermissionDeniedError:
            return Metrics({}, frozenset()), Missing.NOT_PERMITTED
        except BadRequestError:  # it has no metrics at all, which must not lose those of others
            return Metrics({}, frozenset(names)), Missing.NOT_OFFERED
        return measured, Missing.NOT_YET

    async def _read(
        self, edge: tuple[str, str], params: tuple[tuple[str, str], ...], names: tuple[str, ...]
    ) -> list[WireMetric]:
        request = self._calls.get(*edge, params=(("metric", ",".join(names)), *params))
        return (await self._core.pipeline.call(request, WireList[WireMetric])).value.data


def _number(wire: WireMetric) -> float | None:
    """Return the value; clicks are told link by link."""
    if wire.link_total_values is None:
        return wire.number
    values = [one.get("value") for one in wire.link_total_values]
    return sum(
        (float(one) for one in values if isinstance(one, int | float) and not isinstance(one, bool)), 0.0
    )


def _day(wire: WireMetric | None) -> tuple[datetime, datetime] | None:
    """Return the day of a value that has one: its time is the day's end."""
    end = wire.values[-1].end_time if wire is not None and wire.values else None
    return None if end is None else (end - DAY, end)


def _parts(wire: WireMetric) -> list[tuple[str, float]]:
    """Return what a total is made of."""
    found: list[tuple[str, float]] = []
    breakdowns = wire.total_value.breakdowns if wire.total_value is not None else None
    for breakdown in breakdowns or ():
        results = breakdown.get("results")
        for one in results if isinstance(results, list) else []:
            entry = one if isinstance(one, dict) else {}
            names, value = entry.get("dimension_values"), entry.get("value")
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if isinstance(names, list) and names and number:
                found.append((str(names[0]), float(cast("float", value))))
    return found
