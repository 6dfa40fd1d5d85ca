"""Wall times: what they mean, above all on the nights when clocks change."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from socialkit.models import AwareTime, GapRule, OverlapRule, WallTime

ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC"]
"""Ordinary changes, one of half an hour, a day that was left out, an odd offset, and none."""

zones = st.sampled_from(ZONES)
naive = st.datetimes(datetime(1975, 1, 1), datetime(2037, 1, 1)).map(lambda wall: wall.replace(fold=0))  # noqa: DTZ001
gaps: st.SearchStrategy[GapRule] = st.sampled_from(["later", "earlier"])
overlaps: st.SearchStrategy[OverlapRule] = st.sampled_from(["first", "second"])

NIGHTS = [
    ("Europe/Paris", "2026-03-29 02:30", "later", "2026-03-29T01:30", "03:30"),
    ("Europe/Paris", "2026-03-29 02:30", "earlier", "2026-03-29T00:30", "01:30"),
    ("Europe/Paris", "2026-03-29 02:00", "later", "2026-03-29T01:00", "03:00"),
    ("Europe/Paris", "2026-10-25 02:30", "first", "2026-10-25T00:30", "02:30"),
    ("Europe/Paris", "2026-10-25 02:30", "second", "2026-10-25T01:30", "02:30"),
    ("America/New_York", "2026-03-08 02:15", "later", "2026-03-08T07:15", "03:15"),
    ("America/New_York", "2026-03-08 02:15", "earlier", "2026-03-08T06:15", "01:15"),
    ("America/New_York", "2026-11-01 01:15", "first", "2026-11-01T05:15", "01:15"),
    ("America/New_York", "2026-11-01 01:15", "second", "2026-11-01T06:15", "01:15"),
    ("Australia/Lord_Howe", "2026-10-04 02:10", "later", "2026-10-03T15:40", "02:40"),
    ("Australia/Lord_Howe", "2026-10-04 02:10", "earlier", "2026-10-03T15:10", "01:40"),
    ("Australia/Lord_Howe", "2026-04-05 01:45", "first", "2026-04-04T14:45", "01:45"),
    ("Australia/Lord_Howe", "2026-04-05 01:45", "second", "2026-04-04T15:15", "01:45"),
    ("Pacific/Apia", "2011-12-30 12:00", "later", "2011-12-30T22:00", "12:00"),
]
"""Zone, wall time, rule, its instant, and what the clock shows then."""


def ruled(wall: str | datetime, zone: str, rule: str) -> WallTime:
    given: dict[str, Any] = {"gap" if rule in {"later", "earlier"} else "overlap": rule}
    return WallTime(wall, zone=zone, **given)


def shown(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@pytest.mark.parametrize(("zone", "wall", "rule", "instant", "clock"), NIGHTS)
def test_the_rule_says_what_a_time_of_the_night_means(
    zone: str, wall: str, rule: str, instant: str, clock: str
) -> None:
    time = ruled(wall, zone, rule)

    assert time.instant() == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert f"{shown(time.instant(), zone):%H:%M}" == clock
    assert time.kind == ("gap" if rule in {"later", "earlier"} else "overlap")


@pytest.mark.parametrize(
    ("zone", "wall", "kind"),
    [
        ("Europe/Paris", "2026-03-29 01:59:59", "plain"),
        ("Europe/Paris", "2026-03-29 02:00", "gap"),
        ("Europe/Paris", "2026-03-29 02:59:59", "gap"),
        ("Europe/Paris", "2026-03-29 03:00", "plain"),
        ("Europe/Paris", "2026-10-25 01:59:59", "plain"),
        ("Europe/Paris", "2026-10-25 02:00", "overlap"),
        ("Europe/Paris", "2026-10-25 03:00", "plain"),
        ("Australia/Lord_Howe", "2026-10-04 02:29:59", "gap"),
        ("Australia/Lord_Howe", "2026-10-04 02:30", "plain"),
        ("Australia/Lord_Howe", "2026-04-05 01:29:59", "plain"),
        ("Australia/Lord_Howe", "2026-04-05 01:30", "overlap"),
        ("Pacific/Apia", "2011-12-30 00:00", "gap"),
        ("UTC", "2026-03-29 02:30", "plain"),
    ],
)
def test_the_kind_tells_how_often_the_clock_shows_a_time(zone: str, wall: str, kind: str) -> None:
    assert WallTime(wall, zone=zone).kind == kind


@pytest.mark.parametrize(
    ("wall", "rules", "advice"),
    [
        ("2026-03-29 02:30", {}, "skip this time; say gap='later' or gap='earlier'"),
        ("2026-03-29 02:30", {"overlap": "first"}, "skip this time"),
        ("2026-10-25 02:30", {}, "show this time twice; say overlap='first' or overlap='second'"),
        ("2026-10-25 02:30", {"gap": "later"}, "show this time twice"),
    ],
)
def test_nothing_is_guessed_where_no_rule_is_given(wall: str, rules: Any, advice: str) -> None:
    time = WallTime(wall, zone="Europe/Paris", **rules)

    with pytest.raises(ValueError, match=f"^{wall} Europe/Paris: the clocks {advice}"):
        time.instant()


@given(wall=naive, zone=zones, gap=gaps, overlap=overlaps)
@example(wall=datetime(2026, 3, 29, 2, 30), zone="Europe/Paris", gap="later", overlap="first")  # noqa: DTZ001
@example(wall=datetime(2026, 10, 4, 2, 10), zone="Australia/Lord_Howe", gap="earlier", overlap="first")  # noqa: DTZ001
@example(wall=datetime(2011, 12, 30, 9), zone="Pacific/Apia", gap="earlier", overlap="first")  # noqa: DTZ001
def test_the_clock_shows_the_time_or_one_beside_the_gap(
    wall: datetime, zone: str, gap: GapRule, overlap: OverlapRule
) -> None:
    time = WallTime(wall, zone=zone, gap=gap, overlap=overlap)
    clock = shown(time.instant(), zone)

    assert WallTime(clock, zone=zone).kind != "gap"
    assert (clock == wall) == (time.kind != "gap")
    assert time.kind != "gap" or (clock > wall) == (gap == "later")


@given(wall=naive, later=st.timedeltas(timedelta(0), timedelta(days=2)), zone=zones, overlap=overlaps)
def test_later_on_the_wall_is_later_except_where_clocks_change(
    wall: datetime, later: timedelta, zone: str, overlap: OverlapRule
) -> None:
    one = WallTime(wall, zone=zone, gap="later", overlap=overlap)
    other = WallTime(wall + later, zone=zone, gap="later", overlap=overlap)

    assert {one.kind, other.kind} != {"plain"} or one.instant() <= other.instant()


@given(wall=naive, zone=zones)
def test_the_two_readings_of_an_hour_differ_by_its_change(wall: datetime, zone: str) -> None:
    first, second = (WallTime(wall, zone=zone, gap="later", overlap=one) for one in ("first", "second"))

    assert (first.instant() < second.instant()) == (first.kind == "overlap")


@given(wall=naive, zone=zones, gap=gaps, overlap=overlaps)
def test_a_wall_time_survives_storing(wall: datetime, zone: str, gap: GapRule, overlap: OverlapRule) -> None:
    time = WallTime(wall, zone=zone, gap=gap, overlap=overlap)

    assert WallTime.model_validate_json(time.model_dump_json()) == time
    assert WallTime.model_validate(time.model_dump()) == time
    assert pickle.loads(pickle.dumps(time)) == time
    assert hash(WallTime.model_validate(time.model_dump())) == hash(time)


def test_what_is_stored_is_the_wall_time_and_not_its_instant() -> None:
    time = WallTime("2026-03-29 02:30", zone="Europe/Paris", gap="later")

    assert time.model_dump_json() == (
        '{"wall":"2026-03-29T02:30:00","zone":"Europe/Paris","gap":"later","overlap":"refuse"}'
    )


def test_a_stored_time_without_a_rule_can_be_read_when_clocks_were_changed_since() -> None:
    stored = '{"wall":"2026-03-29T02:30:00","zone":"Europe/Paris"}'

    assert WallTime.model_validate_json(stored).kind == "gap"


def test_a_wall_time_and_an_instant_are_told_apart_when_read_back() -> None:
    at: TypeAdapter[WallTime | datetime] = TypeAdapter(WallTime | AwareTime)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)

    for value in (noon, WallTime("2026-03-01 12:00", zone="UTC")):
        assert at.validate_json(at.dump_json(value)) == value


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("2026-03-29 09:00", "2026-03-29 09:00 Europe/Paris"),
        ("2026-03-29T09:00:07", "2026-03-29 09:00:07 Europe/Paris"),
        (datetime(2026, 3, 29, 9), "2026-03-29 09:00 Europe/Paris"),  # noqa: DTZ001
        (datetime(2026, 3, 29, 9, 0, 0, 5), "2026-03-29 09:00:00.000005 Europe/Paris"),  # noqa: DTZ001
    ],
)
def test_a_wall_time_is_read_and_printed_as_people_write_it(written: str | datetime, printed: str) -> None:
    assert str(WallTime(written, zone="Europe/Paris")) == printed


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("tomorrow", "is no wall time: write it as '2026-03-29 02:30'"),
        ("2026-03-29", "is no wall time"),
        ("2026-03-29 02:30Z", "without an offset"),
        ("2026-03-29 02:30+01:00", "without an offset"),
        ("2026-03-29 2:30", "is no wall time"),
        ("2026-03-29 02:30\n", "is no wall time"),
        ("२०२६-०३-२९ ०२:३०", "is no wall time"),
        ("2026-02-30 09:00", "day"),
        ("2026-02-20 25:00", "hour must be in 0..23"),
        (1_774_751_400, "a wall time is a text such as"),
        (None, "a wall time is a text such as"),
        (datetime(2026, 3, 29, 2, 30, tzinfo=UTC), "has a zone already, so it is no wall time"),
        (datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=1))), "has a zone already"),
        (datetime(2026, 10, 25, 2, 30, fold=1), "has fold=1: say overlap='second'"),  # noqa: DTZ001
    ],
)
def test_what_is_no_wall_time_is_refused(written: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        WallTime(written, zone="Europe/Paris")


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Europe/Pariss", "there is no time zone 'Europe/Pariss': perhaps 'Europe/Paris'"),
        ("europe/paris", "perhaps 'Europe/Paris'"),
        ("Paris", "perhaps 'Europe/Paris'"),
        ("Europe", "there is no time zone 'Europe'"),
        ("", "there is no time zone ''"),
        ("../../etc/passwd", "there is no time zone"),
        ("/etc/passwd", "there is no time zone"),
        ("z" * 5_000, "give an IANA name, such as 'Europe/Paris'"),
        ("\ud800", "there is no time zone"),
        ("Europe/\x00", "there is no time zone"),
        ("localtime", "there is no time zone"),
        ("right/Europe/Paris", "perhaps 'Europe/Paris'"),
    ],
)
def test_a_zone_that_is_not_is_refused(zone: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        WallTime("2026-03-29 09:00", zone=zone)


def test_a_machine_without_zones_says_so() -> None:
    script = (
        "import sys, zoneinfo; zoneinfo.reset_tzpath(to=()); sys.modules['tzdata'] = None\n"
        "from socialkit.models import WallTime\n"
        "try: WallTime('2026-03-29 09:00', zone='Europe/Paris')\n"
        "except ValueError as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert "this machine has no time zone database: install the package tzdata" in told


@pytest.mark.parametrize(
    ("wall", "zone"), [("0001-01-01 00:00", "Asia/Tokyo"), ("9999-12-31 23:30", "Etc/GMT+9")]
)
def test_an_instant_outside_the_calendar_is_refused(wall: str, zone: str) -> None:
    with pytest.raises(ValueError, match=f"{wall} {zone.replace('+', '.')} lies outside the calendar"):
        WallTime(wall, zone=zone).instant()


@pytest.mark.parametrize("wrong", [{}, {"zone": "UTC", "gap": "later?"}, {"zone": "UTC", "fold": 1}])
def test_what_is_read_back_is_checked_like_any_model(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WallTime.model_validate({"wall": "2026-03-29 09:00", **wrong})


@given(st.sampled_from(sorted(available_timezones())))
def test_every_zone_of_the_database_is_taken(zone: str) -> None:
    if zone == "localtime":
        with pytest.raises(ValidationError):
            WallTime("2026-01-15 09:00", zone=zone)
        return
    time = WallTime("2026-01-15 09:00", zone=zone)

    assert shown(time.instant(), zone) == time.wall
