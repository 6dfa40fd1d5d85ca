"""Estimates: what a plan takes is what platforms then count, and what is in the way is said before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import socialkit as sk
from socialkit.models import AccountRef, Slot
from socialkit.platforms.base import Quota
from socialkit.publishing import ConflictKind, Estimate, FolderMediaStore, Journal, Publisher
from socialkit.publishing._estimates import Item, estimated
from socialkit.testing import RecordingTransport, picture
from tests.publishing.stage import Stage
from tests.support import settle

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHOP = AccountRef(platform="pixelwall", brand="acme", name="main")
OTHER = AccountRef(platform="pixelwall", brand="other", name="main")
HOURLY = Quota(name="pins", unit="posts", limit=2, per=HOUR, part=1)

SHAPES = {
    "text": sk.Draft(text="One"),
    "pictures": sk.Draft(text="One", media=[picture(alt_text="A dot"), picture(alt_text="Another")]),
    "thread": sk.Draft(text="One", thread=[sk.Draft(text="Two", media=[picture(alt_text="A dot")])]),
    "first comment": sk.Draft(text="One", first_comment="Two"),
}


@dataclass(frozen=True)
class Calendar:
    """The least that a publisher takes."""

    slots: tuple[Slot, ...]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open("sqlite://", media=FolderMediaStore(tmp_path)) as journal:
        yield journal


def item(
    key: str, hours: float = 0, *, account: AccountRef = SHOP, quota: Quota = HOURLY, text: str | None = None
) -> Item:
    at = NOON + hours * HOUR
    draft = sk.Draft(text=text or f"Number {key}")
    return Item(key, account, at, at + 2 * HOUR, draft, (quota,))


def told(estimate: Estimate, kind: ConflictKind) -> list[tuple[str, ...]]:
    return [conflict.posts for conflict in estimate.conflicts if conflict.kind is kind]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("platform", ["mastodon", "bluesky"])
def test_a_publish_takes_as_many_requests_as_were_estimated(
    socialkit_world: sk.Sandbox, journal: Journal, platform: str, shape: str
) -> None:
    client: Any = socialkit_world.connect(platform)
    publisher = Publisher(client, journal)
    publisher.plan("The first one asks whose account it is", to=platform)
    publisher.run_due()
    pipeline = client._core.pipeline
    pipeline.transport = recording = RecordingTransport(pipeline.transport)
    estimate = publisher.estimate(publisher.plan(SHAPES[shape], to=platform))
    publisher.run_due()

    (calls,) = [need.needed for need in estimate.needs if need.quota == "calls"]
    assert calls == len(recording.requests)


@pytest.mark.parametrize("shape", SHAPES)
def test_mastodon_counts_posts_and_files_as_estimated(
    socialkit_world: sk.Sandbox, journal: Journal, shape: str
) -> None:
    publisher = Publisher(socialkit_world.connect("mastodon"), journal)
    estimate = publisher.estimate(publisher.plan(SHAPES[shape], to="mastodon"))
    (delivery,) = publisher.run_due()

    posts = len(socialkit_world.posts("mastodon"))
    needed = {need.quota: need.needed for need in estimate.needs}
    assert delivery.draft is not None
    files = sum(len(part.media) for part in delivery.draft.parts)
    assert (needed["statuses"], needed.get("media", 0)) == (posts, files)


@pytest.mark.parametrize("shape", SHAPES)
def test_bluesky_counts_points_as_estimated(
    socialkit_world: sk.Sandbox, journal: Journal, shape: str
) -> None:
    publisher = Publisher(socialkit_world.connect("bluesky"), journal)
    estimate = publisher.estimate(publisher.plan(SHAPES[shape], to="bluesky"))
    publisher.run_due()
    simulator: Any = socialkit_world.simulator("bluesky")
    uses = simulator._state.uses.items()

    needed = {need.needed for need in estimate.needs if need.unit == "points"}
    assert {points for (family, *_), (_, points) in uses if family == "writes"} == needed


def test_a_calendar_is_estimated_before_it_is_planned(socialkit_world: sk.Sandbox, journal: Journal) -> None:
    workspace = socialkit_world.workspace(acme=["mastodon"])
    account, now = workspace.brand("acme").account("mastodon"), socialkit_world.clock.now()
    slots = tuple(
        Slot(
            account=account, at=now + number * HOUR, key=f"slot {number}", draft=sk.Draft(text=f"N {number}")
        )
        for number in range(3)
    )
    empty = slots[0].model_copy(update={"key": "empty", "draft": None})
    estimate = Publisher(workspace, journal).estimate(Calendar((*slots, empty)))

    assert (estimate.posts, estimate.done_at, estimate.conflicts) == (3, slots[2].at, ())
    assert {(need.quota, need.needed, need.most) for need in estimate.needs} == {
        ("calls", 9, 3),
        ("statuses", 3, 3),
    }
    assert {need.account for need in estimate.needs} == {account.key}


def test_what_has_left_or_is_no_post_takes_nothing(socialkit_world: sk.Sandbox, journal: Journal) -> None:
    publisher = Publisher(socialkit_world.connect("mastodon"), journal)
    publisher.plan("One", to="mastodon")
    carried = publisher.run_due()
    (cancelled,) = publisher.plan("Two", to="mastodon")
    nothing = publisher.estimate([*carried, publisher.cancel(cancelled)])

    assert nothing == Estimate(posts=0, needs=(), conflicts=())


def test_posts_over_a_limit_wait_until_there_is_room() -> None:
    estimate = estimated([item("a"), item("b", 0.1), item("c", 0.2)])

    assert estimate.done_at == NOON + HOUR
    (waiting,) = [one for one in estimate.conflicts if one.kind is ConflictKind.OVER_LIMIT]
    assert (waiting.posts, waiting.until) == (("c",), NOON + HOUR)
    assert "2 posts" in waiting.because


def test_posts_that_would_wait_too_long_are_told_as_missed() -> None:
    estimate = estimated([item(f"{number}") for number in range(7)])

    assert told(estimate, ConflictKind.OVER_LIMIT) == [("2",), ("3",), ("4",), ("5",)]
    assert told(estimate, ConflictKind.MISSED) == [("6",)]
    assert estimate.done_at == NOON + 3 * HOUR


def test_accounts_wait_for_each_other_only_where_they_share_an_allowance() -> None:
    shared = Quota(name="calls", unit="requests", limit=2, per=HOUR, part=1, shared=True)
    apart = [item("a"), item("b", 0.1), item("c", account=OTHER)]
    together = [item("a", quota=shared), item("b", 0.1, quota=shared), item("c", account=OTHER, quota=shared)]

    assert estimated(apart).done_at == NOON + 0.1 * HOUR
    assert estimated(together).done_at == NOON + HOUR
    assert [(need.account, need.needed) for need in estimated(together).needs] == [(None, 3)]


def test_the_busiest_stretch_is_told() -> None:
    (need,) = estimated([item(f"{hours}", hours) for hours in (0, 0.5, 1, 1.2, 9)]).needs

    assert (need.needed, need.most) == (5, 3)


def test_the_same_words_twice_on_one_account_are_told() -> None:
    items = [item("a", text="One"), item("b", 5, text=" One "), item("c", 9, text="One", account=OTHER)]

    assert told(estimated(items), ConflictKind.SAME_CONTENT) == [("a", "b")]


def test_posts_of_an_account_within_an_hour_are_told() -> None:
    items = [item("a"), item("b", 0.9), item("c", 1.9), item("d", 1.9, account=OTHER)]

    assert told(estimated(items), ConflictKind.SAME_HOUR) == [("a", "b")]


def test_a_plan_waits_for_what_is_planned_already() -> None:
    estimate = estimated([item("a", 0.2)], [item("x"), item("y", 0.1)])

    assert (estimate.posts, estimate.done_at) == (1, NOON + HOUR)
    assert told(estimate, ConflictKind.OVER_LIMIT) == [("a",)]
    assert [(need.needed, need.most) for need in estimate.needs] == [(1, 3)]


def test_what_has_to_wait_for_a_plan_is_told() -> None:
    there = [item("x", 0.1), item("y", 0.2), item("z", 5), item("z2", 5.1), item("waits anyway", 5.2)]
    estimate = estimated([item("a")], there)

    assert told(estimate, ConflictKind.OVER_LIMIT) == [("y",)]
    assert estimate.done_at == NOON


def test_what_others_take_far_from_a_plan_is_not_its_busiest_stretch() -> None:
    estimate = estimated([item("a", 6)], [item(f"{number}") for number in range(5)] + [item("x", 5.5)])

    assert [(need.needed, need.most) for need in estimate.needs] == [(1, 2)]
    assert [conflict.posts for conflict in estimate.conflicts] == [("x", "a")]


def test_what_others_have_in_common_is_none_of_a_plans_conflicts() -> None:
    there = [item("x", text="One"), item("y", 0.1, text="One")]
    estimate = estimated([item("a", 9), item("b", 11, text=" One")], there)

    assert told(estimate, ConflictKind.SAME_CONTENT) == [("x", "b")]
    assert told(estimate, ConflictKind.SAME_HOUR) == []


def most(estimate: Estimate, quota: str) -> int:
    (need,) = [need for need in estimate.needs if need.quota == quota]
    return need.most


async def test_what_the_journal_holds_of_the_account_counts(stage: Stage) -> None:
    publisher, now = stage.acme("mastodon", "bluesky"), stage.world.clock.now()
    for number in range(4):
        await settle(publisher.plan(f"There {number}", to=["mastodon", "bluesky"], at=now + number * HOUR))
    await settle(publisher.run_due())
    (cancelled,) = await settle(publisher.plan("Cancelled", to="mastodon", at=now + HOUR))
    await settle(publisher.cancel(cancelled))
    new = Calendar(
        (Slot(account=cancelled.account, at=now + 2 * HOUR, key="new", draft=sk.Draft(text="New")),)
    )
    estimate = await settle(publisher.estimate(new))

    # One is out, two are planned, and one is new, within the three hours that Mastodon counts.
    assert (estimate.posts, most(estimate, "statuses")) == (1, 4)
    assert {need.needed for need in estimate.needs if need.quota == "statuses"} == {1}
    assert {need.platform for need in estimate.needs} == {"mastodon"}
    assert len(told(estimate, ConflictKind.SAME_HOUR)) == 1

    await settle(publisher.freeze(sk.Scope(brand="acme"), reason="a bad day"))

    # What is held leaves at a time that nobody knows.
    assert most(await settle(publisher.estimate(new)), "statuses") == 2


async def test_the_same_words_in_the_journal_are_told(stage: Stage) -> None:
    publisher, now = stage.acme(), stage.world.clock.now()
    (there,) = await settle(publisher.plan("One", to="mastodon", at=now + 2 * HOUR))
    account = there.account
    draft = sk.Draft(text="One")
    slots = (Slot(account=account, at=now + 2.5 * HOUR, key="a", draft=draft),)
    estimate = await settle(publisher.estimate(Calendar(slots)))

    assert told(estimate, ConflictKind.SAME_CONTENT) == [(there.id, "a")]
    assert told(estimate, ConflictKind.SAME_HOUR) == [(there.id, "a")]


async def test_a_calendar_that_is_planned_already_is_not_counted_twice(stage: Stage) -> None:
    publisher, now = stage.acme(), stage.world.clock.now()
    account = stage.machine().workspace.brand("acme").account("mastodon")
    slots = tuple(
        Slot(account=account, at=now + number * HOUR, key=f"{number}", draft=sk.Draft(text=f"N {number}"))
        for number in range(3)
    )
    before = await settle(publisher.estimate(Calendar(slots)))
    planned = await settle(publisher.plan_calendar(Calendar(slots)))

    assert before.conflicts == ()
    assert await settle(publisher.estimate(Calendar(slots))) == before
    assert await settle(publisher.estimate(planned)) == before


async def test_what_other_brands_hold_counts_for_them_alone(stage: Stage) -> None:
    machine, now = stage.machine(acme=["mastodon"], other=["mastodon"]), stage.world.clock.now()
    publisher = stage.publisher(machine.workspace)
    await settle(publisher.plan("One", to="other/mastodon/main", at=now))
    planned = await settle(publisher.plan("Two", to="acme/mastodon/main", at=now))
    estimate = await settle(publisher.estimate(planned))

    assert estimate.conflicts == ()
    assert most(estimate, "statuses") == 1


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine
@given(limit=st.integers(1, 5), hours=st.lists(st.floats(0, 6), max_size=30), parts=st.integers(1, 7))
def test_no_stretch_of_an_estimate_holds_more_than_is_allowed(
    limit: int, hours: list[float], parts: int
) -> None:
    quota = Quota(name="pins", unit="posts", limit=limit, per=HOUR, part=parts)
    items = [item(str(number), hour, quota=quota) for number, hour in enumerate(hours)]
    estimate = estimated(items)
    waiting = {one.posts[0]: one.until for one in estimate.conflicts if one.until is not None}
    left = sorted(waiting.get(one.key) or one.at for one in items)

    for start in left:
        together = sum(start <= one < start + HOUR for one in left)
        assert together * parts <= max(limit, parts)
