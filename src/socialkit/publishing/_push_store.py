"""What was pushed already, in the journal's database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from socialkit.publishing._journal import Journal
from socialkit.publishing._rows import to_micros

__all__ = ["JournalPushStore", "PushClaim"]

KEPT: Final = timedelta(days=7)
"""How long a push is remembered: platforms repeat for three days at most."""

CLAIM: Final = """
INSERT INTO pushes (name, claimed_at, open_until) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET claimed_at = excluded.claimed_at, open_until = excluded.open_until
WHERE pushes.open_until <= excluded.claimed_at RETURNING name
"""
OTHERS: Final = "SELECT name FROM pushes WHERE name = ? AND open_until IS NOT NULL"
SETTLE: Final = "UPDATE pushes SET open_until = NULL WHERE name = ?"
RELEASE: Final = "DELETE FROM pushes WHERE name = ? AND open_until IS NOT NULL"
FORGET: Final = "DELETE FROM pushes WHERE claimed_at < ?"


class PushClaim(NamedTuple):
    """Whose some pushes are.

    Example:
        >>> PushClaim(new=frozenset({"a"}), others=frozenset()).new
        frozenset({'a'})
    """

    new: frozenset[str]
    """Those that are the caller's now."""
    others: frozenset[str]
    """Those that somebody else took and has not settled: nobody knows yet whether they are stored."""


class JournalPushStore:
    """Remembers in a journal's database what was pushed, for processes on any number of machines.

    Args:
        journal: The journal, in SQLite or PostgreSQL; it stays the caller's to close.

    Example:
        >>> from datetime import UTC
        >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
        >>> with Journal.open("sqlite://") as journal:
        ...     store = JournalPushStore(journal)
        ...     for _ in range(2):
        ...         claim = store.claim(["a"], noon, noon + timedelta(minutes=1))
        ...         sorted(claim.new), sorted(claim.others)
        (['a'], [])
        ([], ['a'])
    """

    def __init__(self, journal: Journal) -> None:
        self._database = journal.database

    def claim(self, keys: Sequence[str], now: datetime, until: datetime, /) -> PushClaim:
        """Return which of some keys are new; they are the caller's then.

        Raises:
            JournalError: The database cannot be written.
        """
        with self._database.writing() as session:
            session.run(FORGET, to_micros(now - KEPT))
            # In order, so that two processes never wait for each other.
            claims = [session.run(CLAIM, key, to_micros(now), to_micros(until)) for key in sorted(keys)]
            new = frozenset(str(row[0]) for rows in claims for row in rows)
            rest = [session.run(OTHERS, key) for key in keys if key not in new]
        return PushClaim(new, frozenset(str(row[0]) for rows in rest for row in rows))

    def settle(self, keys: Sequence[str], /) -> None:
        """Take note that what was claimed is done.

        Raises:
            JournalError: The database cannot be written.
        """
        self._each(SETTLE, keys)

    def release(self, keys: Sequence[str], /) -> None:
        """Give back what was claimed and is not done.

        Raises:
            JournalError: The database cannot be written.
        """
        self._each(RELEASE, keys)

    def _each(self, sql: str, keys: Sequence[str]) -> None:
        with self._database.writing() as session:
            for key in sorted(keys):
                session.run(sql, key)

    def __repr__(self) -> str:
        return "JournalPushStore()"
