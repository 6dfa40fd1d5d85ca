"""Tokens in one encrypted file."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from socialkit.auth._cipher import TokenCipher
from socialkit.auth._file_lock import OWNER_ONLY, locked
from socialkit.auth._stores import Stored, require_tokens
from socialkit.errors import TokenStoreError
from socialkit.transport import Secret

__all__ = ["FileTokenStore"]

HEAD: Final = b"socialkit tokens 1\n"
"""How the file begins."""
REMEDY: Final = "delete it and log in again"
"""What is left where nothing opens the file: for one account alone nothing can be taken out of it."""
OTHERS: Final = 0o077
"""What group and others may do."""


class FileTokenStore:
    """Keep tokens in one encrypted file, for the threads and processes of one machine.

    The file is encrypted whole, readable by its owner alone, and replaced at once: whoever reads sees all of
    one state. A file beside it, `.NAME.lock`, is what writers wait for.

    Args:
        path: The file; it is made when something is first kept. Its folder must be there, on a local disk.
        key: 32 random bytes in URL-safe Base64, such as `secrets.token_urlsafe(32)` returns; best a
            `SecretRef`, which is looked up at each use.

    Example:
        >>> import secrets, tempfile
        >>> store = FileTokenStore(Path(tempfile.mkdtemp(), "tokens"), key=secrets.token_urlsafe(32))
        >>> store.swap("acme/mastodon/main", None, Stored(access_token=Secret("not-a-real-token")))
        True
        >>> store.load("acme/mastodon/main")
        Stored(access_token=Secret('***'), ...)

    Raises:
        ConfigurationError: The extra `auth` is missing.
    """

    def __init__(self, path: str | os.PathLike[str], *, key: str | Secret) -> None:
        self._path = Path(path).resolve()
        self._cipher = TokenCipher(key)

    def load(self, key: str, /) -> Stored | None:
        """Return what is kept under a key.

        Raises:
            TokenStoreError: The file cannot be read, was encrypted with another key, cut or altered, or may
                be read by others.
        """
        with self._explained():
            return _entry(self._read(), key)

    def swap(self, key: str, old: Stored | None, new: Stored, /) -> bool:
        """Put `new` in the place of `old` and return True, or change nothing and return False.

        Raises:
            TokenStoreError: As `load`; or the file cannot be written, or tokens would be lost.
        """
        require_tokens(old, new)
        with self._explained(), locked(self._beside("lock")):
            kept = self._read()
            if _entry(kept, key) != old:
                return False
            self._write(_changed(kept, key, new))
            return True

    def discard(self, key: str, /) -> bool:
        """Remove what is kept under a key, and return whether there was something.

        Whoever renews it at that moment puts it back: end the workers of that account before.

        Raises:
            TokenStoreError: As `load`: of a file that does not open nothing can be removed but the whole.
        """
        with self._explained(), locked(self._beside("lock")):
            kept = self._read()
            if _found(kept, key) is None:
                return False
            self._write(_changed(kept, key, None))
            return True

    def require_place(self) -> None:
        """Raise if a first token could not be kept: nobody is sent to log in before that is known.

        Raises:
            TokenStoreError: The folder of the file is not there, or the key is none.
            ConfigurationError: The key is not where it should be.
        """
        if not self._path.parent.is_dir():
            message = f"the folder in which {self._path.name} is to lie is not there"
            raise TokenStoreError(message)
        self._cipher.sealed(Secret(""), HEAD.decode())

    def _beside(self, ending: str) -> Path:
        return self._path.with_name(f".{self._path.name}.{ending}")

    def _read(self) -> Secret:
        try:
            with self._path.open("rb") as file:
                self._require_own(os.fstat(file.fileno()))
                head, sealed = file.read(len(HEAD)), file.read()
        except FileNotFoundError:
            return Secret("")
        if head != HEAD and HEAD.startswith(head):
            message = f"{self._path.name} was cut: restore it from a copy, or {REMEDY}"
            raise TokenStoreError(message)
        if head != HEAD:
            message = f"{self._path.name} is no file of tokens"
            raise TokenStoreError(message)
        return self._cipher.opened(sealed, HEAD.decode(), self._path.name, REMEDY)

    def _require_own(self, found: os.stat_result) -> None:
        if os.name != "posix":
            return
        if stat.S_IMODE(found.st_mode) & OTHERS:
            message = f"others than its owner may read or write {self._path.name}: chmod 600"
            raise TokenStoreError(message)
        if found.st_uid != os.geteuid():
            message = f"{self._path.name} belongs to another user than the one that this program runs as"
            raise TokenStoreError(message)

    def _write(self, text: Secret) -> None:
        content = HEAD + self._cipher.sealed(text, HEAD.decode())
        part = self._beside("part")
        part.unlink(missing_ok=True)  # of a process that was killed: whoever holds the lock is alone
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(number)
            part.replace(self._path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _flush_folder(self._path.parent)

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            message = f"the tokens in {self._path.name} cannot be read or written: {error.strerror}"
            raise TokenStoreError(message) from error

    def __repr__(self) -> str:
        return f"FileTokenStore({self._path.name!r})"


# Two lines an account, its key and its tokens, so that one is found without reading all the others.
# What is in the clear stands in frames that have ended before anything is raised.
def _lines(text: Secret) -> dict[str, str]:
    lines = text.reveal().split("\n")
    return dict(zip(lines[::2], lines[1::2], strict=False))


def _found(text: Secret, key: str) -> Secret | None:
    found = _lines(text).get(json.dumps(key))
    return None if found is None else Secret(found)


def _changed(text: Secret, key: str, new: Stored | None) -> Secret:
    lines = _lines(text) | {json.dumps(key): "" if new is None else new.dumps()}
    return Secret("\n".join(f"{name}\n{tokens}" for name, tokens in lines.items() if name and tokens))


def _entry(text: Secret, key: str) -> Stored | None:
    found = _found(text, key)
    return None if found is None else Stored.loads(found.reveal())


def _flush_folder(folder: Path) -> None:
    """Wait until the disk knows the new name too, where folders can be opened."""
    with suppress(PermissionError):  # Windows
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
