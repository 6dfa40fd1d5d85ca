"""The two transports: requests carried by httpx, blocking or in an event loop.

A traceback with captured locals must show no secret. So a revealed value lives only in frames that return;
failures are handed up as values, stripped of their trace, and raised where only masked types are in scope.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import httpx

from socialkit.errors import ConfigurationError
from socialkit.transport._locks import async_lock, blocking_lock
from socialkit.transport._open import (
    AsyncPieces,
    BlockingPieces,
    Whole,
    is_websocket,
    raised,
    websockets_of,
)
from socialkit.transport._patience import aexchange, exchange
from socialkit.transport._pool import AsyncPool, BlockingPool, async_pool, blocking_pool, require_http2
from socialkit.transport._protocol import OpenAnswer
from socialkit.transport._quiet import headers_unlogged
from socialkit.transport._redirect import MOST_REDIRECTS, follow
from socialkit.transport._request import Request, Response
from socialkit.transport._steady import steady_seconds
from socialkit.transport._wire import aread, build, failure, read, response_of

__all__ = ["AsyncTransport", "BlockingTransport", "Timeouts"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait, in seconds; `Request.timeout` stands in for `read` and `write`."""

    connect: float = 10.0
    """For the connection, with its TLS handshake."""
    read: float = 30.0
    """For the next bytes of the answer, and for the whole of it, which has a second more for each 64 KiB.

    An answer that goes on (`stream`) may do so for ever; with HTTP/2 only the next bytes count."""
    write: float = 30.0
    """For the platform to take the next bytes of the request."""
    pool: float = 10.0
    """For a free connection."""


DEFAULT_TIMEOUTS: Final = Timeouts()


class _Carried:
    """What both transports share."""

    def __init__(self, *, timeouts: Timeouts = DEFAULT_TIMEOUTS, http2: bool = False) -> None:
        if http2:
            require_http2()
        self._http2 = http2
        self._waits: dict[str, float] = asdict(timeouts)
        self._closed = False

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return datetime.now(UTC)

    def steady(self) -> float:
        """Return seconds on a clock that nobody sets."""
        return steady_seconds()

    def _build(self, request: Request, files: ExitStack) -> httpx.Request:
        if self._closed:
            message = "the client is closed: open another one"
            raise ConfigurationError(message)
        waits = self._waits
        if request.timeout is not None:
            waits = {**waits, "read": request.timeout, "write": request.timeout}
        return build(request, files, {"timeout": waits})


class BlockingTransport(_Carried):
    """Carries requests and blocks until the answer is there; its coroutines never suspend.

    All blocking transports of a process share one pool and one TLS context, and each may be shared between
    threads. Cookies are not kept. Proxies are those that the environment names when the pool is first used.

    Example:
        >>> from socialkit.operations import finish
        >>> transport = BlockingTransport(timeouts=Timeouts(read=5))
        >>> finish(transport.close())
    """

    _pool: BlockingPool | None = None

    async def send(self, request: Request, /) -> Response:
        """Send one request as it is and return the whole answer."""
        for _ in range(MOST_REDIRECTS):
            outcome = self._exchange(request)
            following = None if isinstance(outcome, BaseException) else follow(request, outcome)
            if following is None:
                return _result(outcome)
            request = following
        return _result(self._exchange(request))

    def _exchange(self, request: Request) -> Response | BaseException:
        try:
            with headers_unlogged(), ExitStack() as files:
                wire = self._build(request, files)
                with exchange(wire, request.max_bytes) as line:
                    answer = self._enter().route(wire.url, public=request.public_only).handle_request(wire)
                    try:
                        line.require_own()
                        return response_of(request, answer, read(answer, request.max_bytes))
                    finally:
                        answer.close()
        except BaseException as error:  # noqa: BLE001 - handed up as a value, so that its trace stays behind
            return failure(error, request)

    def _enter(self) -> BlockingPool:
        pool = self._pool
        if pool is None or pool.pid != os.getpid():
            pool = self._pool = blocking_pool(self, http2=self._http2)
        return pool

    async def stream(self, request: Request, /) -> OpenAnswer:
        """Send one request as it is, and return its answer while it goes on."""
        return raised(self._open_websocket(request) if is_websocket(request) else self._open(request))

    def _open(self, request: Request) -> OpenAnswer | BaseException:
        try:
            with headers_unlogged(), ExitStack() as files:
                wire = self._build(request, files)
                with exchange(wire, request.max_bytes):
                    answer = self._enter().route(wire.url, lasting=True).handle_request(wire)
                    if answer.is_success:
                        return BlockingPieces(request, answer)
                    try:
                        return Whole(response_of(request, answer, read(answer, request.max_bytes)))
                    finally:
                        answer.close()
        except BaseException as error:  # noqa: BLE001 - handed up as a value, so that its trace stays behind
            return failure(error, request)

    def _open_websocket(self, request: Request) -> OpenAnswer | BaseException:
        try:
            with ExitStack() as files:
                waits, pool = self._build(request, files).extensions["timeout"], self._enter()
            answer: OpenAnswer = websockets_of(request).open_blocking(request, waits, pool)
        except BaseException as error:  # noqa: BLE001 - as above
            return failure(error, request)
        return answer

    async def sleep(self, seconds: float, /) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))  # noqa: ASYNC251 - this transport blocks by its contract

    def lock(self, key: str, /) -> AbstractAsyncContextManager[None]:
        """Return the lock of that name, shared by all blocking clients of this process; not reentrant."""
        return blocking_lock(key)

    async def gather(self, *calls: Awaitable[T]) -> list[T]:
        """Await all in turn; after a failure the others are not begun."""
        results: list[T] = []
        for number, call in enumerate(calls):
            try:
                results.append(await call)
            except BaseException:
                _forget(calls[number + 1 :])
                raise
        return results

    async def offload(self, call: Any, /, *args: Any) -> Any:
        """Call a blocking function, here and now."""
        return call(*args)

    async def close(self) -> None:
        """Give back what is held; other clients' connections stay open."""
        self._closed = True
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.leave(self)


class AsyncTransport(_Carried):
    """Carries requests in the running event loop.

    All async transports of a loop share one pool. A transport may be used in several loops one after the
    other; close it in the loop that used it last.

    Example:
        >>> import asyncio
        >>> asyncio.run(AsyncTransport().close())
    """

    def __init__(self, *, timeouts: Timeouts = DEFAULT_TIMEOUTS, http2: bool = False) -> None:
        super().__init__(timeouts=timeouts, http2=http2)
        self._pools: dict[asyncio.AbstractEventLoop, AsyncPool] = {}

    async def send(self, request: Request, /) -> Response:
        """Send one request as it is and return the whole answer."""
        for _ in range(MOST_REDIRECTS):
            outcome = await self._exchange(request)
            following = None if isinstance(outcome, BaseException) else follow(request, outcome)
            if following is None:
                return _result(outcome)
            request = following
        return _result(await self._exchange(request))

    async def _exchange(self, request: Request) -> Response | BaseException:
        try:
            with headers_unlogged(), ExitStack() as files:
                wire = self._build(request, files)
                with aexchange(wire, request.max_bytes) as line:
                    answer = (
                        await self._enter()
                        .route(wire.url, public=request.public_only)
                        .handle_async_request(wire)
                    )
                    try:
                        line.require_own()
                        return response_of(request, answer, await aread(answer, request.max_bytes))
                    finally:
                        await answer.aclose()
        except BaseException as error:  # noqa: BLE001 - handed up as a value, so that its trace stays behind
            return failure(error, request)

    def _enter(self) -> AsyncPool:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None or pool.pid != os.getpid():
            self._pools = {other: kept for other, kept in self._pools.items() if not other.is_closed()}
            pool = self._pools[loop] = async_pool(self, loop, http2=self._http2)
        return pool

    async def stream(self, request: Request, /) -> OpenAnswer:
        """Send one request as it is, and return its answer while it goes on."""
        opened = self._open_websocket(request) if is_websocket(request) else self._open(request)
        return raised(await opened)

    async def _open(self, request: Request) -> OpenAnswer | BaseException:
        try:
            with headers_unlogged(), ExitStack() as files:
                wire = self._build(request, files)
                with aexchange(wire, request.max_bytes):
                    answer = await self._enter().route(wire.url, lasting=True).handle_async_request(wire)
                    if answer.is_success:
                        return AsyncPieces(request, answer)
                    try:
                        return Whole(response_of(request, answer, await aread(answer, request.max_bytes)))
                    finally:
                        await answer.aclose()
        except BaseException as error:  # noqa: BLE001 - handed up as a value, so that its trace stays behind
            return failure(error, request)

    async def _open_websocket(self, request: Request) -> OpenAnswer | BaseException:
        try:
            with ExitStack() as files:
                waits, pool = self._build(request, files).extensions["timeout"], self._enter()
            answer: OpenAnswer = await websockets_of(request).open_async(request, waits, pool)
        except BaseException as error:  # noqa: BLE001 - as above
            return failure(error, request)
        return answer

    async def sleep(self, seconds: float, /) -> None:
        """Wait, and let other tasks run."""
        await asyncio.sleep(seconds)

    def lock(self, key: str, /) -> AbstractAsyncContextManager[None]:
        """Return the lock of that name, shared by all async clients of this loop; not reentrant."""
        return async_lock(key)

    async def gather(self, *calls: Awaitable[T]) -> list[T]:
        """Await all together; the first failure cancels the others and is raised by itself."""
        tasks: list[asyncio.Task[T]] = []
        first: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as group:
                tasks.extend(group.create_task(_awaited(call)) for call in calls)
        except BaseExceptionGroup as failures:
            first = failures.exceptions[0]
        if first is not None:
            try:
                raise first
            finally:
                del first, tasks
        return [task.result() for task in tasks]

    async def offload(self, call: Any, /, *args: Any) -> Any:
        """Call a blocking function in a worker thread."""
        return await asyncio.to_thread(call, *args)

    async def close(self) -> None:
        """Give back what is held; other clients' connections stay open."""
        self._closed = True
        pools, self._pools = self._pools, {}
        for loop, pool in pools.items():
            await pool.leave(self, loop)


async def _awaited(call: Awaitable[T]) -> T:
    return await call


def _forget(calls: tuple[Awaitable[Any], ...]) -> None:
    for call in calls:
        if asyncio.iscoroutine(call):
            call.close()


def _result(outcome: Response | BaseException) -> Response:
    if isinstance(outcome, Response):
        return outcome
    try:
        raise outcome
    finally:
        del outcome  # or the failure, its trace and this frame would hold each other
