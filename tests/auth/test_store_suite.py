"""Every store passes the suite that an application's own store passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialkit.auth import AsyncTokenStore, FileTokenStore, KeyringTokenStore, MemoryTokenStore, Stored
from socialkit.testing import TokenStoreConformance
from tests.auth.places import TOKEN_KEY


class Awaited:
    """An asynchronous store over a blocking one, as an application writes it."""

    def __init__(self, inner: FileTokenStore) -> None:
        self._inner = inner

    async def load(self, key: str, /) -> Stored | None:
        return self._inner.load(key)

    async def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        return self._inner.swap(key, old, new)


class TestMemoryTokenStore(TokenStoreConformance):
    lasting = False

    def open(self, place: Path) -> MemoryTokenStore:
        return MemoryTokenStore()


class TestFileTokenStore(TokenStoreConformance):
    def open(self, place: Path) -> FileTokenStore:
        return FileTokenStore(place / "tokens", key=TOKEN_KEY)


class TestAwaitedTokenStore(TokenStoreConformance):
    def open(self, place: Path) -> AsyncTokenStore:
        return Awaited(FileTokenStore(place / "tokens", key=TOKEN_KEY))


@pytest.mark.usefixtures("file_keyring")
class TestKeyringTokenStore(TokenStoreConformance):
    def open(self, place: Path) -> KeyringTokenStore:
        return KeyringTokenStore()


class Careless(MemoryTokenStore):
    """Writes without looking."""

    def swap(self, key: str, _old: Stored | None, new: Stored, /) -> bool:
        self._kept[key] = new
        return True


CONSEQUENCES = [
    "test_nothing_changes_when_something_else_stands_there",
    "test_nothing_is_made_where_something_should_have_stood",
    "test_an_empty_value_never_takes_the_place_of_tokens",
    "test_one_of_many_wins",
]


@pytest.mark.parametrize("name", CONSEQUENCES)
async def test_a_careless_store_fails_the_suite(name: str) -> None:
    suite, store = TestMemoryTokenStore(), Careless()
    suite.open = lambda place: store  # type: ignore[method-assign]

    with pytest.raises(AssertionError):
        await getattr(suite, name)(None)
