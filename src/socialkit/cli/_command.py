"""How a command becomes one of the command line: its shared options, its errors, its end."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import typer

from socialkit.cli._answers import Answer, show
from socialkit.cli._exits import Exit
from socialkit.cli._session import PARAMETERS, Session
from socialkit.errors import SocialKitError

__all__ = ["READS", "WRITES", "command", "perform"]

Command = Callable[..., Answer]

READS: Final = ("workspace",)
"""What a command takes that reads accounts."""
WRITES: Final = ("workspace", "journal", "actor", "authority", "dry_run", "yes")
"""What a command takes that may make something public."""


def command(app: typer.Typer, name: str, *shares: str, within: str = "") -> Callable[[Command], Command]:
    """Make a function a command: it takes a session before its own arguments, and gives an answer.

    Args:
        app: Where it is registered.
        name: What it is called.
        *shares: Which of the shared options it takes; `--json` all do.
        within: The command that it is part of.
    """

    def register(function: Command) -> Command:
        options = [PARAMETERS[share] for share in (*shares, "as_json")]
        _, *own = inspect.signature(function, eval_str=True).parameters.values()

        def run(**given: Any) -> None:
            shared = {one.name: given.pop(one.name) for one in options}
            session = Session(command=f"{within} {name}".strip(), **shared)
            raise typer.Exit(perform(session, partial(function, session, **given)))

        parameters = [*own, *options]
        told: Any = run  # what typer reads of a function
        told.__signature__ = inspect.Signature(parameters)
        told.__annotations__ = {one.name: one.annotation for one in parameters}
        app.command(name, help=(inspect.getdoc(function) or "").partition("\n\nArgs:")[0])(run)
        return function

    return register


def perform(session: Session, call: Callable[[], Answer]) -> Exit:
    """Make a call, show its answer or what it raised, and return with what the command ends."""
    try:
        answer = call()
    except SocialKitError as error:
        from socialkit.cli._endings import ending

        answer = Answer(exit=ending(error), error=error)
    except KeyboardInterrupt:
        answer = Answer(exit=Exit.INTERRUPTED, said=["interrupted: what was begun stands in the journal"])
    if not answer.shown:
        show(session.command, answer, as_json=session.as_json, dry_run=session.dry_run)
    return answer.exit
