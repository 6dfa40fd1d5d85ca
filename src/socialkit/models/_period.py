"""Runs of whole days in one time zone: a month, a quarter, a campaign."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, model_validator

from socialkit.models._base import Model, require_aware
from socialkit.models._walltime import Zone, like_any_other

__all__ = ["Period"]

DAY: Final = timedelta(days=1)


class Period(Model):
    """Whole days, the first and the last one included, as a clock in one zone shows them.

    Example:
        >>> autumn = Period.quarter(2026, 4, zone="Europe/Paris")
        >>> print(autumn)
        2026-10-01 to 2026-12-31 (Europe/Paris)
        >>> autumn.start.isoformat()
        '2026-09-30T22:00:00+00:00'
        >>> autumn.contains(autumn.end)
        False
    """

    first: date
    last: date
    """The last day, which belongs to it."""
    zone: Zone

    @like_any_other
    def __init__(self, first: date | str, last: date | str, *, zone: str) -> None:
        BaseModel.__init__(self, first=first, last=last, zone=zone)

    @classmethod
    def month(cls, year: int, month: int, *, zone: str) -> Self:
        """Return a month of a year."""
        return cls(date(year, month, 1), _next_month(year, month, 1) - DAY, zone=zone)

    @classmethod
    def quarter(cls, year: int, quarter: int, *, zone: str) -> Self:
        """Return a quarter of a year, from 1 to 4."""
        if quarter not in {1, 2, 3, 4}:
            message = f"a year has the quarters 1 to 4, not {quarter}"
            raise ValueError(message)
        month = 3 * quarter - 2
        return cls(date(year, month, 1), _next_month(year, month, 3) - DAY, zone=zone)

    @classmethod
    def year(cls, year: int, *, zone: str) -> Self:
        """Return a year."""
        return cls(date(year, 1, 1), date(year, 12, 31), zone=zone)

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.last < self.first:
            message = f"ends on {self.last}, before it begins on {self.first}"
            raise ValueError(message)
        if self.first < date(1900, 1, 1) or self.last > date(2200, 1, 1):
            message = "lies outside the years 1900 to 2199"
            raise ValueError(message)
        return self

    @property
    def start(self) -> datetime:
        """The first instant, in UTC."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first instant after it, in UTC."""
        return _midnight(self.last + DAY, self.zone)

    def __len__(self) -> int:
        """Return the number of days."""
        return (self.last - self.first).days + 1

    def days(self) -> Iterator[date]:
        """Iterate over the days."""
        return (self.first + DAY * number for number in range(len(self)))

    def contains(self, instant: datetime) -> bool:
        """Tell whether an instant (aware) lies in it."""
        return self.start <= require_aware(instant, "instant") < self.end

    def day_of(self, instant: datetime) -> date:
        """Return the day on which an instant (aware) falls, as a clock in the period's zone shows it."""
        return require_aware(instant, "instant").astimezone(ZoneInfo(self.zone)).date()

    def __str__(self) -> str:
        return f"{self.first} to {self.last} ({self.zone})"


def _next_month(year: int, month: int, later: int) -> date:
    count = year * 12 + month - 1 + later
    return date(count // 12, count % 12 + 1, 1)


def _midnight(day: date, zone: str) -> datetime:
    # Where clocks skip midnight, its reading by the offset before the change is the change itself; where it
    # comes twice, the day begins with the first.
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
