"""Workers side by side on one journal, each in a process of its own, and the world in which they publish."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from random import Random
from typing import Any, Final, cast

from socialkit.models import AccountRef, Draft, Slot
from socialkit.publishing import Delivery, DeliveryState, Journal, Publisher
from socialkit.sandbox import Sandbox
from tests.chaos.cases import STEP
from tests.chaos.cast import PLATFORMS, REF
from tests.chaos.line import Exchange
from tests.chaos.stage import warm
from tests.chaos.worker import KILLED, Job, Running, Stop

__all__ = ["ACCOUNT", "WORKERS", "Crew", "Deadliness"]

WORKERS: Final = 4
WALL: Final = PLATFORMS["pixelwall"]
"""No key there stops a second post."""
ACCOUNT: Final[AccountRef] = REF.model_copy(update={"platform": "pixelwall"})
OPEN: Final = "SELECT delivery FROM steps WHERE writes AND state = 'started'"
LEFT: Final = "SELECT count(*) FROM deliveries WHERE state <> ?"


@dataclass(frozen=True)
class Deadliness:
    """When workers are killed, as a seed draws it."""

    writes: int
    """A worker lives for at most this many writes to the journal."""
    requests: int
    """At one request in so many, some worker is killed, whatever it does at that moment."""


@dataclass(frozen=True)
class _Calendar:
    slots: tuple[Slot, ...]


class Crew:
    """Workers on one journal.

    Args:
        world: The world.
        address: Where the journal is.
        folder: Where another one lies while the code is warmed up.
        seed: Draws when they are killed.
    """

    def __init__(self, world: Sandbox, address: str, folder: Path, seed: int) -> None:
        warm(WALL.name, "text", folder / "warm")
        self.world = world
        self.exchange = Exchange(world)
        self.random = Random(seed)
        self.kills = 0
        self._open = partial(Journal.open, address)
        self._exits = ExitStack()
        self.journal = self._exits.enter_context(self._open())
        self.publisher = Publisher(self._exits.enter_context(WALL.client(world)), self.journal)

    def plan(self, count: int) -> None:
        """Plan posts that are due now."""
        now = self.world.clock.now()
        slots = [
            Slot(key=str(number), account=ACCOUNT, at=now, draft=Draft(text=f"post {number}"))
            for number in range(count)
        ]
        self.publisher.plan_calendar(_Calendar(tuple(slots)), not_after=timedelta(days=30))

    def turn(self, deadliness: Deadliness | None = None, before_each: Callable[[], object] = int) -> None:
        """Let workers work side by side until nothing is due that they could take.

        Args:
            deadliness: How they are killed, if they are; another one takes the place of each at once.
            before_each: Called before each request is answered.
        """
        running = {one.line: one for one in (self._started(deadliness) for _ in range(WORKERS))}
        while running:
            for line in cast("list[Any]", wait(list(running))):
                before_each()
                if deadliness is not None and self.random.randrange(deadliness.requests) == 0:
                    os.kill(self.random.choice(list(running.values())).pid, signal.SIGKILL)
                if self.exchange.serve_once(line):
                    continue
                ended, _ = running.pop(line).ended()
                assert ended in {0, KILLED}
                if ended == KILLED:
                    self.kills += 1
                    another = self._started(deadliness)
                    running[another.line] = another
        self.world.clock.advance(STEP)

    def _started(self, deadliness: Deadliness | None) -> Running:
        stop = None
        if deadliness is not None:
            stop = Stop(self.random.randrange(1, deadliness.writes), self.random.random() < 0.5)
        job = Job(self._open, partial(WALL.client, self.world), WALL.name, stop=stop, seed=self.kills)
        return Running(job, self.world.clock.now())

    def texts(self) -> list[str]:
        """Return what is out."""
        return [one.text for one in self.world.posts(WALL.name)]

    def left(self) -> int:
        """Return how many deliveries are not confirmed."""
        with self.journal.database.reading() as session:
            number: int = session.run(LEFT, DeliveryState.CONFIRMED)[0][0]
            return number

    def deliveries(self) -> tuple[Delivery, ...]:
        """Return what the journal says of them."""
        return tuple(self.journal.deliveries())

    def open(self) -> set[str]:
        """Return the texts of the writes that have begun and have no result."""
        with self.journal.database.reading() as session:
            begun = {row[0] for row in session.run(OPEN)}
        return {one.draft.text for one in self.deliveries() if one.id in begun and one.draft is not None}

    def close(self) -> None:
        """Close the journal."""
        self._exits.close()
