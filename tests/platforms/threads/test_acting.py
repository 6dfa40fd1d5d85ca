"""Reposts, replies that wait, and answers that do not say that anything was done."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from socialkit.errors import OutcomeUnknownError, WrongAccountError
from socialkit.models import AccountRef, Attempt, Author, Draft, Found, FoundState, Message, MessageKind, Post
from socialkit.platforms.threads import AsyncThreads, ThreadsOptions
from socialkit.sandbox import Fault, Sandbox
from socialkit.sandbox.threads import ThreadsSimulator
from socialkit.transport import Request, Response
from tests.support import collect, settle
from tests.transport.fakes import SteppedTransport

ADA = Author(id="", handle="ada")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_replies_wait_until_they_are_approved_or_ignored(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    draft = Draft(text="Ask us", options=[ThreadsOptions(approve_replies=True)])
    post: Post = await settle(client.posts.publish(draft))
    names = [world.receive("threads", text=text, reply_to=post.id) for text in ("Good", "Bad")]
    waiting: list[Message] = await collect(client.inbox.iterate_pending(post))
    good, bad = sorted(waiting, key=lambda one: one.text, reverse=True)
    assert await collect(client.inbox.comments(post)) == []
    await settle(client.inbox.approve(good))
    await settle(client.inbox.ignore(bad))

    assert [good.id, bad.id] == names
    assert [one.id for one in await collect(client.inbox.comments(post))] == [good.id]
    assert [one.id for one in await collect(client.inbox.iterate_pending(post, ignored=True))] == [bad.id]
    assert await collect(client.inbox.iterate_pending(post.id)) == []


@pytest.mark.parametrize("what", ["approve", "ignore"])
async def test_a_lost_ruling_is_looked_for_where_the_reply_went(
    client: Any, world: Sandbox, what: str
) -> None:
    draft = Draft(text="Ask us", options=[ThreadsOptions(approve_replies=True)])
    post: Post = await settle(client.posts.publish(draft))
    world.receive("threads", text="How much?", reply_to=post.id)
    (message,) = await collect(client.inbox.iterate_pending(post))
    attempts: list[Attempt] = []
    states: list[FoundState] = []
    for fault in (Fault.DROP_BEFORE_COMMIT, Fault.DROP_AFTER_COMMIT):
        world.fail("threads", what, fault)
        with pytest.raises(OutcomeUnknownError) as caught:
            await settle(getattr(client.inbox, what)(message))
        assert caught.value.attempt is not None
        attempts.append(caught.value.attempt)
        world.clock.advance(timedelta(hours=1))
        states.append((await settle(client.posts.find(attempts[-1]))).state)
    other = "ignore" if what == "approve" else "approve"
    changed = attempts[-1].model_copy(update={"kind": f"{other} reply"})

    assert states == [FoundState.ABSENT, FoundState.PUBLISHED]
    assert (await settle(client.posts.find(changed))).state is FoundState.UNDECIDED


async def test_a_repost_is_a_post_of_its_own_and_a_lost_one_is_found(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    theirs = world.receive("threads", text="The best shop", author="ada")
    other: Post = await settle(client.posts.publish("Ours"))
    await settle(client.posts.repost(other))
    made: Post = await settle(client.posts.repost(theirs))
    read: Post = await settle(client.posts.get(made))
    world.fail("threads", "repost", Fault.DROP_AFTER_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.repost(theirs))
    found: Found = await settle(client.posts.find(caught.value.attempt))

    assert (made.shares, read.shares, read.text) == (theirs, theirs, "")
    assert found.post is not None
    assert (found.post.id, found.post.shares) == (network.posts()[-1].id, theirs)
    assert len(network.posts()) == 4
    assert (await settle(client.account.quotas()))[0].used == 1
    assert {row.value for row in await collect(client.insights.posts([made]))} == {None}


async def test_a_repost_that_never_arrived_is_absent_once_it_cannot_land_any_more(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    post: Post = await settle(client.posts.publish("Ours"))
    world.fail("threads", "repost", Fault.DROP_BEFORE_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.repost(post))
    first: Found = await settle(client.posts.find(caught.value.attempt))
    world.clock.advance(timedelta(hours=1))
    second: Found = await settle(client.posts.find(caught.value.attempt))

    assert (first.state, second.state) == (FoundState.UNDECIDED, FoundState.ABSENT)
    assert len(network.posts()) == 1


async def test_a_repost_that_does_not_say_of_what_decides_nothing(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    post: Post = await settle(client.posts.publish("Ours"))
    world.fail("threads", "repost", Fault.DROP_AFTER_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.repost(post))
    for one in network._state.posts.values():
        one.content.repeats = None
    world.clock.advance(timedelta(hours=1))
    found: Found = await settle(client.posts.find(caught.value.attempt))

    assert found.state is FoundState.UNDECIDED
    assert "does not tell of what" in found.because


def _awaits(client: Any) -> bool:
    return isinstance(client, AsyncThreads)


@pytest.mark.parametrize("body", [{"success": False}, {}, {"status": "ok"}])
async def test_what_does_not_say_that_it_was_done_is_not_taken_for_done(
    opened: Any, body: dict[str, Any]
) -> None:
    def answer(request: Request) -> Response:
        told = {"id": "1", "username": "shop"} if request.method == "GET" else body
        return Response(200, {"content-type": "application/json"}, json.dumps(told).encode())

    client = opened(transport=SteppedTransport(answer, suspends=_awaits(opened())))
    message = Message(
        id="7", kind=MessageKind.COMMENT, author=Author(id="", handle="ada"), created_at=NOON, post_id="6"
    )

    with pytest.raises(OutcomeUnknownError):
        await settle(client.posts.delete("7"))
    with pytest.raises(OutcomeUnknownError):
        await settle(client.inbox.hide(message))


async def test_a_reply_whose_words_are_null_takes_no_other_with_it(opened: Any) -> None:
    null = {"id": "7", "text": None, "media_type": None, "username": None}
    asked = {"id": "8", "text": "How much?", "media_type": "TEXT_POST", "username": "ada"}
    replies = [{**one, "timestamp": "2026-03-01T10:00:00+0000"} for one in (null, asked)]

    def answer(request: Request) -> Response:
        told = {"data": replies} if "conversation" in request.url else {"id": "1", "username": "shop"}
        return Response(200, {"content-type": "application/json"}, json.dumps(told).encode())

    client = opened(transport=SteppedTransport(answer, suspends=_awaits(opened())))
    found: list[Message] = await collect(client.inbox.comments("6"))

    assert [(one.id, one.text, one.author.handle) for one in found] == [
        ("7", "", ""),
        ("8", "How much?", "ada"),
    ]


async def test_what_came_to_another_account_is_not_acted_upon(client: Any, network: ThreadsSimulator) -> None:
    post: Post = await settle(client.posts.publish("Ours"))
    other = AccountRef(platform="threads", host=post.account.host if post.account else None, id="9")
    message = Message(id=post.id, kind=MessageKind.COMMENT, account=other, author=ADA, created_at=NOON)

    theirs = post.model_copy(update={"account": other})

    with pytest.raises(WrongAccountError):
        await collect(client.inbox.iterate_pending(theirs))
    with pytest.raises(WrongAccountError):
        await settle(client.posts.repost(theirs))
    for act in (client.inbox.approve, client.inbox.ignore):
        with pytest.raises(WrongAccountError):
            await settle(act(message))
    assert len(network.posts()) == 1


async def test_own_posts_say_whose_they_are_by_id_and_those_of_others_by_name(
    client: Any, world: Sandbox
) -> None:
    made: Post = await settle(client.posts.publish("Ours"))
    theirs = world.receive("threads", text="The best shop", author="ada")
    me = await settle(client.account.me())
    own = (made, await settle(client.posts.get(made.id)), *await collect(client.posts.iterate()))
    other: Post = await settle(client.posts.get(theirs))

    assert {None if one.author is None else one.author.id for one in own} == {me.id}
    assert other.author is not None
    assert (other.author.id, other.author.handle) == ("", "ada")
