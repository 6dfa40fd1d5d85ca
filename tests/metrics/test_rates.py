"""Engagement over something, and always said over what."""

from __future__ import annotations

import pytest

import socialkit as sk
from socialkit.metrics import Table
from tests.metrics.support import ACME, observation

IMPRESSIONS = "engagement_rate_by_impressions"


def of_post(subject: str, likes: float | None, impressions: float | None) -> list[sk.Observation]:
    return [
        observation("likes", likes, subject=subject),
        observation("impressions", impressions, subject=subject),
    ]


def test_a_rate_is_a_ratio_of_sums_and_no_mean_of_ratios() -> None:
    (rate,) = Table([*of_post("1", 1, 2), *of_post("2", 1, 98)]).rate(IMPRESSIONS)

    assert rate.value == 0.02
    assert (rate.engagement, rate.over, rate.known) == (2, 100, 2)


def test_a_post_whose_impressions_are_missing_is_in_neither_sum() -> None:
    (rate,) = Table([*of_post("1", 1, 2), *of_post("2", 50, None)]).rate(IMPRESSIONS)

    assert rate.value == 0.5
    assert (rate.known, rate.missing) == (1, 1)
    assert rate.reasons == {"impressions: not offered": 1}


def test_without_anything_to_divide_by_the_rate_is_missing_and_says_so() -> None:
    (missing,) = Table(of_post("1", 1, None)).rate(IMPRESSIONS)
    (absent,) = Table([observation("likes", 1)]).rate(IMPRESSIONS)
    (zero,) = Table(of_post("1", 1, 0)).rate(IMPRESSIONS)

    assert (missing.value, missing.reasons) == (None, {"impressions: not offered": 1})
    assert (absent.value, absent.reasons) == (None, {"impressions: no row": 1})
    assert (zero.value, zero.reasons) == (None, {"impressions: nothing to divide by": 1})


def test_unknown_engagement_is_no_rate_of_zero() -> None:
    (rate,) = Table(of_post("1", None, 10)).rate(IMPRESSIONS)

    assert rate.value is None
    assert rate.reasons == {"engagement: not offered": 1}


def test_by_reach_each_post_weighs_by_its_own_reach() -> None:
    rows = [
        observation("likes", 1),
        observation("reach", 2),
        observation("likes", 1, subject="2"),
        observation("reach", 8, subject="2"),
    ]

    assert Table(rows).rate("engagement_rate_by_reach")[0].value == 0.2


def test_by_followers_the_account_counts_once_for_each_post() -> None:
    rows = [
        observation("likes", 1),
        observation("likes", 2, subject="2"),
        observation("followers", 30, subject="9", subject_kind=sk.SubjectKind.ACCOUNT),
    ]

    (rate,) = Table(rows).rate("engagement_rate_by_followers")

    assert (rate.engagement, rate.over, rate.value) == (3, 60, 0.05)


def test_followers_of_another_account_are_not_divided_by() -> None:
    rows = [
        observation("likes", 1),
        observation("followers", 30, subject="9", account="acme/x/main", subject_kind=sk.SubjectKind.ACCOUNT),
    ]

    assert Table(rows).rate("engagement_rate_by_followers")[0].value is None


def test_rates_stand_by_label() -> None:
    table = Table([*of_post("1", 1, 2), *of_post("2", 1, 4)]).label({(ACME, "1"): sk.Purpose(pillar="craft")})

    rates = table.rate(IMPRESSIONS, by=["pillar"])

    assert [(one.group["pillar"], one.value) for one in rates] == [("craft", 0.5), (None, 0.25)]
    assert rates.to_native() == [
        {
            "pillar": "craft",
            "metric": IMPRESSIONS,
            "value": 0.5,
            "engagement": 1,
            "over": 2,
            "known": 1,
            "missing": 0,
            "counts_missing": 4,
        },
        {
            "pillar": None,
            "metric": IMPRESSIONS,
            "value": 0.25,
            "engagement": 1,
            "over": 4,
            "known": 1,
            "missing": 0,
            "counts_missing": 4,
        },
    ]


def test_a_rate_tells_which_counts_of_its_posts_are_missing_and_why() -> None:
    parts = ("replies", "shares", "quotes", "saves")
    unknown = [observation(part, None, missing=sk.Missing.NOT_PERMITTED) for part in parts]
    followers = observation("followers", 100, subject="9", subject_kind=sk.SubjectKind.ACCOUNT)

    (rate,) = Table([observation("likes", 10), *unknown, followers]).rate("engagement_rate_by_followers")

    assert (rate.value, rate.known, rate.missing) == (0.1, 1, 0)
    assert (rate.counts_known, rate.counts_missing) == (1, 4)
    assert rate.counts_reasons == {"not permitted": 4}


def test_counts_of_posts_that_are_not_in_a_rate_are_not_missing_in_it() -> None:
    whole = [observation(part, 1) for part in ("likes", "replies", "shares", "quotes", "saves")]
    rows = [*whole, observation("impressions", 10), observation("likes", 5, subject="2")]

    (rate,) = Table(rows).rate(IMPRESSIONS)

    assert (rate.known, rate.missing) == (1, 1)
    assert (rate.counts_known, rate.counts_missing, rate.counts_reasons) == (5, 0, {})


def test_what_is_no_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="likes is no rate"):
        Table([]).rate("likes")
