"""What a write made must have a name: an answer without one leaves open what became of it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from socialkit.errors import OutcomeUnknownError
from socialkit.models import Draft, Media
from socialkit.sandbox import Sandbox
from socialkit.testing._transports import RecordingTransport
from socialkit.transport import Request, Response
from tests.support import collect, settle

PICTURE = Media.from_url("https://shop.example/dot.jpg")
Write = Callable[[Sandbox, Any], Awaitable[Any]]


class Nameless(RecordingTransport):
    """Passes writes on, and tells of those to one edge no id."""

    edge = ""

    async def send(self, request: Request, /) -> Response:
        told = await super().send(request)
        if not self.edge or request.method != "POST" or not request.url.endswith(self.edge):
            return told
        body = json.loads(told.content)
        empty = {name: "" if name in {"id", "message_id"} else value for name, value in body.items()}
        return Response(told.status, told.headers, json.dumps(empty).encode())


async def publish(_world: Sandbox, client: Any) -> Any:
    return await settle(client.posts.publish(Draft(text="Autumn", media=[PICTURE])))


async def publish_text(_world: Sandbox, client: Any) -> Any:
    return await settle(client.posts.publish("Autumn"))


async def answer(world: Sandbox, client: Any) -> Any:
    write = publish if client.platform == "instagram" else publish_text
    world.receive(client.platform, text="How much?", reply_to=(await write(world, client)).id)
    (message,) = await collect(client.inbox.iterate())
    return await settle(client.inbox.reply(message, "Ten"))


async def write_to(world: Sandbox, client: Any) -> Any:
    world.receive(client.platform, text="How much?", private=True)
    (message,) = await collect(client.inbox.iterate())
    return await settle(client.inbox.reply(message, "Ten"))


@pytest.mark.parametrize("mode", ["connect", "connect_async"])
@pytest.mark.parametrize(
    ("platform", "write", "edge"),
    [
        ("instagram", publish, "/media_publish"),
        ("instagram", answer, "/replies"),
        ("instagram", write_to, "/messages"),
        ("facebook", publish_text, "/feed"),
        ("facebook", answer, "/comments"),
        ("facebook", write_to, "/messages"),
        ("threads", publish_text, "/threads_publish"),
    ],
)
async def test_a_write_whose_answer_names_nothing_is_open_and_found(
    mode: str, platform: str, write: Write, edge: str
) -> None:
    with Sandbox(seed=7) as world:
        client = getattr(world, mode)(platform)
        nameless = Nameless(client._core.pipeline.transport)
        client._core.pipeline.transport = nameless
        nameless.edge = edge

        with pytest.raises(OutcomeUnknownError) as caught:
            await write(world, client)
        found = await settle(client.posts.find(caught.value.attempt))

        assert found.post is not None
        assert found.post.id
