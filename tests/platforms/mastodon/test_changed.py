"""Lost posts that were changed by hand before anybody looked, and answers to what was deleted meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import socialkit as sk
from socialkit.models import Attempt, FoundState
from socialkit.platforms import MastodonOptions
from socialkit.testing import picture, settle

SETTLED = timedelta(minutes=10)


@pytest.fixture(params=["connect", "connect_async"], ids=["blocking", "async"])
def client(request: pytest.FixtureRequest, socialkit_world: sk.Sandbox) -> Any:
    return getattr(socialkit_world, request.param)("mastodon")


async def lost(
    world: sk.Sandbox, call: Callable[[], Any], fault: sk.Fault = sk.Fault.DROP_AFTER_COMMIT
) -> Attempt:
    world.fail("mastodon", "post_status", fault)
    with pytest.raises(sk.OutcomeUnknownError) as caught:
        await settle(call())
    return caught.value.attempt


async def edited(client: Any, world: sk.Sandbox, draft: sk.Draft | str) -> sk.Post:
    """Edit the newest post by hand, and let the time pass in which anything may still land."""
    world.clock.advance(timedelta(minutes=1))
    newest = await settle(client.posts.get(world.posts("mastodon")[-1].id))
    post: sk.Post = await settle(client.posts.edit(newest, draft))
    world.clock.advance(SETTLED)
    return post


async def test_a_lost_post_that_was_edited_by_hand_is_neither_found_nor_absent(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    attempt = await lost(socialkit_world, lambda: client.posts.publish("Autumn is here"))
    post = await edited(client, socialkit_world, "Autumn is here at last")
    found = await settle(client.posts.find(attempt))

    assert (found.state, found.ask_again) == (FoundState.UNDECIDED, None)
    assert found.because == f"{post.url} may be it: it was edited since"


async def test_an_edit_of_another_deliverys_post_or_of_an_earlier_one_hides_no_loss(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    world = socialkit_world
    await settle(client.posts.publish("Summer is over"))
    attempt = await lost(world, lambda: client.posts.publish("Autumn"), sk.Fault.DROP_BEFORE_COMMIT)
    await edited(client, world, "Summer is really over")
    assert (await settle(client.posts.find(attempt))).state is FoundState.ABSENT

    other = await settle(client.posts.publish("Winter"))
    await edited(client, world, "Winter is near")
    assert (await settle(client.posts.find(attempt))).state is FoundState.UNDECIDED
    known = attempt.model_copy(update={"taken": (other.id,)})
    assert (await settle(client.posts.find(known))).state is FoundState.ABSENT


async def test_a_lost_post_is_found_beside_one_that_was_edited(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    attempt = await lost(socialkit_world, lambda: client.posts.publish("Autumn is here"))
    lost_one = socialkit_world.posts("mastodon")[-1]
    await settle(client.posts.publish("Winter"))
    await edited(client, socialkit_world, "Winter is near")
    found = await settle(client.posts.find(attempt))

    assert (found.state, found.post.id) == (FoundState.PUBLISHED, lost_one.id)


@pytest.mark.parametrize("kept", [True, False], ids=["the words", "the file"])
async def test_a_lost_post_with_a_file_is_found_by_it_for_as_long_as_it_has_it(
    client: Any, socialkit_world: sk.Sandbox, kept: bool
) -> None:
    draft = sk.Draft(text="Leaves", media=[picture()])
    attempt = await lost(socialkit_world, lambda: client.posts.publish(draft))
    (post,) = socialkit_world.posts("mastodon")
    other = sk.Draft(text="Leaves", media=[picture(width=30, height=30)])
    changed = await edited(client, socialkit_world, "Red leaves" if kept else other)
    found = await settle(client.posts.find(attempt))

    if kept:
        assert (found.state, found.post.id) == (FoundState.PUBLISHED, post.id)
    else:
        assert found.state is FoundState.UNDECIDED
        assert found.because == f"{changed.url} may be it: it was edited since"


async def test_a_lost_scheduled_post_that_was_edited_once_it_was_out_is_not_absent(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    at = socialkit_world.clock.now() + timedelta(days=1)
    draft = sk.Draft(text="Autumn is here", options=[MastodonOptions(scheduled_at=at)])
    attempt = await lost(socialkit_world, lambda: client.posts.publish(draft))
    socialkit_world.clock.advance(timedelta(days=1, minutes=1))
    await edited(client, socialkit_world, "Autumn is here at last")

    assert (await settle(client.posts.find(attempt))).state is FoundState.UNDECIDED


@pytest.mark.parametrize("media", [False, True], ids=["by its words", "by its file"])
async def test_a_lost_answer_to_what_was_deleted_since_is_not_absent(
    client: Any, socialkit_world: sk.Sandbox, media: bool
) -> None:
    world = socialkit_world
    customer = world.connect("mastodon", "customer")
    asked = customer.posts.publish("Where is my order?")
    files = [picture()] if media else []
    draft = sk.Draft(text="@customer sorry", media=files, reply_to=asked.id)
    attempt = await lost(world, lambda: client.posts.publish(draft))
    customer.posts.delete(asked)
    world.clock.advance(SETTLED)
    (answer,) = world.posts("mastodon")
    found = await settle(client.posts.find(attempt))

    assert answer.reply_to is None
    if media:
        assert (found.state, found.post.id) == (FoundState.PUBLISHED, answer.id)
    else:
        assert (found.state, found.ask_again) == (FoundState.UNDECIDED, None)
        assert "what it answered may have been deleted since" in found.because


async def test_another_post_is_not_taken_for_an_answer_that_lost_what_it_answered(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    world = socialkit_world
    asked = world.connect("mastodon", "customer").posts.publish("Where is my order?")
    draft = sk.Draft(text="@customer sorry", reply_to=asked.id)
    attempt = await lost(world, lambda: client.posts.publish(draft), sk.Fault.DROP_BEFORE_COMMIT)
    await settle(client.posts.publish("Autumn is here"))
    world.clock.advance(SETTLED)

    assert (await settle(client.posts.find(attempt))).state is FoundState.ABSENT
