"""Connection pools: one per process (and event loop), shared by all clients, closed by the last."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import ssl
import threading
from typing import Final, Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import httpx

from socialkit.errors import ConfigurationError
from socialkit.transport._patience import watch
from socialkit.transport._process import PerProcess
from socialkit.transport._proxies import Proxies
from socialkit.transport._public import guard, require_public_name
from socialkit.transport._secret import Secret

__all__ = ["AsyncPool", "BlockingPool", "async_pool", "blocking_pool"]

LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)
UNLIMITED: Final = httpx.Limits(max_connections=None, max_keepalive_connections=0)
"""For answers that go on: each holds its connection, and must not take it from the calls beside it."""

CarrierT = TypeVar("CarrierT", bound=httpx.HTTPTransport | httpx.AsyncHTTPTransport)


class _Pool(Generic[CarrierT]):
    """The connections of one process (and loop): directly, and through each proxy that is needed."""

    def __init__(self, kind: type[CarrierT], tls: ssl.SSLContext, *, http2: bool) -> None:
        self.pid = os.getpid()
        self.tls = tls
        self.http2 = http2
        self.closed = False
        self.users: WeakSet[object] = WeakSet()
        """The open clients; one that was forgotten without being closed does not count."""
        self._kind = kind
        self._proxies = Proxies()
        self._carriers: dict[tuple[Secret | None, bool, bool], CarrierT] = {}
        self._guard = threading.Lock()
        self.direct = self._carrier(None)

    def route(self, url: httpx.URL, *, lasting: bool = False, public: bool = False) -> CarrierT:
        """Return the connections that lead to an address.

        Those for answers that go on are others, and so are those that lead to the public internet alone: one
        that stands already is not looked at again.
        """
        if not self._proxies and not lasting and not public:
            return self.direct
        proxy = self._proxies.find(url.scheme, url.host)
        if public and proxy is not None:
            require_public_name(url.host)
        return self._carrier(proxy, lasting=lasting, public=public and proxy is None)

    def proxy(self, scheme: str, host: str) -> Secret | None:
        """Return the proxy that leads to a host, if one is needed."""
        return self._proxies.find(scheme, host)

    def _carrier(self, proxy: Secret | None, *, lasting: bool = False, public: bool = False) -> CarrierT:
        with self._guard:
            carrier = self._carriers.get((proxy, lasting, public))
            if carrier is None:
                way = None if proxy is None else httpx.Proxy(proxy.reveal())
                carrier = self._carriers[proxy, lasting, public] = self._kind(
                    verify=self.tls,
                    trust_env=False,
                    http2=self.http2 and not lasting,
                    limits=UNLIMITED if lasting else LIMITS,
                    proxy=way,
                )
                watch(carrier)
                if public:
                    guard(carrier)
            return carrier


class BlockingPool(_Pool[httpx.HTTPTransport]):
    """The connections of blocking clients."""

    def leave(self, user: object) -> None:
        """Give back a client's share; the last one closes the connections."""
        if _HOUSE.get().leave(self, user):
            for carrier in self._carriers.values():
                carrier.close()


class AsyncPool(_Pool[httpx.AsyncHTTPTransport]):
    """The connections of async clients in one event loop."""

    async def leave(self, user: object, loop: asyncio.AbstractEventLoop) -> None:
        """Give back a client's share; the last one closes the connections, in the loop they belong to."""
        if not _HOUSE.get().leave(self, user) or loop.is_closed():
            return
        if loop is asyncio.get_running_loop():
            await self._close()
        elif loop.is_running():
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._close(), loop))

    async def _close(self) -> None:
        for carrier in self._carriers.values():
            await carrier.aclose()


class _House:
    """All pools of a process, and its one TLS context."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self._tls: ssl.SSLContext | None = None
        self._blocking: dict[bool, BlockingPool] = {}
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bool, AsyncPool]] = (
            WeakKeyDictionary()
        )

    def tls(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = httpx.create_ssl_context()
        return self._tls

    def enter_blocking(self, user: object, *, http2: bool) -> BlockingPool:
        with self.guard:
            pool = self._blocking.get(http2)
            if pool is None or pool.closed:
                pool = self._blocking[http2] = BlockingPool(httpx.HTTPTransport, self.tls(), http2=http2)
            pool.users.add(user)
            return pool

    def enter_async(self, user: object, loop: asyncio.AbstractEventLoop, *, http2: bool) -> AsyncPool:
        with self.guard:
            # Open connections refer to their loop, so weak keys alone would keep dead loops alive.
            for dead in [other for other in self._by_loop if other.is_closed()]:
                del self._by_loop[dead]
            pools = self._by_loop.setdefault(loop, {})
            pool = pools.get(http2)
            if pool is None or pool.closed:
                pool = pools[http2] = AsyncPool(httpx.AsyncHTTPTransport, self.tls(), http2=http2)
            pool.users.add(user)
            return pool

    def leave(self, pool: BlockingPool | AsyncPool, user: object) -> bool:
        """Take a client off a pool; return whether the caller has to close it."""
        if pool.pid != os.getpid():
            return False
        with self.guard:
            pool.users.discard(user)
            last = not pool.closed and not pool.users
            pool.closed = pool.closed or last
            return last


_HOUSE = PerProcess(_House)


def blocking_pool(user: object, *, http2: bool) -> BlockingPool:
    """Return this process's pool, with `user` as one of its open clients."""
    return _HOUSE.get().enter_blocking(user, http2=http2)


def async_pool(user: object, loop: asyncio.AbstractEventLoop, *, http2: bool) -> AsyncPool:
    """Return this process's pool for a loop, with `user` as one of its open clients."""
    return _HOUSE.get().enter_async(user, loop, http2=http2)


def require_http2() -> None:
    """Refuse HTTP/2 where its library is missing.

    Raises:
        ConfigurationError: `h2` is not installed.
    """
    if importlib.util.find_spec("h2") is None:
        message = "HTTP/2 needs another library: pip install 'socialkit[http2]'"
        raise ConfigurationError(message)
