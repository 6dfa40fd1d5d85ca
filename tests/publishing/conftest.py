"""A place for a journal in either database, and a stage with a publisher in either mode."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import socialkit as sk
from socialkit.publishing import FolderMediaStore, Journal
from socialkit.publishing._sqlite import SQLite
from tests.live.servers.postgres import NEEDED, postgres, postgres_programs
from tests.publishing.office import Office
from tests.publishing.places import Place
from tests.publishing.s3 import ALONE, SET_BY_USERS, Bucket, new_bucket, s3_server
from tests.publishing.stage import Stage

TEMPLATE = "journal"
NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose database `journal` holds an empty journal, to be copied."""
    if postgres_programs() is None:
        pytest.skip(NEEDED)
    from socialkit.publishing._postgres import Postgres

    with postgres(tmp_path_factory.mktemp("postgres") / "log") as server:
        administer(server, f"CREATE DATABASE {TEMPLATE}")
        database = Postgres(f"{server}/{TEMPLATE}")
        Journal(database, FolderMediaStore(tmp_path_factory.mktemp("media"))).close()
        yield server


def administer(server: str, statement: str) -> None:
    """Run a statement that no transaction may hold."""
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture
def new_postgres(postgres_server: str) -> Iterator[Callable[[str], str]]:
    """Makes databases out of others, and returns their addresses; they are gone afterwards."""
    made: list[str] = []

    def make(template: str) -> str:
        name = f"test_{next(NUMBERS)}"
        administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {template}")
        made.append(name)
        return f"{postgres_server}/{name}"

    yield make
    for name in made:
        administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Iterator[Place]:
    """A file."""
    path = tmp_path / "journal.db"
    place = Place(partial(SQLite, path), tmp_path / "media", f"sqlite:///{path}")
    yield place
    place.close()


@pytest.fixture
def postgres_place(new_postgres: Callable[[str], str], tmp_path: Path) -> Iterator[Place]:
    """A database on a server, with the tables."""
    yield from _on_server(new_postgres(TEMPLATE), tmp_path)


@pytest.fixture
def bare_postgres_place(new_postgres: Callable[[str], str], tmp_path: Path) -> Iterator[Place]:
    """A database on a server, without anything in it."""
    yield from _on_server(new_postgres("template1"), tmp_path)


def _on_server(url: str, tmp_path: Path) -> Iterator[Place]:
    from socialkit.publishing._postgres import Postgres

    place = Place(partial(Postgres, url), tmp_path / "media", url)
    yield place
    place.close()


@pytest.fixture(params=["sqlite_place", "postgres_place"])
def place(request: pytest.FixtureRequest) -> Place:
    """A place of either kind."""
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["sqlite_place", "bare_postgres_place"])
def empty_place(request: pytest.FixtureRequest) -> Place:
    """A place of either kind in which no journal was opened yet."""
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def blocking(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def stage(socialkit_world: sk.Sandbox, tmp_path: Path, blocking: bool) -> Iterator[Stage]:
    stage = Stage(socialkit_world, tmp_path, blocking=blocking)
    yield stage
    stage.journal.close()


@pytest.fixture(scope="session")
def s3_store() -> Iterator[str]:
    """The address of a store that speaks S3's protocol."""
    with s3_server() as url:
        yield url


@pytest.fixture
def bucket(s3_store: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A bucket that is empty; boto3 finds no credentials by itself, and tries nothing twice."""
    for name in SET_BY_USERS:
        monkeypatch.delenv(name, raising=False)
    for name, value in ALONE.items():
        monkeypatch.setenv(name, value)
    return new_bucket(s3_store)


@pytest.fixture(
    params=[
        ("sqlite_place", "mastodon", True),
        ("sqlite_place", "bluesky", False),
        ("postgres_place", "mastodon", False),
        ("postgres_place", "bluesky", True),
    ],
    ids=lambda given: "-".join([*given[:2], "blocking" if given[2] else "async"]),
)
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    place: Place = request.getfixturevalue(request.param[0])
    with sk.Sandbox(seed=7) as world:
        yield Office(world, place.journal(), request.param[1], blocking=request.param[2])


@pytest.fixture
def small(sqlite_place: Place) -> Iterator[Office]:
    with sk.Sandbox(seed=7) as world:
        yield Office(world, sqlite_place.journal(), "mastodon", blocking=True)
