"""Addresses that somebody else gave lead to the public internet, or nowhere."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from socialkit.errors import (
    ConfigurationError,
    ConnectionFailedError,
    InvalidDraftError,
    NotFoundError,
    RequestTimeoutError,
    UnexpectedResponseError,
)
from socialkit.transport import Request, Retry, _public
from socialkit.transport._origins import InsideError
from socialkit.transport._pipeline import Pipeline
from socialkit.transport._pool import BlockingPool
from socialkit.transport._public import is_public
from tests.transport.conftest import Drive
from tests.transport.loopback import Loopback, Reply, http

Serve = Callable[[Reply], Loopback]

PUBLIC = ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"]
INSIDE = [
    "127.0.0.1",
    "0.0.0.0",
    "10.0.0.7",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:10.0.0.7",
    "64:ff9b::7f00:1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b:1::7f00:1",
    "fec0::1",
    "4000::1",
    "192.0.0.10",
    "192.88.99.1",
    "198.18.0.1",
    "240.0.0.1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public_however_it_is_written(address: str) -> None:
    assert not is_public(address)


def get(url: str, *, public: bool = True) -> Request:
    return Request(method="GET", url=url, public_only=public)


def naming(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Have names lead to these addresses, one answer for each time that somebody asks."""
    left = list(answers)

    def look_up(host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        found = [name] if name != "shop.example" else left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_not_asked(drive: Drive, serve: Serve, host: str) -> None:
    server = serve(lambda _: http())
    port = server.url.rpartition(":")[2]

    with pytest.raises(InsideError, match=f"lies at {host}, an address of this machine"):
        drive.run(drive.transport().send(get(f"http://{host}:{port}/")))
    assert server.connections == 0


SPELLINGS = [
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "0",
    "localhost.",
    "LOCALHOST",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "127\u30020\u30020\u30021",
    "\uff11\uff12\uff17.0.0.1",
    "shop.example@127.0.0.1",
]
"""This machine, as parsers of addresses, resolvers and Unicode let it be written."""


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_this_machine_is_asked(drive: Drive, serve: Serve, host: str) -> None:
    server = serve(lambda _: http(b"inside"))
    given = f"http://{host}:{server.url.rpartition(':')[2]}/a.png"
    pipeline = Pipeline(
        drive.transport(), platform="x", base_url="https://x.example", retry=Retry(attempts=1)
    )

    with pytest.raises((InvalidDraftError, ConfigurationError, ConnectionFailedError)):
        drive.run(pipeline.fetch(given, limit=99))
    assert server.connections == 0


def test_a_name_that_leads_inside_as_well_is_not_asked(
    drive: Drive, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(lambda _: http())
    naming(monkeypatch, ["1.1.1.1", "127.0.0.1"])

    with pytest.raises(InsideError, match=r"lies at shop\.example"):
        drive.run(drive.transport().send(get(server.url.replace("127.0.0.1", "shop.example"))))
    assert server.connections == 0


def test_the_address_that_was_looked_at_is_connected_to(
    drive: Drive, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(lambda _: http(b"looked at"))
    naming(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
    monkeypatch.setattr(_public, "is_public", {"127.0.0.1"}.__contains__)
    answer = drive.run(drive.transport().send(get(server.url.replace("127.0.0.1", "shop.example"))))

    assert answer.content == b"looked at"
    assert b"Host: shop.example" in server.requests[0]


def test_a_name_that_nobody_knows_is_no_connection(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(ConnectionFailedError) as caught:
        drive.run(drive.transport().send(get("http://shop.example/")))
    assert caught.value.sent is False


def test_what_is_public_is_asked_at_the_first_address_that_answers(
    drive: Drive, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(lambda _: http(b"here"))
    with socket.create_server(("127.0.0.2", 0)) as other:
        other.close()  # nobody listens there
    naming(monkeypatch, ["127.0.0.2", "127.0.0.1"])
    monkeypatch.setattr(_public, "is_public", {"127.0.0.1", "127.0.0.2"}.__contains__)
    answer = drive.run(drive.transport().send(get(server.url.replace("127.0.0.1", "shop.example"))))

    assert answer.content == b"here"
    assert b"Host: shop.example" in server.requests[0]


def test_a_connection_that_stands_already_is_no_way_inside(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http())
    transport = drive.transport()
    drive.run(transport.send(get(f"{server.url}/own", public=False)))

    with pytest.raises(InsideError, match="an address of this machine"):
        drive.run(transport.send(get(f"{server.url}/given")))
    assert len(server.requests) == 1


def test_a_redirect_is_no_way_inside(drive: Drive, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(lambda _: http(b"", 302, "Location: http://127.0.0.2:1/inside"))
    monkeypatch.setattr(_public, "is_public", {"127.0.0.1"}.__contains__)

    with pytest.raises(InsideError, match=r"lies at 127\.0\.0\.2"):
        drive.run(drive.transport().send(get(server.url)))
    assert len(server.requests) == 1


def test_a_file_that_drips_is_given_up(drive: Drive, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    drops = b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + b"x" * 99_999
    server = serve(lambda _: (drops[at : at + 1] for at in range(len(drops))))
    monkeypatch.setattr(_public, "is_public", {"127.0.0.1"}.__contains__)
    pipeline = Pipeline(
        drive.transport(), platform="x", base_url="https://x.example", retry=Retry(attempts=1), timeout=0.1
    )

    with pytest.raises(RequestTimeoutError):
        drive.run(pipeline.fetch(server.url, limit=999_999))


def test_a_file_that_unfolds_is_not_unfolded_to_its_end(
    drive: Drive, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = gzip.compress(bytes(30_000_000))
    server = serve(lambda _: http(bomb, 200, "Content-Encoding: gzip"))
    monkeypatch.setattr(_public, "is_public", {"127.0.0.1"}.__contains__)
    pipeline = Pipeline(
        drive.transport(), platform="x", base_url="https://x.example", retry=Retry(attempts=1)
    )

    with pytest.raises(UnexpectedResponseError, match="longer than 1000 bytes"):
        drive.run(pipeline.fetch(server.url, limit=1_000))


def test_a_refusal_is_not_tried_again_and_shows_nothing_of_the_query(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http())
    pipeline = Pipeline(
        drive.transport(), platform="x", base_url="https://x.example", retry=Retry(attempts=1_000)
    )

    with pytest.raises(InvalidDraftError) as caught:
        drive.run(pipeline.fetch(f"{server.url}/a.png?anything=PLANTED", limit=9))
    assert "PLANTED" not in str(caught.value)
    assert server.connections == 0
    assert drive.run(pipeline.fetch(f"{server.url}/a.png", limit=9, internal=True)).content == b"{}"


def test_a_file_that_is_refused_after_a_redirect_is_told_with_who_refused_it(
    drive: Drive, serve: Serve
) -> None:
    refusing = serve(lambda _: http(b"<html>gone", 404))
    first = serve(lambda _: http(b"", 302, f"Location: {refusing.url.replace('127.0.0.1', 'localhost')}/x"))
    pipeline = Pipeline(
        drive.transport(), platform="x", base_url="https://x.example", retry=Retry(attempts=1)
    )

    with pytest.raises(NotFoundError) as caught:
        drive.run(pipeline.fetch(f"{first.url}/a.png", limit=99, internal=True))
    assert caught.value.message == "localhost answered with status 404"


def test_a_file_that_is_sent_in_a_circle_is_told_with_who_does(drive: Drive, serve: Serve) -> None:
    server = serve(lambda _: http(b"", 302, "Location: /again"))
    pipeline = Pipeline(
        drive.transport(), platform="x", base_url="https://x.example", retry=Retry(attempts=1)
    )

    with pytest.raises(UnexpectedResponseError) as caught:
        drive.run(pipeline.fetch(f"{server.url}/a.png", limit=99, internal=True))
    assert caught.value.message == "127.0.0.1 redirects to /again"


@pytest.mark.parametrize("host", ["10.0.0.7", "2130706433", "0x7f.1", "[::ffff:10.0.0.7]"])
def test_behind_a_proxy_an_address_in_numbers_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    pool = BlockingPool(httpx.HTTPTransport, httpx.create_ssl_context(), http2=False)

    with pytest.raises(InsideError, match="an address of this machine or of an inside network"):
        pool.route(httpx.URL(f"http://{host}/"), public=True)
    by_name = pool.route(httpx.URL("http://shop.example/"), public=True)
    assert by_name is pool.route(httpx.URL("http://shop.example/"))
    assert by_name is not pool.direct
