"""Campaigns: what they may say, and the slots that they become."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import socialkit as sk
from socialkit.errors import ConfigurationError, InvalidDraftError, WrongAccountError
from socialkit.models import Slot
from tests.docs.blocks import DOCS, blocks

TRAFFIC = sk.Objective(
    key="traffic", goal="visits", kpi=sk.KPI(metric="clicks", target=5000, by=date(2026, 12, 31))
)
STRATEGY = sk.Strategy(
    brand="acme",
    objectives=[TRAFFIC],
    pillars=[sk.Pillar(key="craft", share=0.6), sk.Pillar(key="people", share=0.4)],
    rules=[sk.EditorialRule(key="calm", reason="we do not shout", never=["best ever"])],
)
OCTOBER = sk.Period.month(2026, 10, zone="Europe/Paris")
X, FRENCH, THREADS = (
    sk.AccountRef(platform=platform, brand="acme", name=name)
    for platform, name in (("x", "main"), ("x", "fr"), ("threads", "main"))
)


def campaign(**fields: Any) -> sk.Campaign:
    fields.setdefault("budget", sk.Money(4000, "EUR"))
    given: dict[str, Any] = {"key": "autumn", "strategy": STRATEGY, "objective": "traffic", "period": OCTOBER}
    return sk.Campaign.model_validate(given | fields)


def mix(**shares: float) -> sk.Mix:
    return sk.Mix(parts=[sk.MixPart(target=name, share=share, reason="so") for name, share in shares.items()])


def planned(calendar: sk.Calendar) -> list[str]:
    return [f"{slot.account.name} {slot.at}" for slot in calendar.slots]


def test_twenty_posts_are_spread_over_a_month() -> None:
    calendar = campaign(posts=20).calendar(mix(x=0.7, threads=0.3), accounts=[X, THREADS])

    assert Counter(slot.account.platform for slot in calendar.slots) == {"x": 14, "threads": 6}
    assert Counter(slot.purpose.pillar for slot in calendar.slots if slot.purpose) == {
        "craft": 12,
        "people": 8,
    }
    assert len({slot.key for slot in calendar.slots}) == 20
    assert all(OCTOBER.contains(slot.instant()) for slot in calendar.slots)
    assert {(slot.purpose.objective, slot.purpose.campaign) for slot in calendar.slots if slot.purpose} == {
        ("traffic", "autumn")
    }
    assert [str(one) for one in calendar.check() if "is empty" not in str(one)] == []


def test_slots_keep_the_hour_of_the_place_when_its_clocks_change() -> None:
    calendar = campaign(rhythm="FREQ=DAILY", posts=None, quiet_days=[date(2026, 10, 24)]).calendar(
        mix(x=1), accounts=[X], zone="Europe/Paris"
    )

    days = [slot.at.wall.date() for slot in calendar.slots if isinstance(slot.at, sk.WallTime)]
    assert len(days) == 30
    assert date(2026, 10, 24) not in days
    assert {slot.instant().hour for slot in calendar.slots[:23]} == {7}
    assert {slot.instant().hour for slot in calendar.slots[24:]} == {8}


def test_times_that_a_clock_change_makes_one_are_one() -> None:
    night = sk.Period("2026-03-29", "2026-03-29", zone="Europe/Paris")
    spring = campaign(period=night, rhythm="FREQ=DAILY", times=["02:30", "03:30", "04:00"])
    calendar = spring.calendar(mix(x=1), accounts=[X])

    assert len(spring.moments("Europe/Paris")) == 2
    assert planned(calendar) == ["main 2026-03-29 04:00 Europe/Paris"]
    assert [one.severity for one in calendar.check() if "slots that the mix asks for" in one.message] == [
        sk.Severity.WARNING
    ]  # the other one is half an hour before it


@settings(deadline=None, max_examples=60)
@given(
    posts=st.integers(1, 80),
    shares=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    times=st.lists(st.sampled_from(["00:30", "09:00", "09:45", "17:30", "23:59"]), min_size=1, unique=True),
    rhythm=st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"]),
    caps=st.tuples(st.none() | st.integers(1, 3), st.none() | st.integers(1, 9)),
    zone=st.sampled_from(["Europe/Paris", "America/Havana", "Pacific/Kiritimati"]),
)
def test_calendars_keep_to_all_that_was_agreed(
    posts: int,
    shares: list[int],
    times: list[str],
    rhythm: str,
    caps: tuple[int | None, int | None],
    zone: str,
) -> None:
    accounts = [X, THREADS, sk.AccountRef(platform="bluesky", brand="acme")][: len(shares)]
    weights = {account.platform: share / sum(shares) for account, share in zip(accounts, shares, strict=True)}
    autumn = campaign(posts=posts, rhythm=rhythm, times=times, most_per_day=caps[0], most_per_week=caps[1])
    calendar = autumn.calendar(mix(**weights), accounts=accounts, zone=zone)

    assert calendar == autumn.calendar(mix(**weights), accounts=accounts, zone=zone)
    assert [str(one) for one in calendar.check() if one.severity is sk.Severity.ERROR] == []
    assert not [one for one in calendar.check() if "less than an hour" in one.message]
    assert sum(one.posts for one in calendar.allotments) == posts
    assert all(
        abs(one.posts - posts * weights[one.account.platform]) < 1 + 1e-9 for one in calendar.allotments
    )
    missing = [one for one in calendar.check() if "the mix asks for" in one.message]
    assert bool(missing) is (len(calendar.slots) < posts)
    assert not [one for one in calendar.check() if "its share asks for" in one.message]
    instants = [slot.instant() for slot in calendar.slots]
    assert instants == sorted(instants)


def test_caps_leave_fewer_slots_and_that_is_said() -> None:
    strict = sk.Mix(parts=[sk.MixPart(target="x", share=1, reason="so", most_per_week=2)])
    calendar = campaign(posts=20, most_per_week=3).calendar(strict, accounts=[X])

    # October 2026 begins on a Thursday: it has parts of five weeks, with two posts each.
    assert len(calendar.slots) == 10
    assert str(calendar.check()[-1]) == (
        "allotments[0] has 10 of the 20 slots that the mix asks for on acme/x/main (warning)"
    )


def test_no_account_is_left_with_one_pillar() -> None:
    calendar = campaign(
        posts=40,
        strategy=STRATEGY.model_copy(
            update={"pillars": (sk.Pillar(key="craft", share=0.5), sk.Pillar(key="people", share=0.5))}
        ),
    ).calendar(mix(x=0.5, threads=0.5), accounts=[X, THREADS])
    pairs = Counter((slot.account.platform, slot.purpose and slot.purpose.pillar) for slot in calendar.slots)

    assert set(pairs.values()) == {10}


def test_accounts_of_a_platform_share_equally_and_others_get_none() -> None:
    calendar = campaign(posts=10).calendar(mix(x=1), accounts=[X, FRENCH, THREADS])

    assert Counter(slot.account.name for slot in calendar.slots) == {"main": 5, "fr": 5}
    assert {slot.account.platform for slot in calendar.slots} == {"x"}


def test_a_mix_without_its_account_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'threads', and none of the accounts"):
        campaign().calendar(mix(x=0.5, threads=0.5), accounts=[X])


def test_accounts_of_another_brand_are_refused() -> None:
    other = sk.AccountRef(platform="x", brand="other", name="main")

    with pytest.raises(WrongAccountError, match="other/x/main is not an account of acme"):
        campaign().calendar(mix(x=1), accounts=[other])
    calendar = campaign().calendar(mix(x=1), accounts=[X])
    with pytest.raises(ValidationError, match="is not an account of acme"):
        sk.Calendar(campaign=campaign(), slots=[calendar.slots[0].model_copy(update={"account": other})])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"objective": "trafic"}, "objective is none of the strategy's: did you mean 'traffic'"),
        ({"budget": sk.Money(-1, "EUR")}, "budget is below zero"),
        ({"rhythm": "FREQ=HOURLY"}, "rhythm is for days"),
        ({"rhythm": "FREQ=DAILY;BYHOUR=9"}, "rhythm is for days"),
        ({"rhythm": "every day"}, "rhythm cannot be used"),
        ({"rhythm": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "rhythm cannot be used"),
        ({"times": ["9:00"]}, "no time of day"),
        ({"times": []}, "at least 1 item"),
        ({"posts": 0}, "greater than or equal to 1"),
        ({"most_per_day": 0}, "greater than or equal to 1"),
        ({"strategy": "acme"}, "only named in the file"),
    ],
)
def test_a_campaign_that_contradicts_itself_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        campaign(**fields)


def test_what_is_left_of_the_budget_is_exact() -> None:
    day = date(2026, 10, 1)
    entries = [
        sk.Cost(day=day, amount=sk.Money(amount, "EUR"), kind=sk.CostKind.ADS, campaign=key)
        for amount, key in (("3999.99", "autumn"), ("50", "winter"), ("7", None))
    ]
    dollars = sk.Cost(day=day, amount=sk.Money(1, "USD"), kind=sk.CostKind.ADS, campaign="autumn")

    assert campaign().remaining(sk.CostLedger()) == sk.Money(4000, "EUR")
    assert campaign().remaining(sk.CostLedger(entries=entries)) == sk.Money("0.01", "EUR")
    with pytest.raises(ValueError, match="costs in USD, and its budget is in EUR"):
        campaign().remaining(sk.CostLedger(entries=[*entries, dollars]))


def spent(euros: int, **fields: Any) -> sk.Cost:
    amount = sk.Money(euros, "EUR")
    return sk.Cost(day=date(2026, 10, 2), amount=amount, kind=sk.CostKind.ADS, campaign="autumn", **fields)


def test_what_another_brand_spent_under_the_same_key_leaves_the_budget_alone() -> None:
    own, others = spent(1000, account="acme/x/main"), spent(500, account="rival/x/main")
    work = spent(200, brand="rival")

    assert campaign().remaining(sk.CostLedger(entries=[own, others, work])) == sk.Money(3000, "EUR")
    assert campaign().remaining(sk.CostLedger(entries=[others])) == sk.Money(4000, "EUR")


def test_a_cost_that_may_be_one_of_two_brands_is_guessed_for_neither() -> None:
    nobodys, own, others = spent(300), spent(100, brand="acme"), spent(500, brand="rival")

    assert campaign().remaining(sk.CostLedger(entries=[nobodys, own])) == sk.Money(3600, "EUR")
    with pytest.raises(ValueError, match="autumn does not say whose it is: acme's, or rival's"):
        campaign().remaining(sk.CostLedger(entries=[nobodys, others]))


def test_a_campaign_in_a_file_serves_the_strategy_that_it_names(tmp_path: Path) -> None:
    autumn = campaign(posts=20, quiet_days=[date(2026, 10, 24)], most_per_day=1)
    for form in ("toml", "yaml", "json"):
        file = tmp_path / f"autumn.{form}"
        autumn.save(file)

        assert sk.Campaign.load(file, strategy=STRATEGY) == autumn
        with pytest.raises(InvalidDraftError, match="strategy is only named in the file: give it to load"):
            sk.Campaign.load(file)
        with pytest.raises(
            InvalidDraftError, match="strategy is 'acme' in the file, and strategy= is 'other'"
        ):
            sk.Campaign.load(file, strategy=STRATEGY.model_copy(update={"brand": "other"}))


def test_the_file_in_the_reference_is_read(tmp_path: Path) -> None:
    (block,) = [one for one in blocks(DOCS / "reference" / "campaign.md") if one.language == "toml"]
    (tmp_path / "autumn.toml").write_text(block.code)
    autumn = sk.Campaign.load(tmp_path / "autumn.toml", strategy=STRATEGY)

    assert len(autumn.calendar(mix(x=0.5, threads=0.5), accounts=[X, THREADS]).slots) == 20
    assert autumn.budget == sk.Money(4000, "EUR")


def slots(*times: str, account: sk.AccountRef = X) -> list[Slot]:
    return [
        Slot(
            account=account,
            at=sk.WallTime(time, zone="Europe/Paris"),
            key=f"{account.key} {time}",
            purpose=WHY,
        )
        for time in times
    ]


WHY = sk.Purpose(objective="traffic", campaign="autumn", pillar="craft")


def told(calendar: sk.Calendar) -> list[str]:
    return [
        str(one) for one in calendar.check() if "is empty" not in one.message and "pillar" not in one.field
    ]


def test_what_was_not_agreed_is_told_with_its_slot() -> None:
    autumn = campaign(most_per_day=1, most_per_week=2, quiet_days=[date(2026, 10, 7)])
    calendar = sk.Calendar(
        campaign=autumn,
        slots=slots(
            "2026-10-05 09:00",
            "2026-10-05 09:59",
            "2026-10-07 09:00",
            "2026-11-01 00:00",
        ),
    )

    assert told(calendar) == [
        "slots[2].at falls on 2026-10-07, a day without posts",
        "slots[3].at lies outside the period, 2026-10-01 to 2026-10-31 (Europe/Paris)",
        "slots[1].at is over the cap: 2, at most 1 posts of acme/x/main on this day",
        "slots[2].at is over the cap: 3, at most 2 posts of acme/x/main in this week",
        "slots[1].at is less than an hour after slots[0], on the same account (warning)",
    ]


def test_a_time_that_no_clock_shows_is_told() -> None:
    calendar = sk.Calendar(campaign=campaign(), slots=slots("2026-10-25 02:30"))

    assert [one.field for one in calendar.check() if "show this time twice" in one.message] == ["slots[0].at"]


def test_two_accounts_may_post_at_one_time() -> None:
    calendar = sk.Calendar(
        campaign=campaign(most_per_day=1),
        slots=[*slots("2026-10-05 09:00"), *slots("2026-10-05 09:00", account=THREADS)],
    )

    assert told(calendar) == []


def test_a_pillar_that_misses_its_share_is_told() -> None:
    calendar = sk.Calendar(
        campaign=campaign(), slots=slots(*(f"2026-10-{day} 09:00" for day in range(10, 14)))
    )

    assert [str(one) for one in calendar.check() if "pillar" in one.field] == [
        "strategy.pillars[0] has 4 of 4 slots, and its share asks for 2.4 (warning)",
        "strategy.pillars[1] has 0 of 4 slots, and its share asks for 1.6 (warning)",
    ]


def test_filling_keeps_the_calendar_and_says_why_the_post_exists() -> None:
    empty = campaign(posts=2).calendar(mix(x=1), accounts=[X])
    first, second = empty.slots
    own = sk.Purpose(campaign="winter")
    calendar = empty.fill(first, sk.Draft(text="One")).fill(second, sk.Draft(text="Two", purpose=own))
    again = calendar.fill(first, sk.Draft(text="the best ever"))

    assert empty.slots == (first, second)
    assert [slot.draft and slot.draft.purpose for slot in calendar.slots] == [first.purpose, own]
    assert [slot.key for slot in again.slots] == [first.key, second.key]
    assert told(again) == [
        "slots[0].draft.text has 'best ever', which is never used (calm: we do not shout)",
        "slots[1].draft.purpose.campaign names 'winter', and this is the calendar of 'autumn'",
    ]
    with pytest.raises(ConfigurationError, match="has no slot 'nowhere'"):
        calendar.fill(first.model_copy(update={"key": "nowhere"}), sk.Draft(text="One"))


@pytest.mark.parametrize("form", ["toml", "yaml", "json"])
def test_a_calendar_in_a_file_is_that_of_the_campaign_that_it_names(form: str, tmp_path: Path) -> None:
    autumn = campaign(posts=4)
    calendar = autumn.calendar(mix(x=0.5, threads=0.5), accounts=[X, THREADS])
    draft = sk.Draft(text="One", variants={"x": sk.Variant(text="", media=[])})
    calendar = calendar.fill(calendar.slots[1], draft)
    calendar.save(tmp_path / f"calendar.{form}")

    assert sk.Calendar.load(tmp_path / f"calendar.{form}", campaign=autumn) == calendar
    with pytest.raises(
        InvalidDraftError, match="campaign is 'autumn' in the file, and campaign= is 'winter'"
    ):
        sk.Calendar.load(tmp_path / f"calendar.{form}", campaign=campaign(key="winter"))


def test_two_slots_of_one_key_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"slots\[1\]\.key"):
        sk.Calendar(campaign=campaign(), slots=[*slots("2026-10-05 09:00"), *slots("2026-10-05 09:00")])


def test_a_year_of_many_posts_is_planned_in_no_time() -> None:
    year = campaign(
        period=sk.Period.year(2026, zone="Europe/Paris"),
        rhythm="FREQ=DAILY",
        times=["09:00", "13:00"],
        posts=1400,
    )
    calendar = year.calendar(mix(x=0.5, threads=0.5), accounts=[X, THREADS])

    assert len(calendar.slots) == 1400
    assert calendar.slots[-1].instant() - calendar.slots[0].instant() > timedelta(days=360)
