"""Servers for a whole run, clients of both modes, and what they prove."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from socialkit.platforms import AsyncMastodon, Mastodon
from tests.live.line import Line, faulty_line
from tests.live.proof import judge
from tests.live.servers.bluesky import BlueskyNetwork, bluesky
from tests.live.servers.kepi import Kepi, kepi
from tests.live.servers.prism import prism
from tests.truth.recordings import AnyMastodon
from tests.truth.specification import document
from tests.truth.x.specification import document as x_document

Connect = Callable[[str, str], AnyMastodon]
"""Makes a client from an address and a token."""

Prove = Callable[[str], None]
"""Notes that a server has answered an operation of the running test well."""


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # one process hears of the tests of all
        config.pluginmanager.register(judge())


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder for the servers' data, gone afterwards."""
    with TemporaryDirectory(prefix="socialkit-live-") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[Kepi]:
    with kepi(folder) as running:
        yield running


@pytest.fixture(scope="session")
def checker(folder: Path) -> Iterator[str]:
    with prism(document(), folder) as url:
        yield url


@pytest.fixture(scope="session")
def x_checker(folder: Path) -> Iterator[str]:
    place = folder / "x"
    place.mkdir()
    with prism(x_document(), place) as url:
        yield url


@pytest.fixture(scope="session")
def network(folder: Path) -> Iterator[BlueskyNetwork]:
    with bluesky(folder) as running:
        yield running


@pytest.fixture(scope="session")
def only_line(network: BlueskyNetwork) -> Iterator[Line]:
    with faulty_line(network.url, network.directory) as line:
        yield line


@pytest.fixture
def line(only_line: Line) -> Line:
    """A line to the network that has forgotten the tests before."""
    only_line.forget()
    return only_line


@pytest.fixture
def prove(record_property: Callable[[str, object], None]) -> Prove:
    known: set[str] = set()

    def note(operation: str) -> None:
        if operation not in known:
            known.add(operation)
            record_property("bluesky", operation)

    return note


@pytest.fixture(params=["blocking", "async"])
async def connect(request: pytest.FixtureRequest) -> AsyncIterator[Connect]:
    """Make clients of a mode, closed afterwards."""
    kind: type[AnyMastodon] = Mastodon if request.param == "blocking" else AsyncMastodon
    made: list[AnyMastodon] = []

    def make(url: str, token: str) -> AnyMastodon:
        made.append(kind(base_url=url, access_token=token))
        return made[-1]

    yield make
    for client in made:
        closed = client.close()
        if isinstance(closed, Awaitable):
            await closed
