"""Files are read while they are sent: in pieces, away from the event loop, and watched for changes."""

from __future__ import annotations

import asyncio
import io
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from socialkit.errors import ConnectionFailedError, InvalidDraftError, MediaProcessingError
from socialkit.operations import PassingRun, current_run
from socialkit.transport import (
    AsyncTransport,
    FileBody,
    Pipeline,
    Request,
    Retry,
    Safety,
    Upload,
)
from tests.transport.conftest import Drive
from tests.transport.loopback import Act, Loopback, Reply, http

Serve = Callable[[Reply], Loopback]
Opener = Callable[[], BinaryIO]
Shape = Callable[[str, Opener], Request]

FILM = b"film" * 150_000
LONGEST = 1 << 16


def whole(url: str, opener: Opener) -> Request:
    headers = {"Content-Type": "video/mp4"}
    body = FileBody("film.mp4", opener)
    return Request(method="POST", url=url, headers=headers, content=body, safety=Safety.PREPARE)


def multipart(url: str, opener: Opener) -> Request:
    upload = Upload("file", "film.mp4", "video/mp4", opener)
    return Request(method="POST", url=url, files=(upload,), safety=Safety.PREPARE)


@pytest.fixture(params=[whole, multipart])
def shape(request: pytest.FixtureRequest) -> Shape:
    kind: Shape = request.param
    return kind


class Watched(io.BytesIO):
    """A file that notes how it is read."""

    def __init__(self, content: bytes = FILM) -> None:
        super().__init__(content)
        self.sizes: list[int | None] = []
        self.threads: set[int] = set()

    def read(self, size: int | None = -1, /) -> bytes:
        self.sizes.append(size)
        self.threads.add(threading.get_ident())
        return super().read(size)


def pipeline(drive: Drive, server: Loopback) -> Pipeline:
    retry = Retry(attempts=3, base=timedelta(0))
    return Pipeline(drive.transport(), platform="pixelwall", base_url=server.url, retry=retry)


def test_a_file_as_the_whole_body_is_sent_with_its_length(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http())
    file = Watched()
    drive.run(drive.transport().send(whole(server.url, lambda: file)))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")

    assert body == FILM
    assert f"Content-Length: {len(FILM)}".encode() in head.splitlines()
    assert b"Content-Type: video/mp4" in head.splitlines()
    assert b"transfer-encoding" not in head.lower()
    assert file.closed


def test_no_file_is_read_at_once(drive: Drive, serve: Serve, shape: Shape) -> None:
    server = serve(lambda _: http())
    file = Watched()
    drive.run(drive.transport().send(shape(server.url, lambda: file)))

    assert FILM in server.requests[0]
    assert {size for size in file.sizes if size is None or not 0 <= size <= LONGEST} == set()


def test_an_event_loop_reads_files_in_other_threads(drive: Drive, serve: Serve, shape: Shape) -> None:
    server = serve(lambda _: http())
    file = Watched()
    drive.run(drive.transport().send(shape(server.url, lambda: file)))

    assert (threading.get_ident() in file.threads) == drive.blocking


async def test_other_tasks_run_while_a_file_is_slow_to_come(serve: Serve, shape: Shape) -> None:
    asked, released = threading.Event(), threading.Event()

    class Slow(Watched):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.set()
            assert released.wait(10), "the loop stood still"
            return super().read(size)

    async def release() -> None:
        await asyncio.to_thread(asked.wait, 10)
        released.set()

    server, transport = serve(lambda _: http()), AsyncTransport()
    await asyncio.gather(transport.send(shape(server.url, Slow)), release())
    await transport.close()

    assert FILM in server.requests[0]


def test_a_repeated_request_sends_its_file_from_the_beginning(
    drive: Drive, serve: Serve, shape: Shape
) -> None:
    opened: list[Watched] = []
    server = serve(lambda _: http(b"{}", 429 if len(server.requests) == 1 else 200))

    def opener() -> Watched:
        opened.append(Watched())
        return opened[-1]

    drive.run(pipeline(drive, server).send(shape("films", opener)))

    assert [FILM in request for request in server.requests] == [True, True]
    assert [file.closed for file in opened] == [True, True]


def test_a_file_is_sent_once_when_its_answer_is_lost(drive: Drive, serve: Serve, shape: Shape) -> None:
    server = serve(lambda _: Act.DROP)

    with pytest.raises(MediaProcessingError, match="nothing was published"):
        drive.run(pipeline(drive, server).send(shape("films", Watched)))

    assert len(server.requests) == 1


def test_a_file_that_became_shorter_is_not_sent_as_a_whole(drive: Drive, serve: Serve, shape: Shape) -> None:
    class Shortened(Watched):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(size) if self.tell() < LONGEST else b""

    server = serve(lambda _: http())

    with pytest.raises(ConnectionFailedError, match=r"film\.mp4 changed while it was sent") as caught:
        drive.run(drive.transport().send(shape(server.url, Shortened)))

    assert caught.value.sent
    assert server.requests == []


@pytest.mark.parametrize("length", [len(FILM) // 2, len(FILM), 2 * len(FILM)])
def test_a_file_that_was_written_to_is_not_sent_as_a_whole(
    drive: Drive, serve: Serve, shape: Shape, tmp_path: Path, length: int
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(FILM)
    os.utime(path, ns=(0, 0))
    server = serve(lambda _: http())

    class Overwritten(io.BufferedReader):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() == 0:
                path.write_bytes(b"b" * length)
            return super().read(size)

    def opener() -> BinaryIO:
        return Overwritten(io.FileIO(path))

    with pytest.raises(MediaProcessingError, match=r"film\.mp4 changed while it was sent"):
        drive.run(pipeline(drive, server).send(shape("films", opener)))

    assert server.requests == []


def test_a_file_that_breaks_off_says_why(drive: Drive, serve: Serve, shape: Shape) -> None:
    class Torn(Watched):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    server = serve(lambda _: http())

    with pytest.raises(ConnectionFailedError) as caught:
        drive.run(drive.transport().send(shape(server.url, Torn)))

    assert caught.value.message == "film.mp4 could not be read to its end: Input/output error"
    assert caught.value.sent


def test_a_file_that_cannot_seek_is_refused_before_it_is_sent(
    drive: Drive, serve: Serve, shape: Shape
) -> None:
    server = serve(lambda _: http())

    class Pipe(Watched):
        def seek(self, offset: int, whence: int = 0, /) -> int:
            raise io.UnsupportedOperation("seek")

    with pytest.raises(InvalidDraftError, match=r"film\.mp4 cannot be read: seek"):
        drive.run(drive.transport().send(shape(server.url, Pipe)))

    assert server.connections == 0


class Heard(PassingRun):
    """A run that counts how often it was told that its write goes on."""

    def __init__(self) -> None:
        now = datetime(2026, 11, 20, tzinfo=UTC)
        super().__init__(lambda: now, patience=timedelta(seconds=90), steady=lambda: 0.0)
        self.times = 0

    async def alive(self) -> None:
        self.times += 1


def test_a_run_hears_of_the_pieces_of_a_file_on_their_way(drive: Drive, serve: Serve, shape: Shape) -> None:
    server = serve(lambda _: http())
    run = Heard()

    async def sent() -> None:
        token = current_run.set(run)
        try:
            await drive.transport().send(shape(server.url, Watched))
        finally:
            current_run.reset(token)

    drive.run(sent())

    assert run.times >= len(FILM) // (4 * LONGEST)


def test_a_run_hears_of_the_pieces_of_an_answer(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http(body=FILM))
    run = Heard()

    async def got() -> bytes:
        token = current_run.set(run)
        try:
            request = Request(method="GET", url=server.url, max_bytes=len(FILM))
            return (await drive.transport().send(request)).content
        finally:
            current_run.reset(token)

    assert drive.run(got()) == FILM
    assert run.times >= 2
