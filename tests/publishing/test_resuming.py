"""Deliveries that somebody else carries on: what they say in the end is what is out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from socialkit.models import Draft
from socialkit.platforms import MastodonOptions
from socialkit.publishing import AsyncPublisher, DeliveryState, Journal, Publisher
from socialkit.publishing._leases import Worker
from socialkit.sandbox import Fault, Sandbox
from socialkit.testing import collect, settle


class Desk:
    """A workspace with one account, its journal, and publishers of a mode."""

    def __init__(self, world: Sandbox, journal: Journal, *, asynchronous: bool) -> None:
        self.world = world
        self.journal = journal
        self.brand = world.workspace(acme=["bluesky", "mastodon"]).brand("acme")
        self._kind: Any = AsyncPublisher if asynchronous else Publisher
        self._asynchronous = asynchronous

    def publisher(self) -> Any:
        return self._kind(self.brand, self.journal)

    def client(self, platform: str = "mastodon") -> Any:
        return self.brand.client_async(platform) if self._asynchronous else self.brand.client(platform)


@pytest.fixture(params=["blocking", "async"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with Sandbox() as world, Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        yield Desk(world, journal, asynchronous=request.param == "async")


def die_at(monkeypatch: pytest.MonkeyPatch, method: str, time: int = 1) -> None:
    """Have a worker die when it calls something for the n-th time, once."""
    whole, calls = getattr(Worker, method), iter(range(1, 1_000))

    def deadly(*arguments: Any, **more: Any) -> Any:
        if next(calls) == time:
            raise KeyboardInterrupt
        return whole(*arguments, **more)

    monkeypatch.setattr(Worker, method, deadly)


async def test_an_answer_that_another_worker_sends_first_is_no_error(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.world.receive("mastodon", text="Where is it?")
    (message,) = await collect(desk.client().inbox.iterate())
    other = Publisher(desk.brand, desk.journal)
    whole, sent = Worker.take, list[Any]()

    def slowly(self: Worker, now: int, limit: int, delivery: str | None = None) -> Any:
        if delivery is not None:
            sent.extend(other.run_due())
        return whole(self, now, limit, delivery)

    monkeypatch.setattr(Worker, "take", slowly)
    delivery = await settle(desk.publisher().reply(message, "On its way"))

    assert [one.id for one in sent] == [delivery.id]
    assert delivery.state is DeliveryState.CONFIRMED
    assert [one.id for one in desk.world.posts("mastodon")] == [delivery.post.id]


@pytest.mark.parametrize(
    "draft",
    [
        Draft(text="One", first_comment="Two"),
        Draft(text="One", thread=[Draft(text="Two")]),
    ],
    ids=["first comment", "thread"],
)
async def test_what_follows_a_post_that_was_found_again_is_not_said_to_be_missing(
    desk: Desk, draft: Draft
) -> None:
    publisher = desk.publisher()
    await settle(publisher.plan(draft, to="mastodon"))
    desk.world.fail("mastodon", "post_status", Fault.DROP_AFTER_COMMIT)
    await settle(publisher.run_due())
    desk.world.clock.advance(timedelta(minutes=1))
    await settle(publisher.reconcile())
    (delivery,) = await settle(publisher.run_due())

    assert [one.text for one in desk.world.posts("mastodon")] == ["One", "Two"]
    assert delivery.state is DeliveryState.CONFIRMED
    assert delivery.post.incomplete == ()


async def test_a_scheduled_post_is_confirmed_though_its_worker_died_and_it_went_out_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher, at = desk.publisher(), desk.world.clock.now() + timedelta(minutes=30)
    draft = Draft(text="One", options=[MastodonOptions(scheduled_at=at)])
    await settle(publisher.plan(draft, to="mastodon"))
    with monkeypatch.context() as patch:
        die_at(patch, "settle")
        with pytest.raises(KeyboardInterrupt):
            await settle(publisher.run_due())
    desk.world.clock.advance(timedelta(hours=1))
    (delivery,) = await settle(publisher.run_due())

    assert [one.text for one in desk.world.posts("mastodon")] == ["One"]
    assert delivery.state is DeliveryState.CONFIRMED


async def test_a_thread_whose_worker_died_names_what_is_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = desk.publisher()
    draft = Draft(text="One", thread=[Draft(text="Two")])
    await settle(publisher.plan(draft, to="mastodon"))
    with monkeypatch.context() as patch:
        die_at(patch, "start", 3)
        with pytest.raises(KeyboardInterrupt):
            await settle(publisher.run_due())
    desk.world.clock.advance(timedelta(hours=1))
    await settle(publisher.reconcile())
    (delivery,) = desk.journal.deliveries()

    assert delivery.state is DeliveryState.INCOMPLETE
    assert [one.id for one in delivery.published] == [one.id for one in desk.world.posts("mastodon")]


async def test_two_equal_posts_whose_answers_were_lost_are_both_found(desk: Desk) -> None:
    publisher = desk.publisher()
    for _ in range(2):
        await settle(publisher.plan("One", to="mastodon"))
    desk.world.fail("mastodon", "post_status", Fault.DROP_AFTER_COMMIT, times=2)
    await settle(publisher.run_due())
    desk.world.clock.advance(timedelta(hours=1))
    await settle(publisher.reconcile())

    posts = [one.id for one in desk.world.posts("mastodon")]
    deliveries = list(desk.journal.deliveries())
    assert {one.state for one in deliveries} == {DeliveryState.CONFIRMED}
    assert [one.post.id for one in deliveries if one.post is not None] == posts


async def test_two_equal_private_answers_whose_answers_were_lost_are_both_found(desk: Desk) -> None:
    for number in range(2):
        desk.world.receive("bluesky", text=f"Question {number}", private=True)
    messages = await collect(desk.client("bluesky").inbox.iterate())
    desk.world.fail("bluesky", "send_message", Fault.DROP_AFTER_COMMIT, times=2)
    publisher = desk.publisher()
    for message in messages:
        await settle(publisher.reply(message, "Thank you", private=True))
    desk.world.clock.advance(timedelta(hours=1))
    await settle(publisher.reconcile())
    await settle(publisher.run_due())

    with desk.world.connect("bluesky", "customer") as customer:
        answers = [one.id for one in customer.inbox.iterate()]
    deliveries = list(desk.journal.deliveries())
    assert len(answers) == 2
    assert {one.state for one in deliveries} == {DeliveryState.CONFIRMED}
    assert {one.post.id for one in deliveries if one.post is not None} == set(answers)
