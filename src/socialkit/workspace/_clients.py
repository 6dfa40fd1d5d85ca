"""The clients of a workspace: each opened once, shared between threads, closed together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from socialkit.auth import MemoryTokenStore
from socialkit.errors import ConfigurationError
from socialkit.models import require_aware
from socialkit.operations import Async, Mode, Sync
from socialkit.platforms.base import AsyncClient, Client
from socialkit.workspace._host import Host, current_host, utc_now
from socialkit.workspace._opener import Place

if TYPE_CHECKING:
    from socialkit.auth import AsyncTokenStore, TokenStore
    from socialkit.authority import Authority
    from socialkit.models import AccountRef
    from socialkit.platforms.base import AsyncMediaHost, MediaHost
    from socialkit.transport import Transport
    from socialkit.workspace._opener import Opener

__all__ = ["ClientT", "Clients", "Transports"]

ClientT = TypeVar("ClientT", Client, AsyncClient)

Transports = Callable[[type[Mode], str], "Transport"]
"""Makes the transport of one client, by its mode and its platform's name."""


class Clients:
    """Opens a client of each account when it is first asked for, and keeps it."""

    def __init__(
        self,
        *,
        tokens: TokenStore | AsyncTokenStore | None,
        media_host: MediaHost | AsyncMediaHost | None,
        transports: Transports | None,
        clock: Callable[[], datetime] | None,
        authority: Authority | None = None,
    ) -> None:
        # Whoever says where the clients go is moved nowhere.
        self.host = current_host() if transports is None else None
        """The world in which the workspace was made, and stays."""
        self.authority = authority
        """Who may do what with their accounts."""
        self._clock = clock
        self._tokens = tokens
        self._media_host = media_host
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
            way_in, place = self._placed(Sync, ref, opener)
            return way_in.client(self.here(ref, opener), place)

        return self._kept(self._blocking, ref, opened)

    def awaited(self, ref: AccountRef, opener: Opener) -> AsyncClient:
        """Return the async client of an account; a new one if the last was closed."""

        def opened() -> AsyncClient:
            way_in, place = self._placed(Async, ref, opener)
            return way_in.async_client(self.here(ref, opener), place)

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

    def now(self) -> datetime:
        """Return the time to go by, aware UTC."""
        if self._clock is not None:
            return require_aware(self._clock(), "clock")
        host = self._where()
        return utc_now() if host is None else host.now()

    def _where(self) -> Host | None:
        return None if self._transports is not None else self.host or current_host()

    def moves(self, opener: Opener) -> bool:
        """Return whether an account lives in a world now, with a login that the world gives it."""
        # Without a login of its own, an account has what the store was given of the real one.
        stored = self._tokens is not None and not opener.has_login
        return self._where() is not None and (opener.has_references or stored)

    def here(self, ref: AccountRef, opener: Opener) -> AccountRef:
        """Return an account as it is where it lives now: its id is the real platform's, and no world's."""
        return ref.model_copy(update={"id": None}) if self.moves(opener) else ref

    def _placed(self, mode: type[Mode], ref: AccountRef, opener: Opener) -> tuple[Opener, Place]:
        host = self._where()
        if host is None or not self.moves(opener):
            transport = None if self._transports is None else self._transports(mode, ref.platform)
            return opener, Place(self._store(opener), self._media_host, transport)
        # Real tokens stay out of a world, and its tokens out of the store of the real ones; so do files.
        shelf = None if self._media_host is None else host.media_host
        place = Place(self._memory, shelf, host.transport(mode, ref.platform))
        return opener.instead(host.login(ref)), place

    def _store(self, opener: Opener) -> TokenStore | AsyncTokenStore | None:
        if self._tokens is not None:
            return self._tokens
        # A store that nobody can have filled helps nobody in: without it the platform says what is missing.
        return self._memory if opener.has_login else None

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
