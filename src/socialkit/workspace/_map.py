"""The same call for many brands or accounts: what each gave, and what failed."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar, cast

from socialkit.errors import ConfigurationError

__all__ = ["Progress", "Result", "Results", "run_all", "run_all_async"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """How a call for one brand or account ended.

    Example:
        >>> Result("acme", value="UTC").error is None
        True
    """

    key: str
    """Whose: `acme`, or `acme/mastodon/main`."""
    value: T | None = None
    """What the call gave; None where it failed."""
    error: Exception | None = None
    """What was raised; None where nothing was."""


Progress: TypeAlias = Callable[[Result[T]], object]
"""Is told how each call ended."""


class Results(Generic[T]):
    """What a call gave for each brand or account, by its key (`acme`, `acme/mastodon/main`).

    They stand in the order of the workspace, whoever was first.

    Example:
        >>> from socialkit import Brand, Workspace
        >>> with Workspace(Brand("acme", zone="Europe/Paris"), Brand("other")) as workspace:
        ...     results = workspace.map(lambda brand: 1 / (brand.zone != "UTC"))
        >>> results.succeeded(), results.failed()
        ({'acme': 1.0}, {'other': ZeroDivisionError('division by zero')})
    """

    def __init__(self, succeeded: Mapping[str, T], failed: Mapping[str, Exception]) -> None:
        self._succeeded = dict(succeeded)
        self._failed = dict(failed)

    def succeeded(self) -> dict[str, T]:
        """Return the answers of those whose call came to its end."""
        return dict(self._succeeded)

    def failed(self) -> dict[str, Exception]:
        """Return what was raised for those whose call did not."""
        return dict(self._failed)

    def __repr__(self) -> str:
        return f"Results({len(self._succeeded)} succeeded, failed: {', '.join(self._failed) or 'none'})"


def run_all(
    calls: Mapping[str, Callable[[], T]], concurrency: int, progress: Progress[T] | None = None
) -> Results[T]:
    """Make all calls in threads, so many at once; `progress` is called in the thread of the caller."""
    _require_some(concurrency)
    collected, ready, stopped = _Collected(calls, progress), threading.Event(), threading.Event()

    def one(key: str, call: Callable[[], T]) -> Result[T]:
        ready.wait()
        if stopped.is_set():
            return _cancelled(key)
        try:
            return _result(key, call)
        except BaseException:
            stopped.set()
            raise

    with ThreadPoolExecutor(concurrency) as pool:
        try:
            # Each in a context of its own: what one call sets there, the next in its thread does not see.
            running = [pool.submit(copy_context().run, one, key, call) for key, call in calls.items()]
            # The pool waits for all its threads, but not for one of which it is interrupted in the making.
            ready.set()
            for future in as_completed(running):
                collected.add(future.result())
        except BaseException:
            stopped.set()
            ready.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return collected.results()


async def run_all_async(
    calls: Mapping[str, Callable[[], Awaitable[T]]], concurrency: int, progress: Progress[T] | None = None
) -> Results[T]:
    """Await all calls, so many at once."""
    _require_some(concurrency)
    room, collected = asyncio.Semaphore(concurrency), _Collected(calls, progress)
    ended: asyncio.Queue[asyncio.Task[Result[T]]] = asyncio.Queue()

    async def one(key: str, call: Callable[[], Awaitable[T]]) -> Result[T]:
        async with room:
            return await _result_async(key, call)

    running = {asyncio.create_task(one(key, call)): key for key, call in calls.items()}
    try:
        for task in running:
            task.add_done_callback(ended.put_nowait)
        for _ in running:
            task = await ended.get()
            # Cancelled by something that it awaited or did, not by our caller: this call alone has failed.
            collected.add(_cancelled(running[task]) if task.cancelled() else task.result())
    finally:
        await _cancel(running)
    return collected.results()


async def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel those that still run, and wait until they have ended: nothing runs on behind the caller."""
    for task in tasks:
        if not task.cancelling():  # a second time, it would tear off what the first one has it clean up
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _cancelled(key: str) -> Result[Any]:
    return Result(key, error=CancelledError("the call was cancelled"))


def _result(key: str, call: Callable[[], T]) -> Result[T]:
    try:
        return Result(key, value=_done(call()))
    except asyncio.CancelledError:  # by what the function waited for: nobody cancels a thread
        return _cancelled(key)
    except Exception as error:  # noqa: BLE001 - one failure stops nobody; the results hand it on
        return Result(key, error=error)


def _done(value: T) -> T:
    """Return what a call gave, unless it has not begun yet."""
    if not inspect.isawaitable(value):
        return value
    if inspect.iscoroutine(value):
        value.close()
    message = "the function has to be awaited, and nothing of it was done: use map_async()"
    raise ConfigurationError(message)


async def _result_async(key: str, call: Callable[[], Awaitable[T]]) -> Result[T]:
    try:
        return Result(key, value=await call())
    except Exception as error:  # noqa: BLE001 - as above
        return Result(key, error=error)


class _Collected(Generic[T]):
    """The results as they come, handed out in the order of the calls."""

    def __init__(self, keys: Iterable[str], progress: Progress[T] | None) -> None:
        self._keys = tuple(keys)
        self._progress = progress
        self._by_key: dict[str, Result[T]] = {}

    def add(self, result: Result[T]) -> None:
        self._by_key[result.key] = result
        if self._progress is not None:
            self._progress(result)

    def results(self) -> Results[T]:
        ended = [self._by_key[key] for key in self._keys]
        return Results(
            {one.key: cast("T", one.value) for one in ended if one.error is None},
            {one.key: one.error for one in ended if one.error is not None},
        )


def _require_some(concurrency: int) -> None:
    if concurrency < 1:
        message = f"concurrency={concurrency} lets no call run"
        raise ConfigurationError(message)
