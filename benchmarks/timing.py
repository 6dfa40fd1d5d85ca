"""Measuring on a machine that others use too: processor time, contenders in turn, medians."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final

__all__ = ["Course", "added_by", "aside", "memory_peak", "memory_used", "race", "reset_peak"]

KIB: Final = 1024
WARM_UP: Final = 3
KEPT: Final = 20
"""Pages held at once when memory is measured: one alone drowns in what the allocator keeps."""
STATUS: Final = Path("/proc/self/status")


class Course:
    """What a race gave: for each contender its processor seconds a call, round by round."""

    def __init__(self, rounds: Mapping[str, list[float]]) -> None:
        self._rounds = rounds

    def seconds(self, name: str) -> float:
        """Return the median of a contender."""
        return median(self._rounds[name])

    def ratio(self, name: str, other: str) -> float:
        """Return the median of the rounds' ratios."""
        return median(
            mine / theirs for mine, theirs in zip(self._rounds[name], self._rounds[other], strict=True)
        )

    def above(self, name: str, other: str) -> float:
        """Return the median of the rounds' differences, in seconds."""
        return median(
            mine - theirs for mine, theirs in zip(self._rounds[name], self._rounds[other], strict=True)
        )


def race(contenders: Mapping[str, Callable[[], object]], *, rounds: int, calls: int) -> Course:
    """Let each contender make `calls` calls in each round, in turn, so that noise meets all alike."""
    for call in contenders.values():
        for _ in range(WARM_UP):
            call()
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    order = list(contenders)
    for _ in range(rounds):
        for name in order:
            call = contenders[name]
            started = time.process_time()
            for _ in range(calls):
                call()
            spent[name].append((time.process_time() - started) / calls)
        order.reverse()
    return Course(spent)


def aside(module: str, *arguments: str, python: str = sys.executable) -> dict[str, Any]:
    """Run a module in a fresh process, and return what it prints as JSON."""
    command = [python, "-m", module, *arguments]
    answer: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


def _status(field: str) -> float:
    for line in STATUS.read_text().splitlines():
        if line.startswith(field):
            return float(line.split()[1]) / KIB
    raise LookupError(field)


def memory_used() -> float:
    """Return the MiB that this process holds; Linux only."""
    return _status("VmRSS:")


def memory_peak() -> float:
    """Return the most MiB that this process held since `reset_peak`; Linux only."""
    return _status("VmHWM:")


def reset_peak() -> None:
    """Begin to look for the peak anew."""
    Path("/proc/self/clear_refs").write_text("5")


def added_by(call: Callable[[], object]) -> float:
    """Return the MiB that calls and holding their answers add at the peak, an answer."""
    call()
    reset_peak()
    before = memory_used()
    kept = [call() for _ in range(KEPT)]
    return (memory_peak() - before) / len(kept)
