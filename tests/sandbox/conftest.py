"""A simulated server and people who call it."""

from __future__ import annotations

import pytest

from socialkit.sandbox import Clock, MastodonSimulator
from tests.sandbox.support import Caller, caller, new_server


@pytest.fixture
def server() -> MastodonSimulator:
    return new_server()


@pytest.fixture
def clock(server: MastodonSimulator) -> Clock:
    return server.clock


@pytest.fixture
def main(server: MastodonSimulator) -> Caller:
    return caller(server)


@pytest.fixture
def friend(server: MastodonSimulator) -> Caller:
    return caller(server, "friend")


@pytest.fixture
def anybody(server: MastodonSimulator) -> Caller:
    return Caller(server, None)
