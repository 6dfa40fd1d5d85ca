"""Wall times that come again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, model_validator

from socialkit.models._base import Model, require_aware
from socialkit.models._rrule import YEARS, Rule, occurrences, read
from socialkit.models._walltime import REACH, WallTime, in_order, like_any_other

__all__ = ["Recurrence", "within"]


def _tidy(rule: str) -> str:
    return rule.strip().upper().removeprefix("RRULE:")


class Recurrence(Model):
    """A rule of repetition (RFC 5545, RRULE) in the wall time of a place: nine o'clock stays nine o'clock.

    What a time means that the night of a clock change skips, or has twice, is said by `start`. A rule that
    never has an occurrence is refused, and so is one for the minute or the second.

    Example:
        >>> from datetime import UTC
        >>> start = WallTime("2026-10-22 09:00", zone="Europe/Paris")
        >>> weekly = Recurrence("FREQ=WEEKLY;BYDAY=MO,TH", start=start)
        >>> days = weekly.between(start.instant(), datetime(2026, 10, 30, tzinfo=UTC))
        >>> [(str(day), day.instant().hour) for day in days][:2]
        [('2026-10-22 09:00 Europe/Paris', 7), ('2026-10-26 09:00 Europe/Paris', 8)]
    """

    rule: Annotated[str, AfterValidator(_tidy)]
    """`FREQ=` (`YEARLY` to `HOURLY`), and any of `INTERVAL`, `COUNT` or `UNTIL`, `BYMONTH`, `BYMONTHDAY`,
    `BYYEARDAY`, `BYWEEKNO`, `BYDAY`, `BYHOUR`, `BYMINUTE`, `BYSETPOS`, `WKST`."""
    start: WallTime
    """The first possible occurrence; what the rule leaves open (minute, hour, day) is as it is here."""

    @like_any_other
    def __init__(self, rule: str, *, start: WallTime) -> None:
        BaseModel.__init__(self, rule=rule, start=start)

    @model_validator(mode="after")
    def _occurs(self) -> Self:
        if self.start.wall.year not in YEARS:
            message = f"a recurrence starts in the years {YEARS.start} to {YEARS.stop - 1}, not {self.start}"
            raise ValueError(message)
        if next(occurrences(self._read(), self.start.wall), None) is None:
            message = f"{self.rule} has no occurrence from {self.start} on"
            raise ValueError(message)
        return self

    def between(self, start: datetime, end: datetime) -> Iterator[WallTime]:
        """Iterate over the occurrences in a window, by their instants; each is computed when it is taken.

        Windows that follow one another share no occurrence and miss none. Two wall times that a clock
        change moves to one instant are one occurrence. Nothing lies beyond 400 years after the start.

        Args:
            start: The first instant of the window (aware).
            end: The first instant after it (aware).
        """
        first, last = within(start, end)
        return (time for instant, time in self._from(first, last) if first <= instant < last)

    def next_after(self, time: datetime) -> WallTime | None:
        """Return the first occurrence later than an instant (aware); None when there is none.

        Args:
            time: The instant, which is no answer itself.
        """
        after = require_aware(time)
        return next((found for instant, found in self._from(after, None) if instant > after), None)

    def _from(self, first: datetime, last: datetime | None) -> Iterator[tuple[datetime, WallTime]]:
        return in_order(self._clock(first.replace(tzinfo=None), last and last.replace(tzinfo=None)))

    def _clock(self, first: datetime, last: datetime | None) -> Iterator[WallTime]:
        low = max(first, self.start.wall) - REACH  # near the calendar's start there is nothing below
        for wall in occurrences(self._read(), self.start.wall, low):
            if last is not None and wall - REACH >= last:
                return
            yield self.start.model_copy(update={"wall": wall})

    def _read(self) -> Rule:
        return read(self.rule, self.start.zone)


def within(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Return both ends of a window in UTC, refusing one that ends before it starts."""
    first, last = require_aware(start, "start"), require_aware(end, "end")
    if last < first:
        message = f"end={last.isoformat()} lies before start={first.isoformat()}"
        raise ValueError(message)
    return first, last
