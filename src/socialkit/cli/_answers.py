"""What a command answers, and how it is shown: a table for people, one JSON document for programs."""

from __future__ import annotations

import json
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from socialkit import errors
from socialkit.cli._exits import Exit
from socialkit.cli._streams import BROKEN, console, discard
from socialkit.errors import InvalidDraftError, SocialKitError

if TYPE_CHECKING:
    from pydantic import JsonValue

__all__ = ["Answer", "Column", "Item", "local", "of", "say", "show"]

FORMAT: Final = 1
"""Of the JSON document; fields are added without a new number."""
LEAST: Final = 6
"""Columns of a terminal that a cell keeps."""
LONGEST: Final = 300
"""Characters of a cell."""
KINDS: Final = frozenset({*errors.__all__, "DeclinedError"})
"""What programs may know an error of socialkit's as."""
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
    error: Exception | None = None
    """What ended the command; what is no error of socialkit's is told with where it happened."""
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


def say(text: str) -> None:
    """Tell people something on standard error, without what a terminal would obey; or nobody, if it fails."""
    try:
        _write(console(sys.stderr), _safe(text))
    except BROKEN:
        discard(sys.stderr)


def _write(out: Console, line: str) -> None:
    """Write a line: words are broken between, in a terminal; an address stays whole, to be copied."""
    if " " not in line.strip() or not out.file.isatty():
        out.print(Text(line), soft_wrap=True)
        return
    words = line.lstrip(" ")
    out.print(Padding.indent(Text(words), len(line) - len(words)))


def show(command: str, answer: Answer, *, as_json: bool, dry_run: bool) -> None:
    """Write an answer: to standard output what was asked for, to standard error what is said beside it.

    Raises:
        OSError: Standard output cannot be written; what is beside it was said all the same.
        ValueError: As OSError.
    """
    try:
        if as_json:
            print(json.dumps(_document(command, answer, dry_run=dry_run)), flush=True)
        else:
            _show(answer)
    finally:
        for line in _messages(answer):
            say(line)


def _show(answer: Answer) -> None:
    if answer.text is not None:
        console(sys.stdout).print(Text(_safe(answer.text)), soft_wrap=True, end="")
    elif answer.items:
        _show_items(answer)
    elif answer.error is None and not answer.failed and (answer.columns or answer.entry):
        say(answer.nothing)


def _show_items(answer: Answer) -> None:
    out = console(sys.stdout)
    if answer.columns:
        out.print(_table(answer))
    for item in answer.items:
        told = None if answer.entry is None else answer.entry(item)
        if told is None:
            continue
        out.print(Text(plain(told[0]), style="bold"))
        for line in told[1]:
            _write(out, f"  {plain(line)}")


def _messages(answer: Answer) -> Sequence[str]:
    failed = [f"{key}: {error}" for key, error in answer.failed.items()]
    return [*answer.said, *failed, *_words(answer.error)]


def _words(error: Exception | None) -> Sequence[str]:
    if isinstance(error, InvalidDraftError):
        return [f"error: {error.message}", *(f"  {problem}" for problem in error.problems)]
    if error is None or isinstance(error, SocialKitError):
        return [] if error is None else [f"error: {error}"]
    return ["".join(traceback.format_exception(error)).rstrip()]


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
    names = [kind.__name__ for kind in type(error).__mro__]
    kind = next((name for name in names if name in KINDS), names[0])
    return {"kind": kind, "message": message, "problems": [*problems]}


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
