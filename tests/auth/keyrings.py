"""Keyrings that need no desktop."""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
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
        with suppress(FileNotFoundError):
            return self._file(service, username).read_text("utf-8")
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        # Replaced at once, as a keyring does: others read meanwhile.
        file = self._file(service, username)
        part = file.with_name(f"{file.name[:32]}-{os.getpid()}-{threading.get_ident()}.part")
        part.write_text(password, "utf-8")
        part.replace(file)

    def delete_password(self, service: str, username: str) -> None:
        self._file(service, username).unlink()

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
