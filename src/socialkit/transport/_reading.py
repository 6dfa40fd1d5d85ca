"""Files while they are sent: read piece by piece, away from the event loop, and watched for changes."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from typing import BinaryIO, Final, cast

import httpx

from socialkit.errors import ConnectionFailedError
from socialkit.operations import finish, still_alive
from socialkit.transport._request import Request

__all__ = ["Pieces", "Reading"]

PIECE: Final = 1 << 16
"""Bytes that are read and sent at once, as httpx does by itself."""
AT_ONCE: Final = 4
"""Pieces for which a worker thread is asked once: fewer cost more asking, more leave the cache."""


class Reading:
    """A file that is being sent.

    Its length was told before, so it must not change any more. Where it did, its last piece is kept back: no
    server takes a part of a file, or two halves of different files, for the whole.
    """

    def __init__(self, file: BinaryIO, filename: str, request: Request) -> None:
        self.size: int = file.seek(0, io.SEEK_END)
        """Bytes."""
        file.seek(0)
        self._file = file
        self._left = self.size
        self._changed_at = _changed_at(file)
        self._filename = filename
        self._request = request

    def as_binary(self) -> BinaryIO:
        """Return itself, as what httpx asks for; it uses no more of a file than stands here."""
        return cast("BinaryIO", self)

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(PIECE):
            yield piece

    def read(self, size: int, /) -> bytes:
        """Return the next bytes.

        Raises:
            ConnectionFailedError: The file changed or cannot be read, and a part of it was sent.
        """
        try:
            piece = self._file.read(min(size, self._left))
            torn = not piece and self._left > 0
            self._left -= len(piece)
            changed = torn or (not self._left and _changed_at(self._file) != self._changed_at)
        except OSError as error:
            raise self._failed(f"could not be read to its end: {error.strerror or error}") from error
        if changed:
            raise self._failed("changed while it was sent")
        return piece

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place; httpx asks for the beginning, and for the end to learn the length."""
        place = self._file.seek(offset, whence)
        self._left = self.size - place
        return place

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._file.tell()

    def _failed(self, what: str) -> ConnectionFailedError:
        message = f"{self._filename} {what}"
        return ConnectionFailedError(
            message, request=self._request.shown(), sent=True, operation=self._request.operation
        )


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that is read while it is sent; in an event loop by a worker thread.

    A disk that is slow or far away would hold up everything else in the loop.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            finish(still_alive())
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = iter(self._pieces)
        while some := await asyncio.to_thread(_some, pieces):
            await still_alive()
            for piece in some:
                yield piece


def _some(pieces: Iterator[bytes]) -> list[bytes]:
    return list(islice(pieces, AT_ONCE))


def _changed_at(file: BinaryIO) -> int | None:
    """Return when a file on disk was written to; None in memory."""
    try:
        return os.fstat(file.fileno()).st_mtime_ns
    except io.UnsupportedOperation:
        return None
