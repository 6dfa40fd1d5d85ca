"""Addresses that lead nowhere: handles that nobody has, records that are not there."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from socialkit.errors import BadRequestError, InvalidDraftError, NotFoundError, WrongAccountError
from socialkit.models import Draft, Missing
from socialkit.platforms.bluesky._records import parse_uri
from tests.platforms.bluesky.conftest import Network
from tests.support import collect, settle

KEY = "3jzfcijpj2z2a"
NOWHERE = [
    f"at://nobody-at-all.test/app.bsky.feed.post/{KEY}",
    f"at://did:plc:nobodynobodynobodynobodn/app.bsky.feed.post/{KEY}",
]
NO_ADDRESSES = [
    f"at://bad_handle/app.bsky.feed.post/{KEY}",
    f"at://nobody/app.bsky.feed.post/{KEY}",
    f"at://did:plc/app.bsky.feed.post/{KEY}",
    f"at://a.test/post/{KEY}",
    "at://a.test/app.bsky.feed.post/..",
    f"at://a.test/app.bsky.feed.post/{KEY}/more",
    f"at://a.test/app.bsky.feed.post/{KEY}?x",
    f"https://bsky.app/profile/a.test/post/{KEY}",
]
READING: dict[str, Callable[[Any, str], Coroutine[Any, Any, object]]] = {
    "get": lambda client, uri: settle(client.posts.get(uri)),
    "comments": lambda client, uri: collect(client.inbox.comments(uri)),
    "reply": lambda client, uri: settle(client.posts.publish(Draft(text="Yes", reply_to=uri))),
    "quote": lambda client, uri: settle(client.posts.publish(Draft(text="Look", quotes=uri))),
}


@pytest.mark.parametrize("uri", NOWHERE, ids=["handle", "identifier"])
@pytest.mark.parametrize("name", READING)
async def test_a_post_of_nobody_is_not_there(network: Network, name: str, uri: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        await READING[name](network.connect(), uri)
    assert caught.value.written is False
    assert network.world.posts("bluesky") == []


@pytest.mark.parametrize("uri", NO_ADDRESSES)
@pytest.mark.parametrize("name", READING)
async def test_what_is_no_address_is_asked_of_nobody(network: Network, name: str, uri: str) -> None:
    client = network.connect()
    await settle(client.account.me())
    before = len(network.sent)

    with pytest.raises((NotFoundError, InvalidDraftError)):
        await READING[name](client, uri)
    assert len(network.sent) == before
    assert parse_uri(uri) is None


@pytest.mark.parametrize("uri", [*NOWHERE, *NO_ADDRESSES])
async def test_an_address_that_leads_nowhere_spoils_no_other_metrics(network: Network, uri: str) -> None:
    client = network.connect()
    post = await settle(client.posts.publish("Here"))
    rows = await collect(client.insights.posts([uri, post]))

    likes = {row.subject: (row.value, row.missing) for row in rows if row.metric == "likes"}
    assert likes == {uri: (None, Missing.NOT_FOUND), post.id: (0, None)}


async def test_a_post_has_its_metrics_by_the_handle_of_its_author_too(network: Network) -> None:
    client = network.connect()
    own = await settle(client.posts.publish("Ours"))
    theirs = parse_uri(network.world.receive("bluesky", text="Theirs", kind="post"))
    assert theirs is not None
    handle = network.simulator.connection("customer")["identifier"]
    named = [own.id.replace(str(client.account.ref.id), str(client.account.ref.handle).upper())]
    named.append(str(theirs._replace(authority=handle)))
    rows = await collect(client.insights.posts([*named, own, str(theirs)]))

    likes = [(row.subject, row.value, row.missing) for row in rows if row.metric == "likes"]
    assert likes == [(one, 0, None) for one in (*named, own.id, str(theirs))]
    assert not any("did:" in one for one in named)


@pytest.mark.parametrize("uri", NOWHERE, ids=["handle", "identifier"])
async def test_nobodys_post_is_not_deleted(network: Network, uri: str) -> None:
    with pytest.raises(WrongAccountError):
        await settle(network.connect().posts.delete(uri))
    assert network.calls("com.atproto.repo.deleteRecord") == []


async def test_a_refusal_to_read_our_own_repository_is_no_proof_that_a_post_is_gone(network: Network) -> None:
    client = network.connect()
    post = await settle(client.posts.publish("Here"))
    network.refuse("com.atproto.repo.getRecord", 400, "InvalidRequest")

    with pytest.raises(BadRequestError):
        await settle(client.posts.delete(post))
    assert network.calls("com.atproto.repo.deleteRecord") == []
