"""Finding things in the journal that are some accounts' alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from socialkit.errors import JournalError
from socialkit.publishing._database import Session, Value

__all__ = ["Table", "Whose"]

RowT = TypeVar("RowT")

Whose = tuple[str, tuple[Value, ...]]
"""A condition, with its values, that holds for some accounts' rows alone."""


@dataclass(frozen=True, slots=True)
class Table(Generic[RowT]):
    """Rows with an id that grows, and with the account and the brand whose they are."""

    name: str
    noun: str
    """What a row is, in messages."""
    columns: Sequence[str]
    read: Callable[..., RowT]
    """Makes a row of its columns."""

    def find(self, session: Session, whose: Whose, key: str, lock: str = "") -> RowT:
        """Return one row.

        Raises:
            JournalError: There is none, or not for these accounts.
        """
        found = self._select(session, whose, "id = ?", (key,), lock)
        if not found:
            message = f"there is no {self.noun} {key}, or not for these accounts"
            raise JournalError(message)
        return found[0]

    def page(
        self, session: Session, whose: Whose, wanted: Mapping[str, Value], after: str, limit: int
    ) -> list[RowT]:
        """Return rows by some of their columns, in the order of their ids; None asks for any value."""
        given = {name: value for name, value in wanted.items() if value is not None}
        conditions = " AND ".join(["id > ?", *(f"{name} = ?" for name in given)])
        return self._select(
            session, whose, conditions, (after, *given.values(), limit), " ORDER BY id LIMIT ?"
        )

    def _select(
        self, session: Session, whose: Whose, conditions: str, values: tuple[Value, ...], rest: str
    ) -> list[RowT]:
        condition, owners = whose
        sql = f"SELECT {', '.join(self.columns)} FROM {self.name} WHERE {condition} AND {conditions}{rest}"
        found: list[tuple[Any, ...]] = session.run(sql, *owners, *values)
        return [self.read(*one) for one in found]
