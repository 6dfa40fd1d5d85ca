"""A simulated Threads, and clients of both modes in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from socialkit.platforms.threads import AsyncThreads, Threads
from socialkit.sandbox import Sandbox
from socialkit.sandbox.threads import ThreadsSimulator

Open = Callable[..., Any]


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with Sandbox(seed=7) as world:
        yield world


@pytest.fixture
def network(world: Sandbox) -> ThreadsSimulator:
    simulator = world.simulator("threads")
    assert isinstance(simulator, ThreadsSimulator)
    return simulator


@pytest.fixture(params=[Threads, AsyncThreads], ids=["blocking", "async"])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def opened(world: Sandbox, kind: Any) -> Open:
    """Opens a client in the world, with what a test gives in the place of what the world would."""

    def make(**given: Any) -> Any:
        inside = (world.connect if kind is Threads else world.connect_async)("threads")
        arguments: dict[str, Any] = {
            "media_host": world.media_host,
            "transport": inside._core.transport,
            **world.simulator("threads").connection(),
            **given,
        }
        kept = {name: value for name, value in arguments.items() if value is not None}
        return kind(base_url=world.address("threads"), **kept)

    return make


@pytest.fixture
def client(opened: Open) -> Any:
    return opened()
