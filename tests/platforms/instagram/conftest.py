"""A simulated Instagram, and clients of both modes and both logins in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from socialkit.platforms.instagram import AsyncInstagram, Instagram
from socialkit.sandbox import Sandbox
from socialkit.sandbox.instagram import InstagramSimulator

Open = Callable[..., Any]


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with Sandbox(seed=7) as world:
        yield world


@pytest.fixture
def meta(world: Sandbox) -> InstagramSimulator:
    simulator = world.simulator("instagram")
    assert isinstance(simulator, InstagramSimulator)
    return simulator


@pytest.fixture(params=[Instagram, AsyncInstagram], ids=["blocking", "async"])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def opened(world: Sandbox, kind: Any) -> Open:
    """Opens a client in the world, with what a test gives in the place of what the world would."""

    def make(**given: Any) -> Any:
        inside = (world.connect if kind is Instagram else world.connect_async)("instagram")
        arguments: dict[str, Any] = {**world.simulator("instagram").connection(), **given}
        kept = {name: value for name, value in arguments.items() if value is not None}
        transport = inside._core.transport
        return kind(base_url=world.address("instagram"), transport=transport, **kept)

    return make


@pytest.fixture
def shop(opened: Open) -> Any:
    return opened()


@pytest.fixture(params=["facebook", "instagram"])
def either(request: pytest.FixtureRequest, meta: InstagramSimulator, opened: Open) -> Any:
    """A client of each of the two logins."""
    meta.login = request.param
    return opened()
