"""How a database gets the tables of this version, whatever version they are of."""

from __future__ import annotations

from typing import Final

from socialkit.publishing._database import Database, Session, UnusableError
from socialkit.publishing._schema import MIGRATIONS, VERSION

__all__ = ["prepare", "version_of"]

KNOWN: Final = "SELECT value FROM meta WHERE name = 'schema'"


def prepare(database: Database) -> None:
    """Bring a database to this version's tables.

    Raises:
        JournalError: It was written by a newer socialkit, or altered so that nobody can tell.
    """
    with database.reading() as session:
        if version_of(database, session) == VERSION:
            return
    with database.alone() as session:
        version = version_of(database, session)  # another process may have been quicker
        if version == 0:
            session.run("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
            session.run("INSERT INTO meta VALUES ('schema', '0')")
        for script in MIGRATIONS[version:]:
            if not isinstance(script, str):
                script(session)
                continue
            for statement in script.format(serial=database.dialect.serial).split(";"):
                session.run(statement)
        session.run("UPDATE meta SET value = ? WHERE name = 'schema'", str(VERSION))


def version_of(database: Database, session: Session) -> int:
    """Return the schema's version; 0 where there is none yet."""
    if not session.run(database.dialect.known):
        return 0
    rows = session.run(KNOWN)
    known = str(rows[0][0]) if rows else "none"
    if not known.isdecimal():
        message = f"the journal's schema cannot be read: its table meta was altered and says {known!r}"
        raise UnusableError(message)
    version = int(known)
    if version > VERSION:
        message = f"the journal has schema {version}, and this socialkit knows {VERSION}: install a newer one"
        raise UnusableError(message)
    return version
