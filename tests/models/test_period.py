"""Periods: whole days of one zone, on nights when its clock is changed too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialkit.models import Period

ZONES = [
    "UTC",
    "Europe/Paris",
    "America/Havana",  # skips midnight in spring, and has it twice in autumn
    "Asia/Beirut",  # skips midnight in spring, and goes back from midnight in autumn
    "America/Sao_Paulo",  # the same, until 2019
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # had no 30th of December 2011
    "Africa/Casablanca",
]
zones = st.sampled_from(ZONES)
days = st.dates(date(1971, 1, 1), date(2040, 1, 1))
instants = st.datetimes(datetime(1971, 1, 2), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(instants, zones, st.integers(0, 3), st.integers(0, 3))
@example(datetime(2026, 3, 8, 4, 59, tzinfo=UTC), "America/Havana", 0, 0)
@example(datetime(2026, 3, 8, 5, tzinfo=UTC), "America/Havana", 0, 0)
@example(datetime(2026, 11, 1, 4, 30, tzinfo=UTC), "America/Havana", 0, 0)
@example(datetime(2026, 3, 28, 22, tzinfo=UTC), "Asia/Beirut", 0, 0)
@example(datetime(2026, 10, 24, 21, 30, tzinfo=UTC), "Asia/Beirut", 0, 0)
@example(datetime(2018, 2, 18, 2, 30, tzinfo=UTC), "America/Sao_Paulo", 0, 0)
@example(datetime(2011, 12, 30, 10, tzinfo=UTC), "Pacific/Apia", 0, 1)
def test_a_period_holds_the_instants_of_its_days_and_no_others(
    instant: datetime, zone: str, before: int, length: int
) -> None:
    day = Period(instant.date(), instant.date(), zone=zone).day_of(instant)
    first = day - timedelta(days=before)
    period = Period(first, first + timedelta(days=length), zone=zone)

    assert period.contains(instant) is (period.first <= day <= period.last)


@given(days, zones)
def test_one_day_follows_the_other_without_a_gap(day: date, zone: str) -> None:
    run = [Period(day + timedelta(days=n), day + timedelta(days=n), zone=zone) for n in range(3)]

    assert all(one.end == other.start for one, other in pairwise(run))
    assert all(one.start <= one.end for one in run)
    assert Period(run[0].first, run[-1].last, zone=zone).start == run[0].start


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 8), "America/Havana", 23),
        (date(2026, 11, 1), "America/Havana", 25),
        (date(2026, 3, 29), "Asia/Beirut", 23),
        (date(2026, 10, 24), "Asia/Beirut", 25),
        (date(2026, 10, 25), "Asia/Beirut", 24),
        (date(2026, 3, 29), "Europe/Paris", 23),
        (date(2011, 12, 30), "Pacific/Apia", 0),
    ],
)
def test_a_day_is_as_long_as_the_clock_makes_it(day: date, zone: str, hours: int) -> None:
    period = Period(day, day, zone=zone)

    assert period.end - period.start == timedelta(hours=hours)


@given(st.integers(1901, 2198), zones)
def test_quarters_and_months_are_the_year(year: int, zone: str) -> None:
    whole = Period.year(year, zone=zone)
    quarters = [Period.quarter(year, number, zone=zone) for number in range(1, 5)]
    months = [Period.month(year, number, zone=zone) for number in range(1, 13)]

    assert [day for one in quarters for day in one.days()] == list(whole.days())
    assert [day for one in months for day in one.days()] == list(whole.days())
    assert len(whole) == sum(map(len, months)) in {365, 366}


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-10-02", "2026-10-01", "before it begins"),
        ("1800-01-01", "2026-10-01", "outside the years"),
        ("2026-10-01", "9999-12-31", "outside the years"),
        ("2026-02-30", "2026-10-01", "date"),
    ],
)
def test_days_that_are_no_period_are_refused(first: str, last: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Period(first, last, zone="Europe/Paris")


def test_a_year_has_four_quarters() -> None:
    with pytest.raises(ValueError, match="1 to 4, not 5"):
        Period.quarter(2026, 5, zone="UTC")


def test_naive_times_are_refused() -> None:
    period = Period.month(2026, 10, zone="Europe/Paris")

    for ask in (period.contains, period.day_of):
        with pytest.raises(ValueError, match="has no time zone"):
            ask(datetime(2026, 10, 1))  # noqa: DTZ001
