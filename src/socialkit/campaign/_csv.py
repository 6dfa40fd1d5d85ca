"""Costs in a table that a spreadsheet writes: read with every problem and its line, and written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from socialkit.campaign._cost import Cost
from socialkit.models import Problem
from socialkit.models._document import problem_at, problems_of

__all__ = ["read", "written"]

NEEDED: Final = ("day", "amount", "currency", "kind")
COLUMNS: Final = (*NEEDED, "brand", "campaign", "platform", "account", "post", "note")
TIDY: Final = frozenset({*NEEDED, "campaign", "platform"})
"""The columns in which blanks around a value mean nothing."""

Cells = Mapping[str, str]


def read(text: str) -> tuple[list[Cost], list[Problem]]:
    """Return the costs in a table, and what is wrong with the others."""
    costs: list[Cost] = []
    problems: list[Problem] = []
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        columns = [name.strip() for name in next(rows, list[str]())]
        problems += _of_columns(columns)
        if problems:
            return costs, problems
        for row in rows:
            if row:
                _take(row, columns, rows.line_num, costs, problems)
    except csv.Error as error:
        problems.append(problem_at(f"line {rows.line_num}", f"cannot be read: {error}"))
    return costs, problems


def _delimiter(text: str) -> str:
    header = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return ";" if ";" in header and "," not in header else ","


def _of_columns(columns: Sequence[str]) -> Iterator[Problem]:
    for name in NEEDED:
        if name not in columns:
            yield problem_at("line 1", f"has no column {name!r}")
    for number, name in enumerate(columns):
        if name in columns[:number]:
            yield problem_at("line 1", f"has the column {name[:40]!r} twice")
        elif name not in COLUMNS:
            yield problem_at(f"line 1, column {number + 1}", f"is not known: use {', '.join(COLUMNS)}")


def _take(
    row: Sequence[str], columns: Sequence[str], line: int, costs: list[Cost], problems: list[Problem]
) -> None:
    if len(row) != len(columns):
        message = f"has {len(row)} cells, and the first line has {len(columns)}"
        problems.append(problem_at(f"line {line}", message))
        return
    try:
        costs.append(Cost.model_validate(_fields(dict(zip(columns, row, strict=True)))))
    except ValidationError as error:
        for one in problems_of(error):
            # In a table there are no fields in a field: the currency is a column of its own.
            column = one.field.removeprefix("amount.")
            place = f"line {line}, {column}" if column in COLUMNS else f"line {line}"
            problems.append(one.model_copy(update={"field": place}))


def _fields(cells: Cells) -> dict[str, Any]:
    tidy = {name: text.strip() if name in TIDY else text for name, text in cells.items()}
    fields: dict[str, Any] = {name: text for name, text in tidy.items() if text}
    money = {name: fields.pop(name) for name in ("amount", "currency") if name in fields}
    return {**fields, "amount": money}


def written(costs: Iterable[Cost]) -> str:
    """Return a table of costs."""
    target = io.StringIO(newline="")
    table = csv.writer(target)
    table.writerow(COLUMNS)
    for cost in costs:
        fields = cost.model_dump(mode="json", exclude={"amount"})
        fields |= {"amount": str(cost.amount.amount), "currency": cost.amount.currency}
        table.writerow([fields[name] for name in COLUMNS])
    return target.getvalue()
