"""What a command answers, and how it is shown: a table for people, one JSON document for programs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, TextIO, TypeAlias
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from socialkit.cli._exits import Exit
from socialkit.errors import InvalidDraftError, SocialKitError

if TYPE_CHECKING:
    from pydantic import JsonValue

__all__ = ["Answer", "Column", "Item", "console", "local", "of", "say", "show"]

FORMAT: Final = 1
"""Of the JSON document; fields are added without a new number."""
UNBROKEN: Final = 10_000
"""Columns where nobody looks: a line that is cut cannot be searched."""
LEAST: Final = 6
"""Columns of a terminal that a cell keeps."""
LONGEST: Final = 300
"""Characters of a cell."""
STYLES: Final[Mapping[str, str]] = {
    "confirmed": "green",
    "valid": "green",
    "fits": "green",
    "refused": "red",
    "missed": "red",
    "incomplete": "yellow",
    "unknown": "bold yellow",
    "needs decision": "bold yellow",
    "held": "yellow",
    "proposed": "yellow",
    "error": "red",
    "warning": "yellow",
}
"""Words that stand out in a terminal, when a cell is nothing else."""

Item: TypeAlias = "Mapping[str, JsonValue]"
"""A row: for programs as it is, for people by its columns."""


Entry = Callable[[Item], tuple[str, Sequence[str]] | None]
"""Gives a heading and the lines below it; None where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Column:
    """What people see of each item."""

    title: str
    shown: Callable[[Item], str]
    whole: bool = False
    """Whether it is never broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command answers."""

    items: Sequence[Item] = ()
    columns: Sequence[Column] = ()
    """What people see of the items, in a table."""
    entry: Entry | None = None
    """What people see of each item, one below the other; instead of a table, or below it."""
    exit: Exit = Exit.DONE
    said: Sequence[str] = ()
    """For people, on standard error."""
    text: str | None = None
    """For people, instead of a table."""
    nothing: str = "nothing"
    """For people, where there are no items."""
    failed: Mapping[str, Exception] = field(default_factory=dict[str, Exception])
    """What could not be read, by the account's key."""
    error: SocialKitError | None = None
    """What ended the command."""
    shown: bool = False
    """Whether it was shown already."""


def of(key: str) -> Callable[[Item], str]:
    """Return what shows a field of an item."""
    return lambda item: _cell(item.get(key))


def local(key: str) -> Callable[[Item], str]:
    """Return what shows a time of an item as the clock of its zone does."""

    def shown(item: Item) -> str:
        told, zone = item.get(key), item.get("zone")
        if not isinstance(told, str):
            return _cell(told)
        return f"{datetime.fromisoformat(told).astimezone(ZoneInfo(str(zone or 'UTC'))):%Y-%m-%d %H:%M %Z}"

    return shown


def _cell(value: JsonValue) -> str:
    if value is None or value in ([], ""):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    return str(value)


def console(stream: TextIO) -> Console:
    """Return what writes to a stream: as wide as the terminal, and unbroken where there is none."""
    width = None if stream.isatty() else UNBROKEN
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def say(text: str) -> None:
    """Tell people something on standard error, without what a terminal would obey."""
    # An address is copied whole: the terminal breaks it, and we do not.
    console(sys.stderr).print(Text(_safe(text)), soft_wrap=" " not in text or not sys.stderr.isatty())


def show(command: str, answer: Answer, *, as_json: bool, dry_run: bool) -> None:
    """Write an answer: to standard output what was asked for, to standard error what is said beside it."""
    if as_json:
        print(json.dumps(_document(command, answer, dry_run=dry_run)), flush=True)
    elif answer.text is not None:
        console(sys.stdout).print(Text(_safe(answer.text)), soft_wrap=True, end="")
    elif answer.items:
        _show_items(answer)
    elif answer.error is None and not answer.failed and (answer.columns or answer.entry):
        say(answer.nothing)
    for line in _messages(answer):
        say(line)


def _show_items(answer: Answer) -> None:
    out = console(sys.stdout)
    if answer.columns:
        out.print(_table(answer))
    for item in answer.items:
        told = None if answer.entry is None else answer.entry(item)
        if told is None:
            continue
        out.print(Text(plain(told[0]), style="bold"))
        for line in map(plain, told[1]):
            # An address is copied whole: the terminal breaks it, and we do not.
            out.print(
                Padding(Text(line), (0, 0, 0, 2)) if " " in line else Text(f"  {line}"),
                soft_wrap=" " not in line,
            )


def _messages(answer: Answer) -> Sequence[str]:
    failed = [f"{key}: {error}" for key, error in answer.failed.items()]
    return [*answer.said, *failed, *_words(answer.error)]


def _words(error: SocialKitError | None) -> Sequence[str]:
    if isinstance(error, InvalidDraftError):
        return [f"error: {error.message}", *(f"  {problem}" for problem in error.problems)]
    return [] if error is None else [f"error: {error}"]


def _document(command: str, answer: Answer, *, dry_run: bool) -> Item:
    return {
        "format": FORMAT,
        "command": command,
        "outcome": answer.exit.name.lower(),
        "exit": int(answer.exit),
        "dry_run": dry_run,
        "items": [dict(item) for item in answer.items],
        "failed": {key: _error(error) for key, error in answer.failed.items()},
        "error": None if answer.error is None else _error(answer.error),
    }


def _error(error: Exception) -> dict[str, JsonValue]:
    problems = [str(one) for one in error.problems] if isinstance(error, InvalidDraftError) else []
    message = error.message if isinstance(error, InvalidDraftError) else str(error)
    return {"kind": type(error).__name__, "message": message, "problems": [*problems]}


def _table(answer: Answer) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="bold"
    )
    for column in answer.columns:
        least = None if column.whole else LEAST
        table.add_column(column.title, no_wrap=column.whole, overflow="fold", min_width=least)
    for item in answer.items:
        table.add_row(*(_shown(column.shown(item)) for column in answer.columns))
    return table


def _shown(told: str) -> Text:
    """Return a cell: a text is never read as markup, and holds nothing that a terminal would obey."""
    safe = plain(told)
    return Text(safe if len(safe) <= LONGEST else f"{safe[:LONGEST]}…", style=STYLES.get(safe, ""))


def plain(text: str) -> str:
    """Return a text on one line, without what a terminal would obey."""
    from socialkit.text import plain as made_safe

    return made_safe(text)


def _safe(text: str) -> str:
    """Return a text without what a terminal would obey, its lines and columns kept."""
    lines = (re.split(r"( +)", line) for line in text.split("\n"))
    return "\n".join(
        "".join(part if part.startswith(" ") else plain(part) for part in line) for line in lines
    )
