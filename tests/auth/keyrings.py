"""Keyrings that need no desktop."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, ClassVar

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, NoKeyringError

__all__ = ["FOLDER", "FileKeyring", "ForgetfulKeyring", "LockedKeyring", "MissingKeyring", "RudeKeyring"]

FOLDER = "SOCIALKIT_TEST_KEYRING"
"""The variable that names where `FileKeyring` keeps everything."""


class FileKeyring(KeyringBackend):
    """Keeps each password in a file of its own, for several processes."""

    priority: Any = -1  # never chosen by itself

    def get_password(self, service: str, username: str) -> str | None:
        file = self._file(service, username)
        return file.read_text("utf-8") if file.exists() else None

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file(service, username).write_text(password, "utf-8")

    def _file(self, service: str, username: str) -> Path:
        name = json.dumps([service, username]).encode().hex()
        return Path(os.environ[FOLDER], name)


class ForgetfulKeyring(KeyringBackend):
    """Takes everything and keeps nothing."""

    priority: Any = -1

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class _Refusing(KeyringBackend):
    priority: Any = -1
    error: ClassVar[type[Exception]]

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error(f"{service} {username} {password}")


class LockedKeyring(_Refusing):
    """Is locked."""

    error = KeyringLocked


class MissingKeyring(_Refusing):
    """Is not there."""

    error = NoKeyringError


class RudeKeyring(_Refusing):
    """Raises what no keyring should, and repeats what it was told."""

    error = RuntimeError
