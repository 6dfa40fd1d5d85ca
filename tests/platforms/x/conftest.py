"""A world with an X in it, and clients of both modes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, cast
from urllib.parse import urlencode

import pytest

from socialkit.operations import Async, Sync
from socialkit.platforms import AsyncX, X
from socialkit.sandbox import Sandbox
from socialkit.sandbox.x import XSimulator
from socialkit.testing import RecordingTransport, settle
from socialkit.transport import default_transport
from socialkit.webhooks import AsyncWebhook, Webhook

Open = Callable[..., Any]
ADDRESS: Final = "https://shop.example/x"
PUSHED: Final = (
    *("post.mention.create", "post.reply.create", "post.quote.create", "post.repost.create"),
    *("like.create", "follow.follow", "dm.received"),
)


class Place:
    """A world, its X, and one mode."""

    def __init__(self, world: Sandbox, *, blocking: bool) -> None:
        self.world = world
        self.blocking = blocking
        self.x = cast("XSimulator", world.simulator("x"))

    def transport(self) -> RecordingTransport:
        with self.world.install():
            return RecordingTransport(default_transport(Sync if self.blocking else Async, "x"))

    def client(self, name: str = "main", **given: Any) -> Any:
        """Return a client of an account, with what is given instead of what the simulator would give."""
        login = (
            given if "access_token" in given or "credentials" in given else self.x.connection(name) | given
        )
        kind: Any = X if self.blocking else AsyncX
        transport = login.pop("transport", None) or self.transport()
        credentials = login.pop("credentials", None)
        client = kind(credentials, base_url=self.world.address("x"), transport=transport, **login)
        client.sent = transport
        return client

    async def listen(self, client: Any, *events: str) -> Any:
        """Return what takes an account's pushes, subscribed to and known to X as the app's."""
        keyed = self.client(**self.x.issue_keys())
        address = await settle(keyed.account.register_webhook(ADDRESS))
        await settle(keyed.account.subscribe(address, events or PUSHED))
        hook: Any = (Webhook if self.blocking else AsyncWebhook)(
            "x", client, secret=self.x.app()["client_secret"]
        )
        await self.give(hook)
        return hook

    async def give(self, hook: Any) -> Any:
        """Give the first thing that X sends, and X the answer."""
        push = self.x.due_pushes()[0]
        got = await settle(
            hook.receive(
                method=push.method, query=urlencode(push.query), headers=push.headers, body=push.body
            )
        )
        await settle(hook.done(got))
        self.x.push_answered(got.status, got.body)
        return got


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with Sandbox(seed=7) as world:
        yield Place(world, blocking=bool(request.param))
