"""What holds for every table, in every library."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import socialkit as sk
from socialkit.metrics import Table, Total
from tests.metrics.support import DUCKDB, LIBRARIES, PURPOSES, table_on, tables

ANY = settings(
    deadline=None,
    max_examples=25,
    # Explaining a failure traces every line of the libraries, for minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
BY = st.lists(st.sampled_from(["platform", "account", "pillar", "brand", "subject"]), max_size=3, unique=True)
METRICS = st.sampled_from(["likes", "engagement", "impressions", "reach", "sunshine"])


def told(call: Callable[[], Any]) -> Any:
    """Return what a call gave, or what it said."""
    try:
        return call()
    except ValueError as error:
        return str(error)


def as_set(table: Table) -> list[str]:
    return sorted(repr(row) for row in table)


@given(rows=tables(), by=BY, metric=METRICS, seed=st.integers())
@ANY
def test_a_sum_is_the_same_in_any_order_of_the_rows(
    rows: list[sk.Observation], by: list[Any], metric: str, seed: int
) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))

    assert told(lambda: list(Table(rows).latest().total(metric, by=by))) == told(
        lambda: list(Table(shuffled).latest().total(metric, by=by))
    )


@pytest.mark.parametrize("library", [*LIBRARIES, DUCKDB])
@given(rows=tables(), by=BY, metric=METRICS, purposes=PURPOSES)
@settings(ANY, max_examples=10)
def test_every_library_gives_what_plain_python_gives(
    library: str,
    rows: list[sk.Observation],
    by: list[Any],
    metric: str,
    purposes: dict[tuple[str, str], sk.Purpose],
) -> None:
    plain, framed = Table(rows).label(purposes), table_on(library, rows).label(purposes)

    assert as_set(framed) == as_set(plain)
    assert len(framed) == len(plain)
    for ours, theirs in ((plain, framed), (plain.latest(), framed.latest())):
        assert values_of(theirs) == values_of(ours)
        assert told(lambda: list(theirs.total(metric, by=by))) == told(  # noqa: B023 - called at once
            lambda: list(ours.total(metric, by=by))  # noqa: B023
        )
        rate = "engagement_rate_by_impressions"
        assert told(lambda: list(theirs.rate(rate, by=by))) == told(  # noqa: B023
            lambda: list(ours.rate(rate, by=by))  # noqa: B023
        )
    assert as_set(framed.where("pillar", "a", None)) == as_set(plain.where("pillar", "a", None))


def values_of(table: Table) -> list[tuple[Any, ...]]:
    return sorted(
        (row.platform, row.account or "", row.subject, row.metric, row.observed_at, repr(row.value))
        for row in table
    )


@given(rows=tables(), purposes=PURPOSES)
@ANY
def test_a_label_never_crosses_from_one_account_to_another(
    rows: list[sk.Observation], purposes: dict[tuple[str, str], sk.Purpose]
) -> None:
    for row in Table(rows).label(purposes):
        purpose = purposes.get((row.account or "", row.subject), sk.Purpose())

        assert (row.pillar, row.campaign) == (purpose.pillar, purpose.campaign)
        assert set(row.tags) == set(purpose.tags)


@given(rows=tables(), by=BY)
@ANY
def test_what_is_missing_is_counted_and_never_a_zero(rows: list[sk.Observation], by: list[Any]) -> None:
    table = Table(rows).where("metric", "likes", "replies", "shares").latest()
    for metric in ("likes", "engagement"):
        totals: list[Total] = list(table.total(metric, by=by))
        chosen = [row for row in table if metric in {"engagement", row.metric}]

        assert sum(one.known for one in totals) == sum(row.value is not None for row in chosen)
        for one in totals:
            assert (one.value is None) == (one.known == 0)
            assert one.missing == sum(one.reasons.values())
        without_zeros = [row for row in chosen if row.value != 0]
        for one in Table(without_zeros).total(metric, by=by):
            assert one.value != 0


@given(rows=tables(), by=BY)
@ANY
def test_a_rate_is_missing_where_nothing_is_known_to_divide_by(
    rows: list[sk.Observation], by: list[Any]
) -> None:
    table = Table(rows).latest()
    for one in table.rate("engagement_rate_by_impressions", by=by):
        assert (one.value is None) == (not one.known or one.over == 0)
        assert one.value is not None or one.reasons
        assert one.missing == sum(number for why, number in one.reasons.items() if "divide" not in why)
