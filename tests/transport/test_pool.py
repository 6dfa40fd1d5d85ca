from __future__ import annotations

import asyncio
import gc
import os
import ssl
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from socialkit.errors import ConfigurationError
from socialkit.operations import finish
from socialkit.transport import AsyncTransport, BlockingTransport, Request, Secret, _pool
from socialkit.transport._process import PerProcess
from socialkit.transport._proxies import Proxies
from tests.transport.conftest import Drive
from tests.transport.loopback import Act, Loopback, Reply, http

Serve = Callable[[Reply], Loopback]


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without pools: one that an open client elsewhere holds would be shared here too."""
    monkeypatch.setattr(_pool, "_HOUSE", PerProcess(_pool._House))


def get(url: str) -> Request:
    return Request(method="GET", url=url)


def pool_of(transport: BlockingTransport | AsyncTransport) -> Any:
    if isinstance(transport, BlockingTransport):
        return transport._pool
    return next(iter(transport._pools.values()), None)


def test_a_thousand_clients_share_one_pool_and_one_tls_context(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http())
    transports = [drive.transport() for _ in range(1_000)]

    for transport in transports:
        drive.run(transport.send(get(server.url)))

    pools = {id(pool_of(transport)): pool_of(transport) for transport in transports}
    assert len(pools) == 1
    assert all(isinstance(pool.tls, ssl.SSLContext) for pool in pools.values())
    assert len(server.requests) == 1_000
    assert server.connections == 1


def test_blocking_and_async_pools_share_the_tls_context(serve: Serve) -> None:
    server = serve(lambda _: http())
    blocking = BlockingTransport()

    async def other() -> ssl.SSLContext:
        transport = AsyncTransport()
        await transport.send(get(server.url))
        context: ssl.SSLContext = pool_of(transport).tls
        await transport.close()
        return context

    finish(blocking.send(get(server.url)))
    shared = pool_of(blocking).tls is asyncio.run(other())
    finish(blocking.close())

    assert shared


def test_closing_a_client_leaves_the_others_connected(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http())
    one, other = drive.transport(), drive.transport()
    drive.run(one.send(get(server.url)))
    drive.run(other.send(get(server.url)))

    drive.run(one.close())
    drive.run(other.send(get(server.url)))

    assert server.connections == 1
    assert not pool_of(other).closed


def test_the_last_client_closes_the_pool(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http())
    one, other = drive.transport(), drive.transport()
    drive.run(one.send(get(server.url)))
    drive.run(other.send(get(server.url)))
    pool = pool_of(one)

    drive.run(one.close())
    drive.run(one.close())
    drive.run(other.close())

    assert pool.closed
    assert not pool.direct._pool.connections


def test_a_forgotten_client_does_not_keep_the_pool_open(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http())
    kept = drive.transport()
    drive.run(kept.send(get(server.url)))
    pool = pool_of(kept)
    forgotten = BlockingTransport() if drive.blocking else AsyncTransport()
    drive.run(forgotten.send(get(server.url)))

    del forgotten
    gc.collect()
    drive.run(kept.close())

    assert pool.closed


def test_threads_share_a_blocking_transport(serve: Serve) -> None:
    server = serve(lambda request: http(request.split(b" ")[1]))
    transport, wrong = BlockingTransport(), list[str]()

    def work(number: int) -> None:
        for turn in range(20):
            path = f"/{number}/{turn}"
            if finish(transport.send(get(server.url + path))).content.decode() != path:
                wrong.append(path)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    finish(transport.close())

    assert wrong == []
    assert len(server.requests) == 160


def test_a_forked_child_opens_its_own_connections(serve: Serve) -> None:
    server = serve(lambda _: http())
    transport = BlockingTransport()
    finish(transport.send(get(server.url)))

    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        status = 1
        try:
            status = 0 if finish(transport.send(get(server.url))).status == 200 else 2
            finish(transport.close())
        finally:
            os._exit(status)
    _, state = os.waitpid(child, 0)
    finish(transport.send(get(server.url)))
    finish(transport.close())

    assert os.waitstatus_to_exitcode(state) == 0
    assert server.connections == 2


def test_each_event_loop_has_its_own_pool(serve: Serve) -> None:
    server = serve(lambda _: http())
    transport = AsyncTransport()

    async def ask() -> int:
        other = AsyncTransport()
        await transport.send(get(server.url))
        await other.send(get(server.url))
        number = id(pool_of(other))
        await pool_of(other).leave(transport, asyncio.get_running_loop())
        await other.close()
        return number

    pools = [asyncio.run(ask()), asyncio.run(ask())]
    asyncio.run(transport.close())

    assert len(pools) == 2
    assert server.connections == 2


def test_a_client_closed_elsewhere_closes_in_its_own_loop(serve: Serve) -> None:
    server = serve(lambda _: http())
    transport = AsyncTransport()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(transport.send(get(server.url)), loop).result()
    pool = pool_of(transport)

    asyncio.run(transport.close())
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()

    assert pool.closed
    assert not pool.direct._pool.connections


def test_a_cancelled_call_leaves_the_pool_usable(serve: Serve) -> None:
    server = serve(lambda request: Act.HANG if b" /slow" in request else http())

    async def story() -> int:
        transport = AsyncTransport()
        for _ in range(3):
            task = asyncio.create_task(transport.send(get(f"{server.url}/slow")))
            await asyncio.to_thread(server.asked.acquire)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        status = (await transport.send(get(server.url))).status
        left = len(pool_of(transport).direct._pool._requests)
        await transport.close()
        return status + left

    assert asyncio.run(story()) == 200


def test_proxies_of_the_environment_are_used(
    drive: Drive, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda _: http(b"by proxy"))
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    url = "http://pixelwall.invalid/pins"

    response = drive.run(drive.transport().send(get(url)))

    assert response.content == b"by proxy"
    assert f"GET {url} HTTP/1.1".encode() in proxy.requests[0]


def test_hosts_that_the_environment_exempts_are_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "pixelwall.example")
    proxies = Proxies()

    assert proxies.find("https", "api.pixelwall.example") is None
    assert proxies.find("https", "mastodon.example") == Secret("http://proxy.example:3128")
    assert proxies.find("https", "127.0.0.9") is None


def test_this_machine_is_never_reached_through_a_proxy(
    drive: Drive, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(lambda _: http(b"by proxy")), serve(lambda _: http(b"directly"))
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, proxy.url)

    assert drive.run(drive.transport().send(get(server.url))).content == b"directly"


def test_http2_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h2", None)

    with pytest.raises(ConfigurationError, match=r"socialkit\[http2\]"):
        BlockingTransport(http2=True)
