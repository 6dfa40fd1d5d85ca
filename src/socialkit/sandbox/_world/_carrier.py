"""Between clients and simulators of one process: requests go over, and waiting moves the world's clock."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

from socialkit.errors import ConfigurationError, ConnectionFailedError, RequestTimeoutError
from socialkit.operations import Async, Mode
from socialkit.sandbox._clock import START, Clock
from socialkit.sandbox._feed import BEAT, Feed, LineCut
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._simulator import LineDropped, TimedOut
from socialkit.transport import (
    AsyncTransport,
    BlockingTransport,
    FileBody,
    OpenAnswer,
    Request,
    Response,
    Transport,
    reveal,
)

__all__ = ["WorldTransport", "to_sim_request"]

T = TypeVar("T")

PATIENCE: Final = 30.0
"""Simulated seconds after which a caller gives up, unless its request says otherwise."""
LONELY: Final = timedelta(days=2)
"""Simulated silence after which a blocking stream gives up: nobody else moves in its thread."""


class WorldTransport:
    """Carries a client's requests to a simulator; waiting moves the world's clock."""

    def __init__(self, handle: Callable[[Request], SimResponse], clock: Clock, mode: type[Mode]) -> None:
        self._handle = handle
        self._clock = clock
        self._async = mode is Async
        self._closed = False
        self._loneliness = _Loneliness()
        # Locks and worker threads are the same as on the network.
        self._inner: Transport = AsyncTransport() if self._async else BlockingTransport()

    async def send(self, request: Request, /) -> Response:
        await self._yield()
        answer = self._answer(request)
        return Response(answer.status, answer.headers, answer.body, request.url)

    def _answer(self, request: Request) -> SimResponse:
        if self._closed:
            message = "the client is closed: open another one"
            raise ConfigurationError(message)
        shown = request.shown()
        try:
            return self._handle(request)
        except LineDropped as drop:
            message = "the connection broke before an answer came"
            raise ConnectionFailedError(message, request=shown, sent=drop.sent) from None
        except TimedOut:
            self._clock.advance(request.timeout or PATIENCE)
            message = "no answer came in time"
            raise RequestTimeoutError(message, request=shown, sent=True) from None

    async def stream(self, request: Request, /) -> OpenAnswer:
        await self._yield()
        answer = self._answer(request)
        content = b"" if answer.feed is not None else answer.body
        head = Response(answer.status, answer.headers, content, request.url)
        lonely = None if self._async else self._loneliness
        return _Line(head, answer.feed or Feed(), self._clock, request, lonely)

    async def sleep(self, seconds: float, /) -> None:
        self._clock.advance(seconds)
        await self._yield()

    def lock(self, key: str, /) -> AbstractAsyncContextManager[None]:
        return self._inner.lock(key)

    async def gather(self, *calls: Awaitable[T]) -> list[T]:
        return await self._inner.gather(*calls)

    async def offload(self, call: Callable[..., T], /, *args: Any) -> T:
        result: T = await self._inner.offload(call, *args)
        return result

    def now(self) -> datetime:
        return self._clock.now()

    def steady(self) -> float:
        return (self._clock.now() - START) / timedelta(seconds=1)

    async def close(self) -> None:
        self._closed = True
        await self._inner.close()

    async def _yield(self) -> None:
        if self._async:
            await asyncio.sleep(0)  # let other tasks run, as the network would


class _Loneliness:
    """How long blocking streams of a client have waited for something that nobody may be there to do.

    Of the client, since a line on which nothing comes is made again from time to time.
    """

    def __init__(self) -> None:
        self._waited = timedelta()

    def wait(self, clock: Clock) -> None:
        """Let the clock go on to the next sign of life."""
        if self._waited >= LONELY:
            self.end()
            message = f"the simulated stream was silent for {LONELY.days} days: is limit= too high?"
            raise RuntimeError(message)
        self._waited += BEAT
        clock.advance(BEAT)

    def end(self) -> None:
        """Take note that something came."""
        self._waited = timedelta()


class _Line:
    """An answer that goes on, as a client of the same process takes it.

    A blocking client waits by moving the clock, an async one until another task or thread does something.
    """

    def __init__(
        self, head: Response, feed: Feed, clock: Clock, request: Request, lonely: _Loneliness | None
    ) -> None:
        self._head = head
        self._feed = feed
        self._clock = clock
        self._request = request
        self._lonely = lonely
        self._heard = clock.now()
        self._armed = False

    @property
    def response(self) -> Response:
        return self._head

    async def receive(self) -> bytes | None:
        frame = self._take()
        while frame is None and not self._feed.closed:
            if self._clock.now() - self._heard >= self._patience():
                message = "nothing came in time"
                raise RequestTimeoutError(message, request=self._request.shown(), sent=True)
            await self._wait()
            frame = self._take()
        self._heard = self._clock.now()
        if self._lonely is not None and not self._feed.is_beat(frame):
            self._lonely.end()
        return frame

    def _take(self) -> bytes | None:
        try:
            return self._feed.take()
        except LineCut:
            message = "the connection broke"
        raise ConnectionFailedError(message, request=self._request.shown(), sent=True)

    def _patience(self) -> timedelta:
        return timedelta(seconds=self._request.timeout or PATIENCE)

    async def _wait(self) -> None:
        if self._lonely is not None:
            self._lonely.wait(self._clock)
            return
        woken = asyncio.Event()
        self._feed.on_change(partial(_tell, asyncio.get_running_loop(), woken))
        if not self._armed:
            self._armed = True
            self._clock.at(self._heard + self._patience(), self._ring)
        if not self._feed.ready():
            await woken.wait()

    def _ring(self) -> None:
        self._armed = False
        self._feed.wake()

    async def close(self) -> None:
        self._feed.on_change(None)
        self._feed.close()


def _tell(loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(woken.set)


def to_sim_request(request: Request) -> SimRequest:
    """Return a request as a simulator receives it: with its body written out, secrets in the clear."""
    kind, body = _body(request)
    headers = {name: reveal(value) for name, value in request.headers.items()}
    if kind is not None:
        headers["content-type"] = kind
    address = request.target()
    parts = urlsplit(address)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return SimRequest.of(request.method, target, headers=headers, body=body)


def _body(request: Request) -> tuple[str | None, bytes]:
    if request.files:
        return _multipart(request)
    if request.form:
        pairs = [(name, reveal(value)) for name, value in request.form]
        return "application/x-www-form-urlencoded", urlencode(pairs).encode()
    if request.json is not None:
        return "application/json", json.dumps(request.json).encode()
    if isinstance(request.content, FileBody):
        with request.content.open() as stream:
            return None, stream.read()
    return None, request.content or b""


def _multipart(request: Request) -> tuple[str, bytes]:
    boundary = uuid.uuid4().hex
    parts: list[bytes] = []
    for name, value in request.form:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        parts.append(head.encode() + reveal(value).encode() + b"\r\n")
    for file in request.files:
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{file.field}"; '
            f'filename="{file.filename}"\r\nContent-Type: {file.mime_type}\r\n\r\n'
        )
        with file.open() as stream:
            parts.append(head.encode() + stream.read() + b"\r\n")
    return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()
