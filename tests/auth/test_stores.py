from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as given_that
from hypothesis import strategies as st

from socialkit.auth import Credentials, MemoryTokenStore, StoreAccess, Stored
from socialkit.errors import ConfigurationError
from socialkit.operations import Async, Mode, Sync, finish
from socialkit.transport import Secret
from tests.auth.support import KEY, NOON, REQUEST, FakeTransport, Platform, authenticator, run, shown

FIRST = Stored(access_token=Secret("first-token"), refresh_token=Secret("lasting-token"))
SECOND = Stored(access_token=Secret("second-token"))

texts = st.text(max_size=20)
secrets = st.builds(Secret, texts)
times = st.datetimes(timezones=st.sampled_from([UTC]))
stored = st.builds(
    Stored,
    access_token=st.none() | secrets,
    refresh_token=st.none() | secrets,
    expires_at=st.none() | times,
    refresh_expires_at=st.none() | times,
    scopes=st.lists(texts, max_size=3).map(tuple),
    token_type=texts,
    account_id=st.none() | texts,
    host=st.none() | texts,
    extra=st.dictionaries(texts, texts | secrets, max_size=3),
    claimed_by=st.none() | texts,
    claimed_until=st.none() | times,
    origin=st.none() | texts,
)


class AwaitedStore:
    """The asynchronous kind, over one in memory."""

    def __init__(self) -> None:
        self.inner = MemoryTokenStore()

    async def load(self, key: str, /) -> Stored | None:
        return self.inner.load(key)

    async def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        return self.inner.swap(key, old, new)


@given_that(stored)
def test_what_dumps_writes_loads_reads(value: Stored) -> None:
    assert Stored.loads(value.dumps()) == value


@given_that(stored)
def test_equal_values_give_equal_texts(value: Stored) -> None:
    assert Stored.loads(value.dumps()).dumps() == value.dumps()


@given_that(stored, stored)
def test_renewing_never_loses_a_refresh_token(before: Stored, answer: Stored) -> None:
    after = before.renewed(answer)

    assert bool(after.refresh_token) == bool(before.refresh_token or answer.refresh_token)
    assert after.claimed_by is None
    assert after.origin == before.origin


def test_renewing_keeps_what_the_answer_does_not_say() -> None:
    before = dataclasses.replace(
        FIRST, scopes=("read",), account_id="7", extra={"page": "1"}, refresh_expires_at=NOON, expires_at=NOON
    )

    after = before.renewed(SECOND)

    assert after.access_token == Secret("second-token")
    assert (after.scopes, after.account_id, dict(after.extra)) == (("read",), "7", {"page": "1"})
    assert after.refresh_expires_at == NOON
    assert after.expires_at is None


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", "null", '{"access_token": 5}', '{"expires_at": "2026-03-01T12:00:00"}']
)
def test_foreign_text_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        Stored.loads(text)


TORN, PLANTED = "half of one\ud800", Secret("PLANTED\ud800")


@pytest.mark.parametrize(
    "given",
    [
        {"access_token": PLANTED},
        {"refresh_token": PLANTED},
        {"extra": {"password": PLANTED}},
        {"extra": {TORN: "1"}},
        {"scopes": ("read", TORN)},
        {"account_id": TORN},
    ],
    ids=lambda given: next(iter(given)),
)
@pytest.mark.parametrize("kind", [Stored, Credentials])
def test_half_a_character_is_refused_unseen(kind: Callable[..., object], given: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=f"{next(iter(given))} holds half a character") as caught:
        kind(**given)
    assert "PLANTED" not in shown(caught.value)


def test_half_a_character_that_was_kept_is_refused_unseen() -> None:
    text = Stored(access_token=Secret("PLANTED")).dumps().replace('PLANTED"', 'PLANTED\\ud800"')
    with pytest.raises(ConfigurationError, match=r"not written by Stored\.dumps") as caught:
        Stored.loads(text)
    assert "PLANTED" not in shown(caught.value)


def test_names_of_a_later_version_are_passed_over() -> None:
    assert Stored.loads('{"access_token": "first-token", "colour": "red"}').access_token == Secret(
        "first-token"
    )


@pytest.mark.parametrize("name", ["expires_at", "refresh_expires_at", "claimed_until"])
def test_times_without_a_zone_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Stored(**{name: datetime(2026, 3, 1)})  # type: ignore[arg-type]  # noqa: DTZ001 - the point of it


def test_expiry_counts_the_skew() -> None:
    value = dataclasses.replace(FIRST, expires_at=NOON)

    assert value.expired(NOON - timedelta(seconds=60))
    assert not value.expired(NOON - timedelta(seconds=61))
    assert not FIRST.expired(NOON)


def test_swap_changes_nothing_when_something_else_stands_there() -> None:
    store = MemoryTokenStore()

    assert store.load(KEY) is None
    assert not store.swap(KEY, FIRST, SECOND)
    assert store.swap(KEY, None, FIRST)
    assert not store.swap(KEY, None, SECOND)
    assert not store.swap(KEY, SECOND, FIRST)
    assert store.load(KEY) == FIRST


def test_one_of_twenty_threads_wins_a_swap() -> None:
    store, start = MemoryTokenStore(), threading.Barrier(20)
    store.swap(KEY, None, FIRST)

    def work(number: int) -> bool:
        start.wait(timeout=10)
        return store.swap(KEY, FIRST, Stored(access_token=Secret(f"token-{number}")))

    with ThreadPoolExecutor(20) as pool:
        wins = list(pool.map(work, range(20)))

    assert wins.count(True) == 1
    assert store.load(KEY) == Stored(access_token=Secret(f"token-{wins.index(True)}"))


async def test_access_reads_and_writes_a_blocking_store(mode: type[Mode], transport: FakeTransport) -> None:
    access = StoreAccess(MemoryTokenStore(), mode)

    assert await run(mode, access.swap(KEY, None, FIRST, transport))
    assert await run(mode, access.load(KEY, transport)) == FIRST
    assert transport.offloaded == 2


async def test_async_client_calls_a_blocking_store_in_another_thread() -> None:
    threads: list[int] = []

    class Watched(MemoryTokenStore):
        def load(self, key: str, /) -> Stored | None:
            threads.append(threading.get_ident())
            return super().load(key)

    await StoreAccess(Watched(), Async).load(KEY, FakeTransport(Async))

    assert threads
    assert threading.get_ident() not in threads


async def test_async_client_awaits_an_async_store() -> None:
    access, transport = StoreAccess(AwaitedStore(), Async), FakeTransport(Async)

    assert await access.swap(KEY, None, FIRST, transport)
    assert await access.load(KEY, transport) == FIRST
    assert transport.offloaded == 0


async def test_refreshing_works_over_an_async_store() -> None:
    store, platform = AwaitedStore(), Platform()
    auth = authenticator(Async, platform, store=store)

    await auth.sign(REQUEST, FakeTransport(Async))

    kept = store.inner.load(KEY)
    assert kept is not None
    assert kept.access_token == Secret("access-1")


def test_blocking_client_refuses_an_async_store_at_construction() -> None:
    with pytest.raises(ConfigurationError, match="asynchronous"):
        authenticator(Sync, Platform(), store=AwaitedStore())


def test_blocking_client_refuses_a_store_that_turns_out_asynchronous() -> None:
    class Disguised(MemoryTokenStore):
        def load(self, _key: str, /) -> Stored | None:
            return Later()  # type: ignore[return-value]  # what a careless wrapper does

    class Later:
        def __await__(self) -> object:
            raise AssertionError

    with pytest.raises(ConfigurationError, match="asynchronous"):
        finish(StoreAccess(Disguised(), Sync).load(KEY, FakeTransport(Sync)))
