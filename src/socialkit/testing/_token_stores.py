"""The suite that every token store passes, whoever wrote it."""

from __future__ import annotations

import asyncio
import inspect
import threading
from abc import abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, cast

import pytest

from socialkit.auth import AsyncTokenStore, Stored, TokenStore
from socialkit.errors import TokenStoreError
from socialkit.testing._helpers import settle
from socialkit.transport import Secret

__all__ = ["TokenStoreConformance"]

KEY: Final = "acme/pixelwall/main"
PLANTED: Final = "planted-token"
FIRST: Final = Stored(
    access_token=Secret(f"{PLANTED}-first"),
    refresh_token=Secret(f"{PLANTED}-lasting"),
    expires_at=datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC),
    refresh_expires_at=datetime(2026, 9, 1, tzinfo=UTC),
    scopes=("read", "write:posts"),
    token_type="DPoP",
    account_id="7",
    extra={"page": "Caf\u00e9 \U0001f33b", "key": Secret(f"{PLANTED}-key")},
    claimed_by="a worker",
    claimed_until=datetime(2026, 3, 1, 12, 1, tzinfo=UTC),
    origin="digest",
)
SECOND: Final = Stored(access_token=Secret(f"{PLANTED}-second"))
EMPTY: Final = Stored(origin="digest")
RACERS: Final = 8


class TokenStoreConformance:
    """What clients rely on when they share a token store, tested against a store of either kind.

    Subclass it in a test module and override `open`. It needs pytest and pytest-asyncio.

    Example:
        >>> from socialkit.auth import MemoryTokenStore
        >>> class TestMine(TokenStoreConformance):
        ...     def open(self, place: object) -> MemoryTokenStore:
        ...         return MemoryTokenStore()
    """

    lasting: bool = True
    """Whether the store outlives the object: what one opened, another one reads."""

    @pytest.fixture
    def place(self, tmp_path: Any) -> Any:
        """Where the stores of one test lie; a new folder unless it is overridden."""
        return tmp_path

    @abstractmethod
    def open(self, place: Any) -> TokenStore | AsyncTokenStore:
        """Return the store in a place, opened once more, as another process would."""
        raise NotImplementedError

    async def test_nothing_is_kept_at_first(self, place: Any) -> None:
        assert await settle(self.open(place).load(KEY)) is None

    async def test_what_is_kept_comes_back_whole(self, place: Any) -> None:
        store = self.open(place)

        assert await settle(store.swap(KEY, None, FIRST)) is True
        assert await settle(store.load(KEY)) == FIRST

    async def test_another_process_finds_what_one_kept(self, place: Any) -> None:
        if not self.lasting:
            pytest.skip("what this store keeps ends with it")
        await settle(self.open(place).swap(KEY, None, FIRST))
        other = self.open(place)

        assert await settle(other.load(KEY)) == FIRST
        assert await settle(other.swap(KEY, FIRST, SECOND)) is True
        assert await settle(self.open(place).load(KEY)) == SECOND

    async def test_nothing_changes_when_something_else_stands_there(self, place: Any) -> None:
        store = self.open(place)
        await settle(store.swap(KEY, None, FIRST))
        seen = replace(FIRST, claimed_by="another worker")

        assert await settle(store.swap(KEY, None, SECOND)) is False
        assert await settle(store.swap(KEY, seen, SECOND)) is False
        assert await settle(store.load(KEY)) == FIRST

    async def test_nothing_is_made_where_something_should_have_stood(self, place: Any) -> None:
        store = self.open(place)

        assert await settle(store.swap(KEY, FIRST, SECOND)) is False
        assert await settle(store.load(KEY)) is None

    async def test_accounts_are_kept_apart(self, place: Any) -> None:
        store, keys = self.open(place), (KEY, "acme/pixelwall/fr", "Acme/pixelwall/main", "caf\u00e9/a b/%_'")
        kept = {key: Stored(access_token=Secret(f"{PLANTED} of {key}")) for key in keys}
        for key, stored in kept.items():
            assert await settle(store.swap(key, None, stored)) is True

        assert {key: await settle(store.load(key)) for key in keys} == kept

    async def test_an_empty_value_never_takes_the_place_of_tokens(self, place: Any) -> None:
        store = self.open(place)
        await settle(store.swap(KEY, None, FIRST))
        try:
            stored = await settle(store.swap(KEY, FIRST, EMPTY))
        except TokenStoreError:
            stored = False

        assert stored is False
        assert await settle(store.load(KEY)) == FIRST

    async def test_an_empty_value_may_be_claimed_before_the_first_login(self, place: Any) -> None:
        store, claimed = self.open(place), replace(EMPTY, claimed_by="a worker")

        assert await settle(store.swap(KEY, None, EMPTY)) is True
        assert await settle(store.swap(KEY, EMPTY, claimed)) is True
        assert await settle(store.swap(KEY, claimed, FIRST)) is True

    async def test_one_of_many_wins(self, place: Any) -> None:
        store = self.open(place)
        await settle(store.swap(KEY, None, FIRST))
        racers = [
            (self.open(place) if self.lasting else store, Stored(access_token=Secret(f"{PLANTED}-{number}")))
            for number in range(RACERS)
        ]
        if inspect.iscoroutinefunction(store.swap):
            awaited = [cast("AsyncTokenStore", one).swap(KEY, FIRST, new) for one, new in racers]
            wins = await asyncio.gather(*awaited)
        else:
            wins = await asyncio.to_thread(_raced, [(cast("TokenStore", one), new) for one, new in racers])

        assert wins.count(True) == 1
        assert await settle(store.load(KEY)) == racers[wins.index(True)][1]

    async def test_the_store_shows_no_token(self, place: Any) -> None:
        store = self.open(place)
        await settle(store.swap(KEY, None, FIRST))

        assert PLANTED not in repr(store)
        assert PLANTED not in str(store)


def _raced(racers: list[tuple[TokenStore, Stored]]) -> list[bool]:
    start = threading.Barrier(len(racers))

    def race(racer: tuple[TokenStore, Stored]) -> bool:
        store, new = racer
        start.wait(timeout=10)
        return store.swap(KEY, FIRST, new)

    with ThreadPoolExecutor(len(racers)) as pool:
        return list(pool.map(race, racers))
