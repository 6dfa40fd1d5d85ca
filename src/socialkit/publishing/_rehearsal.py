"""A journal in which everything is tried as it would be, and nothing stays: for whoever only looks."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

from socialkit.publishing._database import Database, Dialect, Session, UnusableError
from socialkit.publishing._journal import Journal, database_at
from socialkit.publishing._media_store import FolderMediaStore
from socialkit.publishing._preparing import version_of
from socialkit.publishing._schema import VERSION
from socialkit.transport import Secret

__all__ = ["rehearsal"]

IN_MEMORY = "sqlite://"


class _UndoneError(Exception):
    """Ends a transaction so that nothing of it stays."""


class _Rehearsed:
    """A database of which everything is read, and in which each transaction that writes is undone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.settled = database.settled

    @property
    def dialect(self) -> Dialect:
        """Its own words."""
        return self._database.dialect

    @contextmanager
    def writing(self, *, flushed: bool = True) -> Generator[Session]:
        """Return a transaction that writes, until it ends."""
        with suppress(_UndoneError), self._database.writing(flushed=flushed) as session:
            yield session
            raise _UndoneError

    @contextmanager
    def alone(self) -> Generator[Session]:
        """Return a transaction that writes, until it ends, and during which no other one does."""
        with suppress(_UndoneError), self._database.alone() as session:
            yield session
            raise _UndoneError

    def reading(self) -> AbstractContextManager[Session]:
        """Return a transaction that reads."""
        return self._database.reading()

    def close(self) -> None:
        """Give back the connections."""
        self._database.close()


@contextmanager
def rehearsal(url: str) -> Generator[Journal]:
    """Open a journal to look what would happen: what is written there is checked as ever, and undone.

    Where there is none yet it is one in memory, and none is made.

    Args:
        url: As for `Journal.open`.

    Raises:
        ConfigurationError: The address is of no kind that is known, or its library is not installed.
        JournalError: The journal cannot be used, or is of another version of socialkit.
    """
    address = Secret(url)
    del url  # what reports an error with all variables would show the password
    database, path, media = database_at(address)
    with ExitStack() as stack:
        stack.callback(database.close)
        if path is not None:
            media = FolderMediaStore(stack.enter_context(tempfile.TemporaryDirectory()))
            if not path.exists() and path.parent.is_dir():
                yield stack.enter_context(Journal.open(IN_MEMORY, media=media))
                return
        with database.reading() as session:
            version = version_of(database, session)
        if version == VERSION:
            yield Journal(_Rehearsed(database), media)
            return
        if version:
            message = f"the journal has schema {version}: whatever writes there first brings it to {VERSION}"
            raise UnusableError(message)
        yield stack.enter_context(Journal.open(IN_MEMORY, media=media))
