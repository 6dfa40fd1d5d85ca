"""What token stores hold comes out nowhere: not in logs, errors, traces with their locals, or pickles."""

from __future__ import annotations

import logging
import pickle
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import socialkit as sk
from socialkit.auth import Refreshing, TokenStore
from socialkit.operations import Sync, finish
from socialkit.transport import Secret, Transport
from tests.auth.support import NOON, REQUEST, FakeTransport, shown
from tests.security.support import ACCESS, REFRESH, leaks, logged, raised

KEY = "acme/pixelwall/main"
TOKEN_KEY = secrets.token_urlsafe(32)
KEPT = sk.Stored(
    access_token=Secret(ACCESS), refresh_token=Secret(REFRESH), expires_at=NOON, extra={"key": Secret(ACCESS)}
)


def in_a_file(folder: Path) -> TokenStore:
    return sk.FileTokenStore(folder / "tokens", key=TOKEN_KEY)


def in_the_journal(folder: Path) -> TokenStore:
    return sk.JournalTokenStore(sk.Journal.open(f"sqlite:///{folder}/journal.db"), key=TOKEN_KEY)


def in_the_environment(folder: Path) -> TokenStore:
    assert folder.is_dir()
    return sk.EnvironmentTokenStore({KEY: sk.SecretRef("env:SOCIALKIT_TEST_ONLY")})


STORES = [in_a_file, in_the_journal, in_the_environment]


@pytest.fixture(params=STORES)
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TokenStore]:
    monkeypatch.setenv("SOCIALKIT_TEST_ONLY", KEPT.dumps())
    opened: Callable[[Path], TokenStore] = request.param
    store = opened(tmp_path)
    if not isinstance(store, sk.EnvironmentTokenStore):
        assert store.swap(KEY, None, KEPT)
    yield store
    if isinstance(store, sk.JournalTokenStore):
        store._database.close()


async def refused(_stored: sk.Stored, _transport: Transport) -> sk.Stored:
    raise sk.AuthenticationError("the refresh token is void", status=400, code="invalid_grant")


def test_a_renewal_that_fails_shows_nothing(store: TokenStore, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    auth = Refreshing(sk.Credentials(), refresh=refused, key=KEY, mode=Sync, tokens=store)
    error = raised(lambda: finish(auth.sign(REQUEST, FakeTransport(Sync))))

    assert isinstance(error, sk.TokenExpiredError | sk.ReadOnlyStoreError)
    assert leaks(error) == logged(caplog.records) == []
    assert TOKEN_KEY not in shown(error)


def test_nothing_is_written_over_tokens_and_the_refusal_shows_nothing(store: TokenStore) -> None:
    error = raised(lambda: store.swap(KEY, KEPT, sk.Stored()))

    assert isinstance(error, sk.TokenStoreError)
    assert leaks(error) == []
    assert store.load(KEY) == KEPT


def test_no_byte_on_the_disk_tells_a_token(store: TokenStore, tmp_path: Path) -> None:
    assert store.load(KEY) == KEPT  # so it lies somewhere
    kept = {
        one.name: leaks(one.read_bytes().decode("latin-1")) for one in tmp_path.iterdir() if one.is_file()
    }

    assert bool(kept) is not isinstance(store, sk.EnvironmentTokenStore)
    assert [name for name, found in kept.items() if found] == []


def test_a_store_shows_nothing_and_is_not_pickled(store: TokenStore) -> None:
    error = raised(lambda: pickle.dumps(store))

    assert isinstance(error, TypeError)
    assert leaks(error) == leaks(repr(store)) == []
    assert TOKEN_KEY not in repr(store) + shown(error)
