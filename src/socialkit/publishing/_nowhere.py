"""No place for files: what a journal has that several machines share, unless it is given one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from socialkit.errors import ConfigurationError, MediaStoreError
from socialkit.models import Media

__all__ = ["NowhereStore"]


class NowhereStore:
    """Keeps nothing: a folder of this machine would be none of the other workers'."""

    def keep(self, media: Media, /) -> str:
        """Say where a place for files is given.

        Raises:
            ConfigurationError: Always.
        """
        message = (
            f"{media.filename!r} has no place to wait in: open the journal with media=FolderMediaStore(…),"
            " a folder that every worker reaches, or media=S3MediaStore(…)"
        )
        raise ConfigurationError(message)

    def open(self, digest: str, /) -> Path:
        """Say that there are no files.

        Raises:
            MediaStoreError: Always.
        """
        message = "this worker's journal was opened without media=, the place where files wait"
        raise MediaStoreError(message, digest=digest)

    def digests(self) -> Iterator[str]:
        """Iterate over nothing."""
        return iter(())

    def discard(self, digest: str, /, *, kept_before: datetime) -> bool:
        """Return that the bytes are gone: they never were here."""
        del digest, kept_before
        return True
