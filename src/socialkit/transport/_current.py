"""Which transport a client gets when it is given none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from socialkit.operations import Async, Mode
from socialkit.transport._httpx import AsyncTransport, BlockingTransport
from socialkit.transport._protocol import Transport

__all__ = ["default_transport", "installed"]

Factory = Callable[[type[Mode], str], Transport]
"""Makes the transport of one client, by its mode and its platform's name."""

_guard = threading.Lock()
_factories: list[tuple[object, Factory]] = []


def default_transport(mode: type[Mode], platform: str) -> Transport:
    """Return a transport for a client: the latest installed factory's, or one that goes to the network."""
    with _guard:
        factory = _factories[-1][1] if _factories else None
    if factory is not None:
        return factory(mode, platform)
    return AsyncTransport() if issubclass(mode, Async) else BlockingTransport()


@contextmanager
def installed(factory: Factory) -> Generator[None]:
    """Let `factory` make the transports of all clients of this process that are opened inside.

    Clients that are open already keep theirs. May be nested; the inner one wins.
    """
    entry = (object(), factory)
    with _guard:
        _factories.append(entry)
    try:
        yield
    finally:
        with _guard:
            _factories.remove(entry)
