"""`socialkit health`: of every account one line, whether it can be used, until when, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from socialkit.cli._answers import Answer, Column, Item, of
from socialkit.cli._command import READS, command
from socialkit.cli._exits import Exit
from socialkit.cli._login import logins
from socialkit.cli._options import require_place
from socialkit.cli._session import Session

__all__ = ["add_health"]

VALID: Final = "valid"
LOGIN_MENDS: Final = frozenset({"wrong account", "revoked", "not set up", "expiring", "missing scope"})
COLUMNS: Final = (
    Column("account", of("account")),
    Column("handle", of("handle")),
    Column("state", of("state")),
    Column("last safe day", of("last_safe_day"), whole=True),
    Column("what", of("because")),
)


def add_health(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "health", *READS)(health)


def health(
    session: Session,
    *,
    ical: Annotated[
        Path | None,
        typer.Option("--ical", dir_okay=False, help="Write the days to log in again to this calendar."),
    ] = None,
) -> Answer:
    """Ask every account whether it can be used, the most urgent first.

    It ends with 1 where somebody has to do something.
    """
    from socialkit.models._document import replace_file

    if ical is not None:
        require_place(ical)
    with session.load() as workspace:
        lines = workspace.health()
    if ical is not None and not session.dry_run:
        replace_file(ical, lines.expiries().to_ical().encode())
    known = logins(session)
    rows = [{**row, "login": _login(row, known)} for row in lines.rows()]
    ended = Exit.DONE if all(row["state"] == VALID for row in rows) else Exit.FAILED
    said = [] if ical is None else [f"{'would be' if session.dry_run else 'is'} written to {ical}"]
    return Answer(items=rows, columns=COLUMNS, entry=_where, exit=ended, said=said)


def _login(row: Mapping[str, str | None], known: Mapping[str, str]) -> str | None:
    """Return the command that mends it; None where no login would."""
    return known.get(row["account"] or "") if row["state"] in LOGIN_MENDS else None


def _where(item: Item) -> tuple[str, Sequence[str]] | None:
    """Return what somebody has to run, or where they have to go."""
    if item["login"]:
        return f"{item['account']}: run", [str(item["login"])]
    return (f"{item['account']}: go to", [str(item["link"])]) if item["link"] else None
