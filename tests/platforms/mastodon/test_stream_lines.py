"""Streams over real sockets: those of a served world, and those of servers that say strange things."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import ConfigurationError
from socialkit.platforms import AsyncMastodon, Mastodon
from socialkit.platforms.mastodon._streaming import _spoken_to
from socialkit.sandbox import Fault, Sandbox, SandboxServer
from socialkit.testing import RecordingTransport, collect, settle, take
from socialkit.transport import AsyncTransport, BlockingTransport, Retry, Timeouts
from tests.platforms.mastodon.streaming import Connect, says, texts
from tests.transport.loopback import Act, Loopback, http

QUICK = Retry(base=timedelta(milliseconds=1), longest_wait=timedelta(milliseconds=5))
"""Patience for loopback, where waiting is real."""


@pytest.fixture
def server(world: Sandbox) -> SandboxServer:
    return world.serve(platforms=("mastodon",))


@pytest.fixture
async def dial(world: Sandbox, mode: str) -> AsyncIterator[Connect]:
    clients: list[Any] = []

    def client(base_url: str, token: str | None = None, *, silence: float | None = None) -> Any:
        kind: Any = Mastodon if mode == "blocking" else AsyncMastodon
        carrier: Any = BlockingTransport if mode == "blocking" else AsyncTransport
        given = token or world.simulator("mastodon").connection()["access_token"]
        transport = carrier(timeouts=Timeouts(read=10)) if silence is None else Impatient(carrier(), silence)
        clients.append(kind(base_url=base_url, access_token=given, retry=QUICK, transport=transport))
        return clients[-1]

    yield client
    for one in clients:
        await settle(one.close())


class Impatient(RecordingTransport):
    """Takes a line for dead after a moment."""

    def __init__(self, inner: Any, silence: float) -> None:
        super().__init__(inner)
        self._silence = silence

    async def stream(self, request: Any, /) -> Any:
        return await super().stream(request.replace(timeout=self._silence))


async def test_a_served_stream_survives_its_line(
    world: Sandbox, server: SandboxServer, dial: Connect
) -> None:
    stream = dial(server.url("mastodon")).inbox.stream(cursor="0")
    says(world, "One")
    assert texts(await take(stream, 1)) == ["One"]
    says(world, "Two")
    assert texts(await take(stream, 1)) == ["Two"]
    world.interrupt("mastodon")
    says(world, "Three")
    assert texts(await take(stream, 1)) == ["Three"]
    world.fail("mastodon", "stream", Fault.TRUNCATED)
    world.interrupt("mastodon")
    says(world, "Four")
    assert texts(await take(stream, 1)) == ["Four"]
    threading.Timer(0.05, lambda: says(world, "Five")).start()
    assert texts(await take(stream, 1)) == ["Five"]
    await settle(stream.close())


async def test_a_stream_that_waits_on_a_socket_can_be_closed(world: Sandbox, server: SandboxServer) -> None:
    token = world.simulator("mastodon").connection()["access_token"]
    async with AsyncMastodon(base_url=server.url("mastodon"), access_token=token) as client:
        stream = client.inbox.stream()
        task = asyncio.ensure_future(collect(stream))
        while stream.cursor is None:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)
        await stream.close()

        assert await asyncio.wait_for(task, 10) == []


NOTICE = {
    "id": "5",
    "type": "mention",
    "created_at": "2026-03-02T09:00:00Z",
    "account": {"id": "1", "acct": "ada"},
    "status": {
        "id": "9",
        "created_at": "2026-03-02T09:00:00Z",
        "account": {"id": "1", "acct": "ada"},
        "content": "<p>Hello</p>",
    },
}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n"


def frame(name: str, data: object) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    return f"event: {name}\ndata: {text}\n\n".encode()


def ended(body: bytes) -> bytes:
    """A stream that the server ends as it should be ended."""
    head = HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    return head + (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"


class Script:
    """A server whose streams say what a test says, one connection after the other."""

    def __init__(self, *streams: bytes | Act) -> None:
        self.streams = list(streams)
        self.asked: list[str] = []
        self.url = ""
        self.streaming: str | None = None

    def __call__(self, request: bytes) -> bytes | Act:
        target = request.split(b" ")[1].decode()
        self.asked.append(target)
        if "/streaming/" in target:
            return self.streams.pop(0) if self.streams else Act.HANG
        if "/instance" in target:
            return http(json.dumps({"configuration": {"urls": {"streaming": self.streaming}}}).encode())
        if "verify_credentials" in target:
            return http(json.dumps({"id": "7", "username": "shop"}).encode())
        return http(b"[]")


async def test_frames_that_nobody_can_read_are_passed_over(dial: Connect) -> None:
    second = json.loads(json.dumps(NOTICE)) | {"id": "6"}
    body = b"".join(
        [
            b":)\n",
            frame("delete", "123"),
            frame("update", NOTICE["status"]),
            frame("notification", "{"),
            frame("notification", {"id": "4"}),
            frame("notification", "null"),
            frame("filters_changed", "undefined"),
            frame("something.new", {"id": "1"}),
            b"\xff\xfe\n\ndata\n\n",
            frame("notification", NOTICE),
            b":thump\n",
            frame("notification", NOTICE),
            frame("notification", second),
        ]
    )
    script = Script(HEAD + body)
    with Loopback(script) as server:
        stream = dial(server.url, "made-up-token").inbox.stream()
        messages = await take(stream, 2)
        await settle(stream.close())

    assert [one.text for one in messages] == ["Hello", "Hello"]
    assert stream.cursor == "0~5~6"


async def test_a_platform_that_hangs_up_politely_is_called_again(dial: Connect) -> None:
    script = Script(
        ended(b":)\n"),
        ended(b""),
        http(b"<html>", 502),
        http(b"<html>", 200, "Content-Type: text/html"),
        Act.DROP,
        HEAD + frame("notification", NOTICE),
    )
    with Loopback(script) as server:
        stream = dial(server.url, "made-up-token").inbox.stream()

        assert len(await take(stream, 1)) == 1
        await settle(stream.close())
    assert sum("/streaming/" in one for one in script.asked) == 6


async def test_a_line_without_a_sign_of_life_is_left(dial: Connect) -> None:
    script = Script(Act.HANG, HEAD + frame("notification", NOTICE))
    with Loopback(script) as server:
        stream = dial(server.url, "made-up-token", silence=0.2).inbox.stream()

        assert len(await take(stream, 1)) == 1
        await settle(stream.close())


async def test_the_server_says_where_it_streams(dial: Connect) -> None:
    there, here = Script(HEAD + frame("notification", NOTICE)), Script()
    with Loopback(there) as streams, Loopback(here) as server:
        here.streaming = streams.url.replace("http://", "ws://") + "/"
        stream = dial(server.url, "made-up-token").inbox.stream()
        await take(stream, 1)
        await settle(stream.close())

        assert there.asked == ["/api/v1/streaming/user/notification"]
        assert b"uthorization: Bearer made-up-token" in streams.requests[0]
        assert not any("/streaming/" in one for one in here.asked)


@pytest.mark.parametrize("status", [401, 403, 404, 422])
async def test_a_refusal_is_raised_and_not_asked_again(dial: Connect, status: int) -> None:
    script = Script(http(b'{"error": "No"}', status), HEAD + frame("notification", NOTICE))
    with Loopback(script) as server:
        stream = dial(server.url, "made-up-token").inbox.stream()
        with pytest.raises(Exception, match="No") as caught:
            await take(stream, 1)

    assert getattr(caught.value, "status", None) == status
    assert len(script.streams) == 1


async def test_an_address_that_cannot_be_is_a_mistake_of_the_server(dial: Connect) -> None:
    script = Script()
    script.streaming = "wss://user:pass@elsewhere.example"
    with Loopback(script) as server, pytest.raises(ConfigurationError):
        await take(dial(server.url, "made-up-token").inbox.stream(), 1)


@pytest.mark.parametrize(
    ("told", "base", "address"),
    [
        ("wss://stream.example", "https://a.example/", "https://stream.example"),
        ("ws://stream.example/x/", "https://a.example/", "https://stream.example/x"),
        ("ws://127.0.0.1:4000", "http://127.0.0.1:3000/", "http://127.0.0.1:4000"),
        ("https://stream.example", "http://127.0.0.1:3000/", "https://stream.example"),
        (None, "https://a.example/x/", "https://a.example/x"),
        ("", "https://a.example/", "https://a.example"),
        ("gopher://x", "https://a.example/", "https://a.example"),
        ("wss://[", "https://a.example/", "https://a.example"),
    ],
)
def test_credentials_never_go_from_a_safe_line_to_an_open_one(
    told: str | None, base: str, address: str
) -> None:
    assert _spoken_to(told, base) == address
