"""Of many threads, tasks and processes that share a store, one renews."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from socialkit.auth import MemoryTokenStore, StoreAccess, Stored
from socialkit.errors import (
    ConfigurationError,
    ConnectionFailedError,
    JournalError,
    TokenStoreError,
    UnexpectedResponseError,
)
from socialkit.operations import Async, Mode, Sync, finish
from socialkit.transport import Secret, Transport
from tests.auth.support import (
    HOUR,
    KEY,
    NOON,
    REQUEST,
    WINNER,
    FakeTransport,
    Platform,
    authenticator,
    given,
    run,
    token_of,
)


@pytest.mark.parametrize("after_refusal", [True, False])
def test_twenty_threads_renew_once(after_refusal: bool) -> None:
    platform, transport = Platform(), FakeTransport(Sync)
    auth = authenticator(Sync, platform, credentials=given(expires_at=None if after_refusal else NOON))
    signed = finish(auth.sign(REQUEST, transport)) if after_refusal else REQUEST
    start = threading.Barrier(20)

    def work(_number: int) -> str:
        start.wait(timeout=10)
        if after_refusal:
            assert finish(auth.renew(signed, transport))
        return token_of(finish(auth.sign(REQUEST, transport)))

    with ThreadPoolExecutor(20) as pool:
        tokens = set(pool.map(work, range(20)))

    assert platform.count == 1
    assert tokens == {"access-1"}


@pytest.mark.parametrize("after_refusal", [True, False])
async def test_twenty_tasks_renew_once(after_refusal: bool) -> None:
    platform, transport = Platform(), FakeTransport(Async)
    auth = authenticator(Async, platform, credentials=given(expires_at=None if after_refusal else NOON))
    signed = await auth.sign(REQUEST, transport) if after_refusal else REQUEST

    async def yield_often(_stored: Stored, _transport: Transport) -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    async def work() -> str:
        if after_refusal:
            assert await auth.renew(signed, transport)
        return token_of(await auth.sign(REQUEST, transport))

    platform.before = yield_often
    tokens = set(await asyncio.gather(*(work() for _ in range(20))))

    assert platform.count == 1
    assert tokens == {"access-1"}


async def test_failure_is_shared_by_those_who_waited_for_it() -> None:
    platform, transport = Platform(), FakeTransport(Async)
    auth = authenticator(Async, platform)

    async def fail(_stored: Stored, _transport: Transport) -> None:
        await asyncio.sleep(0)
        raise ConnectionFailedError("the line is down")

    platform.before = fail
    answers = await asyncio.gather(
        *(auth.sign(REQUEST, transport) for _ in range(20)), return_exceptions=True
    )
    platform.before = None
    signed = await auth.sign(REQUEST, transport)

    assert all(isinstance(answer, ConnectionFailedError) for answer in answers)
    assert platform.count == 2
    assert token_of(signed) == "access-2"


async def test_loser_of_the_swap_uses_the_winners_token(mode: type[Mode], transport: FakeTransport) -> None:
    platform, store = Platform(), MemoryTokenStore()
    auth = authenticator(mode, platform, store=store)

    async def overtake(_stored: Stored, _transport: Transport) -> None:
        assert store.swap(KEY, store.load(KEY), WINNER)

    platform.before = overtake
    signed = await run(mode, auth.sign(REQUEST, transport))

    assert token_of(signed) == "access-of-winner"
    assert store.load(KEY) == WINNER


async def test_refused_refresh_looks_for_the_token_of_another_process(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform, store = Platform(), MemoryTokenStore()
    auth = authenticator(mode, platform, store=store)

    async def used_up(_stored: Stored, _transport: Transport) -> None:
        assert store.swap(KEY, store.load(KEY), WINNER)
        platform.good = "refresh-of-winner"

    platform.before = used_up
    signed = await run(mode, auth.sign(REQUEST, transport))

    assert token_of(signed) == "access-of-winner"


async def test_second_process_waits_for_the_first() -> None:
    platform, store, asked, answer = Platform(), MemoryTokenStore(), asyncio.Event(), asyncio.Event()
    first, second = (authenticator(Async, platform, store=store) for _ in range(2))
    one, two = FakeTransport(Async), FakeTransport(Async)
    two.on_sleep = answer.set

    async def hold(_stored: Stored, _transport: Transport) -> None:
        asked.set()
        await answer.wait()

    platform.before = hold
    task = asyncio.create_task(first.sign(REQUEST, one))
    await asked.wait()
    of_second = await second.sign(REQUEST, two)
    of_first = await task

    assert platform.count == 1
    assert two.slept
    assert token_of(of_first) == token_of(of_second) == "access-1"


def test_second_blocking_process_waits_for_the_first() -> None:
    platform, store, asked, answer = Platform(), MemoryTokenStore(), threading.Event(), threading.Event()
    first, second = (authenticator(Sync, platform, store=store) for _ in range(2))
    one, two = FakeTransport(Sync), FakeTransport(Sync)

    async def hold(_stored: Stored, _transport: Transport) -> None:
        asked.set()
        assert answer.wait(timeout=10)

    platform.before = hold
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(lambda: finish(first.sign(REQUEST, one)))

        def let_first_end() -> None:
            answer.set()
            future.result(timeout=10)

        two.on_sleep = let_first_end
        assert asked.wait(timeout=10)
        of_second = finish(second.sign(REQUEST, two))

    assert platform.count == 1
    assert token_of(of_second) == token_of(future.result()) == "access-1"


async def test_good_token_is_used_while_another_process_renews_it(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform, store = Platform(), MemoryTokenStore()
    auth = authenticator(mode, platform, store=store)
    renewing = Stored(
        access_token=Secret("access-0"),
        refresh_token=Secret("refresh-0"),
        expires_at=NOON + timedelta(seconds=30),
        claimed_by="another process",
        claimed_until=NOON + timedelta(seconds=60),
    )
    store.swap(KEY, None, renewing)

    signed = await run(mode, auth.sign(REQUEST, transport))

    assert token_of(signed) == "access-0"
    assert (platform.count, transport.slept) == (0, [])


async def test_new_tokens_are_kept_when_only_the_claim_was_taken_over(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform, store = Platform(), MemoryTokenStore()
    auth = authenticator(mode, platform, store=store)

    async def take_over(stored: Stored, _transport: Transport) -> None:
        other = Stored(
            access_token=stored.access_token,
            refresh_token=stored.refresh_token,
            expires_at=stored.expires_at,
            origin=stored.origin,
            claimed_by="another process",
            claimed_until=NOON + HOUR,
        )
        assert store.swap(KEY, store.load(KEY), other)

    platform.before = take_over
    await run(mode, auth.sign(REQUEST, transport))

    kept = store.load(KEY)
    assert kept is not None
    assert kept.refresh_token == Secret("refresh-1")


async def test_cancelled_task_leaves_no_claim_to_wait_for() -> None:
    platform, transport, asked = Platform(), FakeTransport(Async), asyncio.Event()
    auth = authenticator(Async, platform)

    async def hang(_stored: Stored, _transport: Transport) -> None:
        asked.set()
        await asyncio.Event().wait()

    platform.before = hang
    task = asyncio.create_task(auth.sign(REQUEST, transport))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    platform.before = None
    signed = await auth.sign(REQUEST, transport)

    assert token_of(signed) == "access-2"
    assert transport.slept == []


class FlakyStore(MemoryTokenStore):
    """Fails to write a renewed token once."""

    def __init__(self) -> None:
        super().__init__()
        self.broken = True

    def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        if self.broken and new.access_token == Secret("access-1"):
            self.broken = False
            raise OSError("the disk is full")
        return super().swap(key, old, new)


async def test_new_tokens_are_not_lost_when_the_store_fails(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform, store = Platform(), FlakyStore()
    auth = authenticator(mode, platform, store=store)
    with pytest.raises(OSError, match="full"):
        await run(mode, auth.sign(REQUEST, transport))

    signed = await run(mode, auth.sign(REQUEST, transport))

    kept = store.load(KEY)
    assert token_of(signed) == "access-1"
    assert platform.count == 1
    assert kept is not None
    assert kept.refresh_token == Secret("refresh-1")


class StubbornStore(MemoryTokenStore):
    def swap(self, _key: str, _old: Stored | None, _new: Stored, /) -> bool:
        return False


async def test_store_that_refuses_every_change_is_reported(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform = Platform()
    auth = authenticator(mode, platform, store=StubbornStore())

    with pytest.raises(ConfigurationError, match="swap"):
        await run(mode, auth.sign(REQUEST, transport))

    assert platform.count == 0


class BusyStore(MemoryTokenStore):
    """Cannot be written once, as a database that others keep locked, when a renewed token is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.busy = True

    def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        if self.busy and new.access_token == Secret("access-1"):
            self.busy = False
            raise JournalError("others kept it locked for too long")
        return super().swap(key, old, new)


async def test_tokens_that_could_not_be_kept_are_no_secret_while_the_old_one_is_good(
    mode: type[Mode], transport: FakeTransport
) -> None:
    platform, store = Platform(), BusyStore()
    auth = authenticator(
        mode, platform, store=store, credentials=given(expires_at=NOON + timedelta(seconds=30))
    )
    with pytest.raises(JournalError, match="locked"):
        await run(mode, auth.sign(REQUEST, transport))

    signed = await run(mode, auth.sign(REQUEST, transport))

    kept = store.load(KEY)
    assert (token_of(signed), platform.count) == ("access-1", 1)
    assert kept is not None
    assert kept.refresh_token == Secret("refresh-1")


async def test_an_answer_with_an_empty_token_is_none(mode: type[Mode], transport: FakeTransport) -> None:
    platform, store = Platform(), MemoryTokenStore()

    async def refresh(_stored: Stored, _transport: Transport) -> Stored:
        return Stored(access_token=Secret(""), refresh_token=Secret(""))

    platform.refresh = refresh  # type: ignore[method-assign]
    auth = authenticator(mode, platform, store=store)

    with pytest.raises(UnexpectedResponseError, match="holds no token"):
        await run(mode, auth.sign(REQUEST, transport))
    kept = store.load(KEY)
    assert kept is not None
    assert (kept.access_token, kept.refresh_token) == (Secret("access-0"), Secret("refresh-0"))


async def test_no_application_s_store_is_asked_to_put_nothing_over_tokens(
    mode: type[Mode], transport: FakeTransport
) -> None:
    class Careless(MemoryTokenStore):
        def swap(self, key: str, _old: Stored | None, new: Stored, /) -> bool:
            self._kept[key] = new
            return True

    store = Careless()
    store.swap(KEY, None, WINNER)

    with pytest.raises(TokenStoreError, match="an empty value"):
        await run(mode, StoreAccess(store, mode).swap(KEY, WINNER, Stored(), transport))
    assert store.load(KEY) == WINNER
