"""What somebody wanted to do and may not: nothing is written of it but that it was refused."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from socialkit.publishing._database import Database
from socialkit.publishing._history import Author, note, remark
from socialkit.publishing._lease import Mine, find_row

__all__ = ["REFUSED", "note_refusal"]

REFUSED = "not authorised"
"""What the history calls it."""


def note_refusal(
    database: Database, mine: Mine, by: Author, detail: Mapping[str, JsonValue], *, of: str
) -> None:
    """Write down that something was refused, in the history of a delivery or of a whole brand.

    Args:
        database: The journal's.
        mine: Whose history it may be.
        by: Who wanted it, and when.
        detail: What they wanted.
        of: A delivery's id, or one of the places of `mine`.
    """
    if of in mine.places:
        with database.alone() as session:  # no row stands for a brand, so nothing else keeps two lines apart
            remark(session, of, by, REFUSED, detail)
        return
    with database.writing() as session:
        note(session, find_row(session, mine, of, database.dialect.for_update), by, REFUSED, detail)
