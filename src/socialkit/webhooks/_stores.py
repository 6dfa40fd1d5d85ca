"""What was pushed already: platforms repeat what they are not sure of."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from socialkit.publishing._push_store import KEPT, PushClaim

__all__ = ["MemoryPushStore", "PushStore"]


class PushStore(Protocol):
    """Remembers what was pushed, by short texts that tell nothing: in memory, a journal, or your database.

    Its methods block; an async webhook calls them in a worker thread.
    """

    def claim(self, keys: Sequence[str], now: datetime, until: datetime, /) -> PushClaim:
        """Return which of some keys are new, all of them in one step; they are the caller's then.

        A key is new that was never claimed, or was claimed until a time that is over and never settled. One
        that was claimed until a time to come and is not settled is somebody else's.

        Args:
            keys: In order.
            now: The time, aware.
            until: When others may claim them, unless they are settled before.
        """
        ...

    def settle(self, keys: Sequence[str], /) -> None:
        """Take note that what was claimed is done: it is not new again for a week at least."""
        ...

    def release(self, keys: Sequence[str], /) -> None:
        """Give back what was claimed and is not done."""
        ...


class MemoryPushStore:
    """Remembers within one process.

    Example:
        >>> from datetime import UTC, timedelta
        >>> store, noon = MemoryPushStore(), datetime(2026, 3, 1, 12, tzinfo=UTC)
        >>> for _ in range(2):
        ...     claim = store.claim(["a"], noon, noon + timedelta(minutes=1))
        ...     sorted(claim.new), sorted(claim.others)
        (['a'], [])
        ([], ['a'])
    """

    def __init__(self) -> None:
        self._claims: dict[str, tuple[datetime, datetime | None]] = {}
        self._guard = threading.Lock()

    def claim(self, keys: Sequence[str], now: datetime, until: datetime, /) -> PushClaim:
        """Return which of some keys are new; they are the caller's then."""
        with self._guard:
            self._forget(now - KEPT)
            new = frozenset(key for key in keys if self._is_new(key, now))
            others = frozenset(key for key in keys if key not in new and self._claims[key][1] is not None)
            for key in new:
                self._claims.pop(key, None)  # it stands behind all older ones then
                self._claims[key] = (now, until)
            return PushClaim(new, others)

    def settle(self, keys: Sequence[str], /) -> None:
        """Take note that what was claimed is done."""
        with self._guard:
            for key in keys:
                if key in self._claims:
                    self._claims[key] = (self._claims[key][0], None)

    def release(self, keys: Sequence[str], /) -> None:
        """Give back what was claimed and is not done."""
        with self._guard:
            for key in keys:
                if key in self._claims and self._claims[key][1] is not None:
                    del self._claims[key]

    def _is_new(self, key: str, now: datetime) -> bool:
        if key not in self._claims:
            return True
        until = self._claims[key][1]
        return until is not None and until <= now

    def _forget(self, before: datetime) -> None:
        while self._claims:
            oldest = next(iter(self._claims))
            if self._claims[oldest][0] >= before:
                return
            del self._claims[oldest]

    def __repr__(self) -> str:
        return f"MemoryPushStore({len(self._claims)} pushes)"
