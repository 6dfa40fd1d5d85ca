"""What adds up, and what does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import socialkit as sk
from socialkit.metrics import CATALOGUE, Metric, Over, Table
from tests.metrics.support import ACME, HOUR, NOON, observation, revenue

PARIS = "acme/mastodon/fr"
DAY = timedelta(days=1)


def test_a_sum_says_how_many_values_are_missing_and_why() -> None:
    rows = [observation(value=3), observation(value=None, subject="2"), observation(value=4, subject="3")]

    (total,) = Table(rows).total("likes")

    assert (total.value, total.known, total.missing) == (7, 2, 1)
    assert total.reasons == {"not offered": 1}
    assert total.unit == "count"


def test_where_all_is_missing_the_sum_is_missing() -> None:
    (total,) = Table([observation(value=None), observation(value=None, subject="2")]).total("likes")

    assert total.value is None
    assert (total.known, total.missing) == (0, 2)


def test_no_rows_give_no_sum() -> None:
    assert list(Table([]).total("likes")) == []


def test_engagement_adds_what_people_did_and_tells_which_parts_nobody_asked_for() -> None:
    rows = [observation(name, value) for name, value in [("likes", 2), ("replies", 3), ("shares", None)]]

    (total,) = Table(rows).total("engagement")

    assert total.value == 5
    assert total.reasons == {"no row": 2, "not offered": 1}


def test_engagement_is_that_of_posts_and_leaves_accounts_out() -> None:
    account = observation(value=100, subject="9", subject_kind=sk.SubjectKind.ACCOUNT)

    (total,) = Table([observation(value=2), account]).total("engagement")

    assert total.value == 2


@pytest.mark.parametrize(
    ("metric", "why"),
    [
        ("reach", "whoever was reached twice"),
        ("followers", "it is a level"),
        ("engagement_rate_by_reach", "rate"),
    ],
)
def test_what_counts_people_or_rates_does_not_add_up_over_posts(metric: str, why: str) -> None:
    rows = [observation(metric, 5), observation(metric, 6, subject="2")]

    with pytest.raises(ValueError, match=why):
        Table(rows).total(metric)


def test_a_reach_stands_alone() -> None:
    rows = [observation("reach", 5), observation("reach", 6, subject="2")]

    totals = Table(rows).total("reach", by=["subject"])

    assert [one.value for one in totals] == [5, 6]


def test_followers_do_not_add_up_over_accounts_and_posts_do() -> None:
    rows = [
        observation(metric, 10, subject=account, account=account, subject_kind=sk.SubjectKind.ACCOUNT)
        for metric in ("followers", "posts")
        for account in (ACME, PARIS)
    ]

    assert Table(rows).total("posts")[0].value == 20
    with pytest.raises(ValueError, match="followers does not add up over accounts"):
        Table(rows).total("followers")


def test_the_same_id_on_two_accounts_is_two_posts() -> None:
    rows = [observation("reach", 5), observation("reach", 6, account=PARIS)]

    with pytest.raises(ValueError, match="does not add up over"):
        Table(rows).total("reach")


def test_what_was_read_twice_is_not_added_and_the_newest_is_taken() -> None:
    table = Table([observation(value=9, observed_at=NOON + HOUR), observation(value=3)])

    assert table.latest().total("likes")[0].value == 9
    with pytest.raises(ValueError, match=r"latest\(\)"):
        table.total("likes")


def test_a_newer_reading_that_is_missing_does_not_bring_the_older_one_back() -> None:
    table = Table([observation(value=3), observation(value=None, observed_at=NOON + HOUR)])

    assert table.latest().total("likes")[0].value is None


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"unit": "seconds"}, "several units"),
        ({"definition": 2}, "several versions"),
        ({"breakdown": "country=FR"}, "several breakdowns"),
        ({"subject_kind": sk.SubjectKind.ACCOUNT}, "several kinds of subject"),
    ],
)
def test_what_is_not_alike_is_not_added(other: dict[str, Any], why: str) -> None:
    rows = [observation("impressions", 5), observation("impressions", 6, subject="2", **other)]

    with pytest.raises(ValueError, match=why):
        Table(rows).total("impressions")


def test_a_missing_row_mixes_no_units() -> None:
    rows = [observation(value=5), observation(value=None, subject="2", unit="seconds")]

    assert Table(rows).total("likes")[0].value == 5


def test_parts_of_a_breakdown_add_up_where_posts_do() -> None:
    rows = [observation("impressions", 5, breakdown=f"country={country}") for country in ("FR", "DE")]
    people = [observation("reach", 5, breakdown=f"country={country}") for country in ("FR", "DE")]

    assert Table(rows).total("impressions")[0].value == 10
    with pytest.raises(ValueError, match="parts of a breakdown"):
        Table(people).total("reach")


def windows(*days: tuple[int, int]) -> Table:
    return Table(
        [
            observation("impressions", 5, start=NOON + first * DAY, end=NOON + last * DAY)
            for first, last in days
        ]
    )


def test_windows_side_by_side_add_up_and_those_that_overlap_do_not() -> None:
    assert windows((0, 1), (1, 2), (2, 3)).total("impressions")[0].value == 15
    with pytest.raises(ValueError, match="overlap"):
        windows((0, 2), (1, 3)).total("impressions")


def test_a_total_is_not_added_to_a_window() -> None:
    rows = [observation("impressions", 5), observation("impressions", 5, start=NOON, end=NOON + DAY)]

    with pytest.raises(ValueError, match="overlap"):
        Table(rows).total("impressions")


def test_reach_of_two_weeks_is_not_the_sum_of_their_reaches() -> None:
    rows = [observation("reach", 5, start=NOON + n * DAY, end=NOON + (n + 1) * DAY) for n in range(2)]

    with pytest.raises(ValueError, match="windows of time"):
        Table(rows).total("reach")


def test_money_adds_up_to_the_cent_and_never_across_currencies() -> None:
    table = Table([revenue(str(n), sk.Money("0.10", "EUR")) for n in range(3)])
    mixed = Table([revenue("1", sk.Money(1, "EUR")), revenue("2", sk.Money(1, "CHF"))])

    assert table.total("revenue")[0].money == sk.Money("0.30", "EUR")
    assert [one.money for one in mixed.total("revenue", by=["currency"])] == [
        sk.Money(1, "CHF"),
        sk.Money(1, "EUR"),
    ]
    with pytest.raises(ValueError, match=r"several currencies \(CHF, EUR\)"):
        mixed.total("revenue")


def test_an_amount_without_minor_units_is_not_added() -> None:
    with pytest.raises(ValueError, match="minor units"):
        Table([observation("revenue", 5.0, unit="money", currency="EUR")]).total("revenue")


def test_an_unknown_metric_is_kept_and_adds_up_once_it_is_defined() -> None:
    rows = [
        observation("sunshine", 5, unit="seconds"),
        observation("sunshine", 6, subject="2", unit="seconds"),
    ]
    defined = Metric(
        key="sunshine", title="Sunshine", unit="seconds", counts="Sun.", adds_up=frozenset({Over.SUBJECTS})
    )

    assert len(Table(rows).rows()) == 2
    assert Table(rows, definitions=[defined]).latest().total("sunshine")[0].value == 11
    with pytest.raises(ValueError, match="no definition of 'sunshine'"):
        Table(rows).total("sunshine")


def test_rows_without_the_label_have_a_group_of_their_own_at_the_end() -> None:
    rows = [observation(value=number, subject=str(number)) for number in (1, 2, 4)]
    table = Table(rows).label(
        {(ACME, "1"): sk.Purpose(pillar="craft"), (ACME, "2"): sk.Purpose(pillar="craft")}
    )

    assert [(one.group, one.value) for one in table.total("likes", by=["pillar"])] == [
        ({"pillar": "craft"}, 3),
        ({"pillar": None}, 4),
    ]


def test_by_takes_columns_of_texts_and_refuses_others() -> None:
    with pytest.raises(ValueError, match="no column 'value' of texts"):
        Table([]).total("likes", by=["value"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="one text"):
        Table([]).total("likes", by="pillar")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_every_sum_of_the_catalogue_is_of_metrics_that_are_defined() -> None:
    for metric in CATALOGUE.values():
        assert set(metric.parts) <= CATALOGUE.keys()
        assert metric.over is None or metric.over in CATALOGUE
