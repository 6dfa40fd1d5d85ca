"""Tokens in the keyring of the user's system."""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

from socialkit.auth._file_lock import locked
from socialkit.auth._stores import Stored, require_tokens
from socialkit.errors import ConfigurationError, TokenStoreError
from socialkit.transport import Secret

__all__ = ["KeyringTokenStore"]

STATE: Final = "XDG_STATE_HOME"
FORGETFUL: Final = "the keyring does not keep what it is given: configure another backend of `keyring`"


class KeyringTokenStore:
    """Keep tokens in the system's keyring: the macOS Keychain, the Windows Credential Locker, Secret Service.

    The keyring encrypts them. It cannot compare before it writes, so writers wait for a lock in the user's
    folder of state; programs of one user share both.

    Args:
        service: The name under which the keyring shows the entries.

    Example:
        >>> KeyringTokenStore()
        KeyringTokenStore('socialkit')

    Raises:
        ConfigurationError: The extra `keyring` is missing.
    """

    def __init__(self, service: str = "socialkit") -> None:
        self._service = service
        try:
            self._keyring: Any = importlib.import_module("keyring")
        except ImportError:
            message = "the keyring is reached by another library: pip install 'socialkit[keyring]'"
            raise ConfigurationError(message) from None

    def load(self, key: str, /) -> Stored | None:
        """Return what is kept under a key.

        Raises:
            TokenStoreError: There is no keyring, or it stays locked.
        """
        found, problem = _asked(lambda: _hidden(self._keyring.get_password(self._service, key)))
        if problem is not None:
            raise TokenStoreError(problem)
        return None if found is None else Stored.loads(found.reveal())

    def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        """Put `new` in the place of `old` and return True, or change nothing and return False.

        Raises:
            TokenStoreError: As `load`; or the keyring does not keep it, or tokens would be lost.
        """
        require_tokens(old, new)
        with locked(self._lock_file()):
            if self.load(key) != old:
                return False
            _, problem = _asked(lambda: self._keyring.set_password(self._service, key, new.dumps()))
            if problem is not None:
                raise TokenStoreError(problem)
            if self.load(key) != new:  # seen with the first claim, before a refresh token is used up
                raise TokenStoreError(FORGETFUL)
            return True

    def discard(self, key: str, /) -> bool:
        """Remove what is kept under a key, whatever it is, and return whether there was something.

        Whoever renews it at that moment puts it back: end the programs that use it before.

        Raises:
            TokenStoreError: There is no keyring, it stays locked, or it refuses.
        """
        with locked(self._lock_file()):
            there, problem = _asked(lambda: _hidden(self._keyring.get_password(self._service, key)))
            if there is not None:
                _, problem = _asked(lambda: self._keyring.delete_password(self._service, key))
            if problem is not None:
                raise TokenStoreError(problem)
            return there is not None

    def _lock_file(self) -> Path:
        folder = Path(os.environ.get(STATE) or Path.home() / ".local" / "state", "socialkit")
        digest = hashlib.sha256(self._service.encode()).hexdigest()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = f"there is no place for the keyring's lock: {error.strerror}; set {STATE} to a folder"
            raise TokenStoreError(message) from error
        return folder / f"keyring-{digest[:16]}.lock"

    def __repr__(self) -> str:
        return f"KeyringTokenStore({self._service!r})"


def _hidden(found: object) -> Secret | None:
    return Secret(found) if isinstance(found, str) else None


def _asked(call: Callable[[], Any]) -> tuple[Secret | None, str | None]:
    """Return what the keyring gives, and what is wrong.

    The error itself is not handed on: its traceback leads through what was to be kept.
    """
    errors: Any = importlib.import_module("keyring.errors")
    try:
        return cast("Secret | None", call()), None
    except errors.NoKeyringError:
        return None, "this machine has no keyring: use FileTokenStore, or configure a backend of `keyring`"
    except errors.KeyringLocked:
        return None, "the keyring is locked: unlock it"
    except Exception as error:  # noqa: BLE001 - a backend raises whatever its system does
        return None, f"the keyring refused: {type(error).__name__}"
