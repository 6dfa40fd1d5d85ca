"""What is in force for this process inside a `with` block."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from typing import Generic, TypeVar

__all__ = ["Innermost"]

T = TypeVar("T")


class Innermost(Generic[T]):
    """What `with` blocks put in force; the innermost one wins, in whatever order they are left."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._numbers = count(1)
        self._inside: dict[int, T] = {}

    @contextmanager
    def inside(self, thing: T) -> Generator[None]:
        """Put something in force."""
        with self._guard:
            number = next(self._numbers)
            self._inside[number] = thing
        try:
            yield
        finally:
            with self._guard:
                del self._inside[number]

    def get(self) -> T | None:
        """Return what is in force; None where nothing is."""
        found = self.numbered()
        return None if found is None else found[1]

    def numbered(self) -> tuple[int, T] | None:
        """Return what is in force, with a number that no other block of this process has or will have."""
        with self._guard:
            return next(reversed(self._inside.items()), None)
