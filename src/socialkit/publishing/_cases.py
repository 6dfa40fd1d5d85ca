"""A desk's cases in the journal's database: each call is one transaction."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from socialkit.errors import JournalError
from socialkit.publishing._case_history import UNCHANGED, CaseRow, Detail, note
from socialkit.publishing._database import Database, Session, Value
from socialkit.publishing._history import Author, digest_of
from socialkit.publishing._lease import Mine
from socialkit.publishing._lookup import Table

__all__ = ["COLUMNS", "CaseBook", "CaseRow", "ChangedError", "Detail", "Intake", "change", "forgotten_name"]


CASES: Final = Table("cases", "case", CaseRow._fields, CaseRow)
COLUMNS: Final = ", ".join(CaseRow._fields)
ADD: Final = f"INSERT INTO cases ({COLUMNS}) VALUES ({', '.join('?' * len(CaseRow._fields))})"
CHANGE: Final = """
UPDATE cases SET conversation = ?, state = ?, assignee = ?, due_at = ?, version = version + 1, body = ?
WHERE id = ? AND version = ? RETURNING version
"""
CLAIM: Final = """
INSERT INTO case_messages (account, message, case_id) VALUES (?, ?, ?)
ON CONFLICT (account, message) DO NOTHING RETURNING message
"""
KNOWN: Final = "SELECT 1 FROM case_messages WHERE account = ? AND message IN (?, ?)"
FILLED: Final = "SELECT id FROM deliveries WHERE account = ? AND slot = ? ORDER BY id DESC LIMIT 1"


def forgotten_name(message: str) -> str:
    """Return by what a message is known that was forgotten: enough not to take it in again, and no more."""
    return f"forgotten {digest_of(message)}"


class ChangedError(JournalError):
    """Somebody else changed a case in the meantime; nothing was written."""


class Intake:
    """What came to one account, taken in one after the other by all processes."""

    def __init__(self, session: Session, account: str, now: int, actor: str | None) -> None:
        self._session = session
        self._account = account
        self._now = now
        self._actor = actor

    def claim(self, message: str, case: str) -> bool:
        """Return whether a message is new; it belongs to the case then."""
        if self._session.run(KNOWN, self._account, forgotten_name(message), ""):
            return False
        return bool(self._session.run(CLAIM, self._account, message, case))

    def talk(self, conversation: str) -> CaseRow | None:
        """Return the newest case of a conversation."""
        sql = f"SELECT {COLUMNS} FROM cases WHERE account = ? AND conversation = ? ORDER BY id DESC LIMIT 1"
        found = self._session.run(sql, self._account, conversation)
        return CaseRow(*found[0]) if found else None

    def add(self, row: CaseRow, detail: Detail) -> None:
        """Write down a new case."""
        self._session.run(ADD, *row)
        note(self._session, row, Author(self._now, self._actor), "opened", detail)

    def change(self, row: CaseRow, what: str, detail: Detail) -> CaseRow:
        """Write down what became of a case."""
        return change(self._session, row, Author(self._now, self._actor), what, detail)

    def read_until(self, moment: int) -> None:
        """Take note that everything up to a moment was read."""
        sql = "UPDATE inboxes SET read_until = ? WHERE account = ?"
        self._session.run(sql, moment, self._account)


class CaseBook:
    """Remembers cases.

    Args:
        database: The journal's.
        mine: Whose cases it may touch.
        actor: Who acts.
    """

    def __init__(self, database: Database, mine: Mine, actor: str | None) -> None:
        self._database = database
        self._mine = mine
        self._actor = actor

    @contextmanager
    def intake(self, account: str, now: int) -> Generator[Intake]:
        """Return what takes in messages to one account; no other process does so meanwhile."""
        with self._database.writing() as session:
            session.run("INSERT INTO inboxes (account) VALUES (?) ON CONFLICT (account) DO NOTHING", account)
            lock = self._database.dialect.for_update
            session.run(f"SELECT account FROM inboxes WHERE account = ?{lock}", account)
            yield Intake(session, account, now, self._actor)

    def unknown(self, account: str, messages: Sequence[str]) -> set[str]:
        """Return which of some messages no case has."""
        with self._database.reading() as session:
            return {
                message
                for message in messages
                if not session.run(KNOWN, account, message, forgotten_name(message))
            }

    def read_until(self, account: str) -> int | None:
        """Return up to when an account's inbox was read; None: never."""
        with self._database.reading() as session:
            found = session.run("SELECT read_until FROM inboxes WHERE account = ?", account)
        return found[0][0] if found else None

    def get(self, case: str) -> CaseRow:
        """Return a case.

        Raises:
            JournalError: There is none, or not for these accounts.
        """
        with self._database.reading() as session:
            return CASES.find(session, self._mine.clause(), case)

    def page(self, wanted: Mapping[str, Value], after: str, limit: int) -> list[CaseRow]:
        """Return cases by some of their columns, in the order in which they were opened."""
        with self._database.reading() as session:
            return CASES.page(session, self._mine.clause(), wanted, after, limit)

    def change(self, row: CaseRow, now: int, what: str, detail: Detail) -> CaseRow:
        """Write down what became of a case.

        Raises:
            ChangedError: Somebody else changed it in the meantime.
        """
        with self._database.writing() as session:
            return change(session, row, Author(now, self._actor), what, detail)

    def filled(self, account: str, slot: str) -> str | None:
        """Return the delivery that was planned for a slot, if there is one."""
        with self._database.reading() as session:
            found = session.run(FILLED, account, slot)
        return str(found[0][0]) if found else None

    def history(self, case: str) -> list[tuple[Any, ...]]:
        """Return what happened to a case: number, time, who, what, detail."""
        sql = "SELECT number, at, actor, what, detail FROM case_events WHERE case_id = ? ORDER BY number"
        with self._database.reading() as session:
            return session.run(sql, case)


def change(
    session: Session, row: CaseRow, by: Author, what: str, detail: Detail, anew: Mapping[int, str] = UNCHANGED
) -> CaseRow:
    """Write down what became of a case; `anew` is what earlier lines of its history tell from now on.

    Raises:
        ChangedError: Somebody else changed it in the meantime.
    """
    values = row.conversation, row.state, row.assignee, row.due_at, row.body, row.id, row.version
    if not session.run(CHANGE, *values):
        message = f"somebody else changed case {row.id} in the meantime: look at it again"
        raise ChangedError(message)
    changed = row._replace(version=row.version + 1)
    note(session, changed, by, what, detail, anew)
    return changed
