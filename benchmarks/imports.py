"""What importing costs, as the processor time of fresh processes."""

from __future__ import annotations

import resource
import subprocess
import sys
from statistics import median
from typing import Final

from benchmarks.figures import Figure

__all__ = ["measure"]

ROUNDS: Final = 21
NOTHING: Final = "pass"
OURS: Final = "import socialkit"
THEIRS: Final = "import httpx, pydantic"
FIRST_USE: Final = (
    "import socialkit as sk; "
    "sk.connect('mastodon', base_url='https://social.example', access_token='not-a-real-token')"
)
PROGRAMS: Final = (NOTHING, OURS, THEIRS, FIRST_USE)


def measure() -> list[Figure]:
    """Return the processor time of each import, above that of starting Python."""
    rounds = [{program: _seconds(program) for program in PROGRAMS} for _ in range(ROUNDS)]
    took = {program: median(one[program] - one[NOTHING] for one in rounds) * 1e3 for program in PROGRAMS[1:]}
    return [
        Figure("import httpx, pydantic", took[THEIRS], "ms"),
        Figure("import socialkit", took[OURS], "ms"),
        Figure("import socialkit, to import httpx, pydantic", took[OURS] / took[THEIRS], "times", most=0.2),
        Figure("import socialkit and the first sk.connect", took[FIRST_USE], "ms"),
    ]


def _seconds(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
