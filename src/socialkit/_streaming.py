"""Streams: what happens now, taken as it comes, resumable where it was left."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Arrival", "AsyncStream", "Stream"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Arrival(Generic[T]):
    """What a stream gives at once: some items, or none at a sign of life."""

    items: tuple[T, ...] = ()
    cursor: str | None = None
    """Where to resume once all these items were taken; None: where it was before."""


Source = Callable[[str | None], AsyncGenerator[Arrival[T], None]]
"""Begins at a cursor, or now."""
Step = Callable[[Coroutine[Any, Any, Arrival[T] | None]], Coroutine[Any, Any, Arrival[T] | None]]
"""Puts around one step what holds for the whole operation, such as its name."""


class _Flow(Generic[T]):
    """Where a stream is; shared by both modes."""

    def __init__(
        self, source: Source[T], *, cursor: str | None = None, limit: int | None = None, step: Step[T] | None
    ) -> None:
        if limit is not None and limit < 0:
            message = f"limit={limit} is negative"
            raise ValueError(message)
        self._source = source
        self._step = step
        self._cursor = self._next = cursor
        self._left = limit
        self._items: deque[T] = deque()
        self._course: AsyncGenerator[Arrival[T], None] | None = None
        self._closed = False

    @property
    def cursor(self) -> str | None:
        """Where to resume: after the last item that was taken. None until the first connection stands."""
        return self._cursor

    @property
    def closed(self) -> bool:
        """Whether nothing more comes: it was closed, its limit is reached, or the platform refused."""
        return self._closed

    def _take(self) -> T:
        item = self._items.popleft()
        if not self._items:
            self._cursor = self._next
        if self._left is not None:
            self._left -= 1
        return item

    def _receive(self, arrival: Arrival[T]) -> None:
        self._items.extend(arrival.items)
        self._next = self._next if arrival.cursor is None else arrival.cursor
        if not self._items:
            self._cursor = self._next

    def _arrival(self) -> Coroutine[Any, Any, Arrival[T] | None]:
        if self._course is None:
            self._course = self._source(self._cursor)
        call = _following(self._course)
        return call if self._step is None else self._step(call)


async def _following(course: AsyncGenerator[Arrival[T], None]) -> Arrival[T] | None:
    return await anext(course, None)


class Stream(_Flow[T], Iterator[T]):
    """What happens now, waited for as it is taken; it connects again by itself.

    A line that breaks is not seen from here. The stream ends when it is closed, when its limit is reached, or
    with the platform's refusal. Close it, or use it in a `with` block: until then it holds a connection.

    Example:
        >>> async def source(cursor):
        ...     for number in range(int(cursor or 0) + 1, 4):
        ...         yield Arrival((f"event {number}",), str(number))
        >>> stream = Stream(source)
        >>> next(stream), stream.cursor
        ('event 1', '1')
        >>> list(Stream(source, cursor=stream.cursor))
        ['event 2', 'event 3']
    """

    def __init__(
        self,
        source: Source[T],
        *,
        cursor: str | None = None,
        limit: int | None = None,
        step: Step[T] | None = None,
    ) -> None:
        super().__init__(source, cursor=cursor, limit=limit, step=step)
        self._running = False

    def __iter__(self) -> Stream[T]:
        return self

    def __next__(self) -> T:
        if self._running:
            message = "another thread is taking from this stream"
            raise RuntimeError(message)
        self._running = True
        try:
            return self._wait()
        finally:
            self._running = False
            if self._closed:
                self._drop()

    def _wait(self) -> T:
        while not self._closed:
            if self._items:
                item = self._take()
                self._closed = self._left == 0
                return item
            if self._left == 0:
                self._closed = True
                break
            arrival = self._advance()
            if arrival is None:
                self._closed = True
            else:
                self._receive(arrival)
        raise StopIteration

    def _advance(self) -> Arrival[T] | None:
        try:
            return _driven(self._arrival())
        except Exception:
            self._closed = True
            raise
        except BaseException:  # interrupted: what was not handed out comes again from the cursor
            self._drop()
            raise

    def close(self) -> None:
        """End the stream and give its connection back.

        From another thread it ends at the next item or sign of life.
        """
        self._closed = True
        if not self._running:
            self._drop()

    def _drop(self) -> None:
        course, self._course = self._course, None
        self._items.clear()
        self._next = self._cursor
        if course is not None:
            _driven(_ended(course))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def _ended(course: AsyncGenerator[Any, None]) -> None:
    await course.aclose()


def _driven(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run one step of a blocking stream to its end."""
    with _unhooked():
        try:
            coroutine.send(None)
        except StopIteration as stop:
            result: T = stop.value
            return result
        suspended = RuntimeError("a stream of a blocking client suspended: its transport must not")
        coroutine.throw(suspended)  # thrown in, so that what is open inside is closed
        raise suspended


@contextmanager
def _unhooked() -> Generator[None]:
    """Keep an event loop that runs in this thread from adopting our generators: they never suspend in it."""
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        yield
    finally:
        sys.set_asyncgen_hooks(*hooks)


class AsyncStream(_Flow[T], AsyncIterator[T]):
    """What happens now, awaited as it is taken; it connects again by itself.

    A wait that is cancelled, by a time-out for instance, loses nothing: the next one resumes at the cursor.
    Close it, or use it in an `async with` block: until then it holds a connection.
    """

    def __init__(
        self,
        source: Source[T],
        *,
        cursor: str | None = None,
        limit: int | None = None,
        step: Step[T] | None = None,
    ) -> None:
        super().__init__(source, cursor=cursor, limit=limit, step=step)
        self._waiter: asyncio.Task[Any] | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    def __aiter__(self) -> AsyncStream[T]:
        return self

    async def __anext__(self) -> T:
        if not self._idle.is_set():
            message = "another task is waiting for this stream"
            raise RuntimeError(message)
        self._idle.clear()
        self._waiter = asyncio.current_task()
        try:
            return await self._wait()
        except asyncio.CancelledError:
            if self._closed and self._waiter is not None and self._waiter.uncancel() == 0:
                raise StopAsyncIteration from None  # it was `close` that woke us
            raise
        finally:
            self._waiter = None
            if self._closed:
                await self._drop()
            self._idle.set()

    async def _wait(self) -> T:
        while not self._closed:
            if self._items:
                item = self._take()
                self._closed = self._left == 0
                return item
            if self._left == 0:
                self._closed = True
                break
            arrival = await self._advance()
            if arrival is None:
                self._closed = True
            else:
                self._receive(arrival)
        raise StopAsyncIteration

    async def _advance(self) -> Arrival[T] | None:
        try:
            return await self._arrival()
        except Exception:
            self._closed = True
            raise
        except BaseException:  # cancelled: what was not handed out comes again from the cursor
            await self._drop()
            raise

    async def close(self) -> None:
        """End the stream and give its connection back; a task that waits for it sees the end."""
        if not self._closed and self._waiter is not None:
            self._waiter.cancel()
        self._closed = True
        await self._idle.wait()
        await self._drop()

    async def _drop(self) -> None:
        course, self._course = self._course, None
        self._items.clear()
        self._next = self._cursor
        if course is not None:
            await course.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
