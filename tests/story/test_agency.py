"""The story of the agency: real at every point, and the same whatever breaks on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import socialkit as sk
from tests.story.away import Death, play_killed
from tests.story.laws import accounts, pages
from tests.story.play import Mishaps, Played, play

PLATFORMS = ("mastodon", "bluesky")
HOUR = timedelta(hours=1)
SOME, MANY = range(1), range(100, 110)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Play the story without mishaps."""
    with play(tmp_path_factory.mktemp("calm")) as played:
        yield played


def require_laws(played: Played) -> None:
    """Require what has to hold at the end of the story."""
    with accounts(played) as found:
        for account in found:
            brand, trace = account.brand, account.trace
            purposes = played.journal.purposes()
            known = {
                (ref.key, post.id)
                for ref in brand.accounts()
                for post in played.world.posts(ref.platform, ref)
                if post.reply_to is None and post.visibility == "public"
            }
            objectives = {one.key for one in account.brief.strategy.objectives}
            assert {purposes[key].objective for key in known} <= objectives, "a post without an objective"

            out = {(one.account.key, one.post.id) for one in played.journal.deliveries() if one.post}
            assert {(row.account or "", row.subject) for row in account.values} <= out, "a value of no post"

            assert {cost.campaign for cost in account.brief.ledger} == {account.brief.campaign.key}
            (spent,) = account.brief.ledger.total().values()
            earned = sum(one.amount.amount for one in account.brief.orders)
            assert account.returned("first") == account.returned("last") == (spent.amount, earned)

            for key in objectives:
                below = trace.observations_of(key)
                above = tuple(row for row in account.table if _key(trace.objective_of(row)) == key)
                assert below == above, f"up and down from {key} are two different lines"
            assert [str(one) for one in trace.orphans(account.brief.ledger) if one.post is not None] == []
    assert list(played.journal.verify()) == []


def _key(objective: sk.Objective | None) -> str | None:
    return None if objective is None else objective.key


def test_the_story_is_real_at_every_point(calm: Played) -> None:
    require_laws(calm)

    deliveries = list(calm.journal.deliveries())
    posts = [one for one in deliveries if one.slot is not None and one.kind == "publish"]
    assert {one.state for one in deliveries} == {sk.DeliveryState.CONFIRMED}
    assert len(posts) == 40
    assert {one.account.key for one in posts} == {
        f"{brand}/{platform}/main" for brand in ("kettle", "loom") for platform in PLATFORMS
    }
    assert {one.actor for one in posts} == {"maria"}
    assert {one.actor for one in calm.journal.events() if one.what == "approved"} == {"robin"}


def test_every_message_went_where_its_rule_says(calm: Played) -> None:
    with accounts(calm) as found:
        router = sk.Router(default=sk.RoutingRule(key="none", department="nobody"))
        desks = [sk.Desk(one.brand, calm.journal, router=router) for one in found]
        cases = [case for desk in desks for case in desk.cases()]
    by_rule = {case.decision.because.rule: case for case in cases}

    assert {rule: case.assignee for rule, case in by_rule.items()} == {
        "crisis": "management",
        "complaint": "customer service",
        "press": "PR",
        "prices": "sales",
        "thanks": "community",
        "everything else": "community",
    }
    assert by_rule["crisis"].escalated
    assert by_rule["crisis"].state is sk.CaseState.CLOSED
    assert by_rule["everything else"].state is sk.CaseState.OPEN
    private = {
        one.message.text for one in calm.journal.deliveries() if one.message is not None and one.private
    }
    assert {case.message.text for case in cases if case.decision.stance is sk.Stance.PRIVATE} == private


def test_each_client_is_clocked_by_its_own_hours(calm: Played) -> None:
    zones = {"kettle": "Europe/Paris", "loom": "America/New_York"}
    router = sk.Router(default=sk.RoutingRule(key="none", department="nobody"))
    with accounts(calm) as found:
        cases = [
            (one.brand, case)
            for one in found
            for case in sk.Desk(one.brand, calm.journal, router=router).cases()
            if case.decision.first_response_due is not None
        ]

    assert {brand.key for brand, _ in cases} == set(zones)
    for brand, case in cases:
        due = case.decision.first_response_due
        assert due is not None
        local = due.astimezone(ZoneInfo(zones[brand.key]))
        assert time(9) < local.time() <= time(18), case
        assert brand.hours.between(case.message.created_at, due) in {6 * HOUR, 4 * HOUR, 9 * HOUR}


def test_what_was_frozen_left_after_the_freeze(calm: Played) -> None:
    held = {one.delivery for one in calm.journal.events() if one.state is sk.DeliveryState.HELD}
    deliveries = {one.id: one for one in calm.journal.deliveries()}

    assert {deliveries[key].account.brand for key in held} == {"kettle"}
    assert {deliveries[key].state for key in held} == {sk.DeliveryState.CONFIRMED}


def test_what_no_platform_offers_is_missing_in_the_reports(calm: Played) -> None:
    assert set(calm.reports) == {"kettle", "loom"}
    for brand, report in calm.reports.items():
        lines = [line.split() for line in str(report).splitlines()]

        assert any(line[:4] == ["Clicks", "bluesky", "not", "offered"] for line in lines), brand


@pytest.mark.parametrize("seed", [*SOME, *(pytest.param(seed, marks=pytest.mark.chaos) for seed in MANY)])
def test_whatever_breaks_the_story_ends_in_the_same_reports(calm: Played, seed: int, tmp_path: Path) -> None:
    with play(tmp_path, Mishaps.drawn(seed)) as disturbed:
        assert disturbed.deaths > 0
        assert disturbed.faults > 0
        require_laws(disturbed)

        assert pages(disturbed) == pages(calm)
        for platform in PLATFORMS:
            assert _texts(disturbed, platform) == _texts(calm, platform), (
                "something is out twice, or not at all"
            )


DEATHS = (
    Death(at=1, before=True),
    Death(at=20, before=False),
    Death(at=60, before=True, writing=True),
    Death(at=90, before=False, writing=True),
    Death(at=120, before=True),
    Death(at=200, before=False),
)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the world stays with the test while the story is killed")
def test_a_story_whose_process_is_killed_ends_in_the_same_reports(calm: Played, tmp_path: Path) -> None:
    with play_killed(tmp_path, DEATHS) as killed:
        assert killed.deaths == len(DEATHS)
        require_laws(killed)

        assert pages(killed) == pages(calm)
        for platform in PLATFORMS:
            assert _texts(killed, platform) == _texts(calm, platform), "something is out twice, or not at all"


def _texts(played: Played, platform: str) -> list[str]:
    return sorted(post.text for post in played.world.posts(platform, None))
