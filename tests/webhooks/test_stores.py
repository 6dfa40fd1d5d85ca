"""What was pushed already, in memory and in a journal's database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from socialkit.publishing import Journal, JournalPushStore
from socialkit.webhooks import MemoryPushStore, PushStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "journal"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PushStore]:
    if request.param == "memory":
        yield MemoryPushStore()
        return
    with Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        yield JournalPushStore(journal)


def claim(store: PushStore, *keys: str, at: datetime = NOON) -> set[str]:
    return set(store.claim(keys, at, at + MINUTE))


def test_what_is_claimed_is_nobody_elses_for_a_while(store: PushStore) -> None:
    assert claim(store, "a", "b") == {"a", "b"}
    assert claim(store, "b", "c") == {"c"}
    assert claim(store, "a", at=NOON + MINUTE - timedelta(seconds=1)) == set()
    assert claim(store, "a", at=NOON + MINUTE) == {"a"}
    assert claim(store, "a", at=NOON + MINUTE) == set()
    assert claim(store) == set()


def test_what_is_settled_is_not_new_for_a_week(store: PushStore) -> None:
    claim(store, "a", "b")
    store.settle(["a", "never claimed"])

    assert claim(store, "a", "b", at=NOON + timedelta(days=6)) == {"b"}
    assert claim(store, "a", at=NOON + timedelta(days=8)) == {"a"}


def test_what_is_released_is_new_unless_it_is_settled(store: PushStore) -> None:
    claim(store, "a", "b")
    store.settle(["a"])
    store.release(["a", "b", "never claimed"])

    assert claim(store, "a", "b") == {"b"}


def test_of_many_that_claim_at_once_one_has_it(store: PushStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda _: claim(store, "a", "b"), range(16)))

    assert sorted(key for keys in won for key in keys) == ["a", "b"]


def test_a_clock_that_went_back_forgets_nothing(store: PushStore) -> None:
    claim(store, "a")
    store.settle(["a"])

    assert claim(store, "a", at=NOON - timedelta(days=30)) == set()


def test_another_process_finds_what_one_claimed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/journal.db"
    with Journal.open(url) as one, Journal.open(url) as other:
        assert claim(JournalPushStore(one), "a") == {"a"}
        assert claim(JournalPushStore(other), "a") == set()


def test_old_pushes_take_no_room(tmp_path: Path) -> None:
    with Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        store = JournalPushStore(journal)
        for day in range(30):
            claim(store, f"day {day}", at=NOON + timedelta(days=day))
        with journal.database.reading() as session:
            count = session.run("SELECT count(*) FROM pushes")[0][0]
    memory = MemoryPushStore()
    for day in range(30):
        claim(memory, f"day {day}", at=NOON + timedelta(days=day))

    assert count == 8
    assert repr(memory) == "MemoryPushStore(8 pushes)"
