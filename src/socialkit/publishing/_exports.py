"""Exports of the history, and in what a journal departs from one that was kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterable, Iterator
from typing import Any, Final, cast

from socialkit.errors import ConfigurationError
from socialkit.publishing._database import Session
from socialkit.publishing._history import AT_ONCE, bound
from socialkit.publishing._models import Event

__all__ = ["Export", "departures"]

LINES: Final = "SELECT seq, delivery, number, digest FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
KEYS: Final = ("seq", "delivery", "number", "digest")
"""What a line is known by; its digest is over all the rest."""
END_KEYS: Final = ("upto", "lines", "digest")

Line = tuple[Any, ...]


class Export:
    """Counts and binds together what is exported."""

    def __init__(self) -> None:
        self.lines = 0
        self._upto = 0
        self._digest = hashlib.sha256()

    def add(self, event: Event) -> None:
        """Take note of a line."""
        self.lines += 1
        self._upto = event.seq
        self._digest.update(event.digest.encode())

    def end(self) -> dict[str, str | int]:
        """Return the last line of the file."""
        return {"upto": self._upto, "lines": self.lines, "digest": self._digest.hexdigest()}


def departures(session: Session, export: Iterable[str]) -> Generator[str]:
    """Find in what the history up to the end of an export is not the one that was exported."""
    here, waiting = _lines(session), None
    lines, found, whole = 0, 0, False
    for number, text in enumerate(export, 1):
        said = _read(text, number)
        if whole := "upto" in said:
            yield from _end_departures(session, said, lines, found)
            continue
        lines += 1
        then = tuple(said[key] for key in KEYS)
        flaws, waiting = _compared(then, here, waiting)
        found += len(flaws)
        yield from flaws
    if not whole:
        yield f"the export is not whole: it ends after {lines} lines without the one that binds them"


def _compared(then: Line, here: Iterator[Line], waiting: Line | None) -> tuple[list[str], Line | None]:
    """Return what is wrong up to an exported line, and the line of the journal that comes after it."""
    flaws: list[str] = []
    now = waiting if waiting is not None else next(here, None)
    while now is not None and now[0] < then[0]:
        flaws.append(f"{_called(now)} was added since the export")
        now = next(here, None)
    if now is None or now[0] != then[0]:
        return [*flaws, f"{_called(then)} was removed since the export"], now
    if now != then:
        flaws.append(f"{_called(then)} was altered since the export")
    return flaws, None


def _end_departures(session: Session, end: dict[str, Any], lines: int, found: int) -> Generator[str]:
    if lines not in {0, end["lines"]}:
        yield f"the export is not whole: {lines} of its {end['lines']} lines are there"
    elif not found and bound(session, "", 0, end["upto"]) != end["digest"]:
        yield f"the history up to line {end['upto']} is not the one that was exported"


def _lines(session: Session) -> Generator[Line]:
    last = 0
    while some := session.run(LINES, last, AT_ONCE):
        yield from map(tuple, some)
        last = some[-1][0]


def _called(line: Line) -> str:
    name = line[1] if " " in line[1] else f"delivery {line[1]}"
    return f"{name}: line {line[2]} of its history"


def _read(text: str, number: int) -> dict[str, Any]:
    """Return a line of an export.

    Raises:
        ConfigurationError: It is none.
    """
    try:
        said: object = json.loads(text)
    except ValueError:
        said = None
    known = cast("dict[str, Any]", said) if isinstance(said, dict) else {}
    wanted = END_KEYS if "upto" in known else KEYS
    kinds = {"delivery": str, "digest": str}
    if not all(isinstance(known.get(key), kinds.get(key, int)) for key in wanted):
        message = f"against= is no export of a journal: line {number} cannot be read"
        raise ConfigurationError(message)
    return known
