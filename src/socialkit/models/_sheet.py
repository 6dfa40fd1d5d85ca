"""Tables that people fill in with a spreadsheet: every problem with its line and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from socialkit.models._document import problem_at, problems_of
from socialkit.models._inert import restored
from socialkit.models._problem import Problem

__all__ = ["Cells", "Sheet", "place_in", "problems_in"]

Cells = Mapping[str, str]
"""A line, by its columns; empty where nothing stands."""


@dataclass(frozen=True)
class Sheet:
    """A table in a file: which columns it has, parted by commas or semicolons."""

    needed: Sequence[str]
    columns: Sequence[str]
    tidy: Collection[str]
    """The columns in which blanks around a value mean nothing."""

    def problems(self, text: str, take: Callable[[int, Cells], Iterable[Problem]]) -> Iterator[Problem]:
        """Go through the lines of a table, and yield what is wrong.

        Args:
            text: The table.
            take: Takes a line by its number and its cells, and returns what is wrong with it.
        """
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        try:
            names = [name.strip() for name in next(rows, list[str]())]
            wrong = list(self._of_columns(names))
            yield from wrong
            for row in () if wrong else filter(None, rows):
                if len(row) == len(names):
                    yield from take(rows.line_num, self._cells(names, row))
                else:
                    message = f"has {len(row)} cells, and the first line has {len(names)}"
                    yield problem_at(f"line {rows.line_num}", message)
        except csv.Error as error:
            yield problem_at(f"line {rows.line_num}", f"cannot be read: {error}")

    def _of_columns(self, names: Sequence[str]) -> Iterator[Problem]:
        for name in self.needed:
            if name not in names:
                yield problem_at("line 1", f"has no column {name!r}")
        for number, name in enumerate(names):
            if name in names[:number]:
                yield problem_at("line 1", f"has the column {name[:40]!r} twice")
            elif name not in self.columns:
                known = ", ".join(self.columns)
                yield problem_at(f"line 1, column {number + 1}", f"is not known: use {known}")

    def _cells(self, names: Sequence[str], row: Sequence[str]) -> Cells:
        pairs = zip(names, row, strict=True)
        return {name: restored(text.strip() if name in self.tidy else text) for name, text in pairs}


def _delimiter(text: str) -> str:
    header = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return ";" if ";" in header and "," not in header else ","


def place_in(line: int, column: str) -> str:
    """Return the place of a cell."""
    return f"line {line}, {column}"


def problems_in(error: ValidationError, line: int, columns: Collection[str]) -> Iterator[Problem]:
    """Yield what pydantic found wrong with a line, each with its column."""
    for one in problems_of(error):
        # In a table there are no fields in a field: the currency is a column of its own.
        column = one.field.removeprefix("amount.")
        place = place_in(line, column) if column in columns else f"line {line}"
        yield one.model_copy(update={"field": place})
