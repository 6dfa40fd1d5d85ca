"""How a journal, which blocks, is called from either mode."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from socialkit.operations import Async, Mode

__all__ = ["Io", "io_of"]

T = TypeVar("T")


class Io(Protocol):
    """Calls a blocking function: at once when blocking, in a worker thread when async."""

    def __call__(self, call: Callable[..., T], /, *args: Any) -> Coroutine[Any, Any, T]:
        """Return what the function returns."""
        ...


async def _at_once(call: Callable[..., T], /, *args: Any) -> T:
    return call(*args)


async def _in_thread(call: Callable[..., T], /, *args: Any) -> T:
    return await asyncio.to_thread(call, *args)


def io_of(mode: type[Mode]) -> Io:
    """Return how blocking functions are called in a mode."""
    return _in_thread if issubclass(mode, Async) else _at_once
