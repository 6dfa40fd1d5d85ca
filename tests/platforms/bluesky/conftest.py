"""A simulated network, and clients of it that note what they send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from socialkit.auth import TokenStore
from socialkit.operations import Async, Mode, Sync
from socialkit.platforms import AsyncBluesky, Bluesky
from socialkit.sandbox import Sandbox
from socialkit.sandbox.bluesky import BlueskySimulator
from socialkit.testing._transports import RecordingTransport
from socialkit.transport import Request, Response, Retry, default_transport


class Refusing(RecordingTransport):
    """Notes every request, and answers some calls itself."""

    answers: dict[str, Response]
    """What is answered to a call, by its name."""

    async def send(self, request: Request, /) -> Response:
        answer = self.answers.get(request.url.rpartition("xrpc/")[2])
        if answer is None:
            return await super().send(request)
        self.requests.append(request)
        return answer


class Network:
    """A simulated network with clients of one mode."""

    def __init__(self, world: Sandbox, mode: type[Mode]) -> None:
        self.world = world
        self.mode = mode
        self.sent: list[Request] = []
        self.answers: dict[str, Response] = {}

    @property
    def simulator(self) -> BlueskySimulator:
        return cast("BlueskySimulator", self.world.simulator("bluesky"))

    def connect(
        self,
        account: str = "main",
        *,
        password: str | None = None,
        tokens: TokenStore | None = None,
        login: bool = True,
        jetstream: str | None = None,
        attempts: int = 4,
    ) -> Any:
        """Return a client; without `login` it has nothing but the store."""
        with self.world.install():
            transport = Refusing(default_transport(self.mode, "bluesky"))
        transport.answers = self.answers
        transport.requests = self.sent  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
        given: dict[str, Any] = self.simulator.connection(account) if login else {}
        given |= {"jetstream": jetstream, "retry": Retry(attempts=attempts)}
        if password is not None:
            given["password"] = password
        kind: Any = AsyncBluesky if self.mode is Async else Bluesky
        return kind(base_url=self.world.address("bluesky"), transport=transport, tokens=tokens, **given)

    def refuse(self, name: str, status: int, code: str) -> None:
        """Have a call refused as a server does, whatever the simulator would say."""
        body = json.dumps({"error": code, "message": "No"}).encode()
        self.answers[name] = Response(status, {"content-type": "application/json"}, body)

    def calls(self, name: str) -> list[Request]:
        """Return what was sent to one call."""
        return [one for one in self.sent if one.url.endswith(f"xrpc/{name}")]

    def calls_to(self, path: str) -> list[Request]:
        """Return what was sent to other addresses that end so."""
        return [one for one in self.sent if one.url.endswith(path)]

    def records(self) -> list[Any]:
        """Return the records that were sent to be written, one after the other."""
        return [cast("Any", one.json)["record"] for one in self.calls("com.atproto.repo.putRecord")]


@pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
def network(request: pytest.FixtureRequest) -> Iterator[Network]:
    with Sandbox(seed=3) as world:
        yield Network(world, request.param)
