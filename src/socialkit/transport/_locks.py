"""Locks with a name, shared by all clients of a process."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from weakref import WeakKeyDictionary, WeakValueDictionary

from socialkit.transport._process import PerProcess

__all__ = ["async_lock", "blocking_lock"]


class _BlockingLock(AbstractAsyncContextManager[None]):
    """A thread's lock behind the asynchronous protocol; entering it blocks, and never suspends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    async def __aenter__(self) -> None:
        self._lock.acquire()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._lock.release()


class _Locks:
    """The locks of a process; one that nobody holds or awaits is forgotten."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.blocking: WeakValueDictionary[str, _BlockingLock] = WeakValueDictionary()
        self.by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, WeakValueDictionary[str, asyncio.Lock]] = (
            WeakKeyDictionary()
        )


_LOCKS = PerProcess(_Locks)


def blocking_lock(key: str) -> AbstractAsyncContextManager[None]:
    """Return the lock of that name for all threads of this process."""
    locks = _LOCKS.get()
    with locks.guard:
        lock = locks.blocking.get(key)
        if lock is None:
            lock = locks.blocking[key] = _BlockingLock()
        return lock


def async_lock(key: str) -> AbstractAsyncContextManager[None]:
    """Return the lock of that name for all tasks of the running loop."""
    locks, loop = _LOCKS.get(), asyncio.get_running_loop()
    with locks.guard:
        named = locks.by_loop.setdefault(loop, WeakValueDictionary())
        lock = named.get(key)
        if lock is None:
            lock = named[key] = asyncio.Lock()
        return lock
