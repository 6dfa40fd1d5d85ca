"""What was pushed already: what every store of it does, tried in memory."""

from __future__ import annotations

from abc import abstractmethod
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from socialkit.webhooks import MemoryPushStore, PushStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def claim(store: PushStore, *keys: str, at: datetime = NOON) -> set[str]:
    return set(store.claim(keys, at, at + MINUTE).new)


class PushStoreSuite:
    @abstractmethod
    def open(self, place: Any) -> PushStore:
        raise NotImplementedError

    @pytest.fixture
    def place(self) -> Any:
        return None

    @pytest.fixture
    def store(self, place: Any) -> PushStore:
        return self.open(place)

    def test_what_is_claimed_is_nobody_elses_for_a_while(self, store: PushStore) -> None:
        assert claim(store, "a", "b") == {"a", "b"}
        assert claim(store, "b", "c") == {"c"}
        assert claim(store, "a", at=NOON + MINUTE - timedelta(seconds=1)) == set()
        assert claim(store, "a", at=NOON + MINUTE) == {"a"}
        assert claim(store, "a", at=NOON + MINUTE) == set()
        assert claim(store) == set()

    def test_what_is_settled_is_not_new_for_a_week(self, store: PushStore) -> None:
        claim(store, "a", "b")
        store.settle(["a", "never claimed"])

        assert claim(store, "a", "b", at=NOON + timedelta(days=6)) == {"b"}
        assert claim(store, "a", at=NOON + timedelta(days=8)) == {"a"}

    def test_what_somebody_else_took_is_told_until_it_is_settled_or_its_time_is_over(
        self, store: PushStore
    ) -> None:
        claim(store, "a", "b", "c")
        store.settle(["b"])
        store.release(["c"])

        assert store.claim(["a", "b", "c"], NOON, NOON + MINUTE).others == {"a"}
        assert store.claim(["a"], NOON + MINUTE, NOON + 2 * MINUTE).others == set()

    def test_what_is_released_is_new_unless_it_is_settled(self, store: PushStore) -> None:
        claim(store, "a", "b")
        store.settle(["a"])
        store.release(["a", "b", "never claimed"])

        assert claim(store, "a", "b") == {"b"}

    def test_of_many_that_claim_at_once_one_has_it(self, store: PushStore) -> None:
        with ThreadPoolExecutor(8) as pool:
            won = [one.result() for one in [pool.submit(claim, store, "a", "b") for _ in range(16)]]

        assert sorted(key for keys in won for key in keys) == ["a", "b"]

    def test_a_clock_that_went_back_forgets_nothing(self, store: PushStore) -> None:
        claim(store, "a")
        store.settle(["a"])

        assert claim(store, "a", at=NOON - timedelta(days=30)) == set()


class TestInMemory(PushStoreSuite):
    def open(self, place: Any) -> PushStore:
        return MemoryPushStore()


def test_old_pushes_take_no_room() -> None:
    memory = MemoryPushStore()
    for day in range(30):
        claim(memory, f"day {day}", at=NOON + timedelta(days=day))

    assert repr(memory) == "MemoryPushStore(8 pushes)"
