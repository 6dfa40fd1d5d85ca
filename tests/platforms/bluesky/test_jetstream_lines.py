"""The network's events over real sockets: those of a served world, and those of another implementation."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import websockets.sync.client as dialling
import websockets.sync.server as websockets
from websockets.exceptions import ConnectionClosed

from socialkit.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    UnexpectedResponseError,
)
from socialkit.operations import Async, Sync
from socialkit.platforms import AsyncBluesky, Bluesky
from socialkit.platforms.bluesky import JetstreamEvent
from socialkit.sandbox import Fault, Sandbox, SandboxServer
from socialkit.sandbox._http import SimRequest
from socialkit.testing import collect, settle, take
from socialkit.transport import Retry

Connect = Callable[..., Any]
QUICK = Retry(base=timedelta(milliseconds=1), longest_wait=timedelta(milliseconds=5))
POST = "app.bsky.feed.post"
PASSWORD = "not-a-real-password"


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with Sandbox(seed=7) as world:
        yield world


@pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
def mode(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
async def connect(world: Sandbox, mode: Any) -> AsyncIterator[Connect]:
    clients: list[Any] = []

    def client(**given: Any) -> Any:
        kind: Any = AsyncBluesky if mode is Async else Bluesky
        login = world.simulator("bluesky").connection()
        clients.append(kind(retry=QUICK, **login, **given))
        return clients[-1]

    yield client
    for one in clients:
        await settle(one.close())


def says(world: Sandbox, text: str) -> str:
    return world.receive("bluesky", text=text, kind="post")


def words(events: list[JetstreamEvent]) -> list[str]:
    return [str((event.record or {}).get("text")) for event in events]


# A served world ------------------------------------------------------------------------------


@pytest.fixture
def served(world: Sandbox) -> SandboxServer:
    return world.serve(platforms=("bluesky",))


async def test_a_served_world_has_events_that_survive_their_line(
    world: Sandbox, served: SandboxServer, connect: Connect
) -> None:
    client = connect(base_url=served.url("bluesky"))
    await settle(client.posts.publish("One"))
    stream = client.listening.events(collections=[POST], cursor="0")
    assert words(await take(stream, 1)) == ["One"]
    says(world, "Two")
    assert words(await take(stream, 1)) == ["Two"]
    world.interrupt("bluesky")
    says(world, "Three")
    assert words(await take(stream, 1)) == ["Three"]
    world.fail("bluesky", "events", Fault.TRUNCATED)
    world.interrupt("bluesky")
    threading.Timer(0.05, lambda: says(world, "Four")).start()
    assert words(await take(stream, 1)) == ["Four"]
    kept = stream.cursor
    await settle(stream.close())
    says(world, "Five")

    assert words(await collect(client.listening.events(cursor=kept, limit=1))) == ["Five"]


async def test_what_a_served_world_refuses_is_raised(served: SandboxServer, connect: Connect) -> None:
    stream = connect(base_url=served.url("bluesky")).listening.events(collections=["posts"])
    with pytest.raises(BadRequestError, match="invalid one"):
        await take(stream, 1)

    assert stream.closed


async def test_a_long_event_comes_whole(world: Sandbox, served: SandboxServer, connect: Connect) -> None:
    client = connect(base_url=served.url("bluesky"))
    texts = ["x" * 300, "é" * 300]
    for text in texts:
        await settle(client.posts.publish(text))
    record = {"$type": "com.example.long", "text": "y" * 70_000}
    network: Any = world.simulator("bluesky")
    with network.lock:
        network._state.happen("did:plc:a", "commit", {**LONG, "record": record})

    events = await take(client.listening.events(cursor="0", limit=3), 3)
    assert words(events) == [*texts, "y" * 70_000]


LONG = {"rev": "3k", "operation": "create", "collection": "com.example.long", "rkey": "1", "cid": "b"}


def test_the_served_socket_answers_pings_and_goodbyes(world: Sandbox, served: SandboxServer) -> None:
    address = f"ws{served.url('bluesky').removeprefix('http')}/subscribe"
    with dialling.connect(address, proxy=None, ping_interval=None) as line:
        assert line.ping(b"still there?").wait(10)
        says(world, "Hello")
        assert "Hello" in str(line.recv(timeout=10))
        line.send("x" * 70_000)  # a caller may talk, and nobody listens
        assert line.ping().wait(10)
        line.close(1000, "enough")

        assert (line.close_code, line.close_reason) == (1000, "enough")


def test_a_server_that_is_shut_down_says_goodbye(world: Sandbox, served: SandboxServer) -> None:
    address = f"ws{served.url('bluesky').removeprefix('http')}/subscribe"
    with dialling.connect(address, proxy=None, ping_interval=None) as line:
        assert line.ping().wait(10)
        served.close()
        with pytest.raises(ConnectionClosed):
            line.recv(timeout=10)

        assert line.close_code == 1001
    assert world.posts("bluesky") == []


def test_a_caller_who_asks_for_no_websocket_is_refused(served: SandboxServer) -> None:
    answer = httpx.get(f"{served.url('bluesky')}/subscribe", trust_env=False)

    assert (answer.status_code, answer.text) == (400, "Bad Request\n")


# Another implementation ----------------------------------------------------------------------


class Server:
    """Jetstream on this machine: the simulated network's events, over a socket of a library."""

    def __init__(self, world: Sandbox) -> None:
        self.headers: list[dict[str, str]] = []
        self.targets: list[str] = []
        self.refuse: int | None = None
        self.refuses = 100
        self._world = world
        self._closing = threading.Event()
        self._server = websockets.serve(self._talk, "127.0.0.1", 0, process_request=self._greet)
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def _greet(self, line: websockets.ServerConnection, request: Any) -> Any:
        self.headers.append(dict(request.headers.raw_items()))
        self.targets.append(request.path)
        good = self.refuse is None or len(self.headers) > self.refuses
        return None if good or self.refuse is None else line.respond(self.refuse, '{"message": "No"}')

    def _talk(self, line: websockets.ServerConnection) -> None:
        assert line.request is not None
        feed = self._world.simulator("bluesky").handle(SimRequest.of("GET", line.request.path)).feed
        assert feed is not None
        try:
            while not (feed.closed or self._closing.is_set()):
                message = feed.take(0.05)
                if message is not None:
                    line.send(message.decode())
        except ConnectionClosed:
            return
        except Exception:  # noqa: BLE001 - the feed was cut: so is the line
            line.socket.shutdown(2)

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()


@pytest.fixture
def server(world: Sandbox) -> Iterator[Server]:
    made = Server(world)
    yield made
    made.close()


async def test_a_real_line_is_made_again_when_it_breaks(
    world: Sandbox, server: Server, connect: Connect
) -> None:
    says(world, "One")
    says(world, "Two")
    stream = connect(jetstream=server.url).listening.events(collections=[POST], cursor="0")
    assert words(await take(stream, 2)) == ["One", "Two"]
    world.interrupt("bluesky")
    says(world, "Three")
    assert words(await take(stream, 1)) == ["Three"]
    await settle(stream.close())

    assert server.targets[0] == f"/subscribe?wantedCollections={POST}&cursor=0"
    assert len(server.targets) == 2
    assert all(one["User-Agent"].startswith("socialkit/") for one in server.headers)
    assert not any("Authorization" in one for one in server.headers)


@pytest.mark.parametrize(("status", "kind"), [(400, BadRequestError), (401, AuthenticationError)])
async def test_a_refused_line_is_an_error(
    server: Server, connect: Connect, status: int, kind: type[Exception]
) -> None:
    server.refuse = status
    with pytest.raises(kind, match="No"):
        await take(connect(jetstream=server.url).listening.events(), 1)

    assert len(server.headers) == 1


async def test_a_server_that_is_down_is_tried_again(world: Sandbox, server: Server, connect: Connect) -> None:
    says(world, "Hello")
    server.refuse = 503
    server.refuses = 3
    stream = connect(jetstream=server.url).listening.events(cursor="0")

    assert words(await take(stream, 1)) == ["Hello"]
    assert len(server.headers) == 4
    await settle(stream.close())


async def test_an_event_that_is_too_long_is_an_error_and_is_not_asked_for_again(
    world: Sandbox, server: Server, connect: Connect
) -> None:
    network: Any = world.simulator("bluesky")
    with network.lock:
        network._state.happen("did:plc:a", "commit", {**LONG, "record": {"text": "y" * 2**23}})
    stream = connect(jetstream=server.url).listening.events(cursor="0")
    with pytest.raises(UnexpectedResponseError, match="more than 8388608 bytes") as caught:
        await take(stream, 1)

    assert (caught.value.platform, caught.value.operation) == ("bluesky", "listening.events")
    assert len(server.targets) == 1


async def test_closing_wakes_whoever_waits_for_an_event(server: Server) -> None:
    async with AsyncBluesky(
        identifier="shop.example", password=PASSWORD, jetstream=server.url, retry=QUICK
    ) as client:
        stream = client.listening.events()
        task = asyncio.ensure_future(collect(stream))
        while stream.cursor is None:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)
        await stream.close()

        assert await asyncio.wait_for(task, 10) == []


async def test_the_library_that_is_missing_is_named(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socialkit.transport._websocket", None)
    with pytest.raises(ConfigurationError, match=r"socialkit\[stream\]") as caught:
        await take(connect(jetstream="ws://127.0.0.1:9").listening.events(), 1)

    assert caught.value.operation == "listening.events"


async def test_a_simulated_world_needs_no_library(
    world: Sandbox, mode: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socialkit.transport._websocket", None)
    says(world, "Hello")
    client: Any = world.connect_async("bluesky") if mode is Async else world.connect("bluesky")
    with world.install():
        kind: Any = AsyncBluesky if mode is Async else Bluesky
        unchanged: Any = kind(identifier="shop.example", password=PASSWORD)

    for one in (client, unchanged):
        assert words(await collect(one.listening.events(cursor="0", limit=1))) == ["Hello"]
        await settle(one.close())
