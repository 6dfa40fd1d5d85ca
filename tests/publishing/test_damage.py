"""A journal whose rows were damaged: it is told in words which, whatever stands in them."""

from __future__ import annotations

import io
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.errors import JournalError
from socialkit.models import Draft, Purpose
from socialkit.publishing import Journal, Publisher, Scope
from socialkit.publishing._schema import MIGRATIONS
from socialkit.sandbox import Fault
from tests.publishing.places import Place
from tests.publishing.stage import HOURS, Stage, one
from tests.support import settle

WRITTEN = ("deliveries", "steps", "events", "posts", "freezes", "anchors", "cases", "case_events", "meta")
"""The tables in which something stands here that the history tells of."""
UNSEEN = {
    ("deliveries", "lease_until"),
    ("steps", "fence"),
    ("steps", "number"),
    ("steps", "started_at"),
    ("events", "seq"),
    ("meta", "value"),
    ("meta", "name"),
}
"""What `verify()` does not compare: the documentation says so. What `meta` says is asked at the opening."""
WHETHER = {
    ("deliveries", "answer"),
    ("deliveries", "single"),
    ("deliveries", "late"),
    ("steps", "writes"),
    ("freezes", "answers"),
}
GARBAGE = (None, "x", "{", '"\\ud800"', "[[[", "3x", -1, 9_223_372_036_854_775_000)
SAID = (0, 1)
"""What columns hold that say whether something is so; SQLite takes any word there for one of the two."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal in which something stands in each of these tables, as a file to be copied."""
    path = tmp_path_factory.mktemp("kept") / "journal.db"
    with sk.Sandbox(seed=3) as world, Journal.open(f"sqlite:///{path}") as journal:
        workspace = world.workspace(acme=["mastodon"])
        router = sk.Router(default=sk.RoutingRule(key="rest", department="shop"))
        world.receive("mastodon", text="Where is my order?", private=True)
        sk.Desk(workspace, journal, router=router, actor="robin").sweep()
        publisher = Publisher(workspace, journal, actor="robin")
        thread = Draft(text="One", thread=[Draft(text="Two")], purpose=Purpose(campaign="spring"))
        publisher.plan(thread, to="acme/mastodon/main")
        publisher.run_due()
        publisher.plan("Lost", to="acme/mastodon/main")
        world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT)
        publisher.run_due()
        wall = sk.WallTime("2026-03-20 10:30", zone="Europe/Paris")
        publisher.plan("Later", to="acme/mastodon/main", at=wall)
        publisher.freeze(Scope(brand="acme"), reason="recall")
        world.clock.advance(timedelta(days=1))
        publisher.run_due()
        assert list(journal.verify()) == []
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert all(connection.execute(f"SELECT 1 FROM {table}").fetchone() for table in WRITTEN)
    return path


def columns() -> list[tuple[str, str]]:
    """Return every column of these tables."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        for script in [one for one in MIGRATIONS if isinstance(one, str)]:
            connection.executescript(script.format(serial="INTEGER PRIMARY KEY"))
        return [
            (table, row[1]) for table in WRITTEN for row in connection.execute(f"PRAGMA table_info({table})")
        ]


def damaged(kept: Path, path: Path, table: str, column: str, value: Any) -> bool:
    """Copy a journal with another value in a row; False if the database keeps none such there."""
    shutil.copy(kept, path)
    with closing(sqlite3.connect(path)) as connection:
        where = f"rowid = (SELECT max(rowid) FROM {table} WHERE {column} IS NOT ?)"
        try:
            changed = connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value, value))
        except sqlite3.IntegrityError:
            return False
        connection.commit()
        return changed.rowcount == 1


def opened(path: Path) -> Journal | None:
    """Open a journal, if it lets itself be opened."""
    try:
        return Journal.open(f"sqlite:///{path}")
    except JournalError:
        return None


def list_all(journal: Journal) -> None:
    """List everything; each listing may say in words of its own that it cannot read the journal."""
    with suppress(JournalError):
        list(journal.deliveries())
    with suppress(JournalError):
        list(journal.events())
    with suppress(JournalError):
        journal.export(io.StringIO())
    with suppress(JournalError):
        journal.freezes()
    with suppress(JournalError):
        journal.purposes()


@pytest.mark.parametrize(("table", "column"), columns())
def test_whatever_stands_in_a_column_is_told_in_words(
    kept: Path, tmp_path: Path, table: str, column: str
) -> None:
    tried = 0
    for number, value in enumerate(SAID if (table, column) in WHETHER else GARBAGE):
        path = tmp_path / f"{number}.db"
        if not damaged(kept, path, table, column, value):
            continue
        tried += 1
        journal = opened(path)
        if journal is None:
            assert table == "meta", value
            continue
        with journal:
            assert list(journal.verify()) or (table, column) in UNSEEN, value
            list_all(journal)
    assert tried


@pytest.mark.parametrize("value", ["3x", "-1", ""])
def test_a_journal_whose_schema_cannot_be_read_is_not_opened(kept: Path, tmp_path: Path, value: str) -> None:
    path = tmp_path / "journal.db"
    assert damaged(kept, path, "meta", "value", value)

    with pytest.raises(JournalError, match="table meta was altered"):
        Journal.open(f"sqlite:///{path}")


async def test_a_delivery_whose_wall_time_is_damaged_hides_no_other_and_leaves(stage: Stage) -> None:
    publisher = stage.acme()
    wall = sk.WallTime("2026-03-02 12:30", zone="Europe/Paris")
    bad = await one(publisher.plan("One", to="mastodon", at=wall))
    good = await one(publisher.plan("Two", to="mastodon", at=bad.at))
    stage.rows("UPDATE deliveries SET wall = 'x' WHERE id = ?", bad.id)

    shown = {delivery.id: delivery.because for delivery in stage.journal.deliveries()}
    assert shown == {bad.id: "its wall time cannot be read: the journal was altered", good.id: None}
    assert stage.flaws() == [
        f"delivery {bad.id}: the wall time that it goes by is not the one that was written down"
    ]
    stage.world.clock.advance(bad.at - stage.world.clock.now())
    assert [one.id for one in await settle(publisher.run_due())] == [bad.id, good.id]
    assert stage.texts() == ["One", "Two"]


async def test_a_delivery_of_no_known_kind_is_named(stage: Stage) -> None:
    publisher = stage.acme()
    at = stage.world.clock.now() + HOURS
    bad = await one(publisher.plan("One", to="mastodon", at=at))
    stage.rows("UPDATE deliveries SET kind = 'publishx'")

    with pytest.raises(JournalError, match=f"delivery {bad.id} cannot be read: the journal was altered"):
        list(stage.journal.deliveries())
    with pytest.raises(JournalError, match=f"delivery {bad.id} cannot be read"):
        await settle(publisher.cancel(bad.id))


async def test_a_delivery_of_no_known_kind_is_left_to_a_person_and_stops_no_other(stage: Stage) -> None:
    publisher = stage.acme()
    at = stage.world.clock.now() + HOURS
    bad = await one(publisher.plan("One", to="mastodon", at=at))
    await settle(publisher.plan("Two", to="mastodon", at=at))
    stage.rows("UPDATE deliveries SET kind = 'publishx' WHERE id = ?", bad.id)
    stage.world.clock.advance(at - stage.world.clock.now())

    with pytest.raises(JournalError, match=f"delivery {bad.id} cannot be read"):
        await settle(publisher.run_due())
    stage.world.clock.advance(HOURS / 8)
    await settle(publisher.run_due())

    assert stage.rows("SELECT state FROM deliveries WHERE id = ?", bad.id) == [("needs decision",)]
    assert stage.texts() == ["Two"]


async def test_a_delivery_in_no_known_state_takes_no_other(stage: Stage) -> None:
    publisher = stage.acme()
    bad = await one(publisher.plan("One", to="mastodon", at=stage.world.clock.now() + HOURS))
    stage.rows("UPDATE deliveries SET state = 'zz'")

    with pytest.raises(JournalError, match=f"delivery {bad.id} is zz: it cannot become cancelled"):
        await settle(publisher.cancel(bad.id))


async def test_a_line_of_the_history_that_cannot_be_read_is_named(stage: Stage) -> None:
    bad = await one(stage.acme().plan("One", to="mastodon"))
    stage.rows("UPDATE events SET detail = '{'")
    told = f"line 1 of the history of {bad.id} cannot be read"

    with pytest.raises(JournalError, match=told):
        list(stage.journal.events())
    with pytest.raises(JournalError, match=told):
        stage.journal.export(io.StringIO())
    assert stage.flaws() == [f"delivery {bad.id}: line 1 of its history was altered"]


# What verify() sees beside -----------------------------------------------------------------------------


def test_steps_of_a_delivery_that_is_not_there_are_named(place: Place) -> None:
    journal = place.journal()
    with journal.database.writing() as session:
        session.run(
            "INSERT INTO steps (delivery, name, writes, state, fence, number, started_at)"
            " VALUES ('nobody', 'post', ?, 'started', 0, 0, 0)",
            True,
        )

    assert list(journal.verify()) == ["delivery nobody: there are steps of it, and it is not there"]


async def test_a_delivery_that_was_made_to_look_late_is_named(stage: Stage) -> None:
    """Its slot would be filled again."""
    bad = await one(stage.acme().plan("One", to="mastodon"))
    stage.rows("UPDATE deliveries SET late = TRUE")

    assert stage.flaws() == [
        f"delivery {bad.id}: whether it was over when it came out is not what was written down"
    ]
