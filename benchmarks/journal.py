"""A journal with a million deliveries: planning them, finding the due ones, carrying some at once.

python -m benchmarks.journal sqlite:///journal.db 1000000
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.databases import SQLITE, each_database
from benchmarks.figures import Figure
from benchmarks.instant import ACCOUNT, Instant
from benchmarks.timing import aside, memory_used
from benchmarks.watched import Watch, watching
from socialkit.models import Draft, Slot
from socialkit.publishing import DeliveryState, Journal, Publisher

__all__ = ["measure"]

PLANNED: Final = (1_000, 100_000, 1_000_000)
AT_ONCE: Final = 1_000
"""Slots in a calendar."""
DUE: Final = 500
"""Deliveries carried at each size."""
LOOKS: Final = 101
FAR: Final = datetime(2100, 1, 1, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)
FLUSHES: Final = 200

Spent = dict[str, float]


@dataclass(frozen=True)
class Calendar:
    """Some slots."""

    slots: tuple[Slot, ...]


def measure() -> list[Figure]:
    """Return the figures of a journal in each database, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        figures = [Figure("flush a page to this disk", _flush(Path(folder)) * 1e6, "µs")]
    for database, url in each_database():
        found = aside("benchmarks.journal", url, str(PLANNED[-1]))
        wanted = _figures(found) if database == SQLITE else map(_measured_only, _figures(found))
        figures += [replace(one, name=f"{database}: {one.name}") for one in wanted]
    return figures


def _measured_only(figure: Figure) -> Figure:
    """Return a figure without its bounds in time: those are about one machine's own file."""
    return replace(figure, most=None, aim=None) if figure.unit in {"µs", "ms"} else figure


def _figures(found: Spent) -> list[Figure]:
    sizes = [size for size in PLANNED if f"look at {size}" in found]
    least, most = sizes[0], sizes[-1]
    return [
        Figure(f"plan a delivery, {most:,} in calendars of {AT_ONCE:,}", found["plan"] * 1e6, "µs"),
        Figure("plan a delivery, processor", found["plan, processor"] * 1e6, "µs"),
        Figure(
            "plan a delivery, the journal's transaction alone", found["write"] * 1e6, "µs", most=100, aim=50
        ),
        *(
            Figure(f"look for due ones, none of {size:,} is", found[f"look at {size}"] * 1e6, "µs")
            for size in sizes
        ),
        Figure(
            f"look for due ones, {most:,} to {least:,} planned",
            found[f"look at {most}"] / found[f"look at {least}"],
            "times",
            most=2,
        ),
        *(
            Figure(f"deliver, {size:,} planned", found[f"deliver at {size}"] * 1e3, "ms", most=2, aim=1)
            for size in sizes
        ),
        Figure(
            f"deliver, {most:,} planned, in the journal's transactions",
            found[f"deliver at {most}, journal"] * 1e3,
            "ms",
        ),
        Figure(
            f"deliver, {most:,} planned, waits for the disk",
            found[f"deliver at {most}, flushes"],
            "",
            most=1.2,
        ),
        Figure(
            f"deliver, {most:,} planned, processor",
            found[f"deliver at {most}, processor"] * 1e3,
            "ms",
            most=2,
            aim=1,
        ),
        Figure(f"memory that {most - sizes[-2]:,} more planned ones add", found["memory"], "MiB", most=20),
    ]


def _flush(folder: Path) -> float:
    """Return what the disk takes for itself, in seconds."""
    took: list[float] = []
    with (folder / "flushed").open("wb", buffering=0) as file:
        for _ in range(FLUSHES):
            started = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - started)
    return median(took)


class Stages:
    """Fills a journal, and measures it on the way."""

    def __init__(self, journal: Journal) -> None:
        self.found: Spent = {}
        self._journal = journal
        self._publisher = Publisher(Instant(), journal, actor="benchmark")
        self._planned = 0
        self._planning = Watch()
        self._written = 0.0

    def grow(self, size: int) -> None:
        """Plan until there are so many."""
        with watching(self._journal) as writing:
            for calendar in self._calendars(size - self._planned):
                with self._planning.on():
                    self._publisher.plan_calendar(calendar)
        self._written += writing.processor
        self._planned = size

    def look(self) -> None:
        """Look for due ones where there are none."""
        self._publisher.run_due()  # the first one of a day binds all lines together
        took: list[float] = []
        for _ in range(LOOKS):
            started = time.perf_counter()
            carried = self._publisher.run_due()
            took.append(time.perf_counter() - started)
            assert not carried, "nothing is due"
        self.found[f"look at {self._planned}"] = median(took)

    def deliver(self) -> None:
        """Carry some."""
        now = datetime.now(UTC)
        account = self._publisher.preview("Due", to=ACCOUNT)[0].account
        slots = (
            Slot(account=account, at=now, key=f"due {self._planned} {number}", draft=_draft(number))
            for number in range(DUE)
        )
        self._publisher.plan_calendar(Calendar(tuple(slots)))
        watch, at = Watch(), f"deliver at {self._planned}"
        with watching(self._journal) as inside, watch.on():
            carried = self._publisher.run_due()
        assert [one.state for one in carried] == [DeliveryState.CONFIRMED] * DUE, "all are out"
        self.found[at] = watch.seconds / DUE
        self.found[f"{at}, processor"] = watch.processor / DUE
        self.found[f"{at}, journal"] = inside.seconds / DUE
        self.found[f"{at}, flushes"] = inside.flushes / DUE

    def end(self) -> None:
        """Say what planning took."""
        self.found["plan"] = self._planning.seconds / self._planned
        self.found["plan, processor"] = self._planning.processor / self._planned
        self.found["write"] = self._written / self._planned

    def _calendars(self, number: int) -> Iterator[Calendar]:
        for start in range(self._planned, self._planned + number, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, self._planned + number))
            yield Calendar(
                tuple(
                    Slot(account=ACCOUNT, at=FAR + one * SECOND, key=f"{one:09d}", draft=_draft(one))
                    for one in numbers
                )
            )


def _draft(number: int) -> Draft:
    return Draft(text=f"Autumn is here, and the jackets are waxed: number {number} #autumn")


def _run(url: str, most: int) -> Spent:
    with Journal.open(url) as journal:
        stages, held = Stages(journal), list[float]()
        for size in [*(one for one in PLANNED if one < most), most]:
            stages.grow(size)
            held.append(memory_used())
            stages.look()
            stages.deliver()
        stages.end()
    return {**stages.found, "memory": held[-1] - held[-2]}


if __name__ == "__main__":
    print(json.dumps(_run(sys.argv[1], int(sys.argv[2]))))
