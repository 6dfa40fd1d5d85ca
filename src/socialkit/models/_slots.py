"""Planned times on an account, and the weekly hours that they come from."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from socialkit.models._account import AccountRef
from socialkit.models._base import AwareTime, Model, require_aware
from socialkit.models._draft import Draft
from socialkit.models._purpose import Purpose
from socialkit.models._recurrence import within
from socialkit.models._walltime import REACH, GapRule, OverlapRule, WallTime, Zone, in_order

__all__ = ["PostingSchedule", "Slot", "TimesOfDay", "Weekday"]

Weekday = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
"""A day of the week, as in a recurrence."""

WEEK: Final[tuple[Weekday, ...]] = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


class Slot(Model):
    """A planned time on an account, empty or with a draft in it.

    Example:
        >>> from datetime import UTC
        >>> shop = AccountRef(platform="mastodon", brand="acme", name="main")
        >>> at = WallTime(datetime(2026, 10, 1, 9), zone="Europe/Paris")
        >>> slot = Slot(account=shop, at=at, key="autumn-1")
        >>> slot.instant().isoformat(), slot.draft
        ('2026-10-01T07:00:00+00:00', None)
    """

    account: AccountRef
    at: WallTime | AwareTime
    key: str
    """What names it among the slots of its plan; another plan of the same slots gives the same."""
    draft: Draft | None = None
    """What goes out; None while it is empty."""
    purpose: Purpose | None = None
    """What it is kept for."""

    def instant(self) -> datetime:
        """Return when it is, in UTC.

        Raises:
            ValueError: It is a wall time that its own rules refuse.
        """
        return self.at.instant() if isinstance(self.at, WallTime) else self.at


def _times(clocks: Sequence[str]) -> Sequence[str]:
    for one in clocks:
        if CLOCK.fullmatch(one) is None:
            message = f"{one[:20]!r} is no time of day: write it as '09:00'"
            raise ValueError(message)
    return tuple(sorted(set(clocks)))


TimesOfDay = Annotated[Sequence[str], AfterValidator(_times)]
"""Times of day such as `09:00`, in order, each once."""


def _some(week: Mapping[Weekday, Sequence[str]]) -> Mapping[Weekday, Sequence[str]]:
    kept: dict[Weekday, Sequence[str]] = {day: week[day] for day in WEEK if week.get(day)}
    if not kept:
        message = "the week has no time at all"
        raise ValueError(message)
    return kept


class PostingSchedule(Model):
    """The hours of the week at which an account posts: a queue's slots, to be filled one after the other.

    On the night of a clock change, a time that is skipped is an hour later and one that comes twice is the
    first, unless it is said otherwise.

    Example:
        >>> from datetime import UTC
        >>> shop = AccountRef(platform="x", brand="acme", name="main")
        >>> week = PostingSchedule(account=shop, zone="Europe/Paris", week={"MO": ["09:00"], "TH": ["17:30"]})
        >>> print(week.next_free(datetime(2026, 10, 22, 16, tzinfo=UTC)).at)
        2026-10-26 09:00 Europe/Paris
    """

    account: AccountRef
    zone: Zone
    week: Annotated[Mapping[Weekday, TimesOfDay], AfterValidator(_some)]
    """Times of day (`09:00`) by weekday (`MO`)."""
    gap: GapRule = "later"
    overlap: OverlapRule = "first"

    def slots(self, start: datetime, end: datetime) -> Iterator[Slot]:
        """Iterate over the empty slots in a window, in order, computed as they are taken.

        Args:
            start: The first instant of the window (aware).
            end: The first instant after it (aware).
        """
        first, last = within(start, end)
        until = itertools.takewhile(lambda pair: pair[0] < last, self._from(first))
        return (self._slot(at) for instant, at in until if instant >= first)

    def next_free(self, after: datetime, taken: Iterable[datetime] = ()) -> Slot:
        """Return the first slot later than an instant, and at none of the instants that are taken.

        Args:
            after: The instant (aware), which is no answer itself.
            taken: When something is planned already (aware).

        Raises:
            ValueError: The calendar ends first.
        """
        least = require_aware(after, "after")
        busy = {require_aware(one, "taken") for one in taken}
        for instant, at in self._from(least):
            if instant > least and instant not in busy:
                return self._slot(at)
        message = f"there is no free slot after {least.isoformat()}: the calendar ends"
        raise ValueError(message)

    def _slot(self, at: WallTime) -> Slot:
        return Slot(account=self.account, at=at, key=f"{self.account.key} {at}")

    def _from(self, first: datetime) -> Iterator[tuple[datetime, WallTime]]:
        # One day is not yet over everywhere when it is over in UTC, so those before count too.
        return in_order(self._clock(max(first.replace(tzinfo=None), _EARLIEST) - REACH))

    def _clock(self, low: datetime) -> Iterator[WallTime]:
        day = low.replace(hour=0, minute=0, second=0, microsecond=0)
        while day < _LATEST:
            for clock in self.week.get(WEEK[day.weekday()], ()):
                wall = datetime.combine(day, time.fromisoformat(clock))
                yield WallTime(wall, zone=self.zone, gap=self.gap, overlap=self.overlap)
            day += timedelta(days=1)


_EARLIEST: Final = datetime(1, 1, 10)  # noqa: DTZ001 - the ends of the calendar in any zone
_LATEST: Final = datetime(9999, 12, 20)  # noqa: DTZ001
