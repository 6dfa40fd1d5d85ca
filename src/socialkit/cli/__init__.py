"""`socialkit …`, the command line. It needs the extra `cli`, and importing this package does not."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from socialkit.cli._exits import Exit

__all__ = ["Exit", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit status.

    Args:
        arguments: What stands behind `socialkit`; those of the process if not given.
    """
    try:
        return _run(arguments)
    except KeyboardInterrupt:  # before a command began: it is loaded, or nothing was read yet
        return Exit.INTERRUPTED


def _run(arguments: Sequence[str] | None) -> int:
    try:
        from socialkit.cli._app import run
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"typer", "rich"}:
            raise
        print("the command line needs another library: pip install 'socialkit[cli]'", file=sys.stderr)
        return Exit.CONFIGURATION
    return run(arguments)
