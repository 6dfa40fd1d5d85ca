"""The network's events: read in both forms, each once, whatever the line does."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import ExitStack, aclosing
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import websockets.sync.server as websockets
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from socialkit.errors import AuthenticationError, BadRequestError, ConfigurationError
from socialkit.operations import Arrival, Async, AsyncStream, Stream, Sync, streamed
from socialkit.platforms.base import Namespace
from socialkit.platforms.bluesky._jetstream import (
    Jetstream,
    JetstreamAction,
    JetstreamEvent,
    JetstreamKind,
    _Seen,
    to_event,
)
from socialkit.sandbox import Clock
from socialkit.sandbox._feed import Feed
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._jetstream import jetstream
from socialkit.sandbox._world._carrier import _Line, to_sim_request
from socialkit.testing import collect, settle, take
from socialkit.transport import (
    AsyncTransport,
    BlockingTransport,
    OpenAnswer,
    Pipeline,
    Request,
    Response,
    Retry,
    Transport,
)
from tests.support import corpus

START = 1_772_442_000_000_000
"""The first moment of a sandbox, in microseconds."""
QUICK = Retry(base=timedelta(milliseconds=1), longest_wait=timedelta(milliseconds=5))


def post(number: int, *, did: str = "did:plc:ada", at: int | None = None, **commit: Any) -> dict[str, Any]:
    """An event as the server sends it."""
    told = {
        "rev": f"3k{number}",
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": f"r{number}",
        "record": {"$type": "app.bsky.feed.post", "text": f"Hello {number}"},
        "cid": f"bafy{number}",
    }
    time_us = START + number * 1_000 if at is None else at
    return {"did": did, "time_us": time_us, "kind": "commit", "commit": told | commit}


class Network:
    """What happens, and who is told."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.feeds: list[Feed] = []
        self.asked: list[SimRequest] = []

    def answer(self, request: SimRequest) -> SimResponse:
        self.asked.append(request)
        answer = jetstream(self.events, request)
        if answer.feed is not None:
            self.feeds.append(answer.feed)
        return answer

    def happen(self, *events: dict[str, Any] | bytes) -> None:
        for event in events:
            if isinstance(event, dict):
                self.events.append(event)
            for feed in self.feeds:
                feed.put(event if isinstance(event, bytes) else json.dumps(event).encode())

    def drop(self) -> None:
        for feed in self.feeds:
            feed.cut()
        self.feeds.clear()


class Inside(BlockingTransport):
    """Carries subscriptions to a network in this process."""

    def __init__(self, network: Network, *, waits: bool) -> None:
        super().__init__()
        self._network = network
        self._clock = Clock()
        self._in_a_loop = waits

    async def stream(self, request: Request, /) -> OpenAnswer:
        answer = self._network.answer(to_sim_request(request))
        head = Response(answer.status, answer.headers, answer.body)
        return _Line(head, answer.feed or Feed(), self._clock, request, waits=self._in_a_loop)

    async def sleep(self, seconds: float, /) -> None:
        self._clock.advance(seconds)

    def now(self) -> datetime:
        return self._clock.now()


class Listener(Namespace[Any]):
    """As the listening of the platform will offer it."""

    namespace = "listening"
    jetstream: Jetstream

    @streamed
    async def events(
        self,
        *,
        collections: tuple[str, ...] = (),
        dids: tuple[str, ...] = (),
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncGenerator[Arrival[JetstreamEvent], None]:
        del limit
        followed = self.jetstream.follow(collections=collections, dids=dids, cursor=cursor)
        async with aclosing(followed) as arrivals:
            async for arrival in arrivals:
                yield arrival


Follow = Callable[..., Stream[JetstreamEvent] | AsyncStream[JetstreamEvent]]


def follower(transport: Transport, mode: type[Any], url: str) -> Follow:
    pipeline = Pipeline(transport, platform="bluesky", base_url="https://pds.example", retry=QUICK)
    listener = Listener(mode, None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    listener.jetstream = Jetstream(pipeline, url=url)
    return listener.events


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
def mode(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
async def follow(network: Network, mode: Any) -> AsyncIterator[Follow]:
    transport = Inside(network, waits=mode is Async)
    yield follower(transport, mode, "wss://jetstream.example")
    await transport.close()


def words(events: list[JetstreamEvent]) -> list[str]:
    return [str((event.record or {}).get("text", event.action or event.kind)) for event in events]


# Events --------------------------------------------------------------------------------------


def recorded() -> list[Any]:
    folder = corpus("bluesky", "jetstream-events")
    return [json.loads(path.read_text())["body"] for path in sorted(folder.glob("*.json"))]


def test_every_recorded_event_is_read() -> None:
    bodies = recorded()
    events = [to_event(json.dumps(body).encode()) for body in bodies]

    assert len(events) >= 6
    for body, event in zip(bodies, events, strict=True):
        assert event is not None
        assert (event.did, event.time_us, dict(event.raw)) == (body["did"], body["time_us"], body)
        assert event.kind.known
        if "commit" in body:
            assert event.action is not None
            assert event.action.known
            assert event.record == body["commit"].get("record")
            uri = f"at://{body['did']}/{body['commit']['collection']}/{body['commit']['rkey']}"
            assert event.uri == uri
        else:
            assert (event.uri, event.active) == (None, True)


def test_the_old_form_says_the_same_as_the_new_one() -> None:
    new = post(1)
    old = json.loads(json.dumps(new))
    old["type"] = {"commit": "com"}[old.pop("kind")]
    old["commit"]["type"] = {"create": "c"}[old["commit"].pop("operation")]
    read = [to_event(json.dumps(one).encode()) for one in (new, old)]

    assert read[0] is not None
    assert read[1] is not None
    assert read[0].model_dump(exclude={"raw"}) == read[1].model_dump(exclude={"raw"})


def test_a_deletion_has_neither_record_nor_hash() -> None:
    told = post(1, operation="delete")
    del told["commit"]["record"], told["commit"]["cid"]
    event = to_event(json.dumps(told).encode())

    assert event is not None
    assert (event.action, event.record, event.cid) == (JetstreamAction.DELETE, None, None)
    assert event.uri == "at://did:plc:ada/app.bsky.feed.post/r1"


def test_identities_and_accounts_are_read() -> None:
    identity = {"did": "did:plc:a", "time_us": 1, "kind": "identity", "identity": {"handle": "a.example"}}
    account = {
        "did": "did:plc:a",
        "time_us": START,
        "kind": "account",
        "account": {"active": False, "status": "deleted", "seq": 3},
    }
    one, two = (to_event(json.dumps(event).encode()) for event in (identity, account))

    assert one is not None
    assert two is not None
    assert (one.kind, one.handle, one.uri) == (JetstreamKind.IDENTITY, "a.example", None)
    assert (two.kind, two.active, two.status, two.seq) == (JetstreamKind.ACCOUNT, False, "deleted", 3)
    assert two.at == datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"{}", b'{"did":"x","time_us":1,"kind":"commit"}']
)
def test_what_nobody_can_read_is_no_event(content: bytes) -> None:
    assert to_event(content) is None


def test_kinds_of_tomorrow_are_kept() -> None:
    event = to_event(b'{"did": "did:plc:a", "time_us": 1, "kind": "weather", "weather": {"sun": true}}')

    assert event is not None
    assert (event.kind.value, event.kind.known, event.raw["weather"]) == ("weather", False, {"sun": True})


@settings(deadline=None)
@given(numbers=st.lists(st.integers(0, 30), max_size=40), stop=st.integers(0, 40))
def test_a_cursor_never_loses_and_never_repeats(numbers: list[int], stop: int) -> None:
    events = [to_event(json.dumps(post(n, at=START + n // 3)).encode()) for n in sorted(set(numbers))]
    known = [event for event in events if event is not None]
    seen = _Seen(START)
    first = [event for event in known[:stop] if seen.add(event)]
    again = _Seen.of(seen.cursor())
    rest = [event for event in known if again.add(event)]

    assert first + rest == known


# The stream ----------------------------------------------------------------------------------


async def test_events_come_in_order_each_once(network: Network, follow: Follow) -> None:
    stream = follow(cursor=str(START))
    network.happen(post(1), post(2))
    assert words(await take(stream, 2)) == ["Hello 1", "Hello 2"]
    network.drop()
    network.happen(post(3))
    assert words(await take(stream, 1)) == ["Hello 3"]
    network.happen(post(3), post(2), post(4))

    assert words(await take(stream, 1)) == ["Hello 4"]
    await settle(stream.close())


async def test_a_reconnection_goes_back_a_few_seconds(network: Network, follow: Follow) -> None:
    stream = follow()
    network.happen(post(1))
    assert words(await take(stream, 1)) == ["Hello 1"]
    network.drop()
    network.happen(post(2))
    await take(stream, 1)
    await settle(stream.close())
    cursors = [int(dict(one.query)["cursor"]) for one in network.asked]

    assert cursors == [START, START + 1_000 - 5_000_000]
    assert {one.path for one in network.asked} == {"/subscribe"}


async def test_another_client_resumes_at_the_cursor(network: Network, follow: Follow) -> None:
    same = START + 5_000
    network.happen(post(1), post(2, at=same), post(3, at=same), post(4, at=same), post(5, at=same + 1))
    first = follow(cursor=str(START))
    taken = await take(first, 3)
    await settle(first.close())
    second = follow(cursor=first.cursor)
    rest = await take(second, 2)
    await settle(second.close())

    assert words(taken + rest) == [f"Hello {number}" for number in range(1, 6)]


async def test_what_is_wanted_is_asked_for(network: Network, follow: Follow) -> None:
    like = post(2, collection="app.bsky.feed.like", record={"text": "like"})
    follows = post(3, collection="app.bsky.graph.follow", record={"text": "follow"})
    other = post(4, did="did:plc:bob")
    gone = {"did": "did:plc:ada", "time_us": START + 9_000, "kind": "account", "account": {"active": False}}
    network.happen(post(1), like, follows, other, gone)
    stream = follow(
        collections=("app.bsky.feed.like", "app.bsky.graph.*"), dids=("did:plc:ada",), cursor=str(START)
    )

    assert words(await take(stream, 3)) == ["like", "follow", "account"]
    await settle(stream.close())


async def test_deletions_come_and_garbage_does_not(network: Network, follow: Follow) -> None:
    stream = follow(cursor=str(START))
    network.happen(post(1))
    assert words(await take(stream, 1)) == ["Hello 1"]
    gone = post(1, operation="delete", rev="3k9", record=None, cid=None, at=START + 9)
    network.happen(b"{", b"\xff", b"[1]", gone)
    (event,) = await take(stream, 1)
    await settle(stream.close())

    assert (event.action, event.uri) == (JetstreamAction.DELETE, "at://did:plc:ada/app.bsky.feed.post/r1")


async def test_too_much_is_refused_unsent(network: Network, follow: Follow) -> None:
    for more in ({"collections": ("a.b.c",) * 101}, {"dids": ("did:plc:a",) * 201}, {"cursor": "x"}):
        with pytest.raises(ValueError, match=r"at most|cursor"):
            await take(follow(**more), 1)

    assert network.asked == []


# Over a socket -------------------------------------------------------------------------------


class Server:
    """Jetstream on this machine: a real WebSocket before a simulated network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.lines: list[websockets.ServerConnection] = []
        self.headers: list[dict[str, str]] = []
        self.refuse: int | None = None
        self.refuses = 100
        self._server = websockets.serve(self._talk, "127.0.0.1", 0, process_request=self._greet)
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def _greet(self, line: websockets.ServerConnection, request: Any) -> Any:
        self.headers.append(dict(request.headers.raw_items()))
        good = self.refuse is None or len(self.headers) > self.refuses
        return None if good or self.refuse is None else line.respond(self.refuse, '{"message": "No"}')

    def _talk(self, line: websockets.ServerConnection) -> None:
        assert line.request is not None
        query = urlsplit(line.request.path)
        self.lines.append(line)
        feed = self.network.answer(SimRequest.of("GET", f"{query.path}?{query.query}")).feed
        assert feed is not None
        try:
            while not feed.closed:
                frame = feed.take(0.05)
                if frame:
                    line.send(frame.decode())
        except ConnectionClosed:
            return
        except Exception:  # noqa: BLE001 - the feed was cut: so is the line
            line.socket.shutdown(2)

    def close(self) -> None:
        for feed in self.network.feeds:
            feed.close()
        self._server.shutdown()
        self._thread.join()


@pytest.fixture
def server(network: Network) -> Iterator[Server]:
    with ExitStack() as stack:
        made = Server(network)
        stack.callback(made.close)
        yield made


@pytest.fixture
async def dial(server: Server, mode: Any) -> AsyncIterator[Follow]:
    transport: Any = AsyncTransport() if mode is Async else BlockingTransport()
    yield follower(transport, mode, server.url)
    await settle(transport.close()) if mode is Async else await transport.close()


async def test_a_real_line_is_made_again_when_it_breaks(
    network: Network, server: Server, dial: Follow
) -> None:
    network.happen(post(1), post(2))
    stream = dial(collections=("app.bsky.feed.post",), cursor=str(START))
    assert words(await take(stream, 2)) == ["Hello 1", "Hello 2"]
    network.drop()
    network.happen(post(3))
    assert words(await take(stream, 1)) == ["Hello 3"]
    await settle(stream.close())

    assert parse_qs(server.lines[0].request.path.partition("?")[2]) == {  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
        "wantedCollections": ["app.bsky.feed.post"],
        "cursor": [str(START - 5_000_000)],
    }
    assert all(one["User-Agent"].startswith("socialkit/") for one in server.headers)
    assert not any("Authorization" in one for one in server.headers)


@pytest.mark.parametrize(("status", "kind"), [(400, BadRequestError), (401, AuthenticationError)])
async def test_a_refused_line_is_an_error(
    server: Server, dial: Follow, status: int, kind: type[Exception]
) -> None:
    server.refuse = status
    with pytest.raises(kind, match="No"):
        await take(dial(), 1)

    assert len(server.headers) == 1


async def test_a_server_that_is_down_is_tried_again(server: Server, dial: Follow, network: Network) -> None:
    network.happen(post(1))
    server.refuse = 503
    stream = dial(cursor=str(START))

    server.refuses = 3

    assert words(await take(stream, 1)) == ["Hello 1"]
    assert len(server.headers) == 4
    await settle(stream.close())


async def test_closing_wakes_whoever_waits_for_a_message(server: Server) -> None:
    transport = AsyncTransport()
    stream: Any = follower(transport, Async, server.url)()
    task = asyncio.ensure_future(collect(stream))
    while not server.lines:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.01)
    await stream.close()

    assert await asyncio.wait_for(task, 10) == []
    await transport.close()


async def test_the_library_that_is_missing_is_named(
    network: Network, mode: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socialkit.transport._websocket", None)
    transport: Any = AsyncTransport() if mode is Async else BlockingTransport()
    with pytest.raises(ConfigurationError, match=r"socialkit\[stream\]"):
        await take(follower(transport, mode, "wss://jetstream.example")(), 1)
    await transport.close()
