"""The process's two streams: that one of them fails changes nothing of what was done."""

from __future__ import annotations

import os
from contextlib import suppress
from errno import EPIPE
from io import StringIO
from typing import Final, TextIO

from rich.console import Console

__all__ = ["BROKEN", "console", "discard"]

BROKEN: Final = (OSError, ValueError)
"""What writing to a stream raises: the disk is full, nobody reads any more, it cannot write a character."""
UNBROKEN: Final = 10_000
"""Columns where nobody looks: a line that is cut cannot be searched."""


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Raise, as every other failure does: rich ends the process, with a status of its own."""
        raise BrokenPipeError(EPIPE, os.strerror(EPIPE))


def console(stream: TextIO | None) -> Console:
    """Return what writes to a stream: as wide as the terminal, and unbroken where there is none."""
    if stream is None:  # it was closed before the process began
        return Console(file=StringIO(), quiet=True)
    width = None if stream.isatty() else UNBROKEN
    return _Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def discard(stream: TextIO | None) -> None:
    """Let go of what a stream could not write: at the end it fails once more, and that is a status too."""
    with suppress(*BROKEN):
        if stream is not None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nowhere, stream.fileno())
            finally:
                os.close(nowhere)
