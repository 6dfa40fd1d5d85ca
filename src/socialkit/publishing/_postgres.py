"""The journal in a PostgreSQL database, which any number of machines may share, by psycopg."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from socialkit.errors import ConfigurationError, JournalError
from socialkit.publishing._database import Dialect, UnusableError, Value

__all__ = ["Postgres", "PostgresSession", "placed"]

DIALECT: Final = Dialect(
    serial="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    known="SELECT 1 WHERE to_regclass('meta') IS NOT NULL",
    skip_locked=" FOR UPDATE SKIP LOCKED",
    for_update=" FOR UPDATE",
)
CONNECTIONS: Final = 8
"""How many connections a process has at most: a server has about a hundred for everybody."""
PATIENCE: Final = 30.0
"""Seconds to wait for a connection that is free, and for others' transactions."""
SILENCE: Final = 2 / 3
"""After which part of that time the server ends a transaction whose process is silent: a freeze need not wait
for a worker that was stopped in the middle, and what that one was about to write down never happened."""
LINE: Final[dict[str, Any]] = {
    "application_name": "socialkit",
    "client_encoding": "utf8",
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""So that a line which is dead is found out; an address may say otherwise."""

GATE: Final = 0x736F6369616C6B69
"""The advisory lock that all transactions which write share, and that a lonely one has for itself."""
# A server may be told to confirm before the disk has it: what was sent would be forgotten with the power.
LASTING: Final = (
    "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
)
MARK: Final = "SELECT pg_current_xact_id()::text, extract(epoch FROM pg_postmaster_start_time())::text"
"""By what a transaction can be asked for afterwards: its number, and the server's start, since a number
means nothing to another server that took the place of this one."""
READING: Final = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",)
BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
SHARED: Final = f"SELECT pg_advisory_xact_lock_shared({GATE})"
WRITING: Final = (BEGIN, LASTING, SHARED, MARK)
FLEETING: Final = (BEGIN, "SET LOCAL synchronous_commit = off", SHARED, MARK)
"""What need not outlast a loss of power."""
ALONE: Final = (BEGIN, LASTING, f"SELECT pg_advisory_xact_lock({GATE})", MARK)
ENDED: Final = """
SELECT pg_xact_status(%s::xid8) WHERE extract(epoch FROM pg_postmaster_start_time())::text = %s
"""

STOPPING: Final = "57P"
MEANING: Final = {
    "22021": "a text holds a character that no text in the database may hold",
    "22P05": "the database cannot hold every character: make one with the encoding UTF8",
    "25006": "it may only be read: the address is that of a copy",
    "25P03": "this process was silent for too long in a transaction: nothing was recorded",
    "40": "others wrote the same at the same time: nothing was recorded",
    "42501": "the user lacks a right in the database",
    "42P07": "it has other tables of the same names: give the journal a database or a schema of its own",
    "53100": "the disk is full: nothing was recorded",
    "53200": "the server has no memory left: nothing was recorded",
    "55P03": "others kept it locked for too long: nothing was recorded",
    "57014": "the server cancelled a statement: nothing was recorded",
    STOPPING: "the server is not running, or is just stopping or starting",
    "58": "the server's disk does not answer",
    "XX": "the database is damaged: restore it from a copy, and reconcile before anything is sent",
}
"""What errors mean, by how their code begins."""
NOBODY_KNOWS: Final = "the connection was lost while something was recorded: whether it was is not known"
LOST: Final = "the connection was lost: nothing was recorded"

QUOTED_OR_MARK: Final = re.compile(r"'[^']*'|[?%]")
MARKS: Final = {"?": "%s", "%": "%%"}

Connection = psycopg.Connection[tuple[Any, ...]]


@lru_cache(maxsize=256)
def placed(sql: str) -> bytes:
    """Return a statement with psycopg's marks in the place of `?`; what stands in quotes stays as it is."""
    return QUOTED_OR_MARK.sub(lambda found: MARKS.get(found[0], found[0].replace("%", "%%")), sql).encode()


class PostgresSession:
    """One transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(self, sql: str, *values: Value) -> list[tuple[Any, ...]]:
        """Run a statement, and return its rows."""
        cursor = self._connection.execute(placed(sql), values)
        return [] if cursor.description is None else cursor.fetchall()

    def many(self, sql: str, rows: Iterable[Sequence[Value]]) -> int:
        """Run a statement once for each row, and return how many rows were written."""
        with self._connection.cursor() as cursor:
            cursor.executemany(placed(sql), rows)
            return cursor.rowcount


@dataclass(frozen=True, slots=True)
class _Open:
    """A transaction that has begun."""

    connection: Connection
    mark: tuple[Any, ...] | None
    """By what it can be asked for; None where it only reads."""


class _Pool:
    """The connections of one process."""

    def __init__(self) -> None:
        self.free = threading.BoundedSemaphore(CONNECTIONS)
        self.idle: list[Connection] = []


class Postgres:
    """A database; each transaction has a connection for itself, and its end waits until the disk has it.

    Args:
        url: Where it is (`postgresql://…`), as PostgreSQL's own programs take it.
        patience: Seconds to wait for a connection that is free, and for others' transactions.

    Raises:
        ConfigurationError: The address cannot be read.
    """

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        self.dialect = DIALECT
        self._patience = patience
        self.settled = 0
        self._place = "its database"
        given = _read(url)
        del url  # what reports an error with all variables would show the password
        if given is None:
            message = "the journal's address cannot be read: it looks like postgresql://user@host/database"
            raise ConfigurationError(message) from None
        self._address: dict[str, Any] = {**LINE, **given}
        self._place = f"{given.get('dbname') or 'its database'} on {given.get('host') or 'this machine'}"
        self._pools: dict[int, _Pool] = {}

    def __repr__(self) -> str:
        return f"Postgres({self._place!r})"

    @contextmanager
    def writing(self, *, flushed: bool = True) -> Generator[PostgresSession]:
        """Return a transaction that writes, while others do."""
        with self._transaction(WRITING if flushed else FLEETING) as session:
            yield session

    @contextmanager
    def alone(self) -> Generator[PostgresSession]:
        """Return a transaction that writes while no other one does."""
        with self._transaction(ALONE) as session:
            yield session

    @contextmanager
    def reading(self) -> Generator[PostgresSession]:
        """Return a transaction that reads, all of it as it was at one moment."""
        with self._transaction(READING) as session:
            yield session

    def close(self) -> None:
        """Close this process's connections that nobody uses."""
        idle = self._pool().idle
        while idle:
            idle.pop().close()

    @contextmanager
    def _transaction(self, begin: tuple[str, ...]) -> Generator[PostgresSession]:
        with self._explained(), self._begun(begin) as one:
            yield PostgresSession(one.connection)
            if one.mark is not None:
                self._commit(one.connection, one.mark)

    # Connections ---------------------------------------------------------------------------------------

    def _pool(self) -> _Pool:
        # A connection must not cross a fork. Those of the parent stay here untouched: to close one would
        # end the parent's.
        process = os.getpid()
        return self._pools.get(process) or self._pools.setdefault(process, _Pool())

    @contextmanager
    def _begun(self, begin: tuple[str, ...]) -> Generator[_Open]:
        pool = self._pool()
        if not pool.free.acquire(timeout=self._patience):
            message = self._said(f"all {CONNECTIONS} connections of this process were busy for too long")
            raise UnusableError(message)
        try:
            one = self._begin(pool, begin)
            try:
                yield one
            finally:
                if _over(one.connection):
                    pool.idle.append(one.connection)
        finally:
            pool.free.release()

    def _begin(self, pool: _Pool, begin: tuple[str, ...]) -> _Open:
        """Begin a transaction; a connection that was lost since its last one is replaced."""
        while True:
            try:
                connection, fresh = pool.idle.pop(), False
            except IndexError:
                connection, fresh = self._connected(), True
            try:
                return _Open(connection, self._marked(connection, begin))
            except psycopg.OperationalError:
                lost = connection.closed
                if _over(connection):
                    pool.idle.append(connection)
                if fresh or not lost:
                    raise

    def _connected(self) -> Connection:
        try:
            return psycopg.connect(**self._address, autocommit=True)
        except psycopg.Error as error:
            message = self._said(str(error).partition("\n")[0])
            # psycopg's own variables hold the password.
            raise UnusableError(message) from error.with_traceback(None)

    def _marked(self, connection: Connection, begin: tuple[str, ...]) -> tuple[Any, ...] | None:
        """Begin a transaction in one round trip, and return its mark."""
        waiting, silent = int(1000 * self._patience), int(1000 * SILENCE * self._patience)
        times = (
            f"SET LOCAL lock_timeout = {waiting}; SET LOCAL idle_in_transaction_session_timeout = {silent}"
        )
        cursor = connection.execute("; ".join((begin[0], times, *begin[1:])).encode())
        while cursor.nextset():
            pass
        return None if cursor.description is None else cursor.fetchone()

    # Ends ----------------------------------------------------------------------------------------------

    def _commit(self, connection: Connection, mark: tuple[Any, ...]) -> None:
        try:
            said = connection.execute(b"COMMIT", prepare=False).statusmessage
        except psycopg.OperationalError as error:
            if not connection.closed and not (error.sqlstate or "").startswith(STOPPING):
                raise
            state = self._asked(mark)
            if state == "committed":
                return
            message = self._said(LOST if state == "aborted" else NOBODY_KNOWS)
            raise UnusableError(message) from error
        if said != "COMMIT":
            message = self._said("a statement had failed before: nothing was recorded")
            raise UnusableError(message)

    def _asked(self, mark: tuple[Any, ...]) -> str | None:
        """Return what became of a transaction whose end nobody told us; None if that cannot be known."""
        with suppress(psycopg.Error, JournalError), self._connected() as connection:
            self._marked(connection, ALONE)  # waits until the server has noticed, too, that the line is lost
            found = connection.execute(ENDED.encode(), mark).fetchone()
            return None if found is None else found[0]
        return None

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise UnusableError(self._said(_meaning(error))) from error

    def _said(self, why: str) -> str:
        return f"the journal {self._place} cannot be used: {why}"


def _read(url: str) -> dict[str, Any] | None:
    """Return what an address says; None if it cannot be read: psycopg's words may hold the password."""
    try:
        return conninfo_to_dict(url)
    except psycopg.Error:
        return None


def _over(connection: Connection) -> bool:
    """End what is left of a transaction, and return whether the connection can be used again."""
    with suppress(psycopg.Error):
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            connection.execute(b"ROLLBACK", prepare=False)
        if connection.info.transaction_status is TransactionStatus.IDLE:
            return True
    connection.close()
    return False


def _meaning(error: psycopg.Error) -> str:
    code = error.sqlstate or ""
    if not code and isinstance(error, psycopg.OperationalError):
        return LOST
    known = next((text for begin, text in MEANING.items() if code.startswith(begin)), None)
    # Further lines may hold what was to be written.
    return known or str(error).partition("\n")[0]
