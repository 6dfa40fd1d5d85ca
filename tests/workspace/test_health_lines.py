"""What a line of health says follows from an answer: words, days, a table and a calendar, without a world."""

from __future__ import annotations

import dataclasses
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import socialkit as sk
from socialkit.errors import (
    ConnectionFailedError,
    MissingScopeError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    UnexpectedResponseError,
)
from socialkit.platforms import find
from socialkit.platforms.base import LoginFound
from socialkit.workspace._checking import Question, Standings, judged

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
ENDS = datetime(2026, 12, 4, 13, 30, tzinfo=UTC)
PLANTED = "planted-token-in-the-health"


def judge(
    login: LoginFound | None = None,
    *,
    error: Exception | None = None,
    zone: str = "Europe/Paris",
    **given: Any,
) -> sk.AccountHealth:
    facts = dataclasses.replace(find("mastodon").load_facts(), **given)
    ref = sk.AccountRef(platform="mastodon", brand="acme", name="fr")
    question = Question(account=ref, facts=facts, named=True, zone=zone, now=NOW)
    return judged(question, Standings(login=login, error=error, settings="https://mastodon.example/settings"))


@pytest.mark.parametrize(
    ("ends_at", "because", "day"),
    [
        (ENDS, "log in again before Fri 4 Dec", date(2026, 12, 3)),
        # Half past eleven in the evening in UTC is the next day in Paris.
        (datetime(2026, 12, 3, 23, 30, tzinfo=UTC), "log in again before Fri 4 Dec", date(2026, 12, 3)),
        (NOW + timedelta(hours=3), "log in again now: it ends today at 13:00", date(2026, 11, 25)),
        (NOW - timedelta(days=2), "log in again now: it was to end on Mon 23 Nov", date(2026, 11, 25)),
    ],
)
def test_days_are_the_brands(ends_at: datetime, because: str, day: date) -> None:
    one = judge(LoginFound(ends_at=ends_at))

    assert one.state is sk.HealthState.EXPIRING
    assert (one.because, one.last_safe_day, one.until) == (because, day, ends_at)
    assert str(one) == f"Mastodon, acme fr: {because}, https://mastodon.example/settings"


def test_another_year_is_named() -> None:
    one = judge(LoginFound(ends_at=datetime(2027, 2, 1, 12, tzinfo=UTC)))

    assert one.because == "nothing to do yet, it holds until Mon 1 Feb 2027"
    assert one.link is None


def test_what_nobody_knows_stays_unknown() -> None:
    untold = judge(LoginFound(), tokens_last=None)

    assert (untold.state, untold.lasts, untold.lacking, untold.version_ends) == (
        sk.HealthState.VALID,
        None,
        None,
        None,
    )
    assert untold.because == "works, and nobody says until when"


def test_a_token_that_ends_at_an_unknown_time_is_not_said_to_hold() -> None:
    ending = judge(LoginFound(), tokens_last=False)

    assert (ending.lasts, ending.because) == (
        False,
        "works, and it ends on a day that nobody told: a login through socialkit tells it",
    )


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (RequestTimeoutError("no answer in time"), "unreachable"),
        (ConnectionFailedError("refused"), "unreachable"),
        (ServerError("broken", status=503), "unreachable"),
        (UnexpectedResponseError("a page"), "unreachable"),
        (RateLimitedError("too many", status=429), "unknown"),
        (NotFoundError("nothing there", status=404), "unknown"),
        (PermissionDeniedError("suspended", status=403), "blocked"),
        (MissingScopeError("not allowed", status=403), "missing scope"),
        (sk.TokenStoreError("it was cut"), "not set up"),
        (RuntimeError(PLANTED), "unknown"),
    ],
)
def test_only_what_the_platform_refused_is_refused(error: Exception, state: str) -> None:
    one = judge(LoginFound(), error=error)

    assert one.state.value == state
    assert PLANTED not in str(one)


def test_what_a_platform_writes_moves_no_cursor() -> None:
    one = judge(error=PermissionDeniedError("\x1b[2Jsuspended\nby us", status=403))

    assert one.because == "the platform refuses the account: suspended by us"


@pytest.mark.parametrize(("left", "state"), [(90, "version ending"), (91, "valid")])
def test_a_version_that_is_switched_off_soon_is_told(left: int, state: str) -> None:
    ends = NOW.date() + timedelta(days=left)
    one = judge(LoginFound(), end_of_life=ends)

    assert one.state.value == state
    assert one.version_ends == ends


def test_the_most_urgent_is_the_state_and_all_is_told() -> None:
    lacking = {sk.Capability.MEDIA: ("write:media",)}
    one = judge(LoginFound(ends_at=ENDS, lacking=lacking), end_of_life=date(2026, 12, 31))

    assert one.state is sk.HealthState.EXPIRING
    assert one.because == (
        "log in again before Fri 4 Dec; log in again and allow write:media (media); "
        "version 4.6 of the API is switched off on Thu 31 Dec: update socialkit"
    )


def test_the_table_is_aligned_by_what_a_terminal_shows() -> None:
    wide = judge(LoginFound()).model_copy(
        update={"account": sk.AccountRef(platform="mastodon", brand="東京", name="main")}
    )
    printed = str(sk.Health([wide, judge(LoginFound(ends_at=ENDS))])).splitlines()

    assert printed[2].startswith("Mastodon, acme fr  expiring  log in again before Fri 4 Dec, https://")
    assert printed[3] == "Mastodon, 東京     valid     nothing to do, it holds until it is taken back"


def test_programs_get_texts_and_none_where_nothing_is_known() -> None:
    (row,) = sk.Health([judge(LoginFound(ends_at=ENDS))]).rows()

    assert row == {
        "account": "acme/mastodon/fr",
        "platform": "mastodon",
        "brand": "acme",
        "name": "fr",
        "id": None,
        "handle": None,
        "state": "expiring",
        "because": "log in again before Fri 4 Dec",
        "until": "2026-12-04T13:30:00+00:00",
        "last_safe_day": "2026-12-03",
        "lacking": None,
        "version_ends": None,
        "link": "https://mastodon.example/settings",
    }


def test_the_calendar_is_a_table_too_the_soonest_end_first() -> None:
    lacking = {sk.Capability.MEDIA: ("write:media",)}
    late = judge(LoginFound(ends_at=ENDS + timedelta(days=60), lacking=lacking))
    soon = judge(LoginFound(ends_at=NOW + timedelta(days=20)))
    calendar = sk.Health([late, soon, judge(LoginFound())]).expiries()

    assert [one.state.value for one in calendar] == ["valid", "missing scope"]
    first = [line.split("  ")[0] for line in str(calendar).splitlines()]
    assert first == ["last safe day", "--------------", "Mon 14 Dec", "Mon 1 Feb 2027"]
    assert len(calendar[:1]) == 1
    assert "Mon 14 Dec" in str(calendar[:1])


# The calendar ----------------------------------------------------------------------------------------------


def parsed(text: str) -> list[Any]:
    library: Any = pytest.importorskip("icalendar", reason="icalendar comes with the extra calendar")
    return list(library.Calendar.from_ical(text).walk("VEVENT"))


def calendar_of(*lines: sk.AccountHealth) -> str:
    pytest.importorskip("icalendar", reason="icalendar comes with the extra calendar")
    return sk.Health(lines).expiries().to_ical()


def test_the_calendar_names_the_last_safe_day_in_the_brands_zone() -> None:
    (event,) = parsed(calendar_of(judge(LoginFound(ends_at=ENDS)), judge(LoginFound())))

    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 3), date(2026, 12, 4))
    assert event["SUMMARY"] == "Log in again: Mastodon, acme fr"
    assert event["DESCRIPTION"] == "The login ends on Fri 4 Dec 2026 at 14:30 (Europe/Paris)."
    assert event["URL"] == "https://mastodon.example/settings"
    assert event["DTSTAMP"].dt == NOW


def test_an_accounts_entry_keeps_its_name_when_the_day_moves() -> None:
    (before,) = parsed(calendar_of(judge(LoginFound(ends_at=ENDS))))
    (after,) = parsed(calendar_of(judge(LoginFound(ends_at=ENDS + timedelta(days=60)))))
    other = judge(LoginFound(ends_at=ENDS)).model_copy(
        update={"account": sk.AccountRef(platform="mastodon", brand="other", name="fr")}
    )

    assert before["UID"] == after["UID"]
    assert before["DTSTART"].dt != after["DTSTART"].dt
    assert parsed(calendar_of(other))[0]["UID"] != before["UID"]


def test_lines_are_folded_and_texts_escaped() -> None:
    name = "Ünïcödé; a, b\\c " * 8
    long = judge(LoginFound(ends_at=ENDS)).model_copy(
        update={"account": sk.AccountRef(platform="mastodon", brand=name.strip(), name="main")}
    )
    text = calendar_of(long)

    lines = text.encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    assert "\\;" in text
    assert parsed(text)[0]["SUMMARY"] == f"Log in again: Mastodon, {name.strip()}"


def test_a_calendar_without_the_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(sk.ConfigurationError, match=r"socialkit\[calendar\]"):
        sk.Health([judge(LoginFound(ends_at=ENDS))]).expiries().to_ical()
