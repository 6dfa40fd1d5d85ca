"""A simulated Facebook, and clients of both modes in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from socialkit.platforms.facebook import AsyncFacebook, Facebook
from socialkit.sandbox import Sandbox
from socialkit.sandbox.facebook import FacebookSimulator
from tests.platforms.facebook.scripted import told

__all__ = ["told"]

Open = Callable[..., Any]


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with Sandbox(seed=7) as world:
        yield world


@pytest.fixture
def meta(world: Sandbox) -> FacebookSimulator:
    simulator = world.simulator("facebook")
    assert isinstance(simulator, FacebookSimulator)
    return simulator


@pytest.fixture(params=[Facebook, AsyncFacebook], ids=["blocking", "async"])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def opened(world: Sandbox, kind: Any) -> Open:
    """Opens a client in the world, with what a test gives in the place of what the world would."""

    def make(**given: Any) -> Any:
        inside = (world.connect if kind is Facebook else world.connect_async)("facebook")
        arguments: dict[str, Any] = {**world.simulator("facebook").connection(), **given}
        kept = {name: value for name, value in arguments.items() if value is not None}
        transport = inside._core.transport
        return kind(base_url=world.address("facebook"), transport=transport, **kept)

    return make


@pytest.fixture
def page(opened: Open) -> Any:
    return opened()
