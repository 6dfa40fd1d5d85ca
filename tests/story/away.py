"""The story in a process of its own, which is killed; the world lives on with the test."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, cast

import socialkit as sk
from examples.agency_quarter.__main__ import quarter
from examples.agency_quarter.strangers import people
from socialkit.models import AccountRef
from socialkit.operations import Mode
from socialkit.publishing._database import Database
from socialkit.sandbox._world._shelf import Shelf
from socialkit.workspace._host import Host, hosting
from tests.chaos.line import Answered, Called, Exchange, Message, Remote, Slept
from tests.chaos.worker import KILLED, Deadly, Stop, journal_at
from tests.story.play import RESTART, Played

__all__ = ["Death", "play_killed"]


@dataclass(frozen=True)
class Death:
    """Where a process is killed."""

    at: int
    """At the n-th request to the world, or the n-th write to the journal."""
    before: bool
    """Before the world, or the disk, has it; or after, when the process has not heard of it yet."""
    writing: bool = False
    """Whether writes to the journal are counted."""


# In the process of the story ----------------------------------------------------------------


class _Clock:
    def __init__(self, line: _Line) -> None:
        self._line = line

    def now(self) -> datetime:
        return self._line.now

    def advance(self, step: timedelta) -> None:
        self._line.ask(Slept(step.total_seconds()))


class _Line:
    """Leads to the world, for all threads of the process."""

    def __init__(self, line: Connection, now: datetime) -> None:
        self._line = line
        self._guard = threading.Lock()
        self.now = now

    def say(self, message: object) -> Any:
        with self._guard:
            self._line.send(message)
            return self._line.recv()

    def ask(self, message: Message) -> Answered:
        answered: Answered = self.say(message)
        self.now = answered.now
        return answered


class _Remote(Remote):
    """Goes by the one time that all threads know."""

    def __init__(self, line: _Line, platform: str) -> None:
        super().__init__(platform, line.ask, line.now)
        self._line = line

    def now(self) -> datetime:
        return self._line.now


class _Away:
    """The world, as the story sees it from its process."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self.clock: Final = _Clock(line)

    @contextmanager
    def install(self) -> Generator[None]:
        def transport(mode: type[Mode], platform: str) -> _Remote:
            del mode  # the story is blocking
            return _Remote(self._line, platform)

        tell = partial(_told, self._line)
        shelf = Shelf()
        with hosting(Host(now=self.clock.now, admit=tell, login=tell, media_host=shelf, transport=transport)):
            yield


def _told(line: _Line, ref: AccountRef) -> dict[str, object]:
    """Have the world take an account in, and return what its clients log in with."""
    login: dict[str, object] = line.say(ref)
    return login


def _as_child(line: Connection, now: datetime, folder: Path, death: Death | None) -> None:
    status = 1
    try:
        gc.disable()  # it would copy the memory that it shares
        stop = Stop(death.at, death.before) if death is not None and death.writing else None
        whole = journal_at(folder / "journal.db")
        deadly = Deadly(whole.database, stop, int)
        journal = sk.Journal(cast("Database", deadly), whole.media)
        with contextlib.redirect_stdout(io.StringIO()):
            quarter(cast("sk.Sandbox", _Away(_Line(line, now))), journal, folder)
        journal.close()
        status = 0
    except BaseException:  # noqa: BLE001 - the parent has to know
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


# With the test ------------------------------------------------------------------------------


def _served(world: sk.Sandbox, line: Connection, kill: Callable[[], object], death: Death | None) -> None:
    """Answer the story until its process ends."""
    exchange, served = Exchange(world), 0
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            message = line.recv()
            served += isinstance(message, Called)
            due = death is not None and not death.writing and served == death.at
            if due and death is not None and death.before:
                kill()
                return
            if isinstance(message, AccountRef):
                world._tenants.admit(message)
                line.send(world._login(message))
                continue
            answered = exchange.answer(message, int)
            if due:
                kill()
                return
            line.send(answered)


def _lived(world: sk.Sandbox, folder: Path, death: Death | None) -> int:
    """Have a process play the story, and return how it ended."""
    ours, theirs = Pipe()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _as_child(theirs, world.clock.now(), folder, death)
    theirs.close()
    _served(world, ours, partial(os.kill, pid, signal.SIGKILL), death)
    ours.close()
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


@contextmanager
def play_killed(folder: Path, deaths: Sequence[Death]) -> Generator[Played]:
    """Play the story in processes that are killed, the last of them in peace."""
    with sk.Sandbox(seed=7) as world:
        people(world)
        for death in deaths:
            assert _lived(world, folder, death) == KILLED
            world.clock.advance(RESTART)
        assert _lived(world, folder, None) == 0
        journal = journal_at(folder / "journal.db")
        try:
            # All is done: another process finds the same, and tells it.
            yield Played(quarter(world, journal, folder), world, journal, folder, len(deaths), 0)
        finally:
            journal.close()
