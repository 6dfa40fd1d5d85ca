"""A stream is written once, and taken blocking or awaited."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, Generic

import pytest

from socialkit.errors import NotFoundError
from socialkit.operations import (
    Arrival,
    Async,
    AsyncStream,
    ModeT,
    Operations,
    Stream,
    Sync,
    current_operation,
    streamed,
)
from socialkit.testing import collect, settle, take


class Ticker(Operations[ModeT], Generic[ModeT]):
    """Streams without a platform."""

    namespace = "ticker"

    def __init__(self, mode: type[ModeT]) -> None:
        super().__init__(mode)
        self.log: list[str] = []
        self.breathe: Callable[[], Any] | None = None
        self.error: BaseException | None = None

    @streamed
    async def count(
        self, to: int, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncGenerator[Arrival[int], None]:
        """Count on from a cursor."""
        del limit
        self.log.append(f"open {cursor}")
        try:
            async with aclosing(self._numbers(int(cursor or 0), to)) as numbers:
                async for number in numbers:
                    yield Arrival((number,), str(number))
        finally:
            self.log.append("close")

    async def _numbers(self, start: int, to: int) -> AsyncGenerator[int, None]:
        for number in range(start + 1, to + 1):
            if self.breathe is not None:
                await self.breathe()
            yield number
        if self.error is not None:
            raise self.error

    @streamed
    async def beats(self, *, cursor: str | None = None) -> AsyncGenerator[Arrival[str], None]:
        """Give signs of life, then the operation's name."""
        assert cursor is None
        yield Arrival(cursor="first")
        yield Arrival()
        yield Arrival((str(current_operation.get()),), "last")


@pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
def ticker(request: pytest.FixtureRequest) -> Any:
    made = Ticker(request.param)
    if request.param is Async:
        made.breathe = lambda: asyncio.sleep(0)
    return made


async def test_items_come_in_order_and_the_cursor_follows(ticker: Any) -> None:
    stream = ticker.count(3)
    before = stream.cursor

    assert await take(stream, 2) == [1, 2]
    assert (before, stream.cursor, stream.closed) == (None, "2", False)
    assert await collect(stream) == [3]
    assert (stream.cursor, stream.closed, ticker.log) == ("3", True, ["open None", "close"])


async def test_nothing_begins_before_the_first_item_is_asked_for(ticker: Any) -> None:
    stream = ticker.count(3)
    await settle(stream.close())

    assert ticker.log == []
    assert await collect(stream) == []


async def test_another_stream_resumes_at_the_cursor(ticker: Any) -> None:
    first = ticker.count(5)
    await take(first, 2)
    await settle(first.close())

    assert await collect(ticker.count(5, cursor=first.cursor)) == [3, 4, 5]


async def test_the_limit_ends_the_stream_and_gives_the_connection_back(ticker: Any) -> None:
    stream = ticker.count(5, limit=2)

    assert await collect(stream) == [1, 2]
    assert (stream.closed, ticker.log) == (True, ["open None", "close"])


async def test_a_limit_of_zero_sends_nothing_and_a_negative_one_is_refused(ticker: Any) -> None:
    assert await collect(ticker.count(5, limit=0)) == []
    assert ticker.log == []
    with pytest.raises(ValueError, match="negative"):
        ticker.count(5, limit=-1)


async def test_closing_twice_is_closing_once_and_ends_the_iteration(ticker: Any) -> None:
    stream = ticker.count(5)
    await take(stream, 1)
    await settle(stream.close())
    await settle(stream.close())

    assert await collect(stream) == []
    assert ticker.log == ["open None", "close"]


async def test_a_block_closes_the_stream(ticker: Any) -> None:
    stream: Stream[int] | AsyncStream[int] = ticker.count(5)
    if isinstance(stream, AsyncStream):
        async with stream as items:
            assert await anext(items) == 1
    else:
        with stream as items:
            assert next(items) == 1

    assert (stream.closed, ticker.log) == (True, ["open None", "close"])


async def test_signs_of_life_move_the_cursor_and_the_operation_has_its_name(ticker: Any) -> None:
    stream = ticker.beats()

    assert await take(stream, 1) == ["ticker.beats"]
    assert stream.cursor == "last"
    assert current_operation.get() is None


async def test_an_error_names_the_operation_and_ends_the_stream(ticker: Any) -> None:
    ticker.error = NotFoundError("gone", status=404)
    stream = ticker.count(1)

    assert await take(stream, 1) == [1]
    with pytest.raises(NotFoundError) as caught:
        await take(stream, 1)
    assert caught.value.operation == "ticker.count"
    assert (stream.closed, stream.cursor, await collect(stream)) == (True, "1", [])


async def test_an_interrupted_wait_goes_on_from_the_cursor(ticker: Any) -> None:
    ticker.error = KeyboardInterrupt()
    stream = ticker.count(2)
    await take(stream, 2)
    with pytest.raises(KeyboardInterrupt):
        await take(stream, 1)
    ticker.error = None

    assert await collect(stream) == []
    assert ticker.log == ["open None", "close", "open 2", "close"]


async def test_a_blocking_stream_leaves_the_loop_that_runs_around_it_alone() -> None:
    ticker = Ticker(Sync)
    stream = ticker.count(3)
    next(stream)
    del stream
    gc.collect()

    assert ticker.log == ["open None", "close"]


def test_a_blocking_stream_must_not_suspend() -> None:
    ticker = Ticker(Sync)
    ticker.breathe = Suspended

    with pytest.raises(RuntimeError, match="suspended"):
        next(ticker.count(1))


class Suspended:
    def __await__(self) -> Any:
        yield None


async def waiting(stream: AsyncStream[int]) -> asyncio.Task[list[int]]:
    task = asyncio.ensure_future(collect(stream))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


async def test_closing_wakes_the_task_that_waits() -> None:
    ticker, never = Ticker(Async), asyncio.Event()
    ticker.breathe = never.wait
    stream = ticker.count(3)
    task = await waiting(stream)
    await stream.close()

    assert ticker.log == ["open None", "close"]
    assert await task == []
    assert task.cancelling() == 0


async def test_a_cancelled_task_is_cancelled_and_leaves_no_connection() -> None:
    ticker, never = Ticker(Async), asyncio.Event()
    ticker.breathe = never.wait
    stream = ticker.count(3)
    task = await waiting(stream)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert ticker.log == ["open None", "close"]
    assert not stream.closed


async def test_a_wait_that_timed_out_loses_nothing() -> None:
    ticker, gate = Ticker(Async), asyncio.Event()
    ticker.breathe = gate.wait
    stream = ticker.count(2)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(stream), 0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await anext(stream)
    gate.set()

    assert await collect(stream) == [1, 2]


async def test_two_tasks_cannot_wait_for_one_stream() -> None:
    ticker, never = Ticker(Async), asyncio.Event()
    ticker.breathe = never.wait
    stream = ticker.count(3)
    task = await waiting(stream)
    with pytest.raises(RuntimeError, match="another task"):
        await anext(stream)
    await stream.close()

    assert await task == []


def test_closing_from_another_thread_ends_at_the_next_sign_of_life() -> None:
    entered, closed = threading.Event(), threading.Event()

    async def source(_cursor: str | None) -> AsyncGenerator[Arrival[int], None]:
        entered.set()
        assert closed.wait(10)
        yield Arrival()
        yield Arrival((1,), "1")

    stream = Stream(source)
    taken: list[int] = []
    thread = threading.Thread(target=lambda: taken.extend(stream))
    thread.start()
    assert entered.wait(10)
    with pytest.raises(RuntimeError, match="another thread"):
        next(stream)
    stream.close()
    closed.set()
    thread.join(10)

    assert (taken, stream.closed, thread.is_alive()) == ([], True, False)
