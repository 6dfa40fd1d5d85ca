"""Servers that lack something: what they do not offer is said, and never taken for something else."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from socialkit.errors import NoSuchCallError
from socialkit.models import Draft
from socialkit.platforms import BlueskyOptions
from tests.platforms.bluesky.conftest import Network
from tests.support import collect, settle

UNKNOWN = (501, "MethodNotImplemented")
QUIET = Draft(text="Hush", options=[BlueskyOptions(quotable=False)])
FILE = "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy"


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
