from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any, assert_type

import httpx
import pytest

from tests.support import NetworkBlockedError, collect, corpus, is_local, settle


def number() -> int:
    return 7


async def number_async() -> int:
    return 7


def numbers() -> Iterator[int]:
    yield from (1, 2)


async def numbers_async() -> AsyncIterator[int]:
    for item in (1, 2):
        yield item


def either(*, is_async: bool) -> int | Coroutine[Any, Any, int]:
    return number_async() if is_async else number()


def either_listing(*, is_async: bool) -> Iterator[int] | AsyncIterator[int]:
    return numbers_async() if is_async else numbers()


@pytest.mark.parametrize("is_async", [False, True])
async def test_one_test_serves_both_modes(is_async: bool) -> None:
    result = await settle(either(is_async=is_async))
    items = await collect(either_listing(is_async=is_async))

    assert_type(result, int)
    assert_type(items, list[int])
    assert result == 7
    assert items == [1, 2]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "api.localhost", b"localhost", "", None]
)
def test_this_machine_is_local(host: str | bytes | None) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "2001:db8::1", "mastodon.example", "localhost.example", "0x7f.example"]
)
def test_other_machines_are_not_local(host: str) -> None:
    assert not is_local(host)


def test_blocking_code_reaches_no_network() -> None:
    with pytest.raises(NetworkBlockedError, match=r"mastodon\.example"):
        httpx.get("https://mastodon.example/")
    with socket.socket() as blocked, pytest.raises(NetworkBlockedError, match=r"192\.0\.2\.1:80"):
        blocked.connect(("192.0.2.1", 80))


async def test_async_code_reaches_no_network() -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(NetworkBlockedError, match=r"mastodon\.example"):
            await client.get("https://mastodon.example/")
    with pytest.raises(NetworkBlockedError, match=r"192\.0\.2\.1:80"):
        await asyncio.open_connection("192.0.2.1", 80)


async def test_a_server_on_this_machine_is_reached() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        said = await reader.read()
        writer.close()
        await writer.wait_closed()

    assert said == b"hello"


def test_the_corpus_is_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALKIT_CORPUS", str(tmp_path))

    assert corpus("mastodon", "status.json") == tmp_path / "mastodon" / "status.json"


def test_tests_skip_without_a_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALKIT_CORPUS", str(tmp_path / "absent"))

    with pytest.raises(pytest.skip.Exception, match="set SOCIALKIT_CORPUS"):
        corpus()
