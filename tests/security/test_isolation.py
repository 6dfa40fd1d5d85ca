"""Two clients of two accounts never mix, however many threads and tasks use them together."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

import socialkit as sk
from socialkit.platforms.mastodon import AsyncMastodon, Mastodon
from tests.security.support import token_of
from tests.transport.loopback import Loopback, Reply, http

Serve = Callable[[Reply], Loopback]

THREADS = 20
CALLS = 50
TOKENS = {"first": "token-of-the-first", "second": "token-of-the-second"}


def whoami(request: bytes) -> bytes:
    """Answer with the name that the token belongs to, and ask for a cookie."""
    token = token_of(request) or ""
    name = next(one for one, its in TOKENS.items() if its == token)
    return http(f'{{"id": "{name}", "acct": "{name}"}}'.encode(), 200, f"Set-Cookie: session={name}")


def test_each_thread_is_answered_as_its_own_account(serve: Serve) -> None:
    server = serve(whoami)
    clients = {name: Mastodon(base_url=server.url, access_token=token) for name, token in TOKENS.items()}
    ready = threading.Barrier(THREADS)

    def work(number: int) -> Counter[tuple[str, str]]:
        name = ("first", "second")[number % 2]
        ready.wait()
        return Counter((name, clients[name].account.me().handle) for _ in range(CALLS))

    with ThreadPoolExecutor(THREADS) as pool:
        seen = sum(pool.map(work, range(THREADS)), Counter[tuple[str, str]]())
    for client in clients.values():
        client.close()

    half = THREADS * CALLS // 2
    assert seen == {("first", "first"): half, ("second", "second"): half}
    assert Counter(map(token_of, server.requests)) == dict.fromkeys(TOKENS.values(), half)
    assert not any(b"cookie" in request.lower() for request in server.requests)


async def test_tasks_and_threads_together_are_answered_as_their_own_account(serve: Serve) -> None:
    server = serve(whoami)
    blocking = Mastodon(base_url=server.url, access_token=TOKENS["first"])
    first = AsyncMastodon(base_url=server.url, access_token=TOKENS["first"])
    second = AsyncMastodon(base_url=server.url, access_token=TOKENS["second"])

    def in_thread() -> list[str]:
        return [blocking.account.me().handle for _ in range(10)]

    async def in_task(client: AsyncMastodon) -> list[str]:
        return [(await client.account.me()).handle for _ in range(10)]

    async with first, second:
        groups = await asyncio.gather(
            *(asyncio.to_thread(in_thread) for _ in range(5)),
            *(in_task(client) for client in (first, second) for _ in range(5)),
        )
    blocking.close()

    assert groups == [["first"] * 10] * 10 + [["second"] * 10] * 5


def test_a_failure_in_one_thread_names_its_own_call(serve: Serve) -> None:
    server = serve(lambda request: http(b"{}", 404 if b"/statuses/" in request else 403))
    client = Mastodon(base_url=server.url, access_token=TOKENS["first"])
    ready = threading.Barrier(THREADS)

    def work(number: int) -> str | None:
        ready.wait()
        with pytest.raises(sk.APIError) as caught:
            client.posts.get(str(number)) if number % 2 else client.listening.profile(str(number))
        assert caught.value.request is not None
        assert str(number) in caught.value.request.url
        return caught.value.operation

    with ThreadPoolExecutor(THREADS) as pool:
        names = list(pool.map(work, range(THREADS)))
    client.close()

    assert names == ["listening.profile", "posts.get"] * (THREADS // 2)
