"""What reaches the disk when: as seldom as can be, and what the power takes away does no harm."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from socialkit.publishing import Delivery, DeliveryState, FolderMediaStore, Journal
from socialkit.publishing._lease import Mine
from socialkit.publishing._planning import Planner
from socialkit.publishing._rows import to_micros
from socialkit.publishing._sqlite import PATIENCE, SQLiteSession
from socialkit.testing import settle
from tests.publishing.stage import Breakable, Killed, Stage

TEXTS = ["Number 0", "Number 1", "Number 2"]
WRITES = 18
"""One that takes three deliveries, five for each of them, one that ends them, and one that finds no more."""


class Disk(Breakable):
    """A file of which nothing but what was waited for outlasts a loss of power."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, PATIENCE)
        self.flushes = 0
        self.lasting = b""

    @contextmanager
    def writing(self, *, flushed: bool = True) -> Generator[SQLiteSession]:
        with super().writing(flushed=flushed) as session:
            yield session
        if flushed:
            self.flushes += 1
            connection = self._opened().connection
            assert connection is not None, "a transaction was just made by it"
            self.lasting = connection.serialize()


class Mains:
    """A stage whose machine may lose its power."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.disk = self._plugged(stage.path.with_name("disk.db"))

    def lose_power(self) -> None:
        """Begin anew with what the disk has."""
        lasting = self.disk.lasting
        self.stage.journal.close()
        path = self.stage.path.with_name("after.db")
        path.write_bytes(lasting)
        self.disk = self._plugged(path)

    def lasting(self, state: str) -> int:
        """Return how many deliveries would be in a state after a loss of power."""
        path = self.stage.path.with_name("then.db")
        path.write_bytes(self.disk.lasting)
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("SELECT count(*) FROM deliveries WHERE state = ?", (state,))
            return int(found.fetchone()[0])

    def _plugged(self, path: Path) -> Disk:
        self.stage.journal.close()
        disk = Disk(path)
        self.stage.journal = Journal(disk, FolderMediaStore(self.stage.media))
        return disk


@pytest.fixture
def mains(stage: Stage) -> Mains:
    return Mains(stage)


async def test_the_outcome_of_one_delivery_reaches_the_disk_with_the_next_ones_beginning(
    mains: Mains,
) -> None:
    publisher = await _planned(mains)
    before = mains.disk.flushes
    carried = await settle(publisher.run_due())

    assert [one.state for one in carried] == [DeliveryState.CONFIRMED] * len(TEXTS)
    taking, ending, looking_for_more = 1, 1, 1
    assert mains.disk.flushes - before == taking + len(TEXTS) + ending + looking_for_more


async def test_what_was_returned_outlasts_a_loss_of_power(mains: Mains) -> None:
    publisher = await _planned(mains)
    carried = await settle(publisher.run_due())
    mains.lose_power()

    assert mains.stage.states() == ["confirmed"] * len(TEXTS)
    assert [one.differences for one in mains.stage.journal.deliveries()] == [
        one.differences for one in carried
    ]


async def test_never_more_than_one_outcome_is_still_to_reach_the_disk(mains: Mains) -> None:
    publisher = await _planned(mains)
    lasting: list[int] = []

    def look(_: Delivery) -> None:
        lasting.append(mains.lasting("confirmed"))

    await settle(publisher.run_due(progress=look))

    assert lasting == [0, 1, 2]


async def test_outcomes_of_deliveries_that_begin_nothing_do_not_gather(mains: Mains) -> None:
    publisher = await _planned(mains)
    mains.stage.rows("UPDATE deliveries SET body = 'no draft'")
    lasting: list[int] = []

    def look(_: Delivery) -> None:
        lasting.append(mains.lasting("needs decision"))

    await settle(publisher.run_due(progress=look))

    assert lasting == [0, 2, 2]
    assert mains.lasting("needs decision") == len(TEXTS)


@pytest.mark.parametrize("write", range(1, WRITES + 1))
async def test_a_loss_of_power_at_any_write_neither_loses_nor_doubles(mains: Mains, write: int) -> None:
    publisher = await _planned(mains)
    mains.disk.die(write, before=False)
    with pytest.raises(Killed):
        await settle(publisher.run_due())
    mains.lose_power()
    publisher = mains.stage.acme()
    for _ in range(3):
        mains.stage.pass_time()
        await settle(publisher.reconcile())
        await settle(publisher.run_due())

    assert sorted(mains.stage.texts()) == TEXTS
    assert mains.stage.states() == ["confirmed"] * len(TEXTS)
    assert mains.stage.flaws() == []


async def _planned(mains: Mains) -> Any:
    """Plan some, and return who carries them; the day has its anchor."""
    publisher = mains.stage.acme()
    for text in TEXTS:
        await settle(publisher.plan(text, to="mastodon", not_after=timedelta(hours=9)))
    await settle(publisher.run_due(stop=lambda: True))
    return publisher


async def test_what_was_seen_of_a_post_is_written_down_with_the_next_one(mains: Mains) -> None:
    publisher = await _planned(mains)
    before = mains.disk.writes
    await settle(publisher.run_due())
    histories = [mains.stage.history(one)[-2:] for one in mains.stage.journal.deliveries()]

    assert histories == [["confirmed", "read back"]] * len(TEXTS)
    assert mains.disk.writes - before == WRITES


async def test_what_was_seen_of_a_post_is_added_to_what_happened_to_it_meanwhile(mains: Mains) -> None:
    publisher = await _planned(mains)
    first, *_ = mains.stage.journal.deliveries()
    other = Planner(mains.disk, Mine(brands=("acme",)), "somebody")

    def meddle(_: Delivery) -> None:
        if mains.stage.history(first)[-1] == "confirmed":
            other.unscheduled(first.id, to_micros(mains.stage.world.clock.now()), "another")

    carried = await settle(publisher.run_due(progress=meddle))

    assert [one.state for one in carried] == [DeliveryState.CONFIRMED] * len(TEXTS)
    assert mains.stage.history(first)[-3:] == ["confirmed", "unscheduled", "read back"]
    assert mains.stage.flaws() == []


async def test_one_delivery_that_ended_is_not_looked_for_again(mains: Mains) -> None:
    publisher = await _planned(mains)
    first = next(mains.stage.journal.deliveries())
    before = mains.disk.flushes
    (carried,) = await settle(publisher.run_due(only=first))

    assert (carried.id, carried.state) == (first.id, DeliveryState.CONFIRMED)
    taking, beginning, ending = 1, 1, 1
    assert mains.disk.flushes - before == taking + beginning + ending
