"""Servers that lack something: what they do not offer is said, and never taken for something else."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from socialkit.errors import AuthenticationError, NoSuchCallError, NotSupportedError
from socialkit.models import Draft
from socialkit.platforms import BlueskyOptions
from socialkit.testing import video
from tests.platforms.bluesky.conftest import Network
from tests.support import collect, settle

UNKNOWN = (501, "MethodNotImplemented")
QUIET = Draft(text="Hush", options=[BlueskyOptions(quotable=False)])
FILE = "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy"


UPLOAD = "app.bsky.video.uploadVideo"
ASKING: dict[str, Callable[[Any], Coroutine[Any, Any, object]]] = {
    "app.bsky.actor.getProfile": lambda client: settle(client.listening.profile("shop.example")),
    "app.bsky.unspecced.getTrends": lambda client: collect(client.listening.trends()),
    "com.atproto.sync.getBlob": lambda client: settle(client.media.get(FILE)),
    "com.atproto.identity.resolveHandle": lambda client: settle(client.posts.publish("Hi @ada.test")),
    "com.atproto.repo.applyWrites": lambda client: settle(client.posts.publish(QUIET)),
}


@pytest.mark.parametrize("call", ASKING)
async def test_a_call_that_the_server_lacks_is_no_missing_thing(network: Network, call: str) -> None:
    client = network.connect()
    network.refuse(call, *UNKNOWN)

    with pytest.raises(NoSuchCallError) as caught:
        await ASKING[call](client)
    assert (caught.value.code, caught.value.written) == ("MethodNotImplemented", False)
    assert len(network.calls(call)) == 1
    assert network.world.posts("bluesky") == []


async def test_a_film_for_a_server_without_a_video_service_says_what_to_do(network: Network) -> None:
    network.simulator.set_video_service(served=False)
    client = network.connect()
    draft = Draft(text="One", media=[video()], thread=[Draft(text="Two")])

    with pytest.raises(NotSupportedError, match="no video service takes films of accounts on") as caught:
        await settle(client.posts.publish(draft))
    assert "link card" in str(caught.value)
    assert (caught.value.written, caught.value.repeatable) == (False, False)
    assert isinstance(caught.value.__cause__, AuthenticationError)
    assert len(network.calls(UPLOAD)) == 1
    assert network.calls("com.atproto.server.refreshSession") == []
    assert network.world.posts("bluesky") == []


@pytest.mark.parametrize(("status", "code"), [(401, "BadJwtIssuer"), (404, "NotFound"), UNKNOWN])
async def test_a_service_that_refuses_the_servers_own_token_does_not_accuse_the_login(
    network: Network, status: int, code: str
) -> None:
    network.refuse(UPLOAD, status, code)

    with pytest.raises(NotSupportedError, match="no video service takes films"):
        await settle(network.connect().media.upload(video()))


async def test_a_login_that_ended_is_no_lack_of_a_video_service(network: Network) -> None:
    client = network.connect()
    network.refuse("com.atproto.server.getServiceAuth", 400, "InvalidToken")

    with pytest.raises(AuthenticationError):
        await settle(client.media.upload(video()))
    assert network.calls(UPLOAD) == []
