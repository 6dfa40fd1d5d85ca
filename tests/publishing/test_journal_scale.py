"""What stays the same however much a journal holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import socialkit as sk
from socialkit.publishing import Journal, Publisher
from socialkit.publishing._database import Session
from socialkit.publishing._sqlite import SQLite


@pytest.fixture
def explained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What SQLite does for each statement that looks for deliveries to take."""
    found: list[str] = []
    opened = SQLite._ready

    def watched(self: SQLite, *given: Any, **asked: Any) -> Any:
        connection = opened(self, *given, **asked)

        def explain(sql: str) -> None:
            if sql.startswith("SELECT") and "ready_at <=" in sql:
                connection.set_trace_callback(None)
                found.extend(str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}"))
                connection.set_trace_callback(explain)

        connection.set_trace_callback(explain)
        return connection

    monkeypatch.setattr(SQLite, "_ready", watched)
    return found


@pytest.mark.parametrize("whose", ["client", "workspace"])
def test_what_is_due_is_found_by_an_index_and_in_its_order(
    socialkit_world: sk.Sandbox, explained: list[str], whose: str
) -> None:
    workspace = socialkit_world.workspace(acme=["mastodon"])
    accounts: Any = workspace if whose == "workspace" else workspace.brand("acme").client("mastodon")
    with Journal.open("sqlite://") as journal:
        Publisher(accounts, journal).run_due()

    assert explained
    assert all("ready_at<" in step for step in explained), explained


def test_flaws_of_every_kind_are_told_of_their_deliveries(socialkit_world: sk.Sandbox) -> None:
    client = socialkit_world.connect("mastodon")
    with Journal.open("sqlite://") as journal:
        publisher = Publisher(client, journal)
        ids = [publisher.plan(f"Number {n}", to="mastodon")[0].id for n in range(6)]
        publisher.cancel(ids[0])
        assert list(journal.verify()) == []

        with journal.database.writing() as session:
            _damage(session, ids)
        told = list(journal.verify())

    assert {one.removeprefix("delivery ")[:36]: one.partition(": ")[2] for one in told} == {
        ids[0]: "line 1 of its history is missing",
        ids[1]: "it was removed",
        ids[2]: "its state is not the one that its history ends with",
        ids[3]: "line 1 of its history was altered",
        ids[4]: "it has no history",
        ids[5]: "what was planned is not what is there",
    }


def _damage(session: Session, ids: list[str]) -> None:
    session.run("DELETE FROM events WHERE delivery = ? AND number = 1", ids[0])
    session.run("DELETE FROM deliveries WHERE id = ?", ids[1])
    session.run("UPDATE deliveries SET state = 'due' WHERE id = ?", ids[2])
    session.run("UPDATE events SET actor = 'somebody' WHERE delivery = ?", ids[3])
    session.run("DELETE FROM events WHERE delivery = ?", ids[4])
    session.run("UPDATE deliveries SET body = replace(body, 'Number', 'Another') WHERE id = ?", ids[5])


def test_an_anchor_binds_more_lines_than_are_read_at_once(
    socialkit_world: sk.Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialkit.publishing._history.AT_ONCE", 3)
    client = socialkit_world.connect("mastodon")
    with Journal.open("sqlite://") as journal:
        publisher = Publisher(client, journal)
        at = socialkit_world.clock.now() + timedelta(days=9)
        for number in range(8):
            publisher.plan(f"Number {number}", to="mastodon", at=at)
        publisher.run_due()
        assert list(journal.verify()) == []

        with journal.database.writing() as session:
            session.run("DELETE FROM events WHERE seq = 8")
            session.run("DELETE FROM deliveries WHERE id NOT IN (SELECT delivery FROM events)")

        assert [one.partition(" up to ")[0] for one in journal.verify()] == ["history"]
