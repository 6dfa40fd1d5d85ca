"""Metrics of Graph APIs: one dead name refuses a whole call, and must not lose the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from pydantic import JsonValue

from socialkit.errors import APIError, BadRequestError, NotFoundError
from socialkit.models import Lenient, Timestamp, WireModel
from socialkit.platforms._graph._numbers import number_of

__all__ = ["MetricFact", "Metrics", "WireMetric", "WireMetricValue", "alive", "of_period", "read_metrics"]

INVALID: Final = "100"
"""The code of a name that is no metric, or not one of this thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFact:
    """One of a platform's metrics, as data."""

    native: str
    canonical: str | None = None
    """Its canonical name; None where there is none, as of those that ended."""
    unit: str = "count"
    period: str | None = None
    """Over what time it is told, in the platform's own word, such as `day`; None where it names none."""
    alive_from: date | None = None
    """From when on the platform takes it; None where nobody said."""
    dead_since: date | None = None
    """From when on the platform refuses it; None while it lives."""
    verified: bool = True
    """Whether it was seen to live."""

    @property
    def name(self) -> str:
        """By which name it is told: its own where it has no canonical one."""
        return self.canonical or self.native


def alive(metrics: Iterable[MetricFact], today: date) -> tuple[MetricFact, ...]:
    """Return the metrics that may be asked for.

    Example:
        >>> gone = MetricFact(native="page_fans", dead_since=date(2025, 11, 15))
        >>> alive([gone], date(2026, 1, 1))
        ()
    """
    begun = (one for one in metrics if one.alive_from is None or one.alive_from <= today)
    return tuple(one for one in begun if one.dead_since is None or today < one.dead_since)


def of_period(period: str, *metrics: MetricFact) -> tuple[MetricFact, ...]:
    """Return metrics as they are told over a period.

    Example:
        >>> [one.period for one in of_period("lifetime", MetricFact(native="post_clicks"))]
        ['lifetime']
    """
    return tuple(replace(one, period=period) for one in metrics)


class WireMetricValue(WireModel):
    """A value of a time, or of all times."""

    value: JsonValue = None
    end_time: Lenient[Timestamp] = None


class WireTotal(WireModel):
    """One value of the whole period, or broken down."""

    value: JsonValue = None
    breakdowns: Lenient[list[dict[str, JsonValue]]] = None


class WireMetric(WireModel):
    """A metric. Titles and descriptions come in the language of the account: `name` alone counts."""

    name: str
    period: str = ""
    values: Lenient[list[WireMetricValue]] = None
    total_value: Lenient[WireTotal] = None
    link_total_values: Lenient[list[dict[str, JsonValue]]] = None

    @property
    def number(self) -> float | None:
        """The newest value, or the total; None where there is none, or it is no number."""
        told = self.total_value.value if self.total_value is not None else None
        if told is None and self.values:
            told = self.values[-1].value
        return number_of(told)


@dataclass(frozen=True, slots=True)
class Metrics:
    """What was read."""

    found: Mapping[str, WireMetric]
    """By name. A name that is asked and not there is not available, which is not zero."""
    refused: frozenset[str]
    """Names that the platform does not know, or not for this thing."""


Read = Callable[[tuple[str, ...]], Awaitable[list[WireMetric]]]
"""Reads some metrics in one call."""


async def read_metrics(names: tuple[str, ...], read: Read) -> Metrics:
    """Read metrics together, and in ever smaller parts where the platform refuses one of them.

    Args:
        names: Which ones.
        read: Reads some of them in one call.

    Raises:
        BadRequestError: Each of them was refused: it is the call that is wrong, not a name.
    """
    if not names:
        return Metrics({}, frozenset())
    found: dict[str, WireMetric] = {}
    refused: dict[str, BadRequestError] = {}
    waiting = [names]
    while waiting:
        part = waiting.pop()
        try:
            answer = await read(part)
        except BadRequestError as error:
            if not _names_nothing(error):
                raise
            if len(part) > 1:
                half = len(part) // 2
                waiting += [part[half:], part[:half]]
            else:
                refused |= dict.fromkeys(part, error)
        else:
            found |= {one.name: one for one in answer}
    if len(refused) == len(names):
        raise next(iter(refused.values()))
    return Metrics(found, frozenset(refused))


def _names_nothing(error: APIError) -> bool:
    code = (error.code or "").partition("/")[0]
    return code == INVALID and not isinstance(error, NotFoundError)
