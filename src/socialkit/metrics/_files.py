"""Tables in files: CSV and JSON lines by Python itself, Parquet by a library of frames."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from socialkit.errors import ConfigurationError
from socialkit.metrics._answers import Row
from socialkit.metrics._columns import COLUMNS, Values
from socialkit.models._inert import inert, restored

__all__ = ["read_rows", "write_rows"]

EMPTY: Final = frozenset({"native", "breakdown"})
"""Texts that may be empty; elsewhere nothing between two commas means that there is no value."""


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a file.

    Raises:
        ConfigurationError: There is no such file, its ending is unknown, or a line is no observation.
    """
    rows = _read(path)
    if isinstance(rows, ConfigurationError):
        raise rows
    return rows


def _read(path: Path) -> list[Row] | ConfigurationError:
    """Return the rows, or what to raise where nothing is at hand that the file holds: see `Document`."""
    try:
        return [_row(values, path, number) for number, values in _form(path, READERS)(path)]
    except ConfigurationError as error:
        return error.with_traceback(None)
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        return ConfigurationError(f"{path.name} cannot be read: {error}")


def _row(values: Mapping[str, Any], path: Path, number: int) -> Row:
    if unknown := values.keys() - set(COLUMNS):
        message = f"{path.name}, line {number}: there is no column {min(unknown)!r}"
        raise ConfigurationError(message)
    try:
        return Row.of_columns({"tags": None, **values})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "row"
        message = f"{path.name}, line {number}: {place}: {first['msg']}"
    raise ConfigurationError(message)


def _read_csv(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restkey="(more)", strict=True)
        for place, name in enumerate(reader.fieldnames or (), 1):
            if name not in COLUMNS:
                message = f"{path.name}, line 1: column {place} is none of a table's: {', '.join(COLUMNS)}"
                raise ConfigurationError(message)
        for values in reader:
            yield (
                reader.line_num,
                {name: _cell(value) for name, value in values.items() if value or name in EMPTY},
            )


def _cell(value: object) -> object:
    return restored(value) if isinstance(value, str) else value  # cells beyond the columns are a list


def _read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                values = json.loads(line)
                yield number, values if isinstance(values, dict) else {"(no object)": values}


def write_rows(values: Values, path: Path) -> None:
    """Write columns to a file.

    Raises:
        ConfigurationError: The ending is unknown, or the file cannot be written.
    """
    writer = _form(path, WRITERS)
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer(values, file)
    except OSError as error:
        message = f"{path.name} cannot be written: {error.strerror}"
        raise ConfigurationError(message) from error


def _write_csv(values: Values, file: Any) -> None:
    writer = csv.writer(file)  # ends lines so that a carriage return in a text is quoted
    writer.writerow(COLUMNS)
    for row in _tuples(values):
        writer.writerow([inert(one) if isinstance(one, str) else one for one in row])


def _write_lines(values: Values, file: Any) -> None:
    for row in _tuples(values):
        given = {name: one for name, one in zip(COLUMNS, row, strict=True) if one is not None}
        file.write(json.dumps(given, ensure_ascii=False) + "\n")


def _tuples(values: Values) -> Iterator[tuple[Any, ...]]:
    for row in zip(*(values[name] for name in COLUMNS), strict=True):
        yield tuple(one.isoformat() if isinstance(one, datetime) else one for one in row)


READERS: Final = {".csv": _read_csv, ".jsonl": _read_lines, ".ndjson": _read_lines}
WRITERS: Final = {".csv": _write_csv, ".jsonl": _write_lines, ".ndjson": _write_lines}


def _form(path: Path, forms: Mapping[str, Callable[..., Any]]) -> Callable[..., Any]:
    try:
        return forms[path.suffix.lower()]
    except KeyError:
        message = f"{path.name} has no ending that is known: {', '.join([*forms, '.parquet'])}"
        raise ConfigurationError(message) from None
