"""Four workers on one journal: each delivery becomes one post, however many of them are killed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest

from socialkit.publishing import Delivery, DeliveryState, Journal, Publisher, Scope
from socialkit.sandbox import Fault, Sandbox
from tests.chaos.cases import STEP
from tests.chaos.cast import PLATFORMS
from tests.chaos.line import Exchange
from tests.chaos.worker import KILLED, Job, Running, Stop

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

DELIVERIES = int(os.environ.get("SOCIALKIT_CHAOS_DELIVERIES", "600"))
ADDRESS = os.environ.get("SOCIALKIT_CHAOS_JOURNAL", "")
"""Where the journal is; a file of SQLite if not given. Its database must be empty."""
WORKERS = 4
WALL = PLATFORMS["pixelwall"]
"""No key there stops a second post."""
OPEN = "SELECT delivery FROM steps WHERE writes AND state = 'started'"


class Crew:
    """Workers on one journal, and the world in which they publish.

    Args:
        world: The world.
        address: Where the journal is.
        seed: Draws when they are killed.
    """

    def __init__(self, world: Sandbox, address: str, seed: int) -> None:
        self.world = world
        self.exchange = Exchange(world)
        self.random = Random(seed)
        self._open = partial(Journal.open, address)
        self.kills = 0
        self._exits = ExitStack()
        self.journal = self._exits.enter_context(self._open())
        self.publisher = Publisher(self._exits.enter_context(WALL.client(world)), self.journal)

    def plan(self, count: int) -> None:
        """Plan posts that are due now."""
        for number in range(count):
            self.publisher.plan(f"post {number}", to="pixelwall", not_after=timedelta(days=30))

    def turn(self, *, deadly: bool, before_each: Callable[[], object] = int) -> None:
        """Let workers work side by side until all have ended or were killed."""
        running = [self._started(deadly=deadly) for _ in range(WORKERS)]
        by_line = {one.line: one for one in running}
        while by_line:
            for line in cast("list[Any]", wait(list(by_line))):
                before_each()
                if not self.exchange.serve_once(line):
                    ended, _ = by_line.pop(line).ended()
                    assert ended in {0, KILLED}
                    self.kills += ended == KILLED
        self.world.clock.advance(STEP)

    def _started(self, *, deadly: bool) -> Running:
        stop = Stop(self.random.randrange(5, 120), self.random.random() < 0.5) if deadly else None
        job = Job(self._open, partial(WALL.client, self.world), "pixelwall", stop=stop, seed=self.kills)
        return Running(job, self.world.clock.now())

    def texts(self) -> list[str]:
        """Return what is out."""
        return [one.text for one in self.world.posts("pixelwall")]

    def deliveries(self) -> tuple[Delivery, ...]:
        """Return what the journal says of them."""
        return tuple(self.journal.deliveries())

    def open(self) -> set[str]:
        """Return the texts of the writes that have begun and have no result."""
        with self.journal.database.reading() as session:
            begun = {row[0] for row in session.run(OPEN)}
        return {one.draft.text for one in self.deliveries() if one.id in begun and one.draft is not None}

    def close(self) -> None:
        self._exits.close()


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    with Sandbox() as world:
        made = Crew(world, ADDRESS or f"sqlite:///{tmp_path}/journal.db", seed=7)
        yield made
        made.close()


def test_every_delivery_becomes_one_post_however_many_workers_are_killed(crew: Crew) -> None:
    crew.plan(DELIVERIES)
    for _ in range(DELIVERIES // 10):
        fault = crew.random.choice(list(Fault))
        crew.exchange.faults.order("pixelwall", "post_pin", fault, after=crew.random.randrange(DELIVERIES))
    turns = 0
    while turns < DELIVERIES and not all(one.state is DeliveryState.CONFIRMED for one in crew.deliveries()):
        turns += 1
        crew.turn(deadly=True)

    assert crew.kills >= WORKERS
    assert Counter(crew.texts()) == Counter(f"post {number}" for number in range(DELIVERIES))
    named = [one.post.id for one in crew.deliveries() if one.post is not None]
    assert sorted(named) == sorted(one.id for one in crew.world.posts("pixelwall"))
    assert list(crew.journal.verify()) == []


def test_after_a_freeze_nothing_begins_in_any_of_four_workers(crew: Crew) -> None:
    count, turns = DELIVERIES // 4, 0
    crew.plan(count)
    while len(crew.texts()) < count and turns < count:
        turns += 1
        out_at = len(crew.texts()) + crew.random.randrange(1, 12)
        found: list[tuple[Any, set[str]]] = []

        def freeze(out_at: int = out_at, found: list[tuple[Any, set[str]]] = found) -> None:
            if not found and len(crew.world.posts("pixelwall")) >= out_at:
                freeze = crew.publisher.freeze(Scope(), reason="a bad day")
                found.append((freeze, {*crew.texts(), *crew.open()}))

        crew.turn(deadly=False, before_each=freeze)
        for stands, allowed in found:
            late = {*crew.texts()} - allowed
            assert not late, f"sent after the freeze: {late}"
            crew.publisher.thaw(stands, backlog="reschedule")

    assert turns >= WORKERS
    assert Counter(crew.texts()) == Counter(f"post {number}" for number in range(count))
    assert {one.state for one in crew.deliveries()} == {DeliveryState.CONFIRMED}
