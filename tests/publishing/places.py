"""Where journals of tests lie: each in a database of its own, of either kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from socialkit.models import AccountRef, Draft
from socialkit.publishing import AsyncPublisher, FolderMediaStore, Journal, Publisher
from socialkit.publishing._database import Database
from socialkit.publishing._lease import Mine
from socialkit.publishing._leases import Worker
from socialkit.publishing._new_rows import new_row
from socialkit.publishing._planning import Planner
from socialkit.publishing._rows import Body, Row, Step, to_micros

__all__ = [
    "MINE",
    "NOW",
    "PAIRS",
    "POST",
    "InEitherDatabase",
    "Place",
    "planned",
    "planner",
    "rows",
    "seconds",
    "worker",
]

PAIRS: Final = ((Publisher, "sqlite_place"), (AsyncPublisher, "postgres_place"))
"""Each mode with a database of its own: neither knows of the other."""

NOW: Final = to_micros(datetime(2026, 11, 20, 9, tzinfo=UTC))
"""When everything is due here."""
MINE: Final = Mine(brands=("acme",))
POST: Final = Step("post", writes=True, state="started", attempt="{}", result=None)
"""The step that makes a post public."""


class Place:
    """One database, which any number of processes open.

    Args:
        connect: Opens it.
        media: The folder in which files wait.
        url: Its address.
    """

    def __init__(self, connect: Callable[[], Database], media: Path, url: str) -> None:
        self.url = url
        self.media = FolderMediaStore(media)
        self._connect = connect
        self._opened: list[Database] = []

    def database(self) -> Database:
        """Open it once more, as another process would."""
        database = self._connect()
        self._opened.append(database)
        return database

    def journal(self) -> Journal:
        """Open the journal in it once more."""
        return Journal(self.database(), self.media)

    def close(self) -> None:
        """Give back all connections."""
        for database in self._opened:
            database.close()


class InEitherDatabase:
    """A suite of stores that lie in a journal: it runs with each kind of database."""

    @pytest.fixture(params=["sqlite_place", "postgres_place"])
    def place(self, request: pytest.FixtureRequest) -> Place:
        found: Place = request.getfixturevalue(request.param)
        return found


def seconds(number: float) -> int:
    """Return a time so many seconds after the one at which everything is due."""
    return NOW + int(number * 1_000_000)


def rows(count: int, *, account: str = "main", campaign: str | None = None, due: int = NOW) -> list[Row]:
    """Return deliveries that nobody has written down."""
    ref = AccountRef(platform="mastodon", brand="acme", name=account)
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=due)
    made: list[Row] = []
    for number in range(count):
        body = Body(account=ref, draft=Draft(text=f"number {number}"))
        row = new_row(body, body.model_dump_json(), "publish", now=at, at=at, expires=at + timedelta(hours=2))
        made.append(row._replace(campaign=campaign))
    return made


def planned(database: Database, count: int, *, account: str = "main", due: int = NOW) -> list[str]:
    """Plan deliveries that are due, and return their ids."""
    written = planner(database).add(rows(count, account=account, due=due), NOW)
    return [row.id for row in written]


def planner(database: Database) -> Planner:
    """Return what plans for the brand."""
    return Planner(database, MINE, "maria")


def worker(database: Database) -> Worker:
    """Return what takes the brand's deliveries."""
    return Worker(database, MINE, None)
