"""What Graph APIs tell of the budgets: percentages in headers, and no `Retry-After`.

See https://developers.facebook.com/docs/graph-api/overview/rate-limiting.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple, cast

from socialkit.transport import HeaderReader, RateReading

__all__ = ["USAGE", "UsageHeaders"]

HEADERS: Final = ("x-app-usage", "x-business-use-case-usage", "x-ad-account-usage")
SHARES: Final = ("call_count", "total_time", "total_cputime", "acc_id_util_pct")
"""Names of percentages; the largest of them counts."""
WAITS: Final = {
    "estimated_time_to_regain_access": timedelta(minutes=1),
    "reset_time_duration": timedelta(seconds=1),
}
"""Names of waits, and their units."""
LONGEST: Final = timedelta(days=1)
"""Longer than any of the budgets, which are of an hour or of a day."""
WHOLE: Final = 100.0
APART: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset({"pages", "instagram"}),
    "messenger": frozenset({"messenger"}),
}
"""By bucket the kinds of use that count against it alone: one answer tells of several budgets."""


class _Usage(NamedTuple):
    percent: float
    wait: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageHeaders:
    """Reads percentages of use: calls are spaced from `slow_from` on, and stop when all is used.

    Example:
        >>> from datetime import UTC
        >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
        >>> USAGE({"x-app-usage": '{"call_count": 28, "total_time": 5}'}, noon).remaining
        72.0
    """

    slow_from: float = 80.0
    """Percent of use from which on calls are spaced; Meta advises to slow down, and gives no number."""
    longest_pause: timedelta = timedelta(seconds=10)
    """Between two calls shortly before all is used."""
    unknown_wait: timedelta = timedelta(minutes=5)
    """How long nothing is sent when all is used and nobody says until when: budgets roll on."""

    def __call__(self, headers: Mapping[str, str], now: datetime) -> RateReading | None:
        """Return what the headers of an answer say; None when they say nothing."""
        return self._read(frozenset(), headers, now)

    def of_bucket(self, bucket: str, /) -> HeaderReader:
        """Return what reads of one bucket alone: kinds of which nobody knows whose they are count for each.

        Example:
            >>> from datetime import UTC
            >>> told = (
            ...     '{"7": [{"type": "messenger", "call_count": 100}, {"type": "pages", "call_count": 28}]}'
            ... )
            >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
            >>> USAGE.of_bucket("")({"x-business-use-case-usage": told}, noon).remaining
            72.0
        """
        own = APART.get(bucket, frozenset[str]())
        others = frozenset(kind for kinds in APART.values() for kind in kinds if kind not in own)
        return partial(self._read, others)

    def _read(self, others: frozenset[str], headers: Mapping[str, str], now: datetime) -> RateReading | None:
        found = [usage for name in HEADERS for usage in _usages(headers.get(name), others)]
        if not found:
            return None
        percent = max(usage.percent for usage in found)
        if percent >= WHOLE:
            wait = max(usage.wait for usage in found if usage.percent >= WHOLE) or self.unknown_wait
            return RateReading(0, now + wait, WHOLE)
        if percent < self.slow_from:
            return RateReading(WHOLE - percent, None, WHOLE)
        share = (percent - self.slow_from) / (WHOLE - self.slow_from)
        return RateReading(0, now + self.longest_pause * share, WHOLE)


def _usages(text: str | None, others: frozenset[str]) -> Iterator[_Usage]:
    """Yield every usage in a header: one object, or lists of them by the id of whom they are of.

    Args:
        text: The header.
        others: Kinds of use that count elsewhere.
    """
    if text is None:
        return
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return
    for one in _objects(document):
        kind: object = one.get("type")
        if isinstance(kind, str) and kind in others:
            continue
        shares = [number for name in SHARES if (number := _number(one.get(name))) is not None]
        if shares:
            waits = [_wait(one.get(name), unit) for name, unit in WAITS.items()]
            yield _Usage(max(shares), max(waits))


def _objects(document: object) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict):
        return
    found = cast("dict[str, Any]", document)
    yield found
    for value in found.values():
        entries = cast("list[object]", value) if isinstance(value, list) else []
        yield from (cast("dict[str, Any]", one) for one in entries if isinstance(one, dict))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return max(0.0, float(value))


def _wait(value: object, unit: timedelta) -> timedelta:
    number = _number(value)
    return timedelta() if number is None else min(unit * min(number, LONGEST / unit), LONGEST)


USAGE: Final = UsageHeaders()
"""The reader with its defaults."""
