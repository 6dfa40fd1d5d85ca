"""Business hours, and the clock that runs only while they last."""

from __future__ import annotations

import pickle
import sys
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import socialkit as sk
from socialkit.models import BusinessHours, Weekday

PARIS = ZoneInfo("Europe/Paris")
DAYS: list[Weekday] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
OFFICE = BusinessHours(
    zone="Europe/Paris",
    week={day: ["09:00-12:30", "13:30-18:00"] for day in DAYS[:5]},
    holidays=[date(2026, 12, 25)],
)
HOUR = timedelta(hours=1)

zones = st.sampled_from(
    ["Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia", "UTC"]
)
moments = st.datetimes(datetime(2008, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
durations = st.timedeltas(timedelta(), timedelta(hours=5))


@st.composite
def spans(draw: st.DrawFn) -> list[str]:
    cuts = sorted(draw(st.sets(st.integers(0, 24 * 60), min_size=2, max_size=6)))
    return [f"{_clock(one)}-{_clock(other)}" for one, other in zip(cuts[::2], cuts[1::2], strict=False)]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@st.composite
def hours(draw: st.DrawFn) -> BusinessHours:
    week = draw(st.dictionaries(st.sampled_from(DAYS), spans(), min_size=1))
    return BusinessHours(zone=draw(zones), week=week, holidays=draw(st.lists(st.dates(), max_size=3)))


def paris(day: int, hour: int, minute: int = 0, *, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


def test_the_clock_stops_at_lunch_at_night_over_weekends_and_on_holidays() -> None:
    assert OFFICE.due(paris(22, 12), HOUR) == paris(22, 14)
    assert OFFICE.due(paris(22, 17, 30), HOUR) == paris(23, 9, 30)
    assert OFFICE.due(paris(23, 17), 2 * HOUR) == paris(26, 10)
    assert OFFICE.due(paris(24, 17, month=12), 2 * HOUR) == paris(28, 10, month=12)


def test_what_is_due_at_closing_is_not_put_off_to_the_next_opening() -> None:
    assert OFFICE.due(paris(22, 17), HOUR) == paris(22, 18)
    assert OFFICE.due(paris(22, 3), timedelta()) == paris(22, 3)


def test_a_span_has_its_first_minute_and_not_its_last() -> None:
    assert OFFICE.is_open(paris(22, 9))
    assert not OFFICE.is_open(paris(22, 12, 30))
    assert not OFFICE.is_open(paris(25, 10))
    assert not OFFICE.is_open(paris(25, 10, month=12))


def test_the_next_opening_is_now_where_it_is_open() -> None:
    assert OFFICE.next_opening(paris(22, 10)) == paris(22, 10)
    assert OFFICE.next_opening(paris(22, 18)) == paris(23, 9)
    assert OFFICE.next_opening(paris(24, 20, month=12)) == paris(28, 9, month=12)


def test_a_day_lasts_to_midnight_where_it_ends_at_24() -> None:
    late = BusinessHours(zone="Europe/Paris", week={"FR": ["22:00-24:00"], "SA": ["00:00-02:00"]})

    assert late.due(paris(23, 22), 3 * HOUR) == paris(24, 1)
    assert late.between(paris(23, 0), paris(24, 12)) == 4 * HOUR


def test_round_the_clock_is_plain_time() -> None:
    always = BusinessHours.always()

    assert always.due(paris(24, 12), 36 * HOUR) == (paris(24, 12).astimezone(UTC) + 36 * HOUR)
    assert always.is_open(paris(25, 3))


@pytest.mark.parametrize(
    ("span", "spring", "autumn"),
    [("02:00-03:00", 0, 2), ("01:00-04:00", 2, 4), ("02:30-03:30", 0.5, 1.5), ("00:00-24:00", 23, 25)],
)
def test_the_night_of_a_clock_change_counts_the_time_that_passes(
    span: str, spring: float, autumn: float
) -> None:
    nights = BusinessHours(zone="Europe/Paris", week={"SU": [span]})

    assert nights.between(paris(28, 12, month=3), paris(30, 12, month=3)) == spring * HOUR
    assert nights.between(paris(24, 12), paris(26, 12)) == autumn * HOUR


@settings(deadline=None)
@given(hours(), moments, durations, durations)
def test_due_never_goes_back_and_takes_exactly_the_time_promised(
    week: BusinessHours, start: datetime, within: timedelta, more: timedelta
) -> None:
    due = week.due(start, within)

    assert due >= start + within
    assert week.between(start, due) == within
    assert week.due(start, within + more) >= due
    assert week.due(start + more, within) >= due


@settings(deadline=None)
@given(hours(), moments, *2 * [st.timedeltas(timedelta(), timedelta(days=60))])
def test_opening_time_adds_up_and_is_counted_only_while_it_is_open(
    week: BusinessHours, first: datetime, ahead: timedelta, more: timedelta
) -> None:
    middle, last = first + ahead, first + ahead + more
    opening = week.next_opening(first)

    assert week.between(first, middle) + week.between(middle, last) == week.between(first, last)
    assert week.between(first, opening) == timedelta()
    assert week.is_open(opening)
    assert week.is_open(middle) == bool(week.between(middle, middle + timedelta.resolution))


@pytest.mark.parametrize(
    ("week", "advice"),
    [
        ({}, "no hours at all"),
        ({"MO": []}, "no hours at all"),
        ({"MO": ["9-17"]}, "write it as '09:00-18:00'"),
        ({"MO": ["09:00-25:00"]}, "no span of hours"),
        ({"MO": ["09:00-09:00"]}, "a whole day is '00:00-24:00'"),
        ({"MO": ["22:00-02:00"]}, "write '22:00-24:00', and '00:00-02:00' on the next day"),
        ({"MO": ["09:00-13:00", "12:00-18:00"]}, "'12:00-18:00' begins before the span ahead of it ends"),
        ({"MO": ["09:00-12:00", "09:00-12:00"]}, "begins before"),
        ({"monday": ["09:00-12:00"]}, "monday"),
    ],
)
def test_hours_that_cannot_be_meant_are_refused_with_advice(week: Any, advice: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        BusinessHours(week=week, zone="Europe/Paris")

    assert advice in str(refusal.value)


def test_hours_closed_for_years_end_with_an_error_and_not_in_a_loop() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(4000)]
    shut = BusinessHours(zone="UTC", week={day: ["00:00-24:00"] for day in DAYS}, holidays=days)
    start = datetime(2026, 1, 1, tzinfo=UTC)

    with pytest.raises(ValueError, match="take more than ten years"):
        shut.due(start, HOUR)
    with pytest.raises(ValueError, match="stays closed for ten years"):
        shut.next_opening(start)


def test_times_without_a_zone_backwards_or_out_of_reach_are_refused() -> None:
    naive = datetime(2026, 10, 22, 9)  # noqa: DTZ001

    with pytest.raises(ValueError, match=r"start=.* has no time zone"):
        OFFICE.due(naive, HOUR)
    with pytest.raises(ValueError, match=r"instant=.* has no time zone"):
        OFFICE.is_open(naive)
    with pytest.raises(ValueError, match="within is below zero"):
        OFFICE.due(paris(22, 9), -HOUR)
    with pytest.raises(ValueError, match="comes before start"):
        OFFICE.between(paris(22, 9), paris(21, 9))
    with pytest.raises(ValueError, match="outside the years 1900 to 2199"):
        OFFICE.due(datetime(9999, 12, 31, tzinfo=UTC), HOUR)


def test_hours_are_values_that_nobody_changes() -> None:
    again = pickle.loads(pickle.dumps(OFFICE))
    week: Any = OFFICE.week

    assert (again, hash(again)) == (OFFICE, hash(OFFICE))
    assert BusinessHours.model_validate(OFFICE.model_dump(mode="json")) == OFFICE
    with pytest.raises(TypeError):
        week["SU"] = ("00:00-24:00",)


def test_public_holidays_become_plain_dates() -> None:
    pytest.importorskip("holidays", reason="public holidays come with the extra calendar")
    closed = OFFICE.with_holidays("FR", years=range(2026, 2028))

    assert {date(2026, 7, 14), date(2026, 12, 25), date(2027, 7, 14)} <= set(closed.holidays)
    assert BusinessHours.model_validate(closed.model_dump(mode="json")) == closed
    assert not closed.is_open(paris(14, 10, month=7))
    assert OFFICE.is_open(paris(14, 10, month=7))


def test_holidays_nobody_knows_are_refused() -> None:
    pytest.importorskip("holidays", reason="public holidays come with the extra calendar")

    with pytest.raises(ValueError, match="'DE-NOWHERE'"):
        OFFICE.with_holidays("DE", "NOWHERE", years=2026)
    with pytest.raises(ValueError, match="of 'FR' in no year"):
        OFFICE.with_holidays("FR", years=[])


def test_a_year_of_which_the_library_knows_nothing_is_no_year_without_holidays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def country_holidays(*_args: str, **_named: Any) -> dict[date, str]:
        return {date(2026, 1, 1): "New Year"}

    knows_2026: Any = SimpleNamespace(country_holidays=country_holidays)
    monkeypatch.setitem(sys.modules, "holidays", knows_2026)

    with pytest.raises(ValueError, match="of 'FR' in 2027"):
        OFFICE.with_holidays("FR", years=[2026, 2027])


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)

    with pytest.raises(sk.ConfigurationError, match=r"socialkit\[calendar\]"):
        OFFICE.with_holidays("FR", years=2026)
