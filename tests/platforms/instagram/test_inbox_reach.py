"""What of the inbox a token opens, and what can be done to which of it."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.errors import NotSupportedError
from socialkit.models import Draft, Media
from socialkit.sandbox import Sandbox
from socialkit.testing._transports import RecordingTransport
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
