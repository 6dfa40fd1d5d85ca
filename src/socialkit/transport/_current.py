"""Which transport a client gets when it is given none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from socialkit.operations import Async, Mode
from socialkit.transport._httpx import AsyncTransport, BlockingTransport
from socialkit.transport._innermost import Innermost
from socialkit.transport._protocol import Transport

__all__ = ["default_transport", "installed"]

Factory = Callable[[type[Mode], str], Transport]
"""Makes the transport of one client, by its mode and its platform's name."""

_factories: Innermost[Factory] = Innermost()


def default_transport(mode: type[Mode], platform: str) -> Transport:
    """Return a transport for a client: the latest installed factory's, or one that goes to the network."""
    factory = _factories.get()
    if factory is not None:
        return factory(mode, platform)
    return AsyncTransport() if issubclass(mode, Async) else BlockingTransport()


def installed(factory: Factory) -> AbstractContextManager[None]:
    """Let `factory` make the transports of all clients of this process that are opened inside.

    Clients that are open already keep theirs. May be nested; the inner one wins.
    """
    return _factories.inside(factory)
