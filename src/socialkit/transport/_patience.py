"""How long one answer may take as a whole, and whether it belongs to the request that was sent.

httpx waits for each piece of an answer anew, so a server that sends a byte now and then would hold a call
for ever; and what stands behind an answer is read as the answer to the next request on that connection.
Neither can be seen above the line, so it is watched: each read of a connection passes here. HTTP/2 is left
alone: there many requests read for each other, and one that gave up would break off all.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import httpx

__all__ = ["SLOWEST", "aexchange", "exchange", "watch"]

SLOWEST: Final = 64 * 1024
"""Bytes a second: a long answer that comes at least as fast as this is never too late."""
SENT: Final = "http11.receive_response_headers.started"
"""What httpcore tells when a request is written, through the extension `trace`."""


class _Exchange:
    """One request on the line, and its answer."""

    def __init__(self, wait: float | None, longest: int | None) -> None:
        self._wait = wait
        self._longest = longest
        self._began: float | None = None
        self._received = 0

    def trace(self, event: str, _details: dict[str, Any]) -> None:
        """Let the answer's time begin when the request is sent; twice where a proxy is asked before."""
        if event == SENT:
            self._began, self._received = time.monotonic(), 0

    async def atrace(self, event: str, details: dict[str, Any]) -> None:
        """Do the same, awaited."""
        self.trace(event, details)

    def received(self, data: bytes) -> bytes:
        """Note that some of the answer came."""
        self._received += len(data)
        return data

    def left(self, timeout: float | None) -> float | None:
        """Return how long the next piece may take.

        Raises:
            httpx.ReadTimeout: The answer's time is over.
        """
        if self._wait is None or self._began is None:
            return timeout
        counted = self._received if self._longest is None else min(self._received, self._longest)
        spent = time.monotonic() - self._began
        left = self._wait + counted / SLOWEST - spent
        if left <= 0:
            message = f"the answer was not whole after {spent:.0f} seconds"
            raise httpx.ReadTimeout(message)
        return left if timeout is None else min(timeout, left)

    def require_own(self) -> None:
        """Refuse an answer of which nothing came after the request was sent.

        Raises:
            httpx.RemoteProtocolError: It stood behind the answer to another request.
        """
        if self._began is not None and not self._received:
            message = "the server sent more than one answer to the request before"
            raise httpx.RemoteProtocolError(message)


_now: Final[ContextVar[_Exchange | None]] = ContextVar("socialkit_exchange", default=None)


@contextmanager
def exchange(request: httpx.Request, longest: int | None) -> Generator[_Exchange]:
    """Watch the request that is carried inside, whose answer may be `longest` bytes long."""
    one = _Exchange(request.extensions["timeout"]["read"], longest)
    request.extensions["trace"] = one.trace
    token = _now.set(one)
    try:
        yield one
    finally:
        _now.reset(token)


@contextmanager
def aexchange(request: httpx.Request, longest: int | None) -> Generator[_Exchange]:
    """Do the same in an event loop."""
    with exchange(request, longest) as one:
        request.extensions["trace"] = one.atrace
        yield one


def _left(timeout: float | None) -> float | None:
    one = _now.get()
    return timeout if one is None else one.left(timeout)


def _received(data: bytes) -> bytes:
    one = _now.get()
    return data if one is None else one.received(data)


class _Watched:
    """A connection, or what makes them; whatever is not watched is the inner one's."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Line(_Watched):
    """A blocking connection."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return _received(self._inner.read(max_bytes, timeout=_left(timeout)))

    def start_tls(self, *args: Any, **kwargs: Any) -> _Line:
        return _Line(self._inner.start_tls(*args, **kwargs))


class _Lines(_Watched):
    """What makes blocking connections."""

    def connect_tcp(self, *args: Any, **kwargs: Any) -> _Line:
        return _Line(self._inner.connect_tcp(*args, **kwargs))


class _AsyncLine(_Watched):
    """An async connection."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        return _received(await self._inner.read(max_bytes, timeout=_left(timeout)))

    async def start_tls(self, *args: Any, **kwargs: Any) -> _AsyncLine:
        return _AsyncLine(await self._inner.start_tls(*args, **kwargs))


class _AsyncLines(_Watched):
    """What makes async connections."""

    async def connect_tcp(self, *args: Any, **kwargs: Any) -> _AsyncLine:
        return _AsyncLine(await self._inner.connect_tcp(*args, **kwargs))


def watch(carrier: httpx.HTTPTransport | httpx.AsyncHTTPTransport) -> None:
    """Watch all connections that a transport will make.

    httpx has no argument for it: what makes the connections is put below it, by the names that it has in
    httpx 0.28 and httpcore 1. Should they change, this fails at once, with the first connection.
    """
    pool: Any = carrier._pool  # pyright: ignore[reportPrivateUsage]  # said above
    lines = _Lines if isinstance(carrier, httpx.HTTPTransport) else _AsyncLines
    pool._network_backend = lines(pool._network_backend)
