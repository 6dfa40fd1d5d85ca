"""`socialkit report`: one page about a brand and a period, in the terms of its reader."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, get_args

import typer

from socialkit.cli._answers import Answer, Item
from socialkit.cli._command import READS, command
from socialkit.cli._completing import brands
from socialkit.cli._exits import Exit
from socialkit.cli._options import require_place
from socialkit.cli._session import Session

if TYPE_CHECKING:
    from socialkit.models import Period
    from socialkit.publishing import Journal
    from socialkit.reports import Report
    from socialkit.reports._readers import Reader
    from socialkit.workspace import Brand

__all__ = ["add_report"]

WIDTH: Final = 80
WIDEST: Final = 120
NARROWEST: Final = 40


def add_report(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "report", *READS, "journal")(report)


def report(
    session: Session,
    brand: Annotated[str, typer.Argument(metavar="BRAND", autocompletion=brands, help="Whose report.")],
    *,
    month: Annotated[
        str | None, typer.Option("--month", metavar="YYYY-MM", help="The month; this one if not given.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first day.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day.")] = None,
    reader: Annotated[
        str,
        typer.Option(
            "--reader", help="For whom: marketing director, communications director, HR, general management."
        ),
    ] = "general management",
    html: Annotated[
        Path | None, typer.Option("--html", dir_okay=False, help="Write it to this file, too.")
    ] = None,
) -> Answer:
    """Read the numbers of a brand as they are now, and write its report with what the journal knows."""
    if html is not None:
        require_place(html)
    with session.load() as workspace, session.remembering(reads=True) as journal:
        one = workspace.brand(brand)
        period = _period(one, workspace.now().date(), month, first, last)
        page, failed = _page(one, period, _reader(reader), journal, workspace.now())
    if html is not None and not session.dry_run:
        page.to_html(html)
    item: Item = {
        "brand": brand,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "zone": period.zone,
        "reader": reader,
        "text": page.to_text(WIDTH),
        "html": None if html is None else str(html),
    }
    written = [] if html is None else [f"{'would be' if session.dry_run else 'is'} written to {html}"]
    ended = Exit.FAILED if failed else Exit.DONE
    return Answer(items=[item], text=page.to_text(_width()), failed=failed, said=written, exit=ended)


def _page(
    brand: Brand, period: Period, reader: Reader, journal: Journal, now: datetime
) -> tuple[Report, Mapping[str, Exception]]:
    """Return the report, and what could not be read of it by account."""
    from socialkit.collect import observations
    from socialkit.metrics import Table
    from socialkit.reports import Report

    collected = observations(brand, journal)
    table = Table(collected.observations)
    failed = {f"{account} ({part})": error for (account, part), error in collected.failed().items()}
    return Report(brand, period, reader=reader, table=table, journal=journal, now=now), failed


def _width() -> int:
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH
    return max(NARROWEST, min(columns, WIDEST))


def _reader(name: str) -> Reader:
    from socialkit.reports._readers import Reader

    known: tuple[Reader, ...] = get_args(Reader)
    for one in known:
        if one == name:
            return one
    message = f"{name[:40]!r} is none of {', '.join(known)}"
    raise typer.BadParameter(message, param_hint="--reader")


def _period(brand: Brand, today: date, month: str | None, first: str | None, last: str | None) -> Period:
    from socialkit.models import Period

    try:
        if first is not None and last is not None and month is None:
            return Period(first, last, zone=brand.zone)
        if first is None and last is None:
            year, _, number = (month or f"{today:%Y-%m}").partition("-")
            return Period.month(int(year), int(number), zone=brand.zone)
    except ValueError:
        message = "write a month as 2026-11, and days as 2026-11-01"
    else:
        message = "say --month, or both --from and --to"
    raise typer.BadParameter(message, param_hint="--month")
