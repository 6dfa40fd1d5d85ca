"""The story of the agency, played with or without mishaps: platforms fail, and the process dies."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

import socialkit as sk
from examples.agency_quarter.__main__ import quarter
from examples.agency_quarter.strangers import people
from socialkit.publishing import FolderMediaStore, Journal
from socialkit.publishing._sqlite import PATIENCE
from tests.publishing.stage import Breakable, Killed

__all__ = ["FAULTS", "Mishaps", "Played", "play"]

FAULTS: Final = (
    sk.Fault.DROP_BEFORE_COMMIT,
    sk.Fault.DROP_AFTER_COMMIT,
    sk.Fault.SERVER_ERROR,
    sk.Fault.RATE_LIMITED,
)
CALLS: Final = {"publish": 20, "upload": 3, "reply": 5, "iterate": 250, "posts": 20, "account": 12}
"""Roughly how often the story calls an operation on a platform."""
OFTEN: Final = 6
"""Of each operation on a platform about so many calls go wrong, again and again as it comes."""
RUNNING: Final = 2
"""An answer fails at most so often running: it is looked for or tried each hour, and promised within four."""
LAST_DAY: Final = datetime(2026, 3, 31, 12, tzinfo=UTC)
"""From here on nothing fails: the last reading of the month has no next week."""
PLATFORMS: Final = ("mastodon", "bluesky")
WRITES: Final = 2_200
"""Roughly how often the story writes to the journal."""
KILLS: Final = 4
RESTART: Final = timedelta(minutes=6)
"""How long nobody notices that the process died; longer than a lease."""


@dataclass(frozen=True)
class Mishaps:
    """What goes wrong, drawn from a seed.

    The story ends in the same reports whatever call fails, however often, and wherever the process dies, as
    long as each answer leaves within its promise and the numbers can be read on the last day.
    """

    faults: tuple[tuple[str, str, sk.Fault, int], ...] = ()
    """Platform, operation, fault, and how many calls go well before."""
    kills: tuple[tuple[int, bool], ...] = ()
    """Before or after which write of the journal, counted from the last start, the process dies."""

    @classmethod
    def drawn(cls, seed: int) -> Mishaps:
        random = Random(seed)
        faults: list[tuple[str, str, sk.Fault, int]] = []
        for platform in PLATFORMS:
            for name, calls in CALLS.items():
                chosen = [after for after in range(calls) if random.random() < OFTEN / calls]
                # An answer that is late is late in the report too, and ought to be.
                if name == "reply":
                    chosen = [
                        after for after in chosen if not set(range(after - RUNNING, after)) <= {*chosen}
                    ]
                faults += [(platform, name, random.choice(FAULTS), after) for after in chosen]
        most = 2 * WRITES // KILLS
        kills = tuple((random.randrange(1, most), random.random() < 0.5) for _ in range(KILLS))
        return cls(tuple(faults), kills)


@dataclass
class Played:
    """What is there at the end."""

    reports: Mapping[str, sk.Report]
    world: sk.Sandbox
    journal: Journal
    folder: Path
    deaths: int
    """How often the process died."""
    faults: int
    """How often a platform failed."""


def _opened(folder: Path) -> tuple[Journal, Breakable]:
    database = Breakable(folder / "journal.db", PATIENCE)
    return Journal(database, FolderMediaStore(folder / "media")), database


@contextmanager
def play(folder: Path, mishaps: Mishaps | None = None) -> Generator[Played]:
    """Play the story, starting the process again whenever it died."""
    wrong = mishaps or Mishaps()
    kills, deaths = list(wrong.kills), 0
    with sk.Sandbox(seed=7) as world:
        people(world)
        for platform, name, fault, after in wrong.faults:
            world.fail(platform, name, fault, after=after)
        survived: list[int] = []
        world.clock.at(LAST_DAY, lambda: survived.append(len(world._plan._pending)))
        world.clock.at(LAST_DAY, world.forget_faults)
        while True:
            journal, database = _opened(folder)
            if kills:
                write, before = kills.pop(0)
                database.die(write, before=before)
            reports: Mapping[str, sk.Report] | None = None
            try:
                reports = quarter(world, journal, folder)
            except* Killed:
                deaths += 1
                world.clock.advance(RESTART)
            if reports is not None:
                break
            journal.close()
        try:
            faults = len(wrong.faults) - survived[0]
            yield Played(reports, world, journal, folder, deaths, faults)
        finally:
            journal.close()
