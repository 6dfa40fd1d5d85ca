"""The journal in one file, by the standard library's SQLite."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import sleep
from typing import Any, Final

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from socialkit.publishing._database import Dialect, UnusableError, Value

__all__ = ["SQLite", "SQLiteSession"]

DIALECT: Final = Dialect(
    serial="INTEGER PRIMARY KEY AUTOINCREMENT",
    known="SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'",
)
"""One writer at a time has no need of locks."""
LAST: Final = (1 << 63) - 1
"""With one writer at a time, no line of the history comes before one that is there."""
PATIENCE: Final = 30.0
"""Seconds to wait for another process that is writing."""
PAUSE: Final = 0.01
"""Seconds between two looks, where SQLite itself does not wait."""
MEANING: Final = {
    "SQLITE_FULL": "the disk is full: nothing was recorded",
    "SQLITE_BUSY": "another process kept it locked for too long: nothing was recorded",
    "SQLITE_CORRUPT": "the file is damaged: restore it from a copy, and reconcile before anything is sent",
    "SQLITE_NOTADB": "the file is no journal",
    "SQLITE_READONLY": "the file may not be written",
    "SQLITE_CANTOPEN": "the file cannot be opened",
    "SQLITE_IOERR": "the disk does not answer",
}


class SQLiteSession:
    """One transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, *values: Value) -> list[tuple[Any, ...]]:
        """Run a statement, and return its rows."""
        return self._connection.execute(sql, values).fetchall()

    def many(self, sql: str, rows: Iterable[Sequence[Value]]) -> int:
        """Run a statement once for each row, and return how many rows were written."""
        return self._connection.executemany(sql, rows).rowcount


class _Opened:
    """The file as one process has it open."""

    def __init__(self) -> None:
        self.guard = threading.RLock()
        self.connection: sqlite3.Connection | None = None
        self.flushing = True


class SQLite:
    """A file; whoever commits waits until the disk has it.

    Args:
        path: Where it is.
        patience: Seconds to wait for another process that is writing.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.dialect = DIALECT
        self.settled = LAST
        self._path = path
        self._patience = patience
        self._processes: dict[int, _Opened] = {}

    def writing(self, *, flushed: bool = True) -> AbstractContextManager[SQLiteSession]:
        """Return a transaction that writes; one at a time in all processes."""
        return self._transaction("BEGIN IMMEDIATE", flushed=flushed)

    def alone(self) -> AbstractContextManager[SQLiteSession]:
        """Return a transaction that writes while no other one does, as every one here."""
        return self.writing()

    def reading(self) -> AbstractContextManager[SQLiteSession]:
        """Return a transaction that reads."""
        return self._transaction("BEGIN")

    def close(self) -> None:
        """Close the file."""
        opened = self._opened()
        with opened.guard:
            connection, opened.connection = opened.connection, None
            if connection is not None:
                connection.close()

    @contextmanager
    def _transaction(self, begin: str, *, flushed: bool = True) -> Generator[SQLiteSession]:
        opened = self._opened()
        with opened.guard:
            try:
                connection = self._ready(opened, flushed=flushed)
                connection.execute(begin)
                try:
                    yield SQLiteSession(connection)
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise self._explained(error) from error

    def _opened(self) -> _Opened:
        # A connection must not cross a fork, nor a lock that another thread may have held then. Those of the
        # parent stay here untouched.
        process = os.getpid()
        return self._processes.get(process) or self._processes.setdefault(process, _Opened())

    def _ready(self, opened: _Opened, *, flushed: bool) -> sqlite3.Connection:
        """Return a process's connection, which waits for the disk or does not."""
        if opened.connection is None:
            opened.connection = self._connect()
        if flushed is not opened.flushing:
            opened.connection.execute(f"PRAGMA synchronous = {'FULL' if flushed else 'NORMAL'}")
            opened.flushing = flushed
        return opened.connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        try:
            self._log_ahead(connection)
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _log_ahead(self, connection: sqlite3.Connection) -> None:
        """Write into a log beside the file, as all connections to it do from then on."""
        # A new file's first writer holds a lock for which this statement, unlike others, does not wait.
        for attempt in Retrying(
            retry=retry_if_exception(_is_locked),
            stop=stop_after_delay(self._patience),
            wait=wait_fixed(PAUSE),
            sleep=sleep,
            reraise=True,
        ):
            with attempt:
                connection.execute("PRAGMA journal_mode = WAL")

    def _explained(self, error: sqlite3.Error) -> UnusableError:
        name: str = getattr(error, "sqlite_errorname", "")
        why = next((text for code, text in MEANING.items() if name.startswith(code)), str(error))
        message = f"the journal {self._path.name} cannot be used: {why}"
        return UnusableError(message)


def _is_locked(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) and error.sqlite_errorname.startswith("SQLITE_BUSY")
