"""The same call for many brands or accounts: what each gave, and what failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from socialkit.errors import ConfigurationError

__all__ = ["Results", "run_all", "run_all_async"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    value: T


_Outcome = _Answer[T] | Exception


class Results(Generic[T]):
    """What a call gave for each brand or account, by its key (`acme`, `acme/mastodon/main`)."""

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


def run_all(calls: Mapping[str, Callable[[], T]], concurrency: int) -> Results[T]:
    """Make all calls in threads, so many at once."""
    _require_some(concurrency)
    with ThreadPoolExecutor(concurrency) as pool:
        running = {key: pool.submit(_outcome, call) for key, call in calls.items()}
        try:
            return _results({key: future.result() for key, future in running.items()})
        except BaseException:  # interrupted: those that have not begun shall not begin
            pool.shutdown(wait=False, cancel_futures=True)
            raise


async def run_all_async(calls: Mapping[str, Callable[[], Awaitable[T]]], concurrency: int) -> Results[T]:
    """Await all calls, so many at once."""
    _require_some(concurrency)
    room = asyncio.Semaphore(concurrency)

    async def one(call: Callable[[], Awaitable[T]]) -> _Outcome[T]:
        async with room:
            return await _outcome_async(call)

    async with asyncio.TaskGroup() as group:
        running = {key: group.create_task(one(call)) for key, call in calls.items()}
    return _results({key: task.result() for key, task in running.items()})


def _outcome(call: Callable[[], T]) -> _Outcome[T]:
    try:
        return _Answer(call())
    except Exception as error:  # noqa: BLE001 - one failure stops nobody; the results hand it on
        return error


async def _outcome_async(call: Callable[[], Awaitable[T]]) -> _Outcome[T]:
    try:
        return _Answer(await call())
    except Exception as error:  # noqa: BLE001 - as above
        return error


def _results(outcomes: Mapping[str, _Outcome[T]]) -> Results[T]:
    return Results(
        {key: one.value for key, one in outcomes.items() if isinstance(one, _Answer)},
        {key: one for key, one in outcomes.items() if isinstance(one, Exception)},
    )


def _require_some(concurrency: int) -> None:
    if concurrency < 1:
        message = f"concurrency={concurrency} lets no call run"
        raise ConfigurationError(message)
