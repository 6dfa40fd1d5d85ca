"""Tokens in one encrypted file: what may happen to it between two calls."""

from __future__ import annotations

import errno
import os
import pickle
import secrets
from pathlib import Path

import pytest

from socialkit.auth import FileTokenStore, SecretRef, Stored
from socialkit.auth._file_lock import locked
from socialkit.errors import ConfigurationError, TokenStoreError
from socialkit.transport import Secret
from tests.auth.places import TOKEN_KEY
from tests.auth.support import KEY, shown

FIRST = Stored(access_token=Secret("PLANTED-access"), refresh_token=Secret("PLANTED-refresh"))
SECOND = Stored(access_token=Secret("PLANTED-second"))
POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens"


@pytest.fixture
def store(path: Path) -> FileTokenStore:
    """A store that holds one token."""
    store = FileTokenStore(path, key=TOKEN_KEY)
    assert store.swap(KEY, None, FIRST)
    return store


def refused(store: FileTokenStore, match: str) -> None:
    """Neither reading nor writing works, and nothing is shown."""
    for call in (lambda: store.load(KEY), lambda: store.swap(KEY, None, SECOND)):
        with pytest.raises(TokenStoreError, match=match) as caught:
            call()
        assert "PLANTED" not in shown(caught.value)
        assert TOKEN_KEY not in shown(caught.value)


def test_the_file_tells_nothing(store: FileTokenStore, path: Path) -> None:
    content = path.read_bytes()

    assert content.startswith(b"socialkit tokens 1\n")
    for text in ("PLANTED", KEY, TOKEN_KEY, "access_token"):
        assert text.encode() not in content
    assert repr(store) == "FileTokenStore('tokens')"
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(store)


def test_the_same_tokens_never_look_the_same_twice(store: FileTokenStore, path: Path) -> None:
    before = path.read_bytes()
    assert store.swap(KEY, FIRST, FIRST)

    assert path.read_bytes() != before


@POSIX
def test_everything_that_is_made_is_the_owners_alone(store: FileTokenStore, path: Path) -> None:
    mask = os.umask(0)
    try:
        assert store.swap(KEY, FIRST, SECOND)
    finally:
        os.umask(mask)

    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in path.parent.iterdir()}
    assert modes == {"tokens": "0o600", ".tokens.lock": "0o600"}


@POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o666])
def test_a_file_that_others_may_read_or_write_is_refused(
    store: FileTokenStore, path: Path, mode: int
) -> None:
    path.chmod(mode)

    refused(store, "others than its owner may read or write tokens: chmod 600")
    path.chmod(0o600)
    assert store.load(KEY) == FIRST


@POSIX
def test_a_file_of_another_user_is_refused(store: FileTokenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    refused(store, "belongs to another user")


def test_another_key_is_told_from_damage(store: FileTokenStore, path: Path) -> None:
    before = path.read_bytes()

    refused(
        FileTokenStore(path, key=secrets.token_urlsafe(32)),
        "tokens was encrypted with another key: give that one, or delete it and log in again",
    )
    assert path.read_bytes() == before
    assert store.load(KEY) == FIRST


def test_a_file_that_was_cut_anywhere_is_never_an_empty_one(store: FileTokenStore, path: Path) -> None:
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(TokenStoreError, match="cut"):
            store.load(KEY)
    refused(store, "cut")


def test_a_file_in_which_any_byte_was_altered_is_refused(store: FileTokenStore, path: Path) -> None:
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(TokenStoreError):
            store.load(KEY)


def test_one_account_is_discarded_and_others_stay(store: FileTokenStore, path: Path) -> None:
    store.swap("other/pixelwall/main", None, SECOND)

    assert [store.discard(KEY), store.discard(KEY)] == [True, False]
    assert (store.load(KEY), store.load("other/pixelwall/main")) == (None, SECOND)
    assert store.swap(KEY, None, FIRST)


def test_whoever_has_another_key_discards_nobodys_tokens_and_whoever_lost_it_deletes_the_file(
    store: FileTokenStore, path: Path
) -> None:
    other = FileTokenStore(path, key=secrets.token_urlsafe(32))
    with pytest.raises(TokenStoreError, match="delete it and log in again"):
        other.discard(KEY)
    assert store.load(KEY) == FIRST

    path.unlink()
    assert other.swap(KEY, None, SECOND)
    assert other.load(KEY) == SECOND


def test_another_file_is_left_as_it_is(path: Path) -> None:
    path.write_text("shopping: milk")
    path.chmod(0o600)

    refused(FileTokenStore(path, key=TOKEN_KEY), "is no file of tokens")
    assert path.read_text() == "shopping: milk"


@pytest.mark.parametrize(
    "key",
    ["PLANTED", secrets.token_urlsafe(16), "PLANTED" * 20, "ä" * 43],
    ids=["short", "half as long", "long", "of another alphabet"],
)
def test_a_key_that_is_none_is_refused_unseen(path: Path, key: str) -> None:
    store = FileTokenStore(path, key=key)

    with pytest.raises(ConfigurationError, match="32 random bytes") as caught:
        store.swap(KEY, None, FIRST)
    assert key not in shown(caught.value)
    assert not path.exists()


def test_a_key_is_looked_up_where_it_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileTokenStore(path, key=SecretRef("env:SOCIALKIT_TOKEN_KEY"))
    with pytest.raises(ConfigurationError, match="environment variable SOCIALKIT_TOKEN_KEY is not set"):
        store.swap(KEY, None, FIRST)

    monkeypatch.setenv("SOCIALKIT_TOKEN_KEY", TOKEN_KEY)
    assert store.swap(KEY, None, FIRST)
    monkeypatch.delenv("SOCIALKIT_TOKEN_KEY")
    with pytest.raises(ConfigurationError, match="environment variable SOCIALKIT_TOKEN_KEY is not set"):
        store.load(KEY)


def test_what_a_killed_process_left_is_in_nobodys_way(store: FileTokenStore, path: Path) -> None:
    left = path.with_name(".tokens.part")
    left.write_bytes(b"half of something")

    assert store.swap(KEY, FIRST, SECOND)
    assert store.load(KEY) == SECOND
    assert not left.exists()


def test_a_disk_that_is_full_leaves_the_old_tokens(
    store: FileTokenStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as during:
        during.setattr(os, "fsync", full)
        with pytest.raises(TokenStoreError, match="cannot be read or written: No space left"):
            store.swap(KEY, FIRST, SECOND)

    assert store.load(KEY) == FIRST
    assert sorted(file.name for file in path.parent.iterdir()) == [".tokens.lock", "tokens"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "nowhere" / "tokens", key=TOKEN_KEY)

    assert store.load(KEY) is None
    with pytest.raises(TokenStoreError, match="No such file"):
        store.swap(KEY, None, FIRST)


@POSIX
def test_a_link_stays_a_link(tmp_path: Path, path: Path, store: FileTokenStore) -> None:
    link = tmp_path / "link"
    link.symlink_to(path)

    assert FileTokenStore(link, key=TOKEN_KEY).swap(KEY, FIRST, SECOND)
    assert link.is_symlink()
    assert store.load(KEY) == SECOND


def test_a_lock_that_is_held_for_too_long_is_told(tmp_path: Path) -> None:
    path = tmp_path / ".tokens.lock"
    with (
        locked(path),
        pytest.raises(TokenStoreError, match=r"another process kept \.tokens\.lock locked for too long"),
        locked(path, patience=0),
    ):
        raise AssertionError("two held it")

    with locked(path, patience=0):
        assert path.exists()
