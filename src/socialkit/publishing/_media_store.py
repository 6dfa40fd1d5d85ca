"""Where the files of planned posts wait: by their content, so that no other can take their place."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from socialkit.errors import InvalidDraftError, MediaStoreError
from socialkit.models import Basis, Media, Problem, require_aware

__all__ = [
    "CHUNK",
    "LEFT_BEHIND",
    "FolderMediaStore",
    "MediaStore",
    "PassingMediaStore",
    "changed",
    "copied",
    "digest_of",
    "require_digest",
]

CHUNK: Final = 1 << 20
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
INCOMING: Final = "incoming"
"""The folder of copies that are not whole yet; no two hexadecimal digits."""
LEFT_BEHIND: Final = 24 * 60 * 60
"""Seconds after which a copy that is not whole belongs to nobody any more."""


class MediaStore(Protocol):
    """A place for files, known by the SHA-256 of their bytes in hexadecimal.

    It belongs to one journal, whose `tidy` empties it, and every worker must reach it. Several threads and
    processes may use one at the same time.
    """

    def keep(self, media: Media, /) -> str:
        """Keep the bytes of a local file, and return their digest; those that are there already stay.

        When it returns, they are there to stay, whatever happens to this process.
        """
        ...

    def open(self, digest: str, /) -> Path:
        """Return a local file with these bytes, every one of them looked at.

        The caller only reads it, and does not delete it: it may be the kept file or a copy of it.

        Raises:
            MediaStoreError: They are not there, or are other ones now.
        """
        ...

    def digests(self) -> Iterator[str]:
        """Iterate over what is kept, in no order."""
        ...

    def discard(self, digest: str, /, *, kept_before: datetime) -> bool:
        """Let bytes go that nobody needs, and return whether they are gone.

        They stay if somebody kept them at or after a time (aware): a post that was planned just now may need
        them before the journal tells.
        """
        ...


class FolderMediaStore:
    """Keep files in a folder of this machine, or one that all workers share.

    Only the user that runs the process can read them.

    Args:
        path: The folder; made when the first file is kept.

    Example:
        >>> import tempfile
        >>> from socialkit.testing import picture
        >>> store = FolderMediaStore(tempfile.mkdtemp())
        >>> digest = store.keep(picture())
        >>> digest == store.keep(picture()), store.open(digest).stat().st_size
        (True, 67)
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def __repr__(self) -> str:
        return f"FolderMediaStore({os.fspath(self._path)!r})"

    def keep(self, media: Media, /) -> str:
        """Keep the bytes of a local file, and return their digest; those that are there already stay.

        Bytes that were damaged since they were kept are replaced.

        Raises:
            InvalidDraftError: The file lies behind a URL, or changed since it was opened.
            OSError: It cannot be read, or there is no room for it.
        """
        digest = media.sha256()
        kept = self._file(digest)
        try:
            if digest_of(kept) == digest:
                os.utime(kept)  # for `discard`, which may just now take it for forgotten
                kept.stat()  # it may have moved the file after its name was found and before its time was set
                return digest
        except FileNotFoundError:
            pass
        return self._copied(media)

    def open(self, digest: str, /) -> Path:
        """Return the file with these bytes, every one of them looked at.

        Raises:
            MediaStoreError: They are not there, or are other ones now.
        """
        kept = self._file(digest)
        try:
            found = self._digest_of(kept)
        except (FileNotFoundError, NotADirectoryError):
            raise self._missing(digest) from None
        if found != digest:
            message = "the bytes of a kept file are not those that were kept: they were altered"
            raise MediaStoreError(message, digest=digest)
        return kept

    def digests(self) -> Iterator[str]:
        """Iterate over what is kept, in no order."""
        for shard in self._path.glob("[0-9a-f][0-9a-f]"):
            for kept in shard.iterdir():
                if DIGEST.fullmatch(kept.name):
                    yield kept.name

    def discard(self, digest: str, /, *, kept_before: datetime) -> bool:
        """Let bytes go that nobody needs, and return whether they are gone.

        They stay if somebody kept them at or after a time (aware), by the clock of the file system.
        """
        oldest = require_aware(kept_before, "kept_before")
        kept = self._file(digest)
        try:
            if _kept_at(kept) >= oldest:
                return False
            aside = self._incoming() / f"{digest}.{os.urandom(8).hex()}"
            kept.rename(aside)
        except FileNotFoundError:
            return True
        try:
            # Looked at again where `keep` does not find it: whoever keeps it from now on copies it anew.
            if _kept_at(aside) >= oldest:
                aside.replace(kept)
                return False
            aside.unlink()
        except FileNotFoundError:  # somebody wanted to open it just now, and put it back
            return False
        return True

    def _file(self, digest: str) -> Path:
        name = require_digest(digest)
        return self._path / name[:2] / name

    def _digest_of(self, kept: Path) -> str:
        try:
            return digest_of(kept)
        except FileNotFoundError:
            for aside in self._path.glob(f"{INCOMING}/{kept.name}.*"):
                # `discard` looks at it, or died while it did.
                with contextlib.suppress(FileNotFoundError):
                    os.utime(aside)
                    aside.replace(kept)
            return digest_of(kept)

    def _missing(self, digest: str) -> MediaStoreError:
        if self._path.is_dir():
            return MediaStoreError("a kept file is not in the media store any more", digest=digest)
        message = f"there is no media store at {self._path}: is its disk there?"
        return MediaStoreError(message, digest=digest)

    def _incoming(self) -> Path:
        if not self._path.is_dir():
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        incoming = self._path / INCOMING
        incoming.mkdir(mode=0o700, exist_ok=True)
        return incoming

    def _copied(self, media: Media) -> str:
        number, name = tempfile.mkstemp(dir=self._incoming())  # readable by its owner alone
        copy = Path(name)
        try:
            with os.fdopen(number, "wb") as target, media.stream() as source:
                digest = copied(source, target, media)
                target.flush()
                os.fsync(target.fileno())
            kept = self._file(digest)
            kept.parent.mkdir(mode=0o700, exist_ok=True)
            _clear(copy)
            copy.replace(kept)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        for folder in (kept.parent, self._path):
            _sync(folder)
        return digest


class PassingMediaStore(FolderMediaStore):
    """Keep files for a journal in memory, and as long as that."""

    def __init__(self) -> None:
        super().__init__(Path(tempfile.gettempdir()) / f"socialkit-{os.urandom(8).hex()}")
        weakref.finalize(self, shutil.rmtree, self._path, ignore_errors=True)


def require_digest(digest: str) -> str:
    """Return a digest, refusing what is none: it becomes the name of a file."""
    if DIGEST.fullmatch(digest) is None:
        message = "what names a kept file is no SHA-256 in hexadecimal"
        raise MediaStoreError(message, digest=digest)
    return digest


def _kept_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copied(source: BinaryIO, target: BinaryIO, media: Media) -> str:
    """Copy a file, and return the digest of what was copied."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    if media.size not in {None, size}:
        raise changed(media)
    return digest.hexdigest()


def changed(media: Media) -> InvalidDraftError:
    """Return what to raise about a file that is not the same at the end of reading it."""
    problem = Problem(
        field="media", message=f"{media.filename!r} changed while it was read", basis=Basis.DRAFT
    )
    return InvalidDraftError("the file cannot be kept", problems=[problem])


def _clear(copy: Path) -> None:
    """Remove what processes left behind that were killed while they copied."""
    now = copy.stat().st_mtime  # the file system's own clock
    for other in copy.parent.iterdir():
        try:
            if now - other.stat().st_mtime > LEFT_BEHIND:
                other.unlink()
        except FileNotFoundError:  # another process was faster
            continue


def _sync(folder: Path) -> None:
    """Have a folder's list of names written to the disk, where there is a way to ask for it."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
