"""The history of cases: what was told of each, and the chain that proves it.

A line has two places. What it tells may name people and quote them, and lies in `case_events`, where it can
be let go. In the journal's history, chained and bound by anchors and exports, a line of the same number under
`case ID` holds digests of that, and of how the case stands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic import JsonValue

from socialkit.publishing._database import Session
from socialkit.publishing._history import AT_ONCE, Author, digest_of, remark

__all__ = ["CASE", "STANDS", "TOLD", "UNCHANGED", "CaseRow", "Detail", "chain_all", "note", "stands"]

CASE: Final = "case "
"""How the name begins under which the journal's history tells of a case."""
TOLD: Final = "told"
"""Under which name a line holds what each line tells, as digests by their numbers: its own, or anew."""
STANDS: Final = "case"
"""Under which name a line holds how the case stands, as a digest."""

NOTE: Final = "INSERT INTO case_events (case_id, number, at, actor, what, detail) VALUES (?, ?, ?, ?, ?, ?)"
RENOTE: Final = "UPDATE case_events SET detail = ? WHERE case_id = ? AND number = ?"
UNCHAINED: Final = """
SELECT case_id, number, at, actor, what, detail FROM case_events WHERE (case_id, number) > (?, ?)
ORDER BY case_id, number LIMIT ?
"""
_plain: Final = json.JSONEncoder(ensure_ascii=False).encode

Detail = Mapping[str, JsonValue]

UNCHANGED: Final[Mapping[int, str]] = {}
"""No line of a history tells anything else than before."""


class CaseRow(NamedTuple):
    """One case; times are microseconds since 1970."""

    id: str
    brand: str | None
    account: str
    conversation: str | None
    state: str
    assignee: str | None
    due_at: int | None
    version: int
    """How many lines its history has."""
    body: str


def stands(row: CaseRow) -> str:
    """Return a digest of how a case stands."""
    return digest_of(_plain(list(row)))


def note(
    session: Session, row: CaseRow, by: Author, what: str, detail: Detail, anew: Mapping[int, str] = UNCHANGED
) -> None:
    """Write down what became of a case; its row, which is written already, keeps two lines apart.

    Args:
        session: The transaction.
        row: How the case stands now.
        by: Who did it.
        what: What happened.
        detail: What the line tells.
        anew: What earlier lines tell from now on, by their numbers.
    """
    text = _plain(dict(detail))
    for number, other in anew.items():
        session.run(RENOTE, other, row.id, number)
    session.run(NOTE, row.id, row.version, by.at, by.actor, what, text)
    told: dict[str, JsonValue] = {
        str(number): digest_of(one) for number, one in {**anew, row.version: text}.items()
    }
    remark(session, CASE + row.id, by, what, {TOLD: told, STANDS: stands(row)})


def chain_all(session: Session) -> None:
    """Chain the histories of all cases as they are: those from before there was a chain."""
    last: tuple[Any, ...] = ("", 0)
    while lines := session.run(UNCHAINED, *last, AT_ONCE):
        for case, number, at, actor, what, detail in lines:
            said: dict[str, JsonValue] = {TOLD: {str(number): digest_of(detail)}}
            remark(session, CASE + case, Author(at, actor), what, said)
        last = lines[-1][:2]
