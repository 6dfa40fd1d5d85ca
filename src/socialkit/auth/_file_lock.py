"""A lock that processes of one machine share, by a file that is there for nothing else."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from socialkit.errors import TokenStoreError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["locked"]

PATIENCE: Final = 30.0
"""Seconds to wait for another process: it has the lock for milliseconds, unless it was stopped."""
PAUSE: Final = 0.005
"""Seconds between tries."""
OWNER_ONLY: Final = 0o600


@contextmanager
def locked(path: Path, *, patience: float = PATIENCE) -> Generator[None]:
    """Hold the lock that a file stands for; it is free again when its holder ends, however that happens.

    Raises:
        TokenStoreError: Somebody else held it for too long, or the file cannot be made.
    """
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    except OSError as error:
        message = f"the lock {path.name} cannot be opened: {error.strerror}"
        raise TokenStoreError(message) from error
    try:
        _wait(number, path, patience)
        try:
            yield
        finally:
            _unlock(number)  # by name: a forked child may have the file open too
    finally:
        os.close(number)


def _wait(number: int, path: Path, patience: float) -> None:
    end = time.monotonic() + patience
    while not _lock(number):
        if time.monotonic() >= end:
            message = f"another process kept {path.name} locked for too long: nothing was stored"
            raise TokenStoreError(message)
        time.sleep(PAUSE)


if sys.platform == "win32":

    def _lock(number: int) -> bool:
        os.lseek(number, 0, os.SEEK_SET)
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(number: int) -> None:
        os.lseek(number, 0, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)

else:

    def _lock(number: int) -> bool:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_UN)
