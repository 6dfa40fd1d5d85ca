"""How far a command is that reads many accounts: in a terminal, and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from socialkit.cli._streams import console

__all__ = ["counting"]

T = TypeVar("T")


class Counted(Protocol):
    """Calls something, and counts it when it has ended."""

    def __call__(self, call: Callable[..., T], *arguments: Any) -> T:
        """Call it."""
        ...


@contextmanager
def counting(what: str, total: int) -> Generator[Counted]:
    """Show a bar on standard error while calls are made, and take it away at the end."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    out = console(sys.stderr)
    with Progress(*columns, console=out, transient=True, disable=not out.file.isatty()) as progress:
        task = progress.add_task(what, total=total)

        def counted(call: Callable[..., T], *arguments: Any) -> T:
            try:
                return call(*arguments)
            finally:
                progress.advance(task)

        yield counted
