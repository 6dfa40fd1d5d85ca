"""Processes that share what a platform allows: how much of it they use, and whether any is refused.

python -m benchmarks.budgets sqlite:////tmp/journal.db
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from benchmarks.databases import each_database
from benchmarks.figures import Figure, table
from socialkit.publishing import Journal
from socialkit.transport import BudgetOwner, LocalLimit, RateBudget, RateReading, shared_budget

__all__ = ["measure"]

WORKERS: Final = (1, 4, 16)
ALLOWED: Final = 200
"""Calls in a window."""
WINDOW: Final = 10.0
"""Seconds."""
WINDOWS: Final = 2
ANSWERS_AFTER: Final = 0.005
"""Seconds that a call takes."""
AHEAD: Final = timedelta(seconds=WINDOW)
LONGEST_NAP: Final = 0.25

_context: Final = multiprocessing.get_context("fork")


def measure() -> list[Figure]:
    """Return the figures of a journal in each database."""
    return [
        replace(one, name=f"{database}: {one.name}")
        for database, url in each_database()
        for one in _measured(url)
    ]


def _measured(url: str) -> list[Figure]:
    figures: list[Figure] = []
    for kind, tells in (("a platform that tells", True), ("a silent platform", False)):
        for workers in WORKERS:
            used, refused = _played(url, workers, tells=tells)
            what = f"{kind}, {workers} {'process' if workers == 1 else 'processes'}"
            figures += [
                Figure(f"allowance left unused, {what}", (1 - used) * 100, "%", most=5, aim=2),
                Figure(f"refusals, {what}", refused, "", most=0),
            ]
    return figures


@dataclass
class Allowance:
    """A platform that allows so many calls in a window, and counts them."""

    tells: bool
    begins: float
    lock: Any = field(default_factory=_context.Lock)
    window: Any = field(default_factory=lambda: _context.Value("q", -1, lock=False))
    used: Any = field(default_factory=lambda: _context.Value("q", 0, lock=False))
    served: Any = field(default_factory=lambda: _context.Value("q", 0, lock=False))
    refused: Any = field(default_factory=lambda: _context.Value("q", 0, lock=False))

    def call(self) -> RateReading | None:
        """Answer a call, and tell what is left; None when it is refused, or nothing is told."""
        now = time.time()
        with self.lock:
            window = int((now - self.begins) // WINDOW)
            if window != self.window.value:
                self.window.value, self.used.value = window, 0
            if self.used.value >= ALLOWED:
                self.refused.value += 1
            else:
                self.used.value += 1
                self.served.value += 0 <= window < WINDOWS
            left = ALLOWED - self.used.value
        time.sleep(ANSWERS_AFTER)
        ends = datetime.fromtimestamp(self.begins + (window + 1) * WINDOW, UTC)
        return RateReading(left, ends, ALLOWED) if self.tells else None


def _played(url: str, workers: int, *, tells: bool) -> tuple[float, int]:
    """Let workers call as often as they may; return the part of the allowance used, and refusals."""
    allowance = Allowance(tells, begins=time.time() + 1)
    name = f"pixelwall {workers} {tells}"
    processes = [_context.Process(target=_work, args=(url, name, allowance)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return allowance.served.value / (ALLOWED * WINDOWS), allowance.refused.value


def _work(url: str, name: str, allowance: Allowance) -> None:
    local = None if allowance.tells else LocalLimit(ALLOWED, AHEAD)
    with Journal.open(url) as journal, journal.share_budgets():
        budget = shared_budget(name, owner=BudgetOwner(name=name, brand="acme"), local=local)
        time.sleep(max(0.0, allowance.begins - time.time()))
        _call_on(budget, allowance)


def _call_on(budget: RateBudget, allowance: Allowance) -> None:
    ends = allowance.begins + WINDOW * WINDOWS
    while time.time() < ends:
        wait = budget.take(datetime.now(UTC))
        if wait:
            time.sleep(min(wait.total_seconds(), LONGEST_NAP, max(0.0, ends - time.time())))
            continue
        reading = allowance.call()
        if reading is not None:
            budget.learn(reading)


if __name__ == "__main__":
    print(table(_measured(sys.argv[1])))
