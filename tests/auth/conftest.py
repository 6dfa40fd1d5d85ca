from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import keyring
import pytest
from keyring.backend import KeyringBackend

from socialkit.operations import Async, Mode, Sync
from tests.auth.keyrings import FOLDER, FileKeyring
from tests.auth.support import FakeTransport


@pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
def mode(request: pytest.FixtureRequest) -> type[Mode]:
    return cast("type[Mode]", request.param)


@pytest.fixture
def transport(mode: type[Mode]) -> FakeTransport:
    return FakeTransport(mode)


@pytest.fixture
def keyring_of_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever keyring a test sets is gone after it, and locks lie in its folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    before: KeyringBackend = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.fixture
def file_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyring_of_tests: None) -> Path:
    """A keyring in a folder."""
    folder = tmp_path / "keyring"
    folder.mkdir()
    monkeypatch.setenv(FOLDER, str(folder))
    keyring.set_keyring(FileKeyring())  # type: ignore[no-untyped-call]  # the library's base
    return folder
