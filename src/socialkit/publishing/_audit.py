"""Who did what for which brand, and by which authority: the histories of deliveries and cases, by time."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any, Final, Literal

from pydantic import JsonValue

from socialkit.errors import ConfigurationError
from socialkit.models import AwareTime, Model, OpenEnum, require_aware
from socialkit.models._inert import inert
from socialkit.models._people import person
from socialkit.platforms.base import of_type
from socialkit.publishing._database import Database, Value
from socialkit.publishing._history import AT_ONCE, AUTHORITY, THE_JOURNAL
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._rows import UNREADABLE, AlteredError, from_micros, to_micros

__all__ = ["AuditForm", "AuditLine", "AuditSubject", "audit", "write_audit"]

AuditForm = Literal["jsonl", "csv"]
"""How an audit is written: a line of JSON for each of its lines, or a table for a spreadsheet."""

LINES: Final = """
SELECT at, kind, id, number, actor, what, state, detail, digest, brand, account FROM (
    SELECT events.at, 'delivery' AS kind, events.delivery AS id, events.number, events.actor, events.what,
        events.state, events.detail, events.digest, deliveries.brand, deliveries.account
    FROM events LEFT JOIN deliveries ON deliveries.id = events.delivery
    WHERE substr(events.delivery, 1, 5) <> 'case '
    UNION ALL
    SELECT case_events.at, 'case' AS kind, case_events.case_id AS id, case_events.number, case_events.actor,
        case_events.what, '' AS state, case_events.detail, chained.digest, cases.brand, cases.account
    FROM case_events LEFT JOIN cases ON cases.id = case_events.case_id
    LEFT JOIN events AS chained
        ON chained.delivery = 'case ' || case_events.case_id AND chained.number = case_events.number
) AS lines WHERE (at, kind, id, number) > (?, ?, ?, ?){conditions} ORDER BY at, kind, id, number LIMIT ?
"""
WHOSE: Final = " AND (brand = ? OR id = ? OR substr(id, 1, ?) = ?)"
"""A brand's deliveries and cases; what concerns all of it; what concerns one account of it."""
FIRST: Final = (-(1 << 62), "", "", 0)
REASONS: Final = ("because", "note", "reason")
"""Under which names a line tells why."""


class AuditSubject(OpenEnum):
    """What a line of an audit is about."""

    DELIVERY = "delivery"
    CASE = "case"
    BRAND = "brand"
    """All of a brand, such as a freeze."""
    ACCOUNT = "account"
    """All of an account."""
    JOURNAL = "journal"
    """The journal as a whole: its anchors."""


class AuditLine(Model):
    """One thing that somebody did.

    Example:
        >>> from socialkit import Journal, Publisher, Sandbox
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     acme = world.workspace(acme=["mastodon"]).brand("acme")
        ...     planned = Publisher(acme, journal, actor="maria").plan("Hello", to="mastodon")
        ...     [(line.actor, line.what, line.account) for line in journal.audit(brand="acme")]
        [('maria', 'planned', 'acme/mastodon/main')]
    """

    at: AwareTime
    actor: str | None = None
    """Who did it; None where nobody was named, as workers may be."""
    brand: str | None = None
    account: str | None = None
    """The account's key."""
    subject: AuditSubject
    id: str
    """The id of the delivery or case; of a brand or an account its key."""
    number: int
    """Its place in the history of its subject."""
    what: str
    """What happened, such as `approved`, `frozen`, `assigned` or `not authorised`."""
    state: DeliveryState | None = None
    """A delivery's state after it."""
    because: str | None = None
    """Why, where somebody said."""
    authority: str | None = None
    """The ruling that let them, or did not; None where no `Authority` was asked."""
    detail: Mapping[str, JsonValue] = {}
    """All that the line tells."""
    digest: str | None = None
    """Chains the line to the one before it; None where the chain does not know it, which `verify` tells."""


COLUMNS: Final = tuple(AuditLine.model_fields)


def audit(
    database: Database,
    *,
    brand: str | None,
    actor: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Iterator[AuditLine]:
    """Return what happened, by time; what is asked for wrongly is refused here, and not at the first line."""
    who = None if actor is None else person(of_type(actor, str, "actor"))
    found = _lines(database, who, *_conditions(brand, since, until))
    # The database goes by how names of histories begin: "acme/x" is no brand, though accounts' begin so.
    return found if brand is None else (line for line in found if line.brand == brand)


def _lines(
    database: Database, who: str | None, conditions: str, values: tuple[Value, ...]
) -> Iterator[AuditLine]:
    last = FIRST
    while True:
        with database.reading() as session:
            found = session.run(LINES.format(conditions=conditions), *last, *values, AT_ONCE)
        for row in found:
            if who is None or person(row[4]) == who:
                yield _line(row)
        if len(found) < AT_ONCE:
            return
        last = found[-1][:4]


def _conditions(
    brand: str | None, since: datetime | None, until: datetime | None
) -> tuple[str, tuple[Value, ...]]:
    sql, values = "", list[Value]()
    if brand is not None:
        account = f"account {of_type(brand, str, 'brand')}/"
        sql, values = WHOSE, [brand, f"brand {brand}", len(account), account]
    if since is not None:
        sql += " AND at >= ?"
        values.append(_moment(since, "since"))
    if until is not None:
        sql += " AND at < ?"
        values.append(_moment(until, "until"))
    return sql, tuple(values)


def _moment(time: datetime, name: str) -> int:
    return to_micros(require_aware(of_type(time, datetime, name), name))


def _line(row: tuple[Any, ...]) -> AuditLine:
    at, kind, name, number, actor, what, state, text, digest, brand, account = row
    try:
        detail: dict[str, JsonValue] = json.loads(text)
        subject, key, place = _subject(kind, name)
        return AuditLine(
            at=from_micros(at),
            actor=actor,
            brand=place.get("brand", brand),
            account=place.get("account", account),
            subject=subject,
            id=key,
            number=number,
            what=what,
            state=DeliveryState(state) if state else None,
            because=_text(detail, *REASONS),
            authority=_text(detail, AUTHORITY),
            detail=detail,
            digest=digest,
        )
    except (*UNREADABLE, AttributeError) as error:
        message = f"line {number} of the history of {name} cannot be read: the journal was altered"
        raise AlteredError(message) from error


def _subject(kind: str, name: str) -> tuple[AuditSubject, str, dict[str, str]]:
    """Return what a history is of, its key, and whose it is where no row says so."""
    word, _, key = name.partition(" ")
    if name == THE_JOURNAL:
        return AuditSubject.JOURNAL, name, {}
    if word == "brand" and key:
        return AuditSubject.BRAND, key, {"brand": key}
    if word == "account" and key:
        brand, _, rest = key.partition("/")
        # One that is in no brand has nothing between two slashes.
        of = {} if not rest or rest.startswith("/") else {"brand": brand}
        return AuditSubject.ACCOUNT, key, {"account": key, **of}
    return AuditSubject(kind), name, {}


def _text(detail: Mapping[str, JsonValue], *names: str) -> str | None:
    return next((one for one in map(detail.get, names) if isinstance(one, str)), None)


def write_audit(lines: Iterable[AuditLine], file: IO[str], form: str) -> int:
    """Write an audit, and return how many lines it has."""
    if form == "jsonl":
        return sum(_written(line, file) for line in lines)
    if form != "csv":
        message = f"form={form!r} is neither 'jsonl' nor 'csv'"
        raise ConfigurationError(message)
    table = csv.writer(file)
    table.writerow(COLUMNS)
    return sum(1 for line in lines if table.writerow(_cells(line)))


def _written(line: AuditLine, file: IO[str]) -> int:
    file.write(json.dumps(line.model_dump(mode="json"), ensure_ascii=False) + "\n")
    return 1


def _cells(line: AuditLine) -> list[str]:
    fields = line.model_dump(mode="json")
    fields["detail"] = json.dumps(fields["detail"], ensure_ascii=False, sort_keys=True)
    # What people write into a reason must not run in the spreadsheet of whoever reads it.
    return ["" if fields[name] is None else inert(str(fields[name])) for name in COLUMNS]
