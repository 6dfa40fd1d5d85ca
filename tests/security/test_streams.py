"""A stream holds its credentials for hours: none of its failures shows them."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Any, Final

import pytest
import websockets.sync.server as websockets

import socialkit as sk
from socialkit.testing import settle, take
from socialkit.transport import OpenAnswer, Request, Secret
from tests.security.support import (
    ACCESS,
    STATUS,
    TWICE,
    Cut,
    close,
    connect,
    echo,
    haste,
    leaks,
    logged,
    outcome,
    reading,
)
from tests.transport.loopback import Act, Loopback, Reply, closed_port, http

Serve = Callable[[Reply], Loopback]

HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 999\r\n\r\n"
LINES: Final[dict[str, Reply]] = {
    "drop": lambda _: Act.DROP,
    "hang": lambda _: Act.HANG,
    "cut": lambda request: Cut(HEAD + request),
    "silence": lambda request: HEAD + request,
    "not http": lambda request: Cut(request + b"\r\n\r\n"),
    "garbled": lambda _: Cut(
        HEAD.replace(b"Content-Length", b"Content-Encoding: gzip\r\nContent-Length") + b"x"
    ),
}


def planted(url: str) -> Request:
    return Request(
        method="GET",
        url=url,
        params=(("access_token", Secret(ACCESS)),),
        headers={"Authorization": Secret(f"Bearer {ACCESS}")},
        timeout=0.1,
    )


async def followed(blocking: bool, request: Request) -> BaseException | None:
    """Take a stream to its end."""
    transport: Any = haste(blocking)
    answer: OpenAnswer | None = None
    try:
        opened: OpenAnswer = await transport.stream(request)
        answer = opened
        while await opened.receive() is not None:
            pass
    except Exception as error:  # noqa: BLE001 - whatever comes out is looked through
        return error
    else:
        return None
    finally:
        if answer is not None:
            await answer.close()
        await transport.close()


@pytest.mark.parametrize("status", [401, 403, 404, 422])
async def test_a_refused_stream_shows_no_token(
    blocking: bool, serve: Serve, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = connect(blocking, serve(echo(status)).url)
    error = await outcome(lambda c: c.inbox.stream(limit=1), client)
    await close(client)

    assert isinstance(error, sk.APIError)
    assert leaks(error) == logged(caplog.records) == []


def repeating(request: bytes) -> bytes:
    """Send one notification that repeats the token, cut in two lines as events may be."""
    if b"GET /api/v1/streaming" not in request:
        return http(b"{}") if b"/instance " in request else reading(request)
    told = json.dumps(
        {"id": "7", "type": "mention", "created_at": "2026-03-01T12:00:00Z", "status": STATUS_TOLD}
    )
    told = told.replace(ACCESS[:9], "\\u0050" + ACCESS[1:9])
    event = f'event: notification\ndata: {told[:-1]},\ndata: "seen": "{ACCESS}"}}\n\n'
    return http(event.encode(), 200, "Content-Type: text/event-stream")


STATUS_TOLD: Final = {**json.loads(STATUS), "content": "Hello", "echo": f"Bearer {ACCESS}"}


async def test_an_event_that_repeats_the_token_does_not_show_it(blocking: bool, serve: Serve) -> None:
    client: Any = connect(blocking, serve(repeating).url, retry=TWICE)
    stream = client.inbox.stream()
    (message,) = await take(stream, 1)
    await settle(stream.close())
    await close(client)

    assert (message.text, message.raw["echo"]) == ("Hello", "Bearer ***")
    assert leaks(message) == leaks(message.model_dump()) == []


@pytest.mark.parametrize("line", LINES)
async def test_a_line_that_breaks_shows_no_token(
    blocking: bool, serve: Serve, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(LINES[line])
    error = await followed(blocking, planted(server.url))

    assert isinstance(error, sk.SocialKitError)
    assert leaks(error) == logged(caplog.records) == []
    assert all(ACCESS.encode() in request for request in server.requests)


@pytest.mark.parametrize("scheme", ["http", "ws"])
async def test_a_host_that_nobody_reaches_shows_no_token(
    blocking: bool, scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = await followed(blocking, planted(f"{scheme}://127.0.0.1:{closed_port()}/"))

    assert isinstance(error, sk.ConnectionFailedError)
    assert not error.sent
    assert leaks(error) == logged(caplog.records) == []


@pytest.mark.parametrize("line", ["drop", "not http"])
async def test_a_websocket_that_cannot_be_opened_shows_no_token(
    blocking: bool, serve: Serve, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = await followed(blocking, planted(serve(LINES[line]).url.replace("http", "ws")))

    assert isinstance(error, sk.ConnectionFailedError)
    assert leaks(error) == logged(caplog.records) == []


ENDS = {
    "cut": sk.ConnectionFailedError,
    "silence": sk.RequestTimeoutError,
    "too long": sk.UnexpectedResponseError,
}


@pytest.mark.parametrize("act", sorted(ENDS))
async def test_a_websocket_that_breaks_shows_no_token(
    blocking: bool, act: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from socialkit.transport import _websocket

    caplog.set_level(logging.DEBUG, "socialkit")
    monkeypatch.setattr(_websocket, "LONGEST_MESSAGE", 100)
    done = threading.Event()

    def talk(line: websockets.ServerConnection) -> None:
        line.send("hello")
        if act == "cut":
            line.socket.shutdown(2)
        elif act == "too long":
            line.send(ACCESS * 20)
        done.wait(10)

    quiet = logging.getLogger("tests.websocket")
    quiet.propagate = False
    with websockets.serve(talk, "127.0.0.1", 0, logger=quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.socket.getsockname()[1]
        error = await followed(blocking, planted(f"ws://127.0.0.1:{port}/"))
        done.set()
        server.shutdown()
        thread.join()

    assert type(error) is ENDS[act]
    assert getattr(error, "sent", act == "too long")
    assert leaks(error) == logged(caplog.records) == []


@pytest.mark.parametrize("scheme", ["http", "ws"])
async def test_a_stream_is_not_sent_elsewhere(blocking: bool, serve: Serve, scheme: str) -> None:
    elsewhere = serve(lambda _: Act.DROP)
    there = elsewhere.url.replace("http", scheme)
    here = serve(lambda _: http(b"", 302, f"Location: {there}/?token=x"))
    transport: Any = haste(blocking)
    answer: OpenAnswer = await transport.stream(planted(here.url.replace("http", scheme)))
    await answer.close()
    await transport.close()

    assert answer.response.status == 302
    assert elsewhere.requests == []
    assert len(here.requests) == 1


async def test_a_header_with_a_line_break_is_refused(blocking: bool) -> None:
    for scheme in ("http", "ws"):
        request = Request(
            method="GET",
            url=f"{scheme}://127.0.0.1:{closed_port()}",
            headers={"X": Secret(f"{ACCESS}\r\nY: 1")},
        )
        error = await followed(blocking, request)

        assert isinstance(error, sk.ConfigurationError)
        assert leaks(error) == []


async def test_a_closed_client_opens_no_stream(blocking: bool) -> None:
    client = connect(blocking, "http://127.0.0.1:1")
    await close(client)
    error = await outcome(lambda c: c.inbox.stream(limit=1), client)

    assert isinstance(error, sk.ConfigurationError)
