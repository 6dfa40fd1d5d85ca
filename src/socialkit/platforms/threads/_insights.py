"""`insights` of Threads. See https://developers.facebook.com/docs/threads/insights.

Titles and descriptions come in the language of the account: names alone count.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final, Generic

from socialkit.errors import NotFoundError
from socialkit.models import Missing, Observation, SubjectKind
from socialkit.operations import ModeT
from socialkit.platforms._graph import (
    DAY,
    GraphInsights,
    MetricFact,
    Metrics,
    Subject,
    WireMetric,
    day_of,
    number_of,
    of_period,
    parts_of,
)
from socialkit.platforms.threads._writing import OWN

__all__ = ["METRICS", "ThreadsInsights"]

ACCOUNT: Final = (OWN, "threads_insights")
BREAKDOWNS: Final = ("country", "city", "age", "gender")
ENOUGH: Final = 100
"""So many have to follow an account before Threads tells who they are."""
FOLLOWERS: Final = MetricFact(native="followers_count", canonical="followers")
DEMOGRAPHICS: Final = MetricFact(native="follower_demographics", canonical="followers")

POST_METRICS: Final = of_period(
    "lifetime",
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


class ThreadsInsights(GraphInsights[ModeT], Generic[ModeT]):
    """Counts of posts, of the account and of those who follow it.

    What Threads leaves out is not available, which is not zero.
    """

    async def _post(self, post: str) -> list[Observation]:
        subject = self._subject(SubjectKind.POST, post)
        try:
            measured, why = await self._measured((post, "insights"), POST_METRICS)
        except NotFoundError:
            return [subject.row(one.name, one.native, None, Missing.NOT_FOUND) for one in POST_METRICS]
        if why is Missing.NOT_YET and not measured.found:
            why = Missing.NOT_OFFERED  # of what only repeats another post Threads answers an empty list
        return [self._row(subject, one, measured, why) for one in POST_METRICS]

    async def _account(self) -> tuple[Observation, ...]:
        core = self._core
        ref = await core.known()
        subject, span = self._subject(SubjectKind.ACCOUNT, str(ref.id)), (core.now() - DAY, core.now())
        window = tuple(
            (name, str(int(at.timestamp()))) for name, at in zip(("since", "until"), span, strict=True)
        )
        # Who follows may not be asked for a window, and everything else is of one.
        following, why = await self._measured(ACCOUNT, (FOLLOWERS,))
        measured, because = await self._measured(ACCOUNT, ACCOUNT_METRICS, window)
        return (
            self._row(subject, FOLLOWERS, following, why),
            *(self._row(subject, one, measured, because, span=span) for one in ACCOUNT_METRICS),
        )

    async def _audience(self) -> tuple[Observation, ...]:
        ref = await self._core.known()
        subject = self._subject(SubjectKind.ACCOUNT, str(ref.id))
        read = await self._core.transport.gather(*(self._broken_down(by) for by in BREAKDOWNS))
        few = any(why is Missing.NOT_OFFERED for _, why in read) and await self._is_small()
        row = partial(subject.row, DEMOGRAPHICS.name, DEMOGRAPHICS.native)
        rows: list[Observation] = []
        for by, (told, why) in zip(BREAKDOWNS, read, strict=True):
            rows += [row(value, None, breakdown=f"{by}={name}") for name, value in told]
            if not told:
                rows.append(row(None, Missing.WITHHELD if few else why, breakdown=f"{by}="))
        return tuple(rows)

    async def _broken_down(self, by: str) -> tuple[list[tuple[str, float]], Missing]:
        """Return how many followers are of what, and why there is nothing where nothing is told."""
        measured, why = await self._measured(ACCOUNT, (DEMOGRAPHICS,), (("breakdown", by),))
        found = measured.found.get(DEMOGRAPHICS.native)
        parts = parts_of(found) if found is not None else []
        if why is Missing.NOT_YET:
            why = Missing.WITHHELD  # an answer without anybody in it is of an account that too few follow
        return [(names[0], value) for names, value in parts if names], why

    async def _is_small(self) -> bool:
        """Return whether fewer people follow the account than are told of by their kinds."""
        measured, _ = await self._measured(ACCOUNT, (FOLLOWERS,))
        found = measured.found.get(FOLLOWERS.native)
        number = None if found is None else found.number
        return number is not None and number < ENOUGH

    def _row(
        self,
        subject: Subject,
        fact: MetricFact,
        measured: Metrics,
        why: Missing,
        *,
        span: tuple[datetime, datetime] | None = None,
    ) -> Observation:
        found = measured.found.get(fact.native)
        value = None if found is None else _number(found)
        missing = Missing.NOT_OFFERED if fact.native in measured.refused else why
        return subject.row(fact.name, fact.native, value, missing, span=day_of(found) or span, unit=fact.unit)


def _number(wire: WireMetric) -> float | None:
    """Return the value; clicks are told link by link, and of one that is not told nobody knows the sum."""
    if wire.link_total_values is None:
        return wire.number
    values = [number_of(one.get("value")) for one in wire.link_total_values]
    told = [one for one in values if one is not None]
    return sum(told) if told and len(told) == len(values) else None
