"""Business hours as a workspace's file has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from socialkit.models import BusinessHours, Model
from socialkit.models._hours import YEARS, Holidays, Hours
from socialkit.models._shared import Several
from socialkit.models._walltime import Zone

__all__ = ["HoursTable"]

Year = Annotated[int, Field(ge=YEARS.start, lt=YEARS.stop)]


class PublicHolidays(Model):
    """The public holidays of a country, by ISO 3166; every one of the years has to be known."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    """Such as `FR`."""
    subdivision: Annotated[str, Field(pattern="^[A-Z0-9]{1,3}$")] | None = None
    """A part of the country, without its code: `BY` for Bavaria."""
    years: Annotated[Several[Year], Field(min_length=1)]

    @property
    def days(self) -> tuple[date, ...]:
        """The days that stay closed."""
        return _days(self.country, self.subdivision, tuple(sorted(set(self.years))))

    @model_validator(mode="after")
    def _known(self) -> Self:
        _days(self.country, self.subdivision, tuple(sorted(set(self.years))))
        return self


class HoursTable(Model):
    """Business hours; their zone is the brand's unless it is said."""

    week: Hours
    """Spans by weekday: `MO = ["09:00-12:30"]`."""
    zone: Zone | None = None
    """The brand's if not given."""
    holidays: Holidays = ()
    """Days that stay closed."""
    public_holidays: Several[PublicHolidays] = ()
    """Those of a country besides, looked up when the file is read."""

    def to_hours(self, zone: str) -> BusinessHours:
        """Return the hours."""
        public = [day for one in self.public_holidays for day in one.days]
        return BusinessHours(week=self.week, zone=self.zone or zone, holidays=[*self.holidays, *public])


ROUND_THE_CLOCK: Final = BusinessHours.always()


@lru_cache(maxsize=256)  # all brands of an agency may keep the same ones
def _days(country: str, subdivision: str | None, years: Sequence[int]) -> tuple[date, ...]:
    return tuple(ROUND_THE_CLOCK.with_holidays(country, subdivision, years=years).holidays)
