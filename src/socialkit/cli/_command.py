"""How a command becomes one of the command line: its shared options, its errors, its end."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from functools import partial
from typing import Any, Final

import typer

from socialkit.cli._answers import Answer, say, show
from socialkit.cli._exits import Exit
from socialkit.cli._session import PARAMETERS, Session
from socialkit.cli._streams import BROKEN, discard
from socialkit.errors import SocialKitError

__all__ = ["DECIDES", "PUBLISHES", "READS", "command", "perform", "tell"]

Command = Callable[..., Answer]

READS: Final = ("workspace",)
"""What a command takes that reads accounts."""
DECIDES: Final = (*READS, "journal", "actor", "authority")
"""What a command takes that uses the journal."""
PUBLISHES: Final = (*DECIDES, "yes")
"""What a command takes that may make something public."""
ALL: Final = ("dry_run", "as_json")
"""What every command takes."""


def command(app: typer.Typer, name: str, *shares: str, within: str = "") -> Callable[[Command], Command]:
    """Make a function a command: it takes a session before its own arguments, and gives an answer.

    An argument that is a dataclass is filled by an option for each of its fields.

    Args:
        app: Where it is registered.
        name: What it is called.
        *shares: Which of the shared options it takes; `--dry-run` and `--json` all do.
        within: The command that it is part of.
    """

    def register(function: Command) -> Command:
        options = [PARAMETERS[share] for share in (*shares, *ALL)]
        _, *own = inspect.signature(function, eval_str=True).parameters.values()
        groups: dict[str, Any] = {one.name: one.annotation for one in own if is_dataclass(one.annotation)}

        def run(**given: Any) -> None:
            shared = {one.name: given.pop(one.name) for one in options}
            session = Session(command=f"{within} {name}".strip(), records="actor" in shares, **shared)
            for key, group in groups.items():
                given[key] = group(**{one.name: given.pop(one.name) for one in _options_of(group)})
            raise typer.Exit(perform(session, partial(function, session, **given)))

        grouped = [one for group in groups.values() for one in _options_of(group)]
        parameters = [*grouped, *(one for one in own if one.name not in groups), *options]
        told: Any = run  # what typer reads of a function
        told.__signature__ = inspect.Signature(
            [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters]
        )
        told.__annotations__ = {one.name: one.annotation for one in parameters}
        app.command(name, help=(inspect.getdoc(function) or "").partition("\n\nArgs:")[0])(run)
        return function

    return register


def _options_of(group: Any) -> Sequence[inspect.Parameter]:
    """Return the options that fill a dataclass, those first that must be given."""
    fields = inspect.signature(group, eval_str=True).parameters.values()
    return sorted(fields, key=lambda one: one.default is not one.empty)


def perform(session: Session, call: Callable[[], Answer]) -> Exit:
    """Make a call, show its answer or what it raised, and return with what the command ends."""
    answer = _answer(session, call)
    if not answer.shown:
        tell(session, answer)
    return answer.exit


def tell(session: Session, answer: Answer) -> None:
    """Show an answer. That nobody can see it changes nothing of what was done, nor how the command ends."""
    try:
        show(session.command, answer, as_json=session.as_json, dry_run=session.dry_run)
    except BROKEN as error:
        discard(sys.stdout)
        say(f"the answer could not be written: {error}")
    except KeyboardInterrupt:
        say("interrupted while the answer was shown; the command had ended")


def _answer(session: Session, call: Callable[[], Answer]) -> Answer:
    try:
        return call()
    except SocialKitError as error:
        from socialkit.cli._endings import ending

        return Answer(exit=ending(error), error=error)
    except KeyboardInterrupt:
        left = "interrupted: what was begun stands in the journal" if session.records else "interrupted"
        return Answer(exit=Exit.INTERRUPTED, said=[left])
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception as error:  # noqa: BLE001 - whoever asked for a document gets one
        return Answer(exit=Exit.FAILED, error=error)
