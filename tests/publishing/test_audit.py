"""An audit that a client may see: all that was done for them, by whose authority, and nobody else's."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

import socialkit as sk
from socialkit.models._inert import restored
from socialkit.publishing import AuditLine, AuditSubject, Journal
from tests.publishing.places import Place
from tests.publishing.stage import HOURS, one
from tests.support import settle

TABLE = sk.Authority(
    team=[
        sk.TeamMember(actor="sam", roles=["intern"]),
        sk.TeamMember(actor="maria", roles=["manager"]),
    ],
    lines=[
        sk.AuthorityLine(roles=["intern"], actions=[sk.Action.PUBLISH], permission=sk.Permission.ASK),
        sk.AuthorityLine(roles=["manager"], permission=sk.Permission.YES),
    ],
)


class Office:
    """Two brands, one journal, and a table of authority."""

    def __init__(self, world: sk.Sandbox, journal: Journal, *, blocking: bool) -> None:
        self.world = world
        self.journal = journal
        self._blocking = blocking
        self._workspace = world.workspace(acme=["mastodon"], other=["mastodon"])

    def publisher(self, actor: str, brand: str) -> Any:
        kind: Any = sk.Publisher if self._blocking else sk.AsyncPublisher
        return kind(self._workspace.brand(brand), self.journal, actor=actor, authority=TABLE)

    def desk(self, actor: str, brand: str) -> Any:
        router = sk.Router(default=sk.RoutingRule(key="rest", department="shop"))
        kind: Any = sk.Desk if self._blocking else sk.AsyncDesk
        accounts = self._workspace.brand(brand)
        return kind(accounts, self.journal, router=router, actor=actor, authority=TABLE)

    async def work(self) -> datetime:
        """Have a day's work done for both brands, and return when the second part of it began."""
        for brand in ("acme", "other"):
            theirs = await one(self.publisher("sam", brand).plan(f"Soup of {brand}", to="mastodon"))
            boss = self.publisher("maria", brand)
            await settle(boss.approve(theirs, note='=HYPERLINK("https://evil.example")'))
            freeze = await settle(boss.freeze(sk.Scope(), reason="recall"))
            with pytest.raises(sk.NotAuthorisedError):
                await settle(self.publisher("sam", brand).thaw(freeze, backlog="hold"))
        self.world.clock.advance(HOURS)
        middle = self.world.clock.now()
        for brand in ("acme", "other"):
            account = self._workspace.brand(brand).account("mastodon")
            self.world.receive("mastodon", text="Where is my order?", account=account)
            (case,) = await settle(self.desk("maria", brand).sweep())
            with pytest.raises(sk.NotAuthorisedError):
                await settle(self.desk("sam", brand).close(case))
            await settle(self.desk("maria", brand).close(case, note="told by phone"))
        return middle


@pytest.fixture(params=["sqlite_place", "postgres_place"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    place: Place = request.getfixturevalue(request.param)
    with sk.Sandbox(seed=7) as world:  # an audit is read in one way: each mode writes one of the two
        yield Office(world, place.journal(), blocking=request.param == "sqlite_place")


def told(lines: list[AuditLine]) -> list[tuple[str | None, str, str, str | None]]:
    """Return who did what with what, and the line of the table that decided."""
    return [
        (line.actor, line.subject.value, line.what, (line.authority or "").rpartition(", ")[2] or None)
        for line in lines
    ]


async def test_an_audit_tells_one_brands_story_with_the_authority_for_each_step(office: Office) -> None:
    middle = await office.work()
    lines = list(office.journal.audit(brand="acme"))
    told_of = set(told(lines))

    assert {line.brand for line in lines} == {"acme"}
    assert told_of >= {
        ("sam", "delivery", "proposed", "lines[0] decides"),
        ("maria", "delivery", "approved", "lines[1] decides"),
        ("maria", "brand", "frozen", "lines[1] decides"),
        ("sam", "brand", "not authorised", "the default decides"),
        ("maria", "case", "closed", "lines[1] decides"),
        ("maria", "case", "opened", None),
    }
    refused = [line.detail["action"] for line in lines if line.what == "not authorised"]
    assert refused == ["thaw", "close"]
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert {line.because for line in lines if line.subject is AuditSubject.CASE} == {None, "told by phone"}
    late = list(office.journal.audit(brand="acme", since=middle))
    assert late + list(office.journal.audit(brand="acme", until=middle)) == [
        *lines[-len(late) :],
        *lines[: -len(late)],
    ]
    assert {line.actor for line in office.journal.audit(actor=" SAM ")} == {"sam"}
    assert list(office.journal.audit(actor="nobody")) == []


async def test_an_export_for_a_client_holds_no_line_of_another_and_no_formula(office: Office) -> None:
    await office.work()
    table, lines = io.StringIO(newline=""), io.StringIO()
    count = office.journal.export_audit(table, form="csv", brand="acme")
    assert office.journal.export_audit(lines, brand="acme") == count

    rows = list(csv.DictReader(io.StringIO(table.getvalue())))
    assert len(rows) == count
    assert not [cell for row in rows for cell in row.values() if cell[:1] in set("=+-@\t\r")]
    assert '=HYPERLINK("https://evil.example")' in {restored(row["because"]) for row in rows}
    for text in (table.getvalue(), lines.getvalue()):
        assert "other" not in text
    every = list(office.journal.audit(brand="acme"))
    assert [AuditLine.model_validate(json.loads(text)) for text in lines.getvalue().splitlines()] == every
    whole = len(list(office.journal.audit()))
    assert whole == count + len(list(office.journal.audit(brand="other")))
    assert list(office.journal.verify()) == []


def test_an_unknown_form_is_refused(sqlite_place: Place) -> None:
    journal = sqlite_place.journal()
    with pytest.raises(sk.ConfigurationError, match="neither 'jsonl' nor 'csv'"):
        journal.export_audit(io.StringIO(), form="xml")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_an_altered_line_is_named(sqlite_place: Place) -> None:
    journal = sqlite_place.journal()
    with journal.database.writing() as session:
        session.run("INSERT INTO case_events VALUES ('c', 1, 1, 'sam', 'opened', '[]')")
    with pytest.raises(sk.JournalError, match="line 1 of the history of c cannot be read"):
        list(journal.audit())


@pytest.mark.parametrize(
    ("asked", "kind", "why"),
    [
        ({"brand": sk.Brand("acme")}, TypeError, "brand must be of type str, not Brand"),
        ({"actor": 5}, TypeError, "actor must be of type str, not int"),
        ({"since": "2026-01-01"}, TypeError, "since must be of type datetime, not str"),
        ({"until": datetime(2026, 1, 1)}, ValueError, "until=2026-01-01T00:00:00 has no time zone"),  # noqa: DTZ001 - what is refused
    ],
)
def test_what_is_asked_for_wrongly_is_refused_before_a_line_is_read(
    sqlite_place: Place, asked: dict[str, Any], kind: type[Exception], why: str
) -> None:
    journal, file = sqlite_place.journal(), io.StringIO()

    with pytest.raises(kind, match=why):
        journal.audit(**asked)
    with pytest.raises(kind, match=why):
        journal.export_audit(file, form="csv", **asked)
    assert file.getvalue() == ""
