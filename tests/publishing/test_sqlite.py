"""What only a file can do to a journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from socialkit.errors import ConfigurationError, JournalError
from socialkit.publishing import FolderMediaStore, Journal
from socialkit.publishing._sqlite import SQLite
from tests.publishing.places import NOW, planned, worker


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """A journal that waits for nobody."""
    with Journal(SQLite(path, patience=0), FolderMediaStore(path.with_name("media"))) as journal:
        yield journal


@pytest.fixture
def other(path: Path, journal: Journal) -> Iterator[sqlite3.Connection]:
    """Another process that has the file open."""
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


def count(journal: Journal) -> int:
    return len(list(journal.deliveries()))


def test_a_file_that_others_keep_locked_is_told_of(journal: Journal, other: sqlite3.Connection) -> None:
    planned(journal.database, 1)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match=r"journal\.db .* kept it locked for too long"):
        planned(journal.database, 1)

    assert count(journal) == 1
    other.execute("ROLLBACK")
    planned(journal.database, 1)
    assert count(journal) == 2


def test_who_opens_a_file_that_somebody_is_just_making_waits_for_them(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sqlite3.connect(path, isolation_level=None)
    first.execute("BEGIN IMMEDIATE")  # not yet with a log beside the file, which is what is waited for

    def pause(seconds: float) -> None:
        assert seconds < 1
        first.close()

    monkeypatch.setattr("socialkit.publishing._sqlite.sleep", pause)
    with Journal(SQLite(path), FolderMediaStore(path.with_name("media"))) as journal:
        planned(journal.database, 1)
        assert count(journal) == 1


def test_who_opens_a_file_that_somebody_keeps_locked_is_told(path: Path) -> None:
    first = sqlite3.connect(path, isolation_level=None)
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match=r"journal\.db .* kept it locked for too long"):
        Journal(SQLite(path, patience=0), FolderMediaStore(path.with_name("media")))
    first.close()


def fill_disk(journal: Journal) -> None:
    """Let the file grow no further."""
    with journal.database.reading() as session:
        (size,) = session.run("PRAGMA page_count")[0]
        session.run(f"PRAGMA max_page_count = {size}")


def clear_disk(journal: Journal) -> None:
    with journal.database.reading() as session:
        session.run("PRAGMA max_page_count = 1000000")


def test_a_full_disk_is_told_of(journal: Journal) -> None:
    planned(journal.database, 1)
    fill_disk(journal)
    with pytest.raises(JournalError, match="the disk is full: nothing was recorded"):
        planned(journal.database, 500)

    assert count(journal) == 1
    clear_disk(journal)
    planned(journal.database, 1)
    assert (count(journal), list(journal.verify())) == (2, [])


def test_a_full_disk_stops_a_worker_before_anything_is_sent(journal: Journal) -> None:
    planned(journal.database, 500)
    fill_disk(journal)

    with pytest.raises(JournalError, match="the disk is full"):
        worker(journal.database).take(NOW, 500)

    clear_disk(journal)
    assert len(worker(journal.database).take(NOW, 500)) == 500


def test_a_file_that_is_no_journal_is_left_alone(path: Path) -> None:
    path.write_text("Dear diary, today nothing was published at all. " * 100)
    before = path.read_bytes()

    with pytest.raises(JournalError, match="the file is no journal"):
        Journal.open(f"sqlite:///{path}")

    assert path.read_bytes() == before


def test_a_damaged_file_is_told_of(path: Path) -> None:
    with Journal.open(f"sqlite:///{path}") as journal:
        planned(journal.database, 200)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)  # all but the first page
    path.write_bytes(content)

    with pytest.raises(JournalError, match="the file is damaged: restore it from a copy"):
        Journal.open(f"sqlite:///{path}")


def test_a_folder_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="the file cannot be opened"):
        Journal.open(f"sqlite:///{tmp_path}/missing/journal.db")


def test_a_file_that_may_only_be_read_is_told_of(journal: Journal) -> None:
    with journal.database.reading() as session:
        session.run("PRAGMA query_only = 1")

    with pytest.raises(JournalError, match="the file may not be written"):
        planned(journal.database, 1)


@pytest.mark.parametrize("address", ["mysql://host/journal", "journal.db", "sqlite://host/journal.db"])
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"begins with sqlite:/// or postgresql://"):
        Journal.open(address)
