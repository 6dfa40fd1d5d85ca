"""A post that somebody else wrote confirms no delivery, whoever says so."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.errors import JournalError, WrongAccountError
from socialkit.models import Post, Purpose
from socialkit.publishing import Delivery, DeliveryState
from socialkit.sandbox import Fault
from tests.publishing.stage import Stage, one
from tests.support import settle

State = DeliveryState
PLATFORMS = ["mastodon", "bluesky", "threads"]
"""Threads tells no ids of others: their names are compared."""


async def undecided(stage: Stage, platform: str) -> tuple[Any, Delivery]:
    """Return a delivery that waits for a person."""
    publisher = stage.acme(platform)
    delivery = await one(publisher.plan("One", to=platform))
    stage.world.fail(platform, "publish", Fault.DROP_AFTER_COMMIT, times=4)
    await settle(publisher.run_due())
    stage.world.forget_faults()
    stage.rows("UPDATE steps SET attempt = '{' WHERE writes")
    await settle(publisher.reconcile())
    return publisher, delivery


async def others(stage: Stage, platform: str) -> Post:
    """Return a post of another account, as our own client reads it."""
    made = await settle(stage.client(platform, "customer").posts.publish("One"))
    post: Post = await settle(stage.client(platform).posts.get(made.id))
    return post


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_post_of_somebody_else_is_not_taken_for_ours(stage: Stage, platform: str) -> None:
    publisher, delivery = await undecided(stage, platform)
    post = await others(stage, platform)
    for given in (post, post.id):
        with pytest.raises(WrongAccountError, match="is by"):
            await settle(publisher.resolve(delivery, post=given))

    assert stage.states() == ["needs decision"]
    (own,) = stage.world.posts(platform, "main")
    assert (await one(publisher.resolve(delivery, post=own.id))).state is State.CONFIRMED
    assert stage.flaws() == []


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_post_of_somebody_else_is_not_adopted(stage: Stage, platform: str) -> None:
    publisher = stage.acme(platform)
    post = await others(stage, platform)
    brand = stage.machine(acme=[platform]).workspace.brand("acme")
    read = await settle(stage.client_of(brand, platform).posts.get(post.id))
    with pytest.raises(WrongAccountError, match="is by"):
        await settle(publisher.adopt(read, Purpose(campaign="autumn")))

    assert stage.states() == []


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_post_that_is_another_deliverys_is_not_taken_again(stage: Stage, platform: str) -> None:
    publisher, delivery = await undecided(stage, platform)
    other = await one(publisher.deliver(await one(publisher.plan("Two", to=platform))))
    assert other.post is not None
    with pytest.raises(JournalError, match=other.id):
        await settle(publisher.resolve(delivery, post=other.post.id))

    assert stage.states() == ["needs decision", "confirmed"]
