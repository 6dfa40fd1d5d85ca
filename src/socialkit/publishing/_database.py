"""What the journal asks of a database: transactions, and a handful of words that differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from socialkit.errors import JournalError

__all__ = ["Database", "Dialect", "Session", "UnusableError", "Value"]

Value = str | int | float | bool | None


class UnusableError(JournalError):
    """The journal itself cannot be read or written: nothing that it holds has refused anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The words of a database that others say in another way; empty where it has no need of them."""

    serial: str
    """How a column is declared that counts up by itself."""
    known: str
    """Asks whether the table `meta` is there."""
    skip_locked: str = ""
    """Keeps rows for the transaction, passing over those that another worker is about to take."""
    for_update: str = ""
    """Keeps a row for the transaction."""


class Session(Protocol):
    """One transaction."""

    def run(self, sql: str, *values: Value) -> list[tuple[Any, ...]]:
        """Run a statement with `?` in the place of values, and return its rows."""
        ...

    def many(self, sql: str, rows: Iterable[Sequence[Value]]) -> int:
        """Run a statement once for each row, and return how many rows were written."""
        ...


class Database(Protocol):
    """One database, shared by threads."""

    settled: int
    """The line of the history before which no other one can still come."""

    @property
    def dialect(self) -> Dialect:
        """Its own words."""
        ...

    def writing(self, *, flushed: bool = True) -> AbstractContextManager[Session]:
        """Return a transaction that writes: all of it lasts when it ends well, none of it otherwise.

        Args:
            flushed: Whether it outlasts a loss of power from its end on. One that does not is behind the
                next one that does; only what a look on the platform finds out again may wait for that.
        """
        ...

    def alone(self) -> AbstractContextManager[Session]:
        """Return a transaction that writes, and during which no other one does, in any process."""
        ...

    def reading(self) -> AbstractContextManager[Session]:
        """Return a transaction that reads, all of it as it was at one moment."""
        ...

    def close(self) -> None:
        """Give back the connections."""
        ...
