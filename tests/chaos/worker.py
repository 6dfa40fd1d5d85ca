"""A worker, which may stand still at any write to the journal, or be killed in a process of its own."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Any, cast

from socialkit.errors import FrozenError
from socialkit.operations import finish
from socialkit.publishing import AsyncPublisher, FolderMediaStore, Journal, Publisher
from socialkit.publishing._database import Database, Session
from socialkit.publishing._sqlite import SQLite, SQLiteSession
from socialkit.testing import settle
from tests.chaos.line import Paused, Remote, asking

__all__ = ["KILLED", "Deadly", "Job", "Running", "Stop", "journal_at", "opened", "work"]

KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Stop:
    """What happens to a worker at its n-th transaction."""

    write: int
    before: bool
    """Just before the disk has it, or just after."""
    pause: timedelta | None = None
    """How long it stands still; None: it is killed."""


class Quick(SQLite):
    """A file that is not forced to the disk: a killed process leaves what it wrote to the system."""

    def _connect(self) -> SQLiteConnection:
        connection = super()._connect()
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def writing(self, *, flushed: bool = True) -> AbstractContextManager[SQLiteSession]:
        return super().writing(flushed=True)  # which leaves the connection as it is


class Deadly:
    """A database at whose transactions its process is killed or stands still.

    Args:
        inner: The database.
        stop: When, if at all.
        pause: Stands still.
    """

    def __init__(self, inner: Any, stop: Stop | None, pause: Callable[[], object]) -> None:
        self._inner = inner
        self._stop = stop
        self._pause = pause
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def writing(self, *, flushed: bool = True) -> AbstractContextManager[Session]:
        return self._stopped(self._inner.writing(flushed=flushed))

    def alone(self) -> AbstractContextManager[Session]:
        return self._stopped(self._inner.alone())

    @contextmanager
    def _stopped(self, transaction: AbstractContextManager[Session]) -> Generator[Session]:
        self.writes += 1
        due = self._stop if self._stop is not None and self._stop.write == self.writes else None
        if due is not None and due.before and due.pause is not None:
            self._pause()
        with transaction as session:
            yield session
            if due is not None and due.before and due.pause is None:
                os.kill(os.getpid(), signal.SIGKILL)
        if due is not None and not due.before:
            if due.pause is None:
                os.kill(os.getpid(), signal.SIGKILL)
            self._pause()


def journal_at(path: Path) -> Journal:
    """Open the journal of one case."""
    return Journal(Quick(path), FolderMediaStore(path.with_name(f"{path.name}.media")))


def opened(kind: Any, **arguments: Any) -> Any:
    """Return a client, leaving out what its platform does not take."""
    known = inspect.signature(kind.__init__).parameters
    return kind(**{name: value for name, value in arguments.items() if name in known})


@dataclass(frozen=True)
class Job:
    """What one worker is to do."""

    journal: Callable[[], Journal]
    """Opens the journal, as every process does."""
    client: Callable[[Remote], Any]
    """Opens the account's client."""
    platform: str
    asynchronous: bool = False
    stop: Stop | None = None
    act: Callable[[Any], Any] | None = None
    """What is done first, with the publisher: an answer, a deletion."""
    spoil: Callable[[], object] | None = None
    """Breaks the code under test, in the worker's process alone."""
    seed: int = 0


def work(job: Job, remote: Remote) -> int:
    """Send what is due, look for what is unknown, and return how often the journal was written."""
    random.seed(job.seed)  # the jitter of waits
    whole = job.journal()
    deadly = Deadly(whole.database, job.stop, lambda: remote.ask(Paused()))
    journal = Journal(cast("Database", deadly), whole.media)
    if job.asynchronous:
        asyncio.run(_work(job, AsyncPublisher, job.client(remote), journal))
    else:
        finish(_work(job, Publisher, job.client(remote), journal))
    journal.close()
    return deadly.writes


async def _work(job: Job, kind: Any, client: Any, journal: Journal) -> None:
    publisher = kind(client, journal)
    if job.act is not None:
        try:
            await settle(job.act(publisher))
        except FrozenError:
            return
    await settle(publisher.reconcile())
    await settle(publisher.run_due())
    await settle(client.close())


class Running:
    """A worker in a process of its own.

    Args:
        job: What it does.
        now: The time when it begins.
    """

    def __init__(self, job: Job, now: datetime) -> None:
        self.line, theirs = Pipe()
        self._told, tell = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self.line.close()
            _as_child(job, now, theirs, tell)
        theirs.close()
        os.close(tell)

    def ended(self) -> tuple[int, int]:
        """Wait for its end; return how it ended (0, or `KILLED`), and how often it wrote."""
        self.line.close()
        _, status = os.waitpid(self.pid, 0)
        told = os.read(self._told, 16)
        os.close(self._told)
        return os.waitstatus_to_exitcode(status), int(told or 0)


def _as_child(job: Job, now: datetime, line: Connection, tell: int) -> None:
    status = 1
    try:
        gc.disable()  # it lives for a moment only, and would copy the memory that it shares
        if job.spoil is not None:
            job.spoil()
        remote = Remote(job.platform, asking(line), now, asynchronous=job.asynchronous)
        os.write(tell, str(work(job, remote)).encode())
        status = 0
    except BaseException:  # noqa: BLE001 - the parent has to know
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)
