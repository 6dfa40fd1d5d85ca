"""A world with an X in it, and clients of both modes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from socialkit.operations import Async, Sync
from socialkit.platforms import AsyncX, X
from socialkit.sandbox import Sandbox
from socialkit.sandbox.x import XSimulator
from socialkit.testing import RecordingTransport
from socialkit.transport import default_transport

Open = Callable[..., Any]


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


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with Sandbox(seed=7) as world:
        yield Place(world, blocking=bool(request.param))
