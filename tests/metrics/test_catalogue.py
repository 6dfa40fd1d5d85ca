"""Every metric that a platform can give has a definition."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

import socialkit as sk
from socialkit.metrics import CATALOGUE, Metric, MetricKind, Over, Table
from socialkit.platforms import names
from socialkit.testing import collect, settle


@pytest.mark.parametrize("platform", names())
@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
async def test_every_metric_that_a_platform_gives_is_defined_in_its_unit(
    socialkit_world: sk.Sandbox, platform: str, blocking: bool
) -> None:
    connect: Any = socialkit_world.connect if blocking else socialkit_world.connect_async
    client = connect(platform)
    fetched = sk.Media.from_url("https://shop.example/dot.jpg")
    draft = sk.Draft(text="Autumn is here")
    if client.posts.check(draft):  # it publishes no text alone
        draft = draft.model_copy(update={"media": (fetched,)})
    post = await settle(client.posts.publish(draft))
    rows: list[sk.Observation] = [
        *await settle(client.insights.account()),
        *await collect(client.insights.posts([post])),
    ]

    assert rows
    for row in rows:
        assert row.metric in CATALOGUE
        assert (row.unit, row.definition) == (CATALOGUE[row.metric].unit, CATALOGUE[row.metric].version)


@pytest.mark.parametrize("platform", ["bluesky", "mastodon", "x"])
def test_what_a_platform_reads_is_defined_whether_or_not_the_simulator_gives_it(platform: str) -> None:
    module = importlib.import_module(f"socialkit.platforms.{platform}._map")

    assert {*module.POST_METRICS, *module.ACCOUNT_METRICS} <= CATALOGUE.keys()


@pytest.mark.parametrize("module", ["facebook._insights", "instagram._metrics", "threads._insights"])
def test_a_metric_that_lives_has_a_definition_and_one_that_ended_is_asked_for_no_more(module: str) -> None:
    facts = importlib.import_module(f"socialkit.platforms.{module}").METRICS

    named = {one.canonical for one in facts if one.dead_since is None and one.canonical is not None}
    assert named
    assert named <= CATALOGUE.keys()
    assert {one.canonical for one in facts if one.dead_since is not None} <= {None}
    assert "lifetime" in {one.period for one in facts}
    assert {one.period for one in facts} <= {"lifetime", "day", None}


OF_POSTS = {"likes", "replies", "shares", "quotes", "saves", "clicks", "impressions", "reach"}
OF_ACCOUNTS = {"followers", "following", "posts", "profile_views", "impressions", "reach"}


@pytest.mark.parametrize("platform", ["bluesky", "mastodon", "x"])
@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
async def test_every_platform_answers_for_every_metric_with_a_value_or_why_there_is_none(
    socialkit_world: sk.Sandbox, platform: str, blocking: bool
) -> None:
    connect: Any = socialkit_world.connect if blocking else socialkit_world.connect_async
    client = connect(platform)
    fetched = sk.Media.from_url("https://shop.example/dot.jpg")
    draft = sk.Draft(text="Autumn is here")
    if client.posts.check(draft):  # it publishes no text alone
        draft = draft.model_copy(update={"media": (fetched,)})
    post = await settle(client.posts.publish(draft))
    of_post: list[sk.Observation] = await collect(client.insights.posts([post]))
    of_account: tuple[sk.Observation, ...] = await settle(client.insights.account())

    assert {row.metric for row in of_post} - {"video_views"} == OF_POSTS  # these of films alone
    assert {row.metric for row in of_account} == OF_ACCOUNTS
    assert all(set(CATALOGUE[key].parts) <= OF_POSTS for key in CATALOGUE)


def test_what_counts_people_adds_up_over_nothing() -> None:
    for key in ("reach", "followers", "following"):
        assert CATALOGUE[key].adds_up == frozenset()


def test_rates_add_up_over_nothing_and_money_over_everything() -> None:
    for metric in CATALOGUE.values():
        if metric.kind is MetricKind.RATE:
            assert metric.adds_up == frozenset()
            assert metric.key.endswith(f"_by_{metric.over}")
        if metric.kind is MetricKind.AMOUNT:
            assert metric.adds_up == frozenset(Over)


def test_each_definition_stands_under_its_own_key_and_says_what_it_counts() -> None:
    for key, metric in CATALOGUE.items():
        assert metric.key == key
        assert metric.counts.endswith(".")


def test_a_table_tells_the_definitions_that_it_goes_by() -> None:
    sunshine = Metric(key="sunshine", title="Sunshine", unit="seconds", counts="Time with sun.")
    table = Table([], definitions=[sunshine])

    assert table.latest().definitions == {**CATALOGUE, "sunshine": sunshine}
