"""Slots of an account, and the weekly schedule that gives them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from socialkit.models import AccountRef, Draft, PostingSchedule, Purpose, Slot, WallTime, Weekday

SHOP = AccountRef(platform="x", brand="acme", name="main")
MONDAY = datetime(2026, 3, 23, tzinfo=UTC)
DAYS: list[Weekday] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
HALF_HOURS = [f"{hour:02}:{minute}" for hour in range(24) for minute in ("00", "30")]

clocks = st.times().map(lambda time: f"{time:%H:%M}")
weeks = st.dictionaries(st.sampled_from(DAYS), st.lists(clocks, min_size=1, max_size=4), min_size=1)
zones = st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC"])
moments = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001


def schedule(week: Any, zone: str = "Europe/Paris", **rules: Any) -> PostingSchedule:
    return PostingSchedule(account=SHOP, zone=zone, week=week, **rules)


def walls(slots: Any) -> list[str]:
    return [f"{slot.at.wall:%a %H:%M}" for slot in slots]


def test_slots_come_week_after_week_in_order() -> None:
    week = schedule({"TH": ["17:30", "09:00"], "MO": ["09:00"]})

    assert walls(week.slots(MONDAY, MONDAY + timedelta(days=7))) == ["Mon 09:00", "Thu 09:00", "Thu 17:30"]
    over_the_change = week.slots(MONDAY, MONDAY + timedelta(days=14))
    assert [slot.instant().hour for slot in over_the_change] == [8, 8, 16, 7, 7, 15]


def test_a_slot_is_named_after_its_account_and_time() -> None:
    slot = next(schedule({"MO": ["09:00"]}).slots(MONDAY, MONDAY + timedelta(days=7)))

    assert slot.key == "acme/x/main 2026-03-23 09:00 Europe/Paris"
    assert (slot.account, slot.draft, slot.purpose) == (SHOP, None, None)


@settings(deadline=None)
@given(
    weeks, zones, st.sampled_from(["later", "earlier"]), moments, st.lists(st.integers(0, 20), unique=True)
)
def test_a_queue_is_filled_in_order_and_no_slot_twice(
    week: Any, zone: str, gap: str, start: datetime, taken: set[int]
) -> None:
    hours = schedule(week, zone, gap=gap, overlap="second")
    slots = list(islice(hours.slots(start, start + timedelta(days=400)), 30))
    instants = [slot.instant() for slot in slots]
    busy = [instants[number] for number in taken]

    assert all(one < other for one, other in pairwise(instants))
    free = hours.next_free(start - timedelta(microseconds=1), busy)
    assert free == next(slot for slot in slots if slot.instant() not in busy)


@settings(deadline=None)
@given(weeks, zones, st.lists(moments, min_size=2))
def test_windows_of_a_schedule_lose_nothing_and_share_nothing(
    week: Any, zone: str, cuts: list[datetime]
) -> None:
    hours, cuts = schedule(week, zone), sorted(cuts)
    parts = [slot for start, end in pairwise(cuts) for slot in hours.slots(start, end)]

    assert parts == list(hours.slots(cuts[0], cuts[-1]))


@pytest.mark.parametrize(
    ("day", "slots"),
    [(datetime(2026, 3, 29), 46), (datetime(2026, 10, 25), 48), (datetime(2026, 7, 1), 48)],  # noqa: DTZ001
)
def test_the_night_of_a_change_gives_no_two_slots_at_once(day: datetime, slots: int) -> None:
    start, end = (WallTime(one, zone="Europe/Paris").instant() for one in (day, day + timedelta(days=1)))

    assert len(list(schedule(dict.fromkeys(DAYS, HALF_HOURS)).slots(start, end))) == slots


def test_what_a_change_skips_is_later_and_what_comes_twice_is_the_first() -> None:
    week = schedule({"SU": ["02:30"]})
    spring = week.next_free(datetime(2026, 3, 28, tzinfo=UTC))
    autumn = week.next_free(datetime(2026, 10, 24, tzinfo=UTC))

    assert spring.instant() == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert autumn.instant() == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_schedule_that_refuses_says_so_where_the_slot_is_used() -> None:
    slot = schedule({"SU": ["02:30"]}, gap="refuse").next_free(datetime(2026, 3, 28, tzinfo=UTC))

    with pytest.raises(ValueError, match="2026-03-29 02:30 Europe/Paris: the clocks skip this time"):
        slot.instant()


def test_the_next_slot_is_later_than_the_moment_asked_for() -> None:
    week = schedule({"MO": ["09:00"]})
    first = week.next_free(MONDAY)

    assert week.next_free(first.instant()).instant() > first.instant()
    assert week.next_free(MONDAY, [first.instant()]) == week.next_free(first.instant())


def test_a_schedule_ends_with_the_calendar() -> None:
    week = schedule({"MO": ["09:00"]})

    assert next(week.slots(datetime(1, 1, 1, tzinfo=UTC), MONDAY)).instant().year == 1
    with pytest.raises(ValueError, match="there is no free slot after 9999-12-31"):
        week.next_free(datetime(9999, 12, 31, tzinfo=UTC))


@pytest.mark.parametrize(
    ("after", "taken"),
    [(datetime(2026, 3, 23), []), (MONDAY, [datetime(2026, 3, 23, 8)])],  # noqa: DTZ001
)
def test_times_without_a_zone_are_refused(after: datetime, taken: list[datetime]) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        schedule({"MO": ["09:00"]}).next_free(after, taken)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"week": {}}, "the week has no time at all"),
        ({"week": {"MO": []}}, "the week has no time at all"),
        ({"week": {"monday": ["09:00"]}}, "week.monday"),
        ({"week": {"MO": ["9:00"]}}, "'9:00' is no time of day: write it as '09:00'"),
        ({"week": {"MO": ["24:00"]}}, "'24:00' is no time of day"),
        ({"week": {"MO": ["09:00\n"]}}, "is no time of day"),
        ({"zone": "Europe/Pariss"}, "perhaps 'Europe/Paris'"),
        ({"gap": "skip"}, "gap"),
    ],
)
def test_a_wrong_schedule_is_refused(fields: dict[str, Any], told: str) -> None:
    right: dict[str, Any] = {"account": SHOP, "zone": "Europe/Paris", "week": {"MO": ["09:00"]}}
    with pytest.raises(ValidationError, match=told):
        PostingSchedule.model_validate(right | fields)


def test_a_schedule_survives_storing() -> None:
    week = schedule({"SU": ["09:00", "09:00"], "MO": ["17:30", "09:00"]})

    assert PostingSchedule.model_validate_json(week.model_dump_json()) == week
    assert dict(week.week) == {"MO": ("09:00", "17:30"), "SU": ("09:00",)}


@pytest.mark.parametrize(
    "at", [WallTime("2026-03-23 09:00", zone="Europe/Paris"), datetime(2026, 3, 23, 8, tzinfo=UTC)]
)
def test_a_slot_survives_storing_with_what_is_in_it(at: WallTime | datetime) -> None:
    slot = Slot(account=SHOP, at=at, key="1", draft=Draft(text="One"), purpose=Purpose(campaign="autumn"))

    assert Slot.model_validate_json(slot.model_dump_json()) == slot
    assert slot.instant() == datetime(2026, 3, 23, 8, tzinfo=UTC)


def test_a_slot_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="has no time zone"):
        Slot(account=SHOP, at=datetime(2026, 3, 23, 8), key="1")  # noqa: DTZ001
