"""The hours of the week at which people work, and clocks that run only then."""

from __future__ import annotations

import importlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any, Final, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, PlainSerializer

from socialkit.errors import ConfigurationError
from socialkit.models._base import Model, require_aware
from socialkit.models._slots import WEEK, Weekday
from socialkit.models._told import told
from socialkit.models._walltime import Zone

__all__ = ["BusinessHours"]

SPAN: Final = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)", re.ASCII)
DAY: Final = timedelta(days=1)
FARTHEST: Final = timedelta(days=3653)
"""How far ahead an opening is looked for: ten years."""
YEARS: Final = range(1900, 2200)


class Week(Mapping[Weekday, Sequence[str]]):
    """Spans by weekday, which nobody can change."""

    __slots__ = ("_days",)

    def __init__(self, days: Mapping[Weekday, Sequence[str]]) -> None:
        self._days: dict[Weekday, Sequence[str]] = {day: tuple(days[day]) for day in WEEK if days.get(day)}

    def __getitem__(self, day: Weekday) -> Sequence[str]:
        return self._days[day]

    def __iter__(self) -> Iterator[Weekday]:
        return iter(self._days)

    def __len__(self) -> int:
        return len(self._days)

    def __hash__(self) -> int:
        return hash(tuple(self._days.items()))

    def __repr__(self) -> str:
        return repr(self._days)


def _checked(spans: Sequence[str]) -> Sequence[str]:
    kept = tuple(sorted(spans))
    closed = timedelta()
    for span in kept:
        opens, closes = _ends(span)
        if opens < closed:
            message = f"{span!r} begins before the span ahead of it ends: {', '.join(kept)}"
            raise ValueError(message)
        closed = closes
    return kept


def _some(week: Mapping[Weekday, Sequence[str]]) -> Mapping[Weekday, Sequence[str]]:
    kept = Week(week)
    if not kept:
        message = "the week has no hours at all, and what never opens is never due"
        raise ValueError(message)
    return kept


@lru_cache(maxsize=1024)
def _ends(span: str) -> tuple[timedelta, timedelta]:
    found = SPAN.fullmatch(span)
    if found is None:
        message = f"{span[:20]!r} is no span of hours: write it as '09:00-18:00'"
        raise ValueError(message)
    opens, closes = map(_since_midnight, found.groups())
    if closes == opens:
        message = f"{span!r} is empty; a whole day is '00:00-24:00'"
        raise ValueError(message)
    if closes < opens:
        late, early = f"{found[1]}-24:00", f"00:00-{found[2]}"
        rest = f", and {early!r} on the next day" if closes else ""
        message = f"{span!r} runs past midnight: write {late!r}{rest}"
        raise ValueError(message)
    return opens, closes


def _since_midnight(clock: str) -> timedelta:
    hours, _, minutes = clock.partition(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


Span = Annotated[str, told(pattern=f"^{SPAN.pattern}$")]
Spans = Annotated[Sequence[Span], AfterValidator(_checked)]
Hours = Annotated[
    Mapping[Weekday, Spans],
    AfterValidator(_some),
    PlainSerializer(dict[Weekday, Sequence[str]]),
    told(minProperties=1),
]
Holidays = Annotated[Sequence[date], AfterValidator(lambda days: tuple(sorted(set(days))))]


class BusinessHours(Model):
    """The hours of the week at which somebody works: promised times run only then.

    It is open whenever the clock in the zone reads a time within one of the spans, and the day is no
    holiday. Durations are real time: a span of which the clock skips an hour is an hour shorter. Instants
    lie in the years 1900 to 2199.

    Example:
        >>> from datetime import UTC
        >>> desk = BusinessHours(zone="Europe/Paris", week={"MO": ["09:00-18:00"], "FR": ["09:00-12:30"]})
        >>> friday = datetime(2026, 10, 23, 10, 0, tzinfo=UTC)
        >>> desk.due(friday, within=timedelta(hours=1)).isoformat()
        '2026-10-26T08:30:00+00:00'
        >>> desk.is_open(friday), BusinessHours.always().is_open(friday)
        (True, True)
    """

    week: Hours
    """Spans (`09:00-12:30`) by weekday (`MO`); the end does not belong to it, and may be `24:00`."""
    zone: Zone
    holidays: Holidays = ()
    """Days on which it stays closed, in the zone."""

    @classmethod
    def always(cls) -> Self:
        """Return hours that never close."""
        return cls(week={day: ["00:00-24:00"] for day in WEEK}, zone="UTC")

    def with_holidays(
        self, country: str, subdivision: str | None = None, *, years: int | Iterable[int]
    ) -> Self:
        """Return these hours with the public holidays of a country added, as plain dates.

        They are looked up once, here, so that what is stored with the hours means the same everywhere.

        Args:
            country: ISO 3166-1, such as `FR`.
            subdivision: ISO 3166-2 without the country, such as `BY` for Bavaria.
            years: The years to look up. Add later ones before they begin.

        Raises:
            ConfigurationError: The library is missing: it comes with the extra `calendar`.
            ValueError: There is no such country or subdivision, or nothing is known of those years.
        """
        wanted = [years] if isinstance(years, int) else sorted(set(years))
        found = _public_holidays(country, subdivision, wanted)
        missing = sorted(set(wanted) - {day.year for day in found})
        if missing or not wanted:
            message = f"no holidays are known of {country!r} in {', '.join(map(str, missing)) or 'no year'}"
            raise ValueError(message)
        return type(self)(week=self.week, zone=self.zone, holidays=(*self.holidays, *found))

    def is_open(self, instant: datetime) -> bool:
        """Tell whether it is open at an instant (aware)."""
        local = _within_reach(instant, "instant").astimezone(ZoneInfo(self.zone))
        clock = local.replace(tzinfo=None) - datetime.combine(local.date(), time())
        return local.date() not in self.holidays and any(
            opens <= clock < closes for opens, closes in self._on(local.date())
        )

    def next_opening(self, instant: datetime) -> datetime:
        """Return the first instant from this one on (aware) at which it is open: itself if it is open now.

        Raises:
            ValueError: It stays closed for ten years.
        """
        start = _within_reach(instant, "instant")
        for opens, _ in self._pieces(start, start + FARTHEST):
            return opens
        message = f"stays closed for ten years after {start.isoformat()}"
        raise ValueError(message)

    def due(self, start: datetime, within: timedelta) -> datetime:
        """Return when so much opening time has passed, at the earliest, in UTC.

        Args:
            start: When the clock starts (aware); it runs while it is open.
            within: How much opening time.

        Raises:
            ValueError: It is below zero, or takes more than ten years.
        """
        begun = _within_reach(start, "start")
        if within < timedelta():
            message = "within is below zero"
            raise ValueError(message)
        if not within:
            return begun
        left = within
        for opens, closes in self._pieces(begun, begun + FARTHEST):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        message = f"{within} of opening time take more than ten years after {begun.isoformat()}"
        raise ValueError(message)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how long it is open from one instant to another (aware).

        Raises:
            ValueError: The end comes before the start.
        """
        first, last = _within_reach(start, "start"), _within_reach(end, "end")
        if last < first:
            message = f"end={last.isoformat()} comes before start={first.isoformat()}"
            raise ValueError(message)
        return sum((closes - opens for opens, closes in self._pieces(first, last)), timedelta())

    def _on(self, day: date) -> Iterator[tuple[timedelta, timedelta]]:
        return map(_ends, self.week.get(WEEK[day.weekday()], ()))

    def _pieces(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield when it is open in a window, in order, cut where a day ends or the clocks change."""
        closed = frozenset(self.holidays)
        for first, last, offset in _stretches(ZoneInfo(self.zone), start, end):
            # Within a stretch the clock on the wall runs as UTC does, so many hours ahead.
            low, high = first + offset, last + offset
            day = datetime.combine(low.date(), time(), UTC)
            while day < high:
                for opens, closes in () if day.date() in closed else self._on(day):
                    if max(low, day + opens) < min(high, day + closes):
                        yield max(low, day + opens) - offset, min(high, day + closes) - offset
                day += DAY


def _stretches(
    zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Cut a window into stretches of a day at most, in each of which the zone has one offset."""
    while start < end:
        stop, offset = min(start + DAY, end), _offset(zone, start)
        if _offset(zone, stop) != offset:
            stop = _change(zone, start, stop)
        yield start, stop, offset
        start = stop


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    offset = _offset(zone, low)
    while high - low > timedelta.resolution:
        middle = low + (high - low) // 2
        low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
    return high


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _within_reach(instant: datetime, name: str) -> datetime:
    if (aware := require_aware(instant, name)).year in YEARS:
        return aware
    message = f"{name}={aware.isoformat()} lies outside the years 1900 to 2199"
    raise ValueError(message)


def _public_holidays(country: str, subdivision: str | None, years: Sequence[int]) -> Collection[date]:
    try:
        library: Any = importlib.import_module("holidays")
    except ImportError:
        message = "public holidays need another library: pip install 'socialkit[calendar]'"
        raise ConfigurationError(message) from None
    try:
        return list(library.country_holidays(country, subdiv=subdivision, years=years))
    except NotImplementedError:
        where = country if subdivision is None else f"{country}-{subdivision}"
        message = f"no holidays are known of {where!r}: give an ISO 3166 code, such as 'FR' or 'DE' and 'BY'"
        raise ValueError(message) from None
