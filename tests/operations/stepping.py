"""A transport that does nothing by itself: a test hands each answer in by hand."""

from __future__ import annotations

import types
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from socialkit.transport import OpenAnswer, Request, Response

T = TypeVar("T")


@types.coroutine
def _suspend(request: Request) -> Generator[Request, Response, Response]:
    return (yield request)


class SteppedTransport:
    """Suspends at each request until an answer is sent in."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def send(self, request: Request, /) -> Response:
        return await _suspend(request)

    async def stream(self, request: Request, /) -> OpenAnswer:
        raise NotImplementedError

    async def sleep(self, seconds: float, /) -> None:
        self.slept.append(seconds)

    def lock(self, key: str, /) -> AbstractAsyncContextManager[None]:
        return self._lock()

    @asynccontextmanager
    async def _lock(self) -> AsyncGenerator[None]:
        yield

    async def gather(self, *calls: Awaitable[T]) -> list[T]:
        return [await call for call in calls]

    async def offload(self, call: Callable[..., Any], /, *args: Any) -> Any:
        return call(*args)

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 9, tzinfo=UTC)

    def steady(self) -> float:
        return 0.0

    async def close(self) -> None:
        return None


class Stepper:
    """Carries an operation from request to request."""

    def __init__(self, operation: Coroutine[Any, Any, Any]) -> None:
        self._operation = operation
        self.request: Request | None = operation.send(None)
        self.result: Any = None

    def answer(self, content: bytes, status: int = 200) -> None:
        """Hand an answer in, and run on to the next request or the end."""
        try:
            self.request = self._operation.send(Response(status, {}, content))
        except StopIteration as stop:
            self.request, self.result = None, stop.value
