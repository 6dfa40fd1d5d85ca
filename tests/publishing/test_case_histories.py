"""The history of cases is chained: whatever was altered of it is named, and who was forgotten is gone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

import socialkit as sk
from socialkit.publishing import Journal, _preparing
from socialkit.publishing._schema import MIGRATIONS
from tests.publishing.places import Place
from tests.publishing.stage import HOURS
from tests.support import settle

TOLD_ELSE = "what line 3 of its history told was altered"
NO_END = "its state is not the one that its history ends with"
THEIRS = "case_id = ? AND number = "
CHAIN = "delivery = 'case ' || ? AND number = "
ALTERED = {
    f"UPDATE case_events SET actor = 'mallory' WHERE {THEIRS}3": TOLD_ELSE,
    f"UPDATE case_events SET at = 1 WHERE {THEIRS}3": TOLD_ELSE,
    f"UPDATE case_events SET what = 'assigned' WHERE {THEIRS}3": TOLD_ELSE,
    f"UPDATE case_events SET detail = '{{}}' WHERE {THEIRS}3": TOLD_ELSE,
    f"DELETE FROM case_events WHERE {THEIRS}2": "what line 2 of its history told was removed",
    f"DELETE FROM case_events WHERE {THEIRS}3": "what line 3 of its history told was removed",
    "INSERT INTO case_events SELECT case_id, 4, at, actor, what, detail FROM case_events"
    f" WHERE {THEIRS}3": "line 4 of its history is not in its chain",
    f"UPDATE events SET actor = 'mallory' WHERE {CHAIN}2": "line 2 of its history was altered",
    f"UPDATE events SET detail = '{{}}' WHERE {CHAIN}2": "line 2 of its history was altered",
    f"UPDATE events SET digest = 'x' WHERE {CHAIN}3": "line 3 of its history was altered",
    f"DELETE FROM events WHERE {CHAIN}1": "line 1 of its history is missing",
    f"DELETE FROM events WHERE {CHAIN}2": "line 2 of its history is missing",
    f"DELETE FROM events WHERE {CHAIN}3": NO_END,
    "UPDATE cases SET version = version - 1 WHERE id = ?": NO_END,
    "UPDATE cases SET state = 'open' WHERE id = ?": "how it stands is not what was written down",
    "UPDATE cases SET assignee = 'mallory' WHERE id = ?": "how it stands is not what was written down",
    "UPDATE cases SET body = '{}' WHERE id = ?": "how it stands is not what was written down",
    "DELETE FROM cases WHERE id = ?": "it was removed",
}
"""What may be done to a case behind the journal's back, and by what it is named."""


class Office:
    """One brand whose desk answers, over a journal in a database of either kind."""

    def __init__(self, world: sk.Sandbox, journal: Journal, *, blocking: bool) -> None:
        self.world = world
        self.journal = journal
        self.blocking = blocking
        self.workspace = world.workspace(acme=["mastodon"])

    def desk(self) -> Any:
        router = sk.Router(default=sk.RoutingRule(key="rest", department="shop"))
        kind: Any = sk.Desk if self.blocking else sk.AsyncDesk
        return kind(self.workspace, self.journal, router=router, actor="maria")

    async def closed(self, note: str = "told by phone") -> sk.Case:
        """Return a case with three lines: opened, assigned, closed."""
        self.world.receive("mastodon", text="Where is my order?")
        (case,) = (await settle(self.desk().sweep())).cases
        await settle(self.desk().assign(case, to="ben"))
        closed: sk.Case = await settle(self.desk().close(case.id, note=note))
        assert self.flaws() == []
        return closed

    async def forgotten(self, author: sk.Author) -> None:
        call: Any = self.workspace.forget if self.blocking else self.workspace.forget_async
        given = {"platform": "mastodon", "journal": self.journal, "because": "asked", "actor": "maria"}
        assert (await settle(call(author, **given))).failed() == {}

    async def anchored(self) -> None:
        """Have a day pass, and an anchor made."""
        self.world.clock.advance(24 * HOURS)
        kind: Any = sk.Publisher if self.blocking else sk.AsyncPublisher
        await settle(kind(self.workspace, self.journal).run_due())

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.journal.database.writing() as session:
            return session.run(statement, *values)

    def flaws(self, **given: Any) -> list[str]:
        return list(self.journal.verify(**given))

    def export(self) -> list[str]:
        file = io.StringIO()
        self.journal.export(file)
        return file.getvalue().splitlines()


@pytest.fixture(params=["sqlite_place", "postgres_place"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    place: Place = request.getfixturevalue(request.param)
    with sk.Sandbox(seed=7) as world:  # a journal is verified in one way: each mode writes one of the two
        yield Office(world, place.journal(), blocking=request.param == "sqlite_place")


@pytest.mark.parametrize("altered", ALTERED)
async def test_whatever_is_done_to_a_case_or_its_history_is_named(office: Office, altered: str) -> None:
    case, other = await office.closed(), await office.closed()
    # RETURNING tells that the statement did something at all.
    assert office.rows(f"{altered} RETURNING 1", case.id) == [(1,)]

    flaws = office.flaws()
    assert f"case {case.id}: {ALTERED[altered]}" in flaws
    assert not [flaw for flaw in flaws if other.id in flaw]


async def test_cases_without_any_history_are_named(office: Office) -> None:
    case = await office.closed()
    office.rows("DELETE FROM case_events")
    assert office.flaws() == [
        f"case {case.id}: what line {number} of its history told was removed" for number in (1, 2, 3)
    ]
    office.rows("DELETE FROM events")
    assert office.flaws() == [f"case {case.id}: nothing was written down of it"]
    office.rows("DELETE FROM cases")
    office.rows("INSERT INTO case_events VALUES ('7', 1, 1, 'maria', 'closed', '{}')")
    assert office.flaws() == ["case 7: nothing was written down of it"]


async def test_a_case_that_was_removed_with_its_whole_history_shows_by_anchors_and_exports(
    office: Office,
) -> None:
    case = await office.closed()
    export = office.export()
    await office.anchored()
    assert office.flaws(against=export) == []
    for statement in (
        "DELETE FROM cases WHERE id = ?",
        "DELETE FROM case_events WHERE case_id = ?",
        "DELETE FROM events WHERE delivery = 'case ' || ?",
    ):
        office.rows(statement, case.id)

    (flaw,) = office.flaws()
    assert flaw.endswith("lines were altered, added or removed since its anchor")
    assert office.flaws(against=export)[1:] == [
        f"case {case.id}: line {number} of its history was removed since the export" for number in (1, 2, 3)
    ]


async def test_notes_about_somebody_who_was_forgotten_are_gone_and_the_chain_is_whole(office: Office) -> None:
    office.world.receive("mastodon", text="Where is my order?", author="adalace")
    (case,) = (await settle(office.desk().sweep())).cases
    ada = case.message.author
    await settle(office.desk().assign(case, to="ben"))
    await settle(office.desk().close(case.id, note=f"{ada.id} rang"))
    told = office.rows("SELECT number, detail FROM case_events WHERE number = 3")
    export = office.export()
    await office.forgotten(ada)

    assert office.flaws(against=export) == []
    lines = [line for line in office.journal.audit(brand="acme") if line.id == case.id]
    assert [(line.number, line.what) for line in lines][-2:] == [(3, "closed"), (4, "forgotten")]
    assert ada.id not in repr(lines)
    (forgotten,) = (event for event in office.journal.events() if event.what == "forgotten")
    anew = forgotten.detail["told"]
    assert isinstance(anew, dict)
    assert set(anew) == {"3", "4"}  # that it was assigned tells nothing of them, and stays as it was told
    for number, detail in told:
        office.rows("UPDATE case_events SET detail = ? WHERE number = ?", detail, number)
    assert office.flaws() == [f"case {case.id}: what line 3 of its history told was altered"]


async def test_an_audit_carries_the_digests_that_chain_a_case(office: Office) -> None:
    case = await office.closed()
    chained = {event.number: event.digest for event in office.journal.events()}

    lines = list(office.journal.audit())
    assert [(line.subject.value, line.id, line.what) for line in lines] == [
        ("case", case.id, what) for what in ("opened", "assigned", "closed")
    ]
    assert {line.number: line.digest for line in lines} == chained


async def test_the_history_of_a_case_quotes_nobody_in_what_is_never_taken_back(office: Office) -> None:
    await office.closed(note="PLANTED rang")

    assert "PLANTED" in repr(list(office.journal.audit()))
    assert "PLANTED" not in "\n".join(office.export())


async def test_cases_of_the_version_before_are_chained_as_they_are_found(
    empty_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sk.Sandbox(seed=7) as world:
        with monkeypatch.context() as before:
            before.setattr(_preparing, "MIGRATIONS", MIGRATIONS[:4])
            before.setattr(_preparing, "VERSION", 4)
            old = Office(world, empty_place.journal(), blocking=True)
            case = await old.closed()
            old.rows("DELETE FROM events")  # as it was written before there was a chain
        office = Office(world, empty_place.journal(), blocking=True)

        assert office.flaws() == []
        assert [line.what for line in office.desk().history(case)] == ["opened", "assigned", "closed"]
        assert all(line.digest for line in office.journal.audit())
        await settle(office.desk().assign(case.id, to="ben"))
        assert office.flaws() == []
        office.rows("UPDATE case_events SET actor = 'mallory' WHERE number = 1")
        assert office.flaws() == [f"case {case.id}: what line 1 of its history told was altered"]
