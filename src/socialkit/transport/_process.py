"""What a process has once, and a fork must not share."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["PerProcess"]

T = TypeVar("T")


class PerProcess(Generic[T]):
    """One object per process id, made at first use.

    A forked child starts afresh: it neither waits for a lock that a thread of its parent held, nor
    touches its parent's sockets. What it inherited stays referenced, so that nothing closes it.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[int, T] = {}

    def get(self) -> T:
        """Return this process's object."""
        pid = os.getpid()
        found = self._made.get(pid)
        return self._made.setdefault(pid, self._make()) if found is None else found
