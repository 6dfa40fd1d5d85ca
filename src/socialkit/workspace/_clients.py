"""The clients of a workspace: each opened once, shared between threads, closed together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from socialkit.auth import MemoryTokenStore
from socialkit.errors import ConfigurationError
from socialkit.operations import Async, Mode, Sync
from socialkit.platforms.base import AsyncClient, Client

if TYPE_CHECKING:
    from socialkit.auth import AsyncTokenStore, TokenStore
    from socialkit.models import AccountRef
    from socialkit.transport import Transport
    from socialkit.workspace._opener import Opener

__all__ = ["Clients", "Transports", "utc_now"]

ClientT = TypeVar("ClientT", Client, AsyncClient)

Transports = Callable[[type[Mode], str], "Transport"]
"""Makes the transport of one client, by its mode and its platform's name."""


def utc_now() -> datetime:
    """Return the time, aware UTC."""
    return datetime.now(UTC)


class Clients:
    """Opens a client of each account when it is first asked for, and keeps it."""

    def __init__(
        self,
        *,
        tokens: TokenStore | AsyncTokenStore | None,
        transports: Transports | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.now = clock
        self._tokens = tokens
        # One for both modes: two clients that each keep a rotating token would burn each other's.
        self._memory = MemoryTokenStore()
        self._transports = transports
        self._blocking: dict[str, Client] = {}
        self._awaited: dict[str, AsyncClient] = {}
        self._guard = threading.Lock()
        self._closed = False

    def blocking(self, ref: AccountRef, opener: Opener) -> Client:
        """Return the blocking client of an account; a new one if the last was closed."""

        def opened() -> Client:
            return opener.client(ref, tokens=self._store(opener), transport=self._transport(Sync, ref))

        return self._kept(self._blocking, ref, opened)

    def awaited(self, ref: AccountRef, opener: Opener) -> AsyncClient:
        """Return the async client of an account; a new one if the last was closed."""

        def opened() -> AsyncClient:
            return opener.async_client(ref, tokens=self._store(opener), transport=self._transport(Async, ref))

        return self._kept(self._awaited, ref, opened)

    def _kept(self, kept: dict[str, ClientT], ref: AccountRef, opened: Callable[[], ClientT]) -> ClientT:
        with self._guard:
            if self._closed:
                message = "the workspace is closed: make another one"
                raise ConfigurationError(message)
            client = kept.get(ref.key)
            if client is None or client.closed:
                client = kept[ref.key] = opened()
            return client

    def _store(self, opener: Opener) -> TokenStore | AsyncTokenStore | None:
        if self._tokens is not None:
            return self._tokens
        # A store that nobody can have filled helps nobody in: without it the platform says what is missing.
        return self._memory if opener.has_login else None

    def _transport(self, mode: type[Mode], ref: AccountRef) -> Transport | None:
        return None if self._transports is None else self._transports(mode, ref.platform)

    def close(self) -> None:
        """Close the blocking clients and open no more."""
        with self._guard:
            self._closed = True
            clients = list(self._blocking.values())
        with ExitStack() as stack:  # one that fails leaves no other open
            for client in clients:
                stack.callback(client.close)

    async def close_async(self) -> None:
        """Close all clients and open no more."""
        self.close()
        async with AsyncExitStack() as stack:
            for client in self._awaited.values():
                stack.push_async_callback(client.close)
