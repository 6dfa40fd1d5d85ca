"""Recurrences: rules of calendars in the wall time of a place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from typing import Any

import pytest
from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from socialkit.models import Recurrence, WallTime

PARIS = WallTime("2026-03-02 09:00", zone="Europe/Paris")
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
LONG_AGO, LATE = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)

windows = st.tuples(
    st.datetimes(datetime(2025, 6, 1), datetime(2028, 6, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.timedeltas(timedelta(0), timedelta(days=90)),
)
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]))
    numbers: dict[str, st.SearchStrategy[int]] = {
        "BYMONTH": st.integers(1, 12),
        "BYMONTHDAY": st.integers(1, 31) | st.integers(-31, -1),
        "BYHOUR": st.integers(0, 23),
        "BYMINUTE": st.integers(0, 59),
    }
    parts = {"INTERVAL": str(draw(st.integers(1, 5)))}
    for name in draw(st.lists(st.sampled_from(sorted(numbers)), unique=True, max_size=3)):
        chosen = draw(st.lists(numbers[name], min_size=1, max_size=4, unique=True))
        parts[name] = ",".join(map(str, chosen))
    if draw(st.booleans()):
        days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True))
        sign = draw(st.sampled_from(["", "1", "-1", "+2"])) if frequency == "MONTHLY" else ""
        parts["BYDAY"] = ",".join(f"{sign}{day}" for day in days)
    if frequency in {"YEARLY", "MONTHLY", "WEEKLY"} and draw(st.booleans()):
        parts["BYSETPOS"] = draw(st.sampled_from(["1", "-1", "2"]))
    end = draw(st.sampled_from(["", "COUNT=7", "UNTIL=20280229T101500Z"]))
    text = ";".join([f"FREQ={frequency}", *(f"{name}={value}" for name, value in parts.items())])
    return f"{text};{end}" if end else text


def recurrence(rule: str, start: WallTime = PARIS) -> Recurrence | None:
    try:
        return Recurrence(rule, start=start)
    except ValidationError as error:
        assert "has no occurrence" in str(error)  # noqa: PT017 - any other refusal is a failure
        return None


@settings(deadline=None)
@given(rules(), windows)
def test_in_utc_a_rule_means_what_dateutil_says(rule: str, window: tuple[datetime, timedelta]) -> None:
    start = WallTime("2026-01-31 09:20", zone="UTC")
    ours = recurrence(rule, start)
    begin, end = window[0], window[0] + window[1]

    if ours is not None:
        theirs = rrule.rrulestr(rule, dtstart=start.instant())
        expected = [one for one in takewhile(lambda one: one < end, theirs) if one >= begin]
        assert [one.instant() for one in ours.between(begin, end)] == expected


@settings(deadline=None, max_examples=50)
@given(rules().filter(lambda rule: "DAILY" not in rule and "HOURLY" not in rule))
def test_only_what_never_occurs_is_refused(rule: str) -> None:
    late = datetime(9626, 3, 2, 9, tzinfo=UTC)  # a day like that of PARIS, 7,600 years on

    if recurrence(rule) is None and "UNTIL" not in rule:
        assert next(iter(rrule.rrulestr(rule, dtstart=late)), None) is None


@settings(deadline=None)
@given(
    rules(),
    st.lists(st.datetimes(datetime(2026, 3, 27), datetime(2026, 4, 7), timezones=st.just(UTC)), min_size=1),  # noqa: DTZ001
    st.sampled_from(["Europe/Paris", "Australia/Lord_Howe", "America/New_York"]),
    st.sampled_from(["later", "earlier"]),
)
def test_windows_lose_nothing_and_share_nothing(rule: str, cuts: list[datetime], zone: str, gap: Any) -> None:
    found = recurrence(rule, WallTime("2026-03-01 00:00", zone=zone, gap=gap, overlap="second"))
    cuts = [datetime(2026, 3, 26, tzinfo=UTC), *sorted(cuts), datetime(2026, 4, 9, tzinfo=UTC)]
    if found is None:
        return
    parts = [one for start, end in pairwise(cuts) for one in found.between(start, end)]
    instants = [one.instant() for one in parts]

    assert parts == list(found.between(cuts[0], cuts[-1]))
    assert all(one < other for one, other in pairwise(instants))


@settings(deadline=None)
@given(rules(), windows)
def test_the_next_one_follows_the_order_of_a_window(rule: str, window: tuple[datetime, timedelta]) -> None:
    found = recurrence(rule, PARIS.model_copy(update={"gap": "later", "overlap": "first"}))
    if found is None:
        return
    listed = list(islice(found.between(window[0], window[0] + window[1]), 20))
    walked: list[WallTime | None] = []
    time = window[0] - timedelta(microseconds=1)
    for _ in listed:
        walked.append(found.next_after(time))
        time = walked[-1].instant() if walked[-1] else LATE

    assert walked == listed


def test_nine_oclock_stays_nine_oclock_over_both_changes() -> None:
    daily = Recurrence("FREQ=DAILY", start=PARIS)
    times = list(daily.between(datetime(2026, 3, 2, tzinfo=UTC), NEW_YEAR))

    assert {one.wall.hour for one in times} == {9}
    assert {one.instant().hour for one in times} == {7, 8}
    assert len(times) == 305


def test_both_times_of_an_hour_that_comes_twice_are_one_occurrence() -> None:
    start = WallTime("2026-10-25 00:00", zone="Europe/Paris", overlap="second")
    times = list(Recurrence("FREQ=HOURLY;COUNT=5", start=start).between(LONG_AGO, LATE))

    assert [one.instant().hour for one in times] == [22, 23, 1, 2, 3]


def test_a_skipped_time_that_moves_onto_another_is_no_second_post() -> None:
    start = WallTime("2026-03-29 01:30", zone="Europe/Paris", gap="later")
    times = list(Recurrence("FREQ=HOURLY;COUNT=4", start=start).between(LONG_AGO, LATE))

    assert [f"{one.wall:%H:%M}" for one in times] == ["01:30", "02:30", "04:30"]
    assert [one.instant().hour for one in times] == [0, 1, 2]


def test_a_skipped_time_without_a_rule_is_given_and_refused_where_it_is_used() -> None:
    start = WallTime("2026-03-28 02:30", zone="Europe/Paris")
    before, skipped, after = Recurrence("FREQ=DAILY;COUNT=3", start=start).between(LONG_AGO, LATE)

    assert before.instant() < after.instant()
    with pytest.raises(ValueError, match="the clocks skip this time"):
        skipped.instant()


def test_times_that_a_change_puts_out_of_order_come_by_their_instants() -> None:
    start = WallTime("2026-03-29 02:30", zone="Europe/Paris", gap="later")
    rule = "FREQ=HOURLY;BYMINUTE=10,50;COUNT=4"
    times = list(Recurrence(rule, start=start).between(LONG_AGO, LATE))

    assert [f"{one.wall:%H:%M}" for one in times] == ["03:10", "02:50", "04:10"]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=9", ["2026-03-02 09:00", "2026-03-05 09:00", "2026-03-09 09:00"]),
        ("rrule:freq=weekly;interval=2;wkst=su", ["2026-03-02 09:00", "2026-03-16 09:00"]),
        ("FREQ=MONTHLY;BYDAY=1MO;UNTIL=20260406", ["2026-03-02 09:00", "2026-04-06 09:00"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", ["2026-03-31 09:00", "2026-04-30 09:00"]),
        ("FREQ=DAILY;BYHOUR=9,17;BYMINUTE=5;COUNT=2", ["2026-03-02 09:05", "2026-03-02 17:05"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=1", ["2028-02-29 09:00"]),
        ("FREQ=DAILY;UNTIL=20260303T090000", ["2026-03-02 09:00", "2026-03-03 09:00"]),
        ("FREQ=DAILY;UNTIL=20260303T075959Z", ["2026-03-02 09:00"]),
        ("FREQ=DAILY;UNTIL=20260303T080000Z", ["2026-03-02 09:00", "2026-03-03 09:00"]),
    ],
)
def test_rules_as_calendars_write_them(rule: str, days: list[str]) -> None:
    found = Recurrence(rule, start=PARIS).between(PARIS.instant(), datetime(2028, 12, 31, tzinfo=UTC))

    assert [f"{one.wall:%Y-%m-%d %H:%M}" for one in islice(found, len(days))] == days


def test_a_rule_without_end_is_computed_as_it_is_taken() -> None:
    hourly = Recurrence("FREQ=HOURLY", start=PARIS)

    assert len(list(islice(hourly.between(LONG_AGO, LATE), 5))) == 5
    assert list(hourly.between(datetime(2500, 1, 1, tzinfo=UTC), LATE)) == []
    assert hourly.next_after(datetime(2500, 1, 1, tzinfo=UTC)) is None


def test_a_window_is_half_open_and_has_nothing_before_the_start() -> None:
    day, second = timedelta(days=1), timedelta(seconds=1)
    daily, start = Recurrence("FREQ=DAILY", start=PARIS), PARIS.instant()

    assert [one.instant() for one in daily.between(LONG_AGO, start + day)] == [start]
    assert list(daily.between(start, start)) == []
    assert [one.instant() for one in daily.between(start + second, start + day + second)] == [start + day]
    assert daily.next_after(start) == daily.next_after(start + day - second)
    ended = Recurrence("FREQ=DAILY;COUNT=2", start=PARIS)
    assert ended.next_after(start + day) is None


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        (datetime(2026, 3, 1), NEW_YEAR, "start=2026-03-01T00:00:00 has no time zone"),  # noqa: DTZ001
        (PARIS.instant(), datetime(2026, 3, 9), "end=2026-03-09T00:00:00 has no time zone"),  # noqa: DTZ001
        (NEW_YEAR, PARIS.instant(), "end=2026-03-02T08:00:00.00:00 lies before start=2027-01-01"),
    ],
)
def test_a_wrong_window_is_refused_at_once(start: datetime, end: datetime, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Recurrence("FREQ=DAILY", start=PARIS).between(start, end)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("", "the rule has '': write each part once"),
        ("every monday", "the rule has 'EVERY MONDAY'"),
        ("BYDAY=MO", "FREQ=: give one of YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY"),
        ("FREQ=SECONDLY", "FREQ=SECONDLY: give one of"),
        ("FREQ=MINUTELY;INTERVAL=90", "FREQ=MINUTELY: give one of"),
        ("FREQ=DAILY;FREQ=WEEKLY", "the rule has 'FREQ=WEEKLY': write each part once"),
        ("FREQ=DAILY;", "the rule has ''"),
        ("FREQ=DAILY;BYSECOND=1", "the rule has BYSECOND, and only FREQ, INTERVAL"),
        ("FREQ=DAILY;BYEASTER=1", "the rule has BYEASTER"),
        ("FREQ=DAILY;DTSTART=20260101", "its start is start="),
        ("FREQ=DAILY\nEXDATE:20260303", "FREQ=DAILY"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0: give whole numbers, 1 to 1000"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1"),
        ("FREQ=DAILY;INTERVAL=1,2", "INTERVAL=1,2: give one number"),
        ("FREQ=DAILY;INTERVAL=" + "9" * 5_000, "INTERVAL=9999"),
        ("FREQ=DAILY;COUNT=0", "COUNT=0"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20260401", "the rule has COUNT and UNTIL: give one of them"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR=24: give whole numbers, 0 to 23"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0: give whole numbers, 1 to 31 or -1 to -31"),
        ("FREQ=MONTHLY;BYMONTHDAY=1.5", "BYMONTHDAY=1.5"),
        ("FREQ=WEEKLY;BYDAY=MONDAY", "BYDAY=MONDAY: give days, such as MO,TH"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY=1MO: give no such number with FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY=6MO"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY=0MO"),
        ("FREQ=MONTHLY;BYDAY=1MO,TU", "give days that all have a number, or none"),
        ("FREQ=WEEKLY;WKST=2", "WKST=2: give one day"),
        ("FREQ=DAILY;UNTIL=2026-12-31", "UNTIL=2026-12-31: give a day"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL=20260230: give a day"),
        ("FREQ=DAILY;BYHOUR=9,17;BYSETPOS=1", "BYSETPOS chooses among the days"),
        ("FREQ=HOURLY;BYMINUTE=0,10,20,30,40,50", "the rule is for more than 96 times a day"),
    ],
)
def test_a_bad_rule_is_refused_with_what_is_wrong(rule: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Recurrence(rule, start=PARIS)


@pytest.mark.parametrize(
    "rule",
    [
        *(
            f"FREQ={one};BYMONTH=2;BYMONTHDAY=30"
            for one in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")
        ),
        "FREQ=YEARLY;BYMONTH=1;BYWEEKNO=30",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=5",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=3",
        "FREQ=DAILY;UNTIL=20260301",
    ],
)
def test_a_rule_that_never_occurs_is_refused_and_soon(rule: str) -> None:
    with pytest.raises(ValidationError, match="has no occurrence from 2026-03-02 09:00 Europe/Paris on"):
        Recurrence(rule, start=PARIS)


@pytest.mark.parametrize("start", ["0026-03-02 09:00", "1969-12-31 09:00", "3000-01-01 09:00"])
def test_a_start_that_must_be_a_slip_is_refused(start: str) -> None:
    with pytest.raises(ValidationError, match="a recurrence starts in the years 1970 to 2999"):
        Recurrence("FREQ=DAILY", start=WallTime(start, zone="UTC"))


def test_a_recurrence_survives_storing() -> None:
    one = Recurrence(" rrule:freq=weekly;byday=mo,th ", start=PARIS)

    assert one.rule == "FREQ=WEEKLY;BYDAY=MO,TH"
    assert Recurrence.model_validate_json(one.model_dump_json()) == one
    assert Recurrence.model_validate(one.model_dump()) == one


def test_a_recurrence_that_was_stored_and_altered_is_checked_again() -> None:
    stored = Recurrence("FREQ=WEEKLY", start=PARIS).model_dump_json()

    with pytest.raises(ValidationError, match="FREQ=WEAKLY: give one of"):
        Recurrence.model_validate_json(stored.replace("WEEKLY", "WEAKLY"))
