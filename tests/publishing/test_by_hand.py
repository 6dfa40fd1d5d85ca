"""What people do by hand while a delivery's outcome is unknown: adopt, resolve, edit, delete."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.errors import JournalError
from socialkit.models import Draft, Post, Purpose
from socialkit.publishing import Delivery, DeliveryState
from socialkit.sandbox import Fault
from tests.publishing.stage import HOURS, MINUTES, Stage, one
from tests.support import collect, settle

State = DeliveryState
PURPOSE = Purpose(objective="traffic")


@pytest.fixture(autouse=True, params=[True, False], ids=["keys are known", "no keys"])
def keys(request: pytest.FixtureRequest, stage: Stage) -> None:
    simulator: Any = stage.world.simulator("mastodon")
    simulator.set_idempotency(known=request.param)


async def lose(stage: Stage, publisher: Any, draft: Draft | str, *, after: int = 0) -> Delivery:
    """Plan and send what gets no answer though it is done."""
    stage.world.fail("mastodon", "post_status", Fault.DROP_AFTER_COMMIT, after=after)
    delivery = await one(publisher.plan(draft, to="mastodon", not_after=24 * HOURS))
    await settle(publisher.run_due())
    return seen(stage, delivery)


def seen(stage: Stage, delivery: Delivery) -> Delivery:
    """Return a delivery as it stands now."""
    return next(one for one in stage.journal.deliveries() if one.id == delivery.id)


async def look(stage: Stage, publisher: Any) -> list[str]:
    """Let time pass in which workers look and send, and return the states."""
    for _ in range(6):
        stage.pass_time(10 * MINUTES)
        await settle(publisher.reconcile())
        await settle(publisher.run_due())
    assert stage.flaws() == []
    return stage.states()


async def newest(client: Any) -> Post:
    posts: list[Post] = await collect(client.posts.iterate(limit=1))
    return posts[0]


async def test_the_post_of_an_unknown_delivery_is_not_adopted(stage: Stage) -> None:
    brand = stage.machine().workspace.brand("acme")
    publisher = stage.publisher(brand)
    delivery = await lose(stage, publisher, "One")
    post = await newest(stage.client_of(brand, "mastodon"))
    with pytest.raises(JournalError, match=f"{delivery.id}.*reconcile or resolve it first"):
        await settle(publisher.adopt(post, PURPOSE))

    assert delivery.state is State.UNKNOWN
    assert await look(stage, publisher) == ["confirmed"]
    assert stage.texts() == ["One"]


async def test_a_first_comment_that_is_looked_for_is_not_adopted(stage: Stage) -> None:
    brand = stage.machine().workspace.brand("acme")
    publisher = stage.publisher(brand)
    delivery = await lose(stage, publisher, Draft(text="One", first_comment="The shop"), after=1)
    post = await newest(stage.client_of(brand, "mastodon"))
    with pytest.raises(JournalError, match=delivery.id):
        await settle(publisher.adopt(post, PURPOSE))

    assert (delivery.state, post.text) == (State.CONFIRMED, "The shop")


@pytest.mark.parametrize("way", ["older", "cancelled"])
async def test_a_post_that_no_open_write_needs_is_adopted(stage: Stage, way: str) -> None:
    brand = stage.machine().workspace.brand("acme")
    publisher, client = stage.publisher(brand), stage.client_of(brand, "mastodon")
    if way == "older":
        post = await settle(client.posts.publish("By hand"))
        stage.pass_time(2 * HOURS)
        await lose(stage, publisher, "One")
    else:
        delivery = await lose(stage, publisher, "One")
        stage.rewrite_attempt(delivery, 'anchor"', 'nothing"')
        assert (await one(publisher.reconcile())).state is State.NEEDS_DECISION
        await settle(publisher.cancel(delivery))
        post = await newest(client)
    adopted = await settle(publisher.adopt(post, PURPOSE))

    assert adopted.state is State.CONFIRMED
    assert adopted.post.id == post.id
    assert stage.flaws() == []


async def test_a_post_that_was_adopted_all_the_same_is_not_sent_again(stage: Stage) -> None:
    """The clock of the machine that sent it was two hours ahead: the post seems older than the write."""
    machine = stage.machine()
    machine.drift = 2 * HOURS
    brand = machine.workspace.brand("acme")
    publisher = stage.publisher(brand)
    delivery = await lose(stage, publisher, "One")
    post = await newest(stage.client_of(brand, "mastodon"))
    await settle(publisher.adopt(post, PURPOSE))

    assert await look(stage, publisher) == ["needs decision", "confirmed"]
    asked = seen(stage, delivery)
    assert asked.because == f"{post.url} may be it, and a person took it for another delivery's"
    assert stage.texts() == ["One"]


async def test_a_post_that_a_person_took_for_another_deliverys_is_not_sent_again(stage: Stage) -> None:
    publisher = stage.acme()
    first = await lose(stage, publisher, "One")
    stage.rewrite_attempt(first, 'anchor"', 'nothing"')
    assert (await one(publisher.reconcile())).state is State.NEEDS_DECISION
    for status in stage.world.posts("mastodon"):
        await settle(stage.client("mastodon").posts.delete(status.id))
    second = await lose(stage, publisher, "One")
    (post,) = stage.world.posts("mastodon")
    await settle(publisher.resolve(first, post=post.id))

    assert await look(stage, publisher) == ["confirmed", "needs decision"]
    assert "a person took it for another" in (seen(stage, second).because or "")
    assert stage.texts() == ["One"]


async def test_a_lost_post_that_was_edited_by_hand_needs_a_decision(stage: Stage) -> None:
    brand = stage.machine().workspace.brand("acme")
    publisher, client = stage.publisher(brand), stage.client_of(brand, "mastodon")
    delivery = await lose(stage, publisher, "One")
    await settle(client.posts.edit(await newest(client), "One, by hand"))

    assert await look(stage, publisher) == ["needs decision"]
    asked = seen(stage, delivery)
    assert asked.because is not None
    assert asked.because.endswith("it was edited since")
    assert stage.texts() == ["One, by hand"]


async def test_an_answer_to_what_was_deleted_since_is_not_refused(stage: Stage) -> None:
    brand = stage.machine().workspace.brand("acme")
    publisher, client = stage.publisher(brand), stage.client_of(brand, "mastodon")
    customer = stage.world.connect("mastodon", "customer")
    asked = customer.posts.publish(f"@{(await settle(client.account.me())).handle} where is my order?")
    (message,) = await collect(client.inbox.iterate(limit=1))
    stage.world.fail("mastodon", "post_status", Fault.DROP_AFTER_COMMIT)
    delivery = await one(publisher.reply(message, "sorry"))
    customer.posts.delete(asked)
    assert await look(stage, publisher) == ["needs decision"]
    decided = await settle(publisher.resolve(delivery, post=await newest(client)))

    assert decided.state is State.CONFIRMED
    assert len(stage.texts()) == 1


async def test_a_part_that_is_out_after_one_that_was_deleted_is_not_forgotten(stage: Stage) -> None:
    publisher = stage.acme()
    thread = Draft(text="One", thread=[Draft(text="Two"), Draft(text="Three")])
    delivery = await lose(stage, publisher, thread, after=1)
    await settle(stage.client("mastodon").posts.delete(stage.world.posts("mastodon")[0].id))
    assert await look(stage, publisher) == ["needs decision"]
    (second,) = stage.world.posts("mastodon")
    await settle(publisher.resolve(delivery, post=second.id))

    assert await look(stage, publisher) == ["confirmed"]
    assert stage.texts() == ["Two", "Three"]
