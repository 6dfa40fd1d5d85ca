"""The commands together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from socialkit._version import __version__
from socialkit.cli._exits import Exit
from socialkit.cli._health import add_health
from socialkit.cli._inbox import add_inbox
from socialkit.cli._init import add_init
from socialkit.cli._login import add_login
from socialkit.cli._looking import add_looking
from socialkit.cli._post import add_post
from socialkit.cli._queue import add_queue
from socialkit.cli._report import add_report
from socialkit.cli._sandbox import add_sandbox

__all__ = ["app", "run"]

NAME: Final = "socialkit"
ENDS: Final = ", ".join(f"{one.value} {one.name.lower()}" for one in Exit)

app: Final = typer.Typer(
    name=NAME,
    no_args_is_help=True,
    # A traceback with its variables would show what accounts log in with.
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    epilog=f"Exit status: {ENDS}.",
)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        print(f"{NAME} {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Publish, answer, listen and measure, for all accounts of a workspace."""
    del version


for _add in (
    add_init,
    add_login,
    add_looking,
    add_health,
    add_post,
    add_queue,
    add_inbox,
    add_report,
    add_sandbox,
):
    _add(app)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit status."""
    try:
        app(None if arguments is None else list(arguments), prog_name=NAME)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else Exit.DONE
    return Exit.DONE
