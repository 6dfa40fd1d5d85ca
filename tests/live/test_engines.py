"""Deliveries by real engines, whose workers are killed in the middle of a post: each is out exactly once.

The workers are started by the command lines in the docstrings of the examples. No lost job comes back by
itself; a sweep offers its delivery again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import psycopg
import pytest

from tests.live.engines import LATER, Office, Started, documented
from tests.live.servers.postgres import postgres
from tests.live.servers.process import free_port
from tests.live.servers.redis import redis

pytestmark = pytest.mark.live

COUNT: Final = 30
"""Deliveries that are due."""
ROUNDS: Final = 4
"""Two looks decide; what is sent again then may meet a worker's end, and wants two more."""


class Engine(Protocol):
    """An engine with its server."""

    settings: dict[str, str]

    def prepare(self, office: Office) -> None:
        """Have its server be as workers need it."""
        ...

    def start(self, office: Office, workers: int) -> list[Started]:
        """Start workers, and what they need besides."""
        ...

    def lose(self) -> None:
        """Lose what its server has of jobs that nobody has ended."""
        ...


class Procrastinate:
    """Procrastinate on PostgreSQL."""

    def __init__(self, address: str) -> None:
        self.settings = {"DATABASE_URL": address}

    def prepare(self, office: Office) -> None:
        office.run(documented("procrastinate_worker", "schema"))

    def start(self, office: Office, workers: int) -> list[Started]:
        return [office.start(documented("procrastinate_worker", "worker")) for _ in range(workers)]

    def lose(self) -> None:
        """Leave everything as it is: it keeps for good as being done what killed workers had."""

    def left(self) -> int:
        """Return how many jobs it believes to be in the work."""
        with psycopg.connect(self.settings["DATABASE_URL"]) as connection:
            asked = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"
            (number,) = connection.execute(asked).fetchone() or (0,)
            return int(number)


class Celery:
    """Celery on Redis."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self._stack = ExitStack()
        self.settings = {"SOCIALKIT_BROKER": f"redis://127.0.0.1:{self._port}/0"}

    def prepare(self, office: Office) -> None:
        del office
        self._stack.enter_context(redis(self._folder, port=self._port))

    def start(self, office: Office, workers: int) -> list[Started]:
        words = [*["worker"] * workers, "beat"]
        return [office.start(documented("celery_worker", word)) for word in words]

    def lose(self) -> None:
        """Start the broker anew: it keeps nothing."""
        self.close()
        self._stack.enter_context(redis(self._folder, port=self._port))

    def close(self) -> None:
        self._stack.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres(tmp_path_factory.mktemp("postgres") / "log") as address:
        yield address


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """The address of an empty database."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE engine")
    yield f"{server}/engine"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE engine WITH (FORCE)")


@pytest.fixture
def celery(tmp_path: Path) -> Iterator[Celery]:
    made = Celery(tmp_path)
    yield made
    made.close()


def played(office: Office, engine: Engine) -> None:
    """Kill all workers in the middle of a post, then one of two, and let the next ones end it."""
    engine.prepare(office)
    office.plan(COUNT)
    workers = engine.start(office, 2)

    def all_of_them() -> None:
        for one in workers:
            one.kill()

    office.platform.strike(5, lands=True, kill=all_of_them)
    assert office.platform.struck.wait(60), "\n".join(one.log.read_text() for one in workers)
    assert 0 < len(office.texts()) < COUNT / 2
    assert office.states()["sending"]
    engine.lose()
    office.clock.ahead += LATER

    first, second, *rest = engine.start(office, 2)
    office.platform.strike(5, lands=False, kill=first.kill)
    office.until(second, office.platform.struck.is_set)
    office.until(second, lambda: not {"planned", "due"} & set(office.states()))
    for one in (second, *rest):
        one.kill()
    engine.lose()
    office.clock.ahead += LATER

    for _ in range(ROUNDS):
        ended = partial(office.has_ended, office.looks())
        looking, *rest = engine.start(office, 1)
        office.until(looking, ended)
        if set(office.states()) == {"confirmed"}:
            return
        for one in (looking, *rest):  # one look in vain does not decide: the next comes much later
            one.kill()
        engine.lose()
        office.clock.ahead += LATER
    pytest.fail(f"not all were confirmed: {office.states()}")


def test_what_procrastinate_lost_with_its_workers_is_sent_once(tmp_path: Path, database: str) -> None:
    engine = Procrastinate(database)
    with Office(tmp_path, database, engine.settings) as office:
        played(office, engine)

        assert list(office.flaws(COUNT)) == []
    assert engine.left(), "it lost no job, and so nothing was shown"


@pytest.mark.parametrize("place", ["sqlite", "postgresql"])
def test_what_celery_lost_with_its_workers_is_sent_once(
    tmp_path: Path, celery: Celery, place: str, request: pytest.FixtureRequest
) -> None:
    journal: str = f"sqlite:///{tmp_path / 'journal.db'}"
    if place == "postgresql":
        journal = request.getfixturevalue("database")
    with Office(tmp_path, journal, celery.settings) as office:
        played(office, celery)

        assert list(office.flaws(COUNT)) == []
