"""A KPI's verdict waits for what is missing, and counts what was so by its day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import socialkit as sk
from socialkit.metrics import Conversion, Conversions, Table
from tests.reports.support import (
    MARCH,
    START,
    delivery,
    journal,
    objective,
    observation,
    report,
    strategy,
)
from tests.reports.test_report import line

LIKED = sk.Purpose(objective="liked")
PARTS = ("replies", "shares", "quotes", "saves")


def partly(likes: float) -> list[sk.Observation]:
    """Return the engagement of a post of which four counts of five are missing."""
    return [observation("likes", likes), *(observation(part, None) for part in PARTS)]


def aims(rows: Iterable[sk.Observation], metric: str = "engagement", **kpi: Any) -> sk.Report:
    sent = journal(delivery("1", purpose=LIKED))
    return report(table=Table(rows), journal=sent, strategy=strategy(objective("liked", metric, **kpi)))


def verdict(made: sk.Report) -> tuple[str, str]:
    """Return the words beside the bar, and the figure at the top."""
    beside = line(made, "goal of liked", after="The way")
    return " ".join(beside.split()[4:]), line(made, "Targets reached").removeprefix("Targets reached ")


@pytest.mark.parametrize(
    ("likes", "kpi", "beside", "above"),
    [
        (45, {}, "at least 116.7 % (reached)", "1 of 1"),
        (30, {}, "at least 66.7 % (not known whether reached)", "not known (1 target)"),
        (45, {"better": "lower", "baseline": 90}, "at most 90.0 %", "0 of 1"),
        (
            30,
            {"better": "lower", "baseline": 90},
            "at most 120.0 % (not known whether reached)",
            "not known (1 target)",
        ),
    ],
)
def test_missing_counts_leave_open_what_they_could_change(
    likes: float, kpi: dict[str, Any], beside: str, above: str
) -> None:
    assert verdict(aims(partly(likes), **kpi)) == (beside, above)


def test_revenue_of_which_a_part_is_missing_may_fall_too() -> None:
    orders = [
        Conversion(order=number, at=START, amount=sk.Money(50, "EUR"), touches=[]) for number in ("1", "2")
    ]
    rows = list(Conversions(orders).observations(now=START, brand="acme"))
    hidden = {"value": None, "money": None, "currency": None, "missing": sk.Missing.WITHHELD}
    partly = [row.model_copy(update=hidden) if row.subject == "2" else row for row in rows]

    assert verdict(aims(rows, "revenue"))[1] == "1 of 1"
    assert verdict(aims(partly, "revenue")) == (
        "about 133.3 % (not known whether reached)",
        "not known (1 target)",
    )


def test_a_rate_is_open_where_counts_or_posts_of_it_are_missing() -> None:
    rate, given = "engagement_rate_by_impressions", {"baseline": 0.0, "target": 0.3}
    whole = [observation("likes", 40), *(observation(part, 0) for part in PARTS)]
    shown = observation("impressions", 100)
    other = [observation("likes", 40, "2"), *(observation(part, 0, "2") for part in PARTS)]
    sent = journal(delivery("1", purpose=LIKED), delivery("2", purpose=LIKED))
    goals = strategy(objective("liked", rate, **given))

    def told(*rows: sk.Observation) -> str:
        return verdict(report(table=Table(rows), journal=sent, strategy=goals))[1]

    assert told(*whole, shown, *other, observation("impressions", 100, "2")) == "1 of 1"
    assert told(*partly(40), shown, *other, observation("impressions", 100, "2")) == "1 of 1"
    assert told(*partly(2), shown, *other, observation("impressions", 300, "2")).startswith("not known")
    assert told(*whole, shown, *other).startswith("not known")


def test_a_post_that_nobody_read_leaves_the_verdict_open() -> None:
    rows = [observation("likes", 30)]
    sent = journal(delivery("1", purpose=LIKED), delivery("2", purpose=LIKED))
    made = report(table=Table(rows), journal=sent, strategy=strategy(objective("liked")))

    assert "30 (1 post not read)" in line(made, "goal of liked (liked)")
    assert verdict(made) == ("at least 66.7 % (not known whether reached)", "not known (1 target)")


def test_what_was_read_after_the_last_day_does_not_count() -> None:
    day = START.date() + timedelta(days=5)
    early = observation("likes", 20, observed_at=START + timedelta(days=5))
    late = observation("likes", 90, observed_at=START + timedelta(days=6))

    assert verdict(aims([early, late], "likes", by=day)) == ("33.3 %", "0 of 1")
    assert verdict(aims([early, late], "likes")) == ("266.7 % (reached)", "1 of 1")


def test_a_value_that_nobody_read_by_the_last_day_is_not_known() -> None:
    late = observation("likes", 90, observed_at=START + timedelta(days=6))
    made = aims([late], "likes", by=date(2026, 3, 5))

    assert verdict(made)[0].endswith(" not known (its value is not known)")
    assert verdict(made)[1] == "not known (1 target)"
    assert "not known (nothing was read by 5 Mar 2026)" in line(made, "goal of liked (liked)")


def test_a_post_that_was_out_by_the_last_day_and_read_later_leaves_the_verdict_open() -> None:
    rows = [
        observation("likes", 30, "1"),
        observation("likes", 30, "2", observed_at=START + timedelta(days=9)),
    ]
    later = delivery("3", purpose=LIKED, at=START + timedelta(days=8))
    sent = journal(delivery("1", purpose=LIKED), delivery("2", purpose=LIKED), later)
    goals = strategy(objective("liked", by=date(2026, 3, 6)))
    made = report(table=Table(rows), journal=sent, strategy=goals)

    assert "30 (1 post not read)" in line(made, "goal of liked (liked)")


@pytest.mark.parametrize(("zone", "above"), [("America/New_York", "1 of 1"), ("Asia/Tokyo", "not known")])
def test_the_last_day_ends_where_the_brand_is(zone: str, above: str) -> None:
    rows = [observation("likes", 50, observed_at=datetime(2026, 3, 5, 20, tzinfo=UTC))]
    goals = strategy(objective("liked", by=date(2026, 3, 5)))
    sent = journal(delivery("1", purpose=LIKED))
    brand = sk.Brand("acme", zone=zone)
    made = sk.Report(
        brand, MARCH, reader="marketing director", table=Table(rows), journal=sent, strategy=goals
    )

    assert verdict(made)[1].startswith(above)


def test_an_order_of_the_last_day_counts_whenever_the_shop_told_of_it() -> None:
    orders = [
        Conversion(order=str(number), at=START + timedelta(days=number), amount=sk.Money(30, "EUR"))
        for number in range(3)
    ]
    rows = Conversions(orders).observations(now=START + timedelta(days=20), brand="acme")

    def value(day: int) -> str:
        by = START.date() + timedelta(days=day)
        made = aims(rows, "revenue", by=by)
        return line(made, "goal of liked (liked)").split("Revenue ")[1].split(" EUR")[0]

    assert [value(day) for day in range(3)] == ["30.00", "60.00", "90.00"]


def test_a_last_day_after_all_times_is_no_deadline() -> None:
    assert verdict(aims([observation("likes", 50)], "likes", by=date.max))[1] == "1 of 1"
