"""Where the tests of publishers play: a world, a journal that can break, clocks that go wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import socialkit as sk
from socialkit.models import AccountRef
from socialkit.operations import Mode
from socialkit.publishing import (
    AsyncPublisher,
    Delivery,
    DeliveryState,
    FolderMediaStore,
    Journal,
    Permission,
    Publisher,
    Scope,
)
from socialkit.publishing._history import Author, note, telling
from socialkit.publishing._lease import steps_of
from socialkit.publishing._rows import COLUMNS, Row, to_micros
from socialkit.publishing._sqlite import PATIENCE, SQLite, SQLiteSession
from socialkit.testing import RecordingTransport, settle
from socialkit.transport import Request, Response, Transport

HOURS = timedelta(hours=1)
MINUTES = timedelta(minutes=1)
SETTLED = timedelta(minutes=31)
"""Longer than a lease, a pause, and the time in which a lost write may still land."""

State = DeliveryState


async def one(result: Any) -> Delivery:
    """Return the single delivery that an operation gave, alone or in a tuple."""
    given: Delivery | tuple[Delivery, ...] = await settle(result)
    (delivery,) = given if isinstance(given, tuple) else (given,)
    assert isinstance(delivery, Delivery)
    return delivery


class Killed(BaseException):
    """The process died here."""


class Breakable(SQLite):
    """A file at whose n-th write something happens; it does not wait for the disk."""

    def __init__(self, path: Path, patience: float) -> None:
        super().__init__(path, patience=patience)
        self.writes = 0
        self.broken: dict[int, tuple[bool, BaseException]] = {}
        self.paused: dict[int, Callable[[], object]] = {}

    def die(self, write: int, *, before: bool, error: BaseException | None = None) -> None:
        """Order that the n-th write from now on fails, before or after the disk has it."""
        self.broken[self.writes + write] = before, Killed() if error is None else error

    def pause(self, write: int, call: Callable[[], object]) -> None:
        """Have something happen elsewhere after the n-th write from now on."""
        self.paused[self.writes + write] = call

    @contextmanager
    def writing(self, *, flushed: bool = True) -> Generator[SQLiteSession]:
        self.writes += 1
        here = self.writes
        before, error = self.broken.pop(self.writes, (False, None))
        with super().writing() as session:
            yield session
            if error is not None and before:
                raise error
        if error is not None:
            raise error
        if here in self.paused:
            self.paused.pop(here)()

    def _connect(self) -> sqlite3.Connection:
        connection = super()._connect()
        connection.execute("PRAGMA synchronous = OFF")
        return connection


class Drifting(RecordingTransport):
    """Goes by a clock that is not the platform's."""

    def __init__(self, inner: Transport, drift: Callable[[], timedelta]) -> None:
        super().__init__(inner)
        self._drift = drift
        self.before: Callable[[Request], object] | None = None
        self.after: Callable[[Request], object] | None = None
        self.timeless = False
        """Whether the platform's answers do not say when they were given."""

    async def send(self, request: Request, /) -> Response:
        if self.before is not None:
            self.before(request)
        answer = await super().send(request)
        if self.after is not None:
            self.after(request)
        return _timeless(answer) if self.timeless else answer

    def now(self) -> datetime:
        return super().now() + self._drift()


def _timeless(answer: Response) -> Response:
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return Response(answer.status, headers, answer.content, answer.url)


class Machine:
    """One machine with workers: it has its own clock, and sees a world."""

    def __init__(self, world: sk.Sandbox, **brands: list[str]) -> None:
        self.drift = timedelta()
        self.lines: list[Drifting] = []
        self.timeless = False
        """Whether it sees platforms that do not tell the time."""
        self.world = world
        made = [
            sk.Brand(key, *(world._account(key, *entry.split("/", 1)) for entry in entries))
            for key, entries in brands.items()
        ]
        self.workspace = sk.Workspace(*made, clock=self.now, transports=self._line)

    def now(self) -> datetime:
        return self.world.clock.now() + self.drift

    def _line(self, mode: type[Mode], platform: str) -> Transport:
        line = Drifting(self.world._carry(mode, platform), lambda: self.drift)
        line.timeless = self.timeless
        self.lines.append(line)
        return line

    @property
    def sent(self) -> list[Request]:
        """Everything that was sent."""
        return [request for line in self.lines for request in line.requests]

    @property
    def writes(self) -> list[Request]:
        """Every write that was sent."""
        return [request for line in self.lines for request in line.writes]


class Stage:
    """A world, and a journal that several publishers share."""

    def __init__(self, world: sk.Sandbox, folder: Path, *, blocking: bool) -> None:
        self.world = world
        self.path = folder / "journal.db"
        self.media = folder / "media"
        self.blocking = blocking
        self.journal = self.reopened()

    def reopened(self, *, patience: float = PATIENCE) -> Journal:
        """Return the journal as another process would open it."""
        return Journal(Breakable(self.path, patience), FolderMediaStore(self.media))

    @property
    def database(self) -> Breakable:
        database = self.journal.database
        assert isinstance(database, Breakable)
        return database

    def restart(self) -> None:
        """Have the process die and start again."""
        self.journal.close()
        self.journal = self.reopened()

    def machine(self, **brands: list[str]) -> Machine:
        return Machine(self.world, **(brands or {"acme": ["mastodon"]}))

    def publisher(self, accounts: Any, **given: Any) -> Any:
        """Return a publisher of the test's mode."""
        kind: Any = Publisher if self.blocking else AsyncPublisher
        return kind(accounts, self.journal, **given)

    def acme(self, *platforms: str, **given: Any) -> Any:
        """Return a publisher for one brand."""
        machine = self.machine(acme=list(platforms or ("mastodon",)))
        return self.publisher(machine.workspace.brand("acme"), **given)

    def client(self, platform: str, account: str = "main") -> Any:
        """Return a single client of the test's mode."""
        return (self.world.connect if self.blocking else self.world.connect_async)(platform, account)

    def client_of(self, brand: sk.Brand, platform: str) -> Any:
        return (brand.client if self.blocking else brand.client_async)(platform)

    def texts(self, platform: str = "mastodon", account: str | AccountRef | None = "main") -> list[str]:
        return [post.text for post in self.world.posts(platform, account)]

    def pass_time(self, step: timedelta = SETTLED) -> None:
        self.world.clock.advance(step)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Do something to the file behind the journal's back."""
        with self.journal.database.writing() as session:
            return session.run(sql, *values)

    def rewrite_attempt(self, delivery: Delivery, old: str, new: str) -> None:
        """Have a write that is open have sent something else, as its history then tells as well."""
        with self.journal.database.writing() as session:
            row = Row(*session.run(f"SELECT {COLUMNS} FROM deliveries WHERE id = ?", delivery.id)[0])
            step = next(one for one in steps_of(session, row.id).values() if one.open)
            step = step._replace(attempt=(step.attempt or "").replace(old, new))
            sql = "UPDATE steps SET attempt = ? WHERE delivery = ? AND name = ?"
            session.run(sql, step.attempt, row.id, step.name)
            note(
                session,
                row,
                Author(to_micros(self.world.clock.now()), None),
                "rewritten",
                telling({step.name: step}, {}),
            )

    def flaws(self) -> list[str]:
        return list(self.journal.verify())

    def states(self) -> list[str]:
        return [delivery.state.value for delivery in self.journal.deliveries()]

    def history(self, delivery: Delivery | str) -> list[str]:
        """Return what happened to a delivery."""
        key = delivery if isinstance(delivery, str) else delivery.id
        return [event.what for event in self.journal.events() if event.delivery == key]


class Rules:
    """Says who may do what, by a table; everything else is allowed."""

    def __init__(self, rules: dict[tuple[str, str], Permission]) -> None:
        self.rules = rules
        self.asked: list[tuple[str | None, str, str | None]] = []

    def permission(self, actor: str | None, action: str, thing: Delivery | Scope, /) -> Permission:
        self.asked.append((actor, action, thing.account.key if isinstance(thing, Delivery) else thing.brand))
        return self.rules.get((actor or "", action), Permission.YES)
