"""What of the inbox a token opens, and what can be done to which of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from socialkit.auth import Credentials
from socialkit.errors import MissingScopeError, NotSupportedError
from socialkit.models import Capability, Draft, Media, MessageKind
from socialkit.sandbox import Sandbox
from socialkit.sandbox.instagram import InstagramSimulator
from socialkit.sandbox.instagram._state import SCOPES, USER
from socialkit.testing._transports import RecordingTransport
from tests.platforms.instagram.conftest import Open
from tests.support import collect, settle

DRAFT = Draft(text="Autumn #autumn", media=[Media.from_url("https://shop.example/dot.jpg")])


def watched(client: Any) -> RecordingTransport:
    """Notes from now on what a client sends."""
    sent = RecordingTransport(client._core.pipeline.transport)
    client._core.pipeline.transport = sent
    return sent


@pytest.mark.parametrize("act", ["hide", "unhide", "delete"])
async def test_what_stands_under_no_post_is_neither_hidden_nor_deleted(
    shop: Any, world: Sandbox, act: str
) -> None:
    world.receive("instagram", text="The best shop")
    world.receive("instagram", text="Hello?", private=True)
    found = await collect(shop.inbox.iterate())
    sent = watched(shop)

    for message in found:
        with pytest.raises(NotSupportedError, match=f"this is a {message.kind}"):
            await settle(getattr(shop.inbox, act)(message))
    assert {one.kind.value for one in found} == {"mention", "direct message"}
    assert [one.method for one in sent.requests if one.method != "GET"] == []


async def visited(client: Any, world: Sandbox) -> None:
    """Has people write a comment, a private message, and a post that names the account."""
    post = await settle(client.posts.publish(DRAFT))
    world.receive("instagram", text="How much?", reply_to=post.id)
    world.receive("instagram", text="Hello?", private=True)
    world.receive("instagram", text="The best shop")


async def test_a_person_s_token_reads_no_private_messages_and_says_whose_does(
    opened: Open, world: Sandbox, meta: InstagramSimulator
) -> None:
    await visited(opened(), world)
    (private,) = await collect(opened().inbox.iterate(kinds=[MessageKind.DIRECT_MESSAGE]))
    person = meta._state.issue(meta._state.user("Ada").id, USER, SCOPES, timedelta(days=60)).value
    found = await collect(opened(access_token=person).inbox.iterate())

    assert {one.kind for one in found} == {MessageKind.COMMENT, MessageKind.MENTION}
    acts: list[Callable[[Any], Any]] = [
        lambda client: collect(client.inbox.iterate(kinds=[MessageKind.DIRECT_MESSAGE])),
        lambda client: settle(client.inbox.reply(private, "Ten")),
        lambda client: settle(client.account.subscribe()),
    ]
    for act in acts:
        client = opened(access_token=person)
        with pytest.raises(NotSupportedError) as caught:
            await act(client)
        assert "account.accounts()" in str(caught.value)
        closed = {Capability.DIRECT_MESSAGES, Capability.REPLY_PRIVATELY}
        assert {one for one in Capability if opened().can(one) and not client.can(one)} == closed
    assert meta.messages() == []


@pytest.mark.parametrize("closed", ["messages", "comments"])
async def test_an_inbox_is_read_without_what_the_known_scopes_do_not_open(
    opened: Open, world: Sandbox, meta: InstagramSimulator, closed: str
) -> None:
    await visited(opened(), world)
    scopes = tuple(one for one in SCOPES if one != f"instagram_manage_{closed}")
    token = meta.issue_token(scopes=scopes)
    given = {"access_token": None, "app_secret": None, "client_id": None}
    told = opened(credentials=Credentials(access_token=token, scopes=scopes), **given)
    lacking = {"comment": MessageKind.COMMENT, "message": MessageKind.DIRECT_MESSAGE}[closed[:-1]]

    texts = {one.text for one in await collect(told.inbox.iterate())}
    assert texts == ({"How much?", "The best shop"} if closed == "messages" else {"Hello?"})
    for client, kinds in ((told, [lacking]), (opened(access_token=token), None)):
        with pytest.raises(MissingScopeError) as caught:
            await collect(client.inbox.iterate(kinds=kinds))
        assert caught.value.scopes == (f"instagram_manage_{closed}",)


async def test_the_own_login_reads_all_but_mentions_and_refuses_those_where_they_are_named(
    opened: Open, world: Sandbox, meta: InstagramSimulator
) -> None:
    meta.login = "instagram"
    client = opened()
    await visited(client, world)

    assert {one.text for one in await collect(client.inbox.iterate())} == {"How much?", "Hello?"}
    with pytest.raises(NotSupportedError, match='login="facebook"'):
        await collect(client.inbox.iterate(kinds=[MessageKind.MENTION]))


async def test_an_answer_names_the_one_scope_that_is_missing(
    opened: Open, world: Sandbox, meta: InstagramSimulator
) -> None:
    await visited(opened(), world)
    reader = opened(access_token=meta.issue_token(scopes=("instagram_basic",)))

    for message in await collect(opened().inbox.iterate(kinds=[MessageKind.COMMENT])):
        for private, scope in ((False, "instagram_manage_comments"), (True, "instagram_manage_messages")):
            with pytest.raises(MissingScopeError) as caught:
                await settle(reader.inbox.reply(message, "Ten", private=private))
            assert caught.value.scopes == (scope,)
