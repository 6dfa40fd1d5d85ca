"""A journal that cannot be used says why, and nothing is sent."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from socialkit.errors import ConfigurationError, JournalError
from socialkit.publishing import Journal
from tests.publishing.stage import Stage, one
from tests.support import settle


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    Journal.open(url(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'schema'")
    connection.close()
    with pytest.raises(JournalError, match="schema 99, and this socialkit knows"):
        Journal.open(url(path))


def test_a_journal_is_opened_again_as_it_was_left(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    for _ in range(2):
        with Journal.open(url(path)) as journal:
            assert list(journal.deliveries()) == []
            assert list(journal.verify()) == []


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_text("Dear diary, today nothing was published. " * 99)
    with pytest.raises(JournalError, match=r"journal\.db .*no journal"):
        Journal.open(url(path))


def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be opened"):
        Journal.open(url(tmp_path / "missing" / "journal.db"))


@pytest.mark.parametrize(
    "address", ["journal.db", "mysql://user:hunter2@db/journal", "sqlite://host/journal.db", ""]
)
def test_an_address_of_another_kind_is_refused_without_telling_it(address: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        Journal.open(address)

    assert "hunter2" not in str(raised.value)


async def test_a_locked_journal_sends_nothing(stage: Stage) -> None:
    stage.journal.close()
    stage.journal = stage.reopened(patience=0.01)
    machine = stage.machine()
    publisher = stage.publisher(machine.workspace.brand("acme"))
    await one(publisher.plan("One", to="mastodon"))
    other = sqlite3.connect(stage.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for call in (publisher.run_due, publisher.reconcile, lambda: publisher.plan("Two", to="mastodon")):
        with pytest.raises(JournalError, match="locked"):
            await settle(call())
    other.execute("ROLLBACK")
    other.close()

    assert machine.sent == []
    assert [found.state.value for found in await settle(publisher.run_due())] == ["confirmed"]
    assert stage.texts() == ["One"]


async def test_a_damaged_journal_sends_nothing(stage: Stage) -> None:
    publisher = stage.acme()
    for number in range(60):
        await one(publisher.plan(f"Number {number}", to="mastodon"))
    stage.rows("SELECT 1")
    stage.journal.close()
    content = bytearray(stage.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    stage.path.write_bytes(bytes(content))
    machine = stage.machine()

    async def go_on() -> None:
        stage.journal = stage.reopened()
        await settle(stage.publisher(machine.workspace.brand("acme")).run_due())

    with pytest.raises(JournalError, match=r"damaged|no journal"):
        await go_on()

    assert machine.sent == []


async def test_a_full_disk_plans_nothing(stage: Stage) -> None:
    publisher = stage.acme()
    await one(publisher.plan("One", to="mastodon"))

    def full(size: int) -> Any:
        return stage.rows(f"PRAGMA max_page_count = {size}")

    ((pages,),) = stage.rows("PRAGMA page_count")
    full(pages)

    async def plan_on() -> None:
        for number in range(99):
            await one(publisher.plan(f"Number {number}" + "a" * 400, to="mastodon"))

    with pytest.raises(JournalError, match="disk is full"):
        await plan_on()
    full(99_999)

    assert stage.flaws() == []
    states = stage.states()
    assert [found.state.value for found in await settle(publisher.run_due())] == ["confirmed"] * len(states)
