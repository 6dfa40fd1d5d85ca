"""A simulated network and people who call it."""

from __future__ import annotations

import pytest

from socialkit.sandbox import Clock
from socialkit.sandbox.bluesky import BlueskySimulator
from tests.sandbox.bluesky.support import Caller, caller, new_network


@pytest.fixture
def network() -> BlueskySimulator:
    return new_network()


@pytest.fixture
def clock(network: BlueskySimulator) -> Clock:
    return network.clock


@pytest.fixture
def main(network: BlueskySimulator) -> Caller:
    return caller(network)


@pytest.fixture
def friend(network: BlueskySimulator) -> Caller:
    return caller(network, "friend")


@pytest.fixture
def anybody(network: BlueskySimulator) -> Caller:
    return Caller(network)
