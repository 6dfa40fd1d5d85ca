"""A journal's database whose transactions are timed and counted."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

from socialkit.publishing import Journal
from socialkit.publishing._database import Database, Session

__all__ = ["Watch", "Watched", "watching"]


class Watch:
    """Adds up time, by the clock and by the processor."""

    def __init__(self) -> None:
        self.seconds = self.processor = 0.0
        self.flushes = 0

    @contextmanager
    def on(self) -> Generator[None]:
        """Add what is done inside."""
        clock, processor = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - clock
        self.processor += time.process_time() - processor


class Watched:
    """A database whose transactions are timed, and of those that wait for the disk it is known how many."""

    def __init__(self, inner: Database, watch: Watch) -> None:
        self.dialect = inner.dialect
        self.settled = inner.settled
        self.close = inner.close
        self._inner, self._watch = inner, watch

    @contextmanager
    def writing(self, *, flushed: bool = True) -> Generator[Session]:
        """Return a transaction that writes."""
        self._watch.flushes += flushed
        with self._watch.on(), self._inner.writing(flushed=flushed) as session:
            yield session

    @contextmanager
    def alone(self) -> Generator[Session]:
        """Return a transaction that writes while no other one does."""
        self._watch.flushes += 1
        with self._watch.on(), self._inner.alone() as session:
            yield session

    @contextmanager
    def reading(self) -> Generator[Session]:
        """Return a transaction that reads."""
        with self._watch.on(), self._inner.reading() as session:
            yield session


@contextmanager
def watching(journal: Journal) -> Generator[Watch]:
    """Time a journal's transactions."""
    database, watch = journal.database, Watch()
    journal.database = Watched(database, watch)
    try:
        yield watch
    finally:
        journal.database = database
