"""Tokens in the system's keyring, whatever that does."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import keyring
import pytest
from keyring.backend import KeyringBackend

from socialkit.auth import FileTokenStore, KeyringTokenStore, Stored
from socialkit.errors import ConfigurationError, TokenStoreError
from socialkit.operations import Mode
from socialkit.transport import Secret
from tests.auth.keyrings import ForgetfulKeyring, LockedKeyring, MissingKeyring, RudeKeyring
from tests.auth.places import TOKEN_KEY
from tests.auth.support import KEY, REQUEST, FakeTransport, Platform, authenticator, run, shown

FIRST = Stored(access_token=Secret("PLANTED-access"), refresh_token=Secret("PLANTED-refresh"))


@pytest.mark.parametrize(
    ("backend", "message"),
    [
        (ForgetfulKeyring, "does not keep what it is given"),
        (LockedKeyring, "the keyring is locked: unlock it"),
        (MissingKeyring, "this machine has no keyring: use FileTokenStore"),
        (RudeKeyring, "the keyring refused: RuntimeError"),
    ],
)
@pytest.mark.usefixtures("keyring_of_tests")
async def test_no_refresh_token_is_burnt_where_the_keyring_does_not_keep_it(
    mode: type[Mode], transport: FakeTransport, backend: type[KeyringBackend], message: str
) -> None:
    keyring.set_keyring(backend())
    platform = Platform()
    auth = authenticator(mode, platform, store=KeyringTokenStore())

    with pytest.raises(TokenStoreError, match=message):
        await run(mode, auth.sign(REQUEST, transport))
    assert platform.count == 0


@pytest.mark.parametrize("backend", [LockedKeyring, MissingKeyring, RudeKeyring])
@pytest.mark.usefixtures("keyring_of_tests")
def test_what_a_keyring_raises_shows_no_token(backend: type[KeyringBackend]) -> None:
    keyring.set_keyring(backend())

    with pytest.raises(TokenStoreError) as caught:
        KeyringTokenStore().swap(KEY, None, FIRST)
    assert "PLANTED" not in shown(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.usefixtures("file_keyring")
def test_services_are_kept_apart() -> None:
    shop, agency = KeyringTokenStore("shop"), KeyringTokenStore("agency")

    assert shop.swap(KEY, None, FIRST)
    assert agency.load(KEY) is None
    assert shop.load(KEY) == FIRST


@pytest.mark.usefixtures("file_keyring")
def test_what_nobody_can_read_is_discarded() -> None:
    store = KeyringTokenStore()
    keyring.set_password("socialkit", KEY, "not what was kept")

    assert [store.discard(KEY), store.discard(KEY)] == [True, False]
    assert store.swap(KEY, None, FIRST)


@pytest.mark.usefixtures("keyring_of_tests")
def test_a_keyring_that_is_locked_discards_nothing() -> None:
    class Locked(LockedKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            return "what was kept"

    keyring.set_keyring(Locked())  # type: ignore[no-untyped-call]  # the library's base

    with pytest.raises(TokenStoreError, match="the keyring refused"):
        KeyringTokenStore().discard(KEY)


@pytest.mark.usefixtures("file_keyring")
def test_a_lock_without_a_place_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))

    with pytest.raises(TokenStoreError, match=r"no place for the keyring's lock: .*XDG_STATE_HOME"):
        KeyringTokenStore().swap(KEY, None, FIRST)


def test_a_library_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load = importlib.import_module

    def missing(name: str, package: str | None = None) -> ModuleType:
        if name.startswith("keyring"):
            raise ImportError(name)
        return load(name, package)

    monkeypatch.setattr(importlib, "import_module", missing)
    monkeypatch.setitem(__import__("sys").modules, "cryptography", None)

    with pytest.raises(ConfigurationError, match=r"pip install 'socialkit\[keyring\]'"):
        KeyringTokenStore()
    with pytest.raises(ConfigurationError, match=r"pip install 'socialkit\[auth\]'"):
        FileTokenStore(tmp_path / "tokens", key=TOKEN_KEY)
