"""An answer comes whole, in time and to the request that was sent, or not at all."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from itertools import chain, islice, repeat

import pytest

from socialkit.errors import (
    ConnectionFailedError,
    MediaProcessingError,
    OutcomeUnknownError,
    RequestTimeoutError,
    SocialKitError,
    TransportError,
    UnexpectedResponseError,
)
from socialkit.transport import Pipeline, Request, Retry, Safety, Timeouts, Upload
from tests.transport.conftest import Drive
from tests.transport.loopback import Loopback, Reply, http

Serve = Callable[[Reply], Loopback]

HEAD = b"HTTP/1.1 200 OK\r\n"
WAIT = 0.2
"""Seconds; ten times as long as the gap between two pieces, so that no single wait is too long."""

LONG = 0.6
"""Seconds; less than what forty pieces take, and more than any single one."""

DRIPS: dict[str, Callable[[], Iterator[bytes]]] = {
    "status line": lambda: repeat(b"H"),
    "headers": lambda: chain([HEAD], repeat(b"X-Drip: 1\r\n")),
    "one header": lambda: chain([HEAD, b"X-Drip: "], repeat(b"1")),
    "hints": lambda: repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "body": lambda: chain([HEAD, b"Content-Length: 1000000\r\n\r\n"], repeat(b" ")),
    "body to the end": lambda: chain([HEAD, b"Connection: close\r\n\r\n"], repeat(b" ")),
    "chunks": lambda: chain([HEAD, b"Transfer-Encoding: chunked\r\n\r\n"], repeat(b"1\r\n \r\n")),
    "chunk's name": lambda: chain([HEAD, b"Transfer-Encoding: chunked\r\n\r\n1;"], repeat(b"x")),
    "trailers": lambda: chain([HEAD, b"Transfer-Encoding: chunked\r\n\r\n0\r\n"], repeat(b"X: 1\r\n")),
    "refusal": lambda: chain([b"HTTP/1.1 400 No\r\nContent-Length: 1000000\r\n\r\n"], repeat(b" ")),
}


def drips(name: str) -> Iterator[bytes]:
    """What drips, for ten times as long as anybody should wait; then the server hangs up."""
    yield from islice(DRIPS[name](), 100)
    raise ConnectionAbortedError


def failure(drive: Drive, url: str, safety: Safety = Safety.READ) -> SocialKitError:
    pipeline = Pipeline(
        drive.transport(), platform="pixelwall", base_url=url, timeout=WAIT, retry=Retry(attempts=1)
    )
    with pytest.raises(SocialKitError) as caught:
        drive.run(pipeline.send(Request(method="POST", url="pins", safety=safety)))
    return caught.value


@pytest.mark.parametrize("drip", DRIPS)
def test_an_answer_that_drips_is_given_up_in_time(drive: Drive, serve: Serve, drip: str) -> None:
    error = failure(drive, serve(lambda _: drips(drip)).url)

    assert isinstance(error, RequestTimeoutError)
    assert error.sent


@pytest.mark.parametrize("drip", DRIPS)
def test_a_write_whose_answer_drips_is_undecided(drive: Drive, serve: Serve, drip: str) -> None:
    server = serve(lambda _: drips(drip))
    error = failure(drive, server.url, Safety.WRITE)

    assert isinstance(error, OutcomeUnknownError)
    assert isinstance(error.__cause__, RequestTimeoutError)
    assert len(server.requests) == 1


def test_a_stream_whose_beginning_drips_is_given_up_in_time(drive: Drive, serve: Serve) -> None:
    request = Request(method="GET", url=serve(lambda _: drips("headers")).url, timeout=WAIT)

    with pytest.raises(RequestTimeoutError):
        drive.run(drive.transport().stream(request))


def test_a_stream_that_goes_on_is_never_given_up_while_it_speaks(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: chain([HEAD, b"\r\n"], repeat(b"x", 40), [b"end"]))
    request = Request(method="GET", url=server.url, timeout=LONG)

    async def whole() -> bytes:
        answer = await drive.transport().stream(request)
        heard = b""
        while not heard.endswith(b"end"):
            heard += await answer.receive() or b""
        await answer.close()
        return heard

    assert drive.run(whole()) == b"x" * 40 + b"end"


def test_a_long_answer_that_comes_quickly_has_all_the_time_it_needs(drive: Drive, serve: Serve) -> None:
    pieces = [b"x" * 65_536] * 40
    length = sum(map(len, pieces))
    server = serve(lambda _: chain([HEAD, f"Content-Length: {length}\r\n\r\n".encode()], iter(pieces)))
    transport = drive.transport(Timeouts(read=LONG))

    answer = drive.run(transport.send(Request(method="GET", url=server.url)))

    assert len(answer.content) == length


class SlowFile(io.BytesIO):
    """Gives its content late: the waits of a file that lies elsewhere."""

    def read(self, size: int | None = -1, /) -> bytes:
        threading.Event().wait(WAIT)
        return super().read(size)


def test_what_an_upload_takes_is_not_counted(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http(b"1"))
    upload = Upload("file", "jacket.jpg", "image/jpeg", lambda: SlowFile(b"jacket"))
    request = Request(method="POST", url=server.url, files=(upload,), timeout=WAIT)

    assert drive.run(drive.transport().send(request)).content == b"1"


# Answers that are too long --------------------------------------------------------------------


@pytest.mark.parametrize("safety", Safety)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_answer_that_is_too_long_is_refused_and_decides_no_write(
    drive: Drive, serve: Serve, safety: Safety, status: int
) -> None:
    server = serve(lambda _: http(b" " * 1_001, status))
    pipeline = Pipeline(drive.transport(), platform="pixelwall", base_url=server.url)
    request = Request(method="POST", url="pins", safety=safety, max_bytes=1_000)

    with pytest.raises(SocialKitError) as caught:
        drive.run(pipeline.send(request))

    wanted = {
        Safety.WRITE: OutcomeUnknownError,
        Safety.REPEATABLE: OutcomeUnknownError,
        Safety.PREPARE: MediaProcessingError,
    }
    assert type(caught.value) is wanted.get(safety, UnexpectedResponseError)
    assert "longer than 1000 bytes" in str(caught.value)
    assert len(server.requests) == 1


# Answers that nobody asked for ----------------------------------------------------------------


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n"
DOUBLE = {
    "whole": http(b"first") + http(b"second"),
    "behind chunks": CHUNKED + http(b"second"),
    "its beginning": http(b"first") + HEAD,
    "all but its end": http(b"first") + http(b"second")[:-1],
}


def outcomes(drive: Drive, url: str, wait: Callable[[], object]) -> list[bytes | SocialKitError]:
    """What four requests come to that go over one connection, if it lasts."""
    transport = drive.transport()
    found: list[bytes | SocialKitError] = []
    for _ in range(4):
        try:
            found.append(drive.run(transport.send(Request(method="GET", url=url, timeout=WAIT))).content)
        except TransportError as error:
            found.append(error)
        wait()
    return found


@pytest.mark.parametrize("double", DOUBLE)
def test_what_stands_behind_an_answer_is_no_answer_to_the_next_request(
    drive: Drive, serve: Serve, double: str
) -> None:
    server = serve(lambda _: DOUBLE[double])
    found = outcomes(drive, server.url, lambda: None)

    assert found[0] == b"first"
    assert {one if isinstance(one, bytes) else type(one) for one in found} <= {
        b"first",
        ConnectionFailedError,
    }


def test_a_second_answer_before_the_next_request_costs_the_connection_only(
    drive: Drive, serve: Serve
) -> None:
    both = threading.Semaphore(0)

    def doubled(_: bytes) -> Iterator[bytes]:
        yield http(b"first")
        yield http(b"second")
        both.release()

    server = serve(doubled)
    found = outcomes(drive, server.url, lambda: both.acquire(timeout=5))

    assert found == [b"first"] * 4
    assert server.connections == 4


def test_a_write_that_met_a_leftover_answer_is_undecided(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: DOUBLE["whole"])
    url, transport = server.url, drive.transport()
    pipeline = Pipeline(transport, platform="pixelwall", base_url=url, retry=Retry(attempts=3))
    drive.run(pipeline.send(Request(method="GET", url="pins")))

    with pytest.raises(OutcomeUnknownError) as caught:
        drive.run(pipeline.send(Request(method="POST", url="pins", safety=Safety.WRITE)))

    assert isinstance(caught.value.__cause__, ConnectionFailedError)
    assert all(server.asked.acquire(timeout=5) for _ in range(2))  # nobody waited for it to be read
    assert [one.split()[0] for one in server.requests] == [b"GET", b"POST"]
