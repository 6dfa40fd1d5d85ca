"""Insights of Graph APIs: metrics that are asked for by name, and rows of what was told and what was not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Generic

from socialkit.errors import BadRequestError, PermissionDeniedError
from socialkit.models import AccountRef, Missing, Observation, SubjectKind
from socialkit.operations import ModeT, Page
from socialkit.platforms._graph._calls import GraphCalls
from socialkit.platforms._graph._metrics import MetricFact, Metrics, WireMetric, alive, read_metrics
from socialkit.platforms._graph._numbers import number_of
from socialkit.platforms._graph._paging import WireList
from socialkit.platforms.base import Core, Insights, offset_of

__all__ = ["DAY", "GraphInsights", "Subject", "day_of", "parts_of"]

AT_ONCE: Final = 10
"""Posts whose metrics are read for one page of rows: each takes a call, two or three."""
DAY: Final = timedelta(days=1)
CLOCK_CHANGE: Final = timedelta(hours=1)
"""By how much a day may be longer or shorter; what lies further back is no day before."""

Params = tuple[tuple[str, str], ...]
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Subject:
    """Of what rows are, and when they were read."""

    kind: SubjectKind
    id: str
    account: AccountRef
    now: datetime

    def row(
        self,
        metric: str,
        native: str,
        value: float | None,
        missing: Missing | None,
        *,
        span: Span | None = None,
        breakdown: str = "",
        unit: str = "count",
    ) -> Observation:
        """Return one row; `missing` counts where there is no value."""
        start, end = span or (None, None)
        return Observation(
            metric=metric,
            subject_kind=self.kind,
            subject=self.id,
            brand=self.account.brand,
            platform=self.account.platform,
            account=self.account.key,
            value=value,
            missing=None if value is not None else missing,
            unit=unit,
            start=start,
            end=end,
            observed_at=self.now,
            native=native,
            breakdown=breakdown,
        )

    def measured(
        self, fact: MetricFact, measured: Metrics, why: Missing, *, span: Span | None = None
    ) -> Observation:
        """Return the row of a metric that was asked for; `why` counts where it is not there."""
        found = measured.found.get(fact.native)
        value = None if found is None else found.number
        missing = Missing.NOT_OFFERED if fact.native in measured.refused else why
        return self.row(fact.name, fact.native, value, missing, span=span, unit=fact.unit)


class GraphInsights(Insights[ModeT], Generic[ModeT]):
    """Reads the metrics of posts one by one, and says why some are missing."""

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
        raise NotImplementedError

    def _subject(self, kind: SubjectKind, name: str) -> Subject:
        return Subject(kind, name, self._core.ref, self._core.now())

    def _asked(self, facts: tuple[MetricFact, ...]) -> tuple[MetricFact, ...]:
        return alive(facts, self._core.now().date())

    async def _measured(
        self,
        edge: tuple[str, str],
        facts: tuple[MetricFact, ...],
        params: Params = (),
        *,
        withheld: str | None = None,
    ) -> tuple[Metrics, Missing]:
        """Return the metrics of a thing, and why those that are not there are missing.

        Args:
            edge: Where they stand.
            facts: Which ones.
            params: What the call says besides.
            withheld: The code of a refusal that tells of too few people, and of no permission.
        """
        # What one post does not have another one may: nothing is remembered from one to the next.
        names = tuple(one.native for one in facts)
        try:
            measured = await read_metrics(names, partial(self._read, edge, params))
        except PermissionDeniedError as error:
            why = Missing.WITHHELD if error.code == withheld else Missing.NOT_PERMITTED
            return Metrics({}, frozenset()), why
        except BadRequestError:  # it has no metrics at all, which must not lose those of others
            return Metrics({}, frozenset(names)), Missing.NOT_OFFERED
        return measured, Missing.NOT_YET

    async def _read(self, edge: tuple[str, str], params: Params, names: tuple[str, ...]) -> list[WireMetric]:
        request = self._calls.get(*edge, params=(("metric", ",".join(names)), *params))
        return (await self._core.pipeline.call(request, WireList[WireMetric])).value.data


def day_of(wire: WireMetric | None) -> Span | None:
    """Return the day of a value that has one: from the end of the day before to its own.

    Example:
        >>> days = [{"end_time": f"2026-03-0{day}T0{hour}:00:00+0000"} for day, hour in ((8, 8), (9, 7))]
        >>> start, end = day_of(WireMetric.model_validate({"name": "page_media_view", "values": days}))
        >>> end - start
        datetime.timedelta(seconds=82800)
    """
    ends = [one.end_time for one in (wire.values or ())[-2:]] if wire is not None else []
    end = ends[-1] if ends else None
    if end is None:
        return None
    before = ends[0] if len(ends) > 1 else None
    told = before is not None and abs(end - before - DAY) <= CLOCK_CHANGE
    return (before if before is not None and told else end - DAY), end


def parts_of(wire: WireMetric) -> list[tuple[list[str], float]]:
    """Return what a total is made of: a number for each combination of values.

    Example:
        >>> part = {"dimension_values": ["FR"], "value": 3}
        >>> told = {"name": "followers", "total_value": {"breakdowns": [{"results": [part]}]}}
        >>> parts_of(WireMetric.model_validate(told))
        [(['FR'], 3.0)]
    """
    found: list[tuple[list[str], float]] = []
    breakdowns = wire.total_value.breakdowns if wire.total_value is not None else None
    for breakdown in breakdowns or ():
        results = breakdown.get("results")
        for one in results if isinstance(results, list) else []:
            entry = one if isinstance(one, dict) else {}
            names, value = entry.get("dimension_values"), number_of(entry.get("value"))
            if isinstance(names, list) and value is not None:
                found.append(([str(name) for name in names], value))
    return found
