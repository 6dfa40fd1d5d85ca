"""Costs in a table that a spreadsheet writes: read with every problem and its line, and written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import ValidationError

from socialkit.campaign._cost import Cost
from socialkit.models import Problem
from socialkit.models._inert import inert
from socialkit.models._sheet import Cells, Sheet, problems_in

__all__ = ["read", "written"]

NEEDED: Final = ("day", "amount", "currency", "kind")
COLUMNS: Final = (*NEEDED, "brand", "campaign", "platform", "account", "post", "note")
TIDY: Final = frozenset({*NEEDED, "campaign", "platform"})
"""The columns in which blanks around a value mean nothing."""

SHEET: Final = Sheet(NEEDED, COLUMNS, TIDY)


def read(text: str) -> tuple[list[Cost], list[Problem]]:
    """Return the costs in a table, and what is wrong with the others."""
    costs: list[Cost] = []

    def take(line: int, cells: Cells) -> Iterator[Problem]:
        try:
            costs.append(Cost.model_validate(_fields(cells)))
        except ValidationError as error:
            yield from problems_in(error, line, COLUMNS)

    problems = list(SHEET.problems(text, take))
    return costs, problems


def _fields(cells: Cells) -> dict[str, Any]:
    fields: dict[str, Any] = {name: text for name, text in cells.items() if text}
    money = {name: fields.pop(name) for name in ("amount", "currency") if name in fields}
    return {**fields, "amount": money}


def written(costs: Iterable[Cost]) -> str:
    """Return a table of costs."""
    target = io.StringIO(newline="")
    table = csv.writer(target)
    table.writerow(COLUMNS)
    for cost in costs:
        given = cost.model_dump(mode="json", exclude={"amount"}, exclude_none=True)
        fields = {name: inert(text) for name, text in given.items()}
        fields |= {"amount": str(cost.amount.amount), "currency": cost.amount.currency}
        table.writerow([fields.get(name, "") for name in COLUMNS])
    return target.getvalue()
