"""What is hidden, what vanishes, what a place needs: the simulated Threads is as strict as the real one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import BadRequestError, MissingScopeError, NotFoundError
from socialkit.models import Draft, Message, Post
from socialkit.platforms.threads import ThreadsOptions
from socialkit.sandbox import Sandbox
from socialkit.sandbox.threads import ThreadsSimulator
from tests.support import collect, settle

GHOST = Draft(text="Boo", options=[ThreadsOptions(ghost=True)])


async def test_replies_at_the_top_alone_are_hidden_and_what_answers_them_with_them(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    post: Post = await settle(client.posts.publish("Open?"))
    top = world.receive("threads", text="When?", reply_to=post.id)
    nested = world.receive("threads", text="Me too", reply_to=top, author="friend")
    other = world.receive("threads", text="Nice", reply_to=post.id)
    found: dict[str, Message] = {one.id: one for one in await collect(client.inbox.comments(post))}
    with pytest.raises(BadRequestError):
        await settle(client.inbox.hide(found[nested]))
    before = network.is_hidden(nested)
    await settle(client.inbox.hide(found[top]))
    hidden = {one.id: one.raw["hide_status"] for one in await collect(client.inbox.comments(post))}

    assert not before
    assert hidden == {top: "HIDDEN", nested: "HIDDEN", other: "NOT_HUSHED"}
    assert network.is_hidden(nested)
    await settle(client.inbox.unhide(found[top]))
    assert not network.is_hidden(nested)


async def test_a_post_that_vanishes_is_gone_after_a_day_and_never_among_the_others(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    kept: Post = await settle(client.posts.publish("Stays"))
    ghost: Post = await settle(client.posts.publish(GHOST))
    world.clock.advance(timedelta(hours=23))
    there = (await settle(client.posts.get(ghost))).text
    listed = [one.id for one in await collect(client.posts.iterate())]
    searched = await collect(client.listening.search("Boo"))
    world.clock.advance(timedelta(hours=2))

    assert (there, listed, searched) == ("Boo", [kept.id], [])
    assert [one.text for one in network.posts()] == ["Stays"]
    with pytest.raises(NotFoundError):
        await settle(client.posts.get(ghost))
    with pytest.raises(BadRequestError):
        await settle(client.posts.publish(Draft(text="Too late", reply_to=ghost.id)))


async def test_a_place_needs_the_permission_for_places(opened: Any, network: ThreadsSimulator) -> None:
    scopes = ("threads_basic", "threads_content_publish")
    bare = opened(access_token=network.issue_token(scopes=scopes))
    draft = Draft(text="Here", options=[ThreadsOptions(place="100200300")])

    with pytest.raises(MissingScopeError):
        await settle(bare.posts.publish(draft))
    assert network.posts() == []
