"""Whatever breaks, and whenever a worker is killed: nothing is out twice, and the journal tells the truth."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.chaos.cases import drawn
from tests.chaos.stage import play

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

RUNS = int(os.environ.get("SOCIALKIT_CHAOS_RUNS", "200"))
FIRST = int(os.environ.get("SOCIALKIT_CHAOS_SEED", "1"))
SHARE = 25
AGAIN = "SOCIALKIT_CHAOS_SEED={} SOCIALKIT_CHAOS_RUNS=1 make chaos CHAOS=tests/chaos/test_deliveries.py"


@pytest.mark.parametrize("begin", range(FIRST, FIRST + RUNS, SHARE))
def test_a_delivery_is_never_doubled_lost_or_misjudged(tmp_path: Path, begin: int) -> None:
    complaints: list[str] = []
    for seed in range(begin, min(begin + SHARE, FIRST + RUNS)):
        found = play(drawn(seed), tmp_path / str(seed)).complaints
        if found:
            told = "\n    ".join(found)
            complaints.append(f"{AGAIN.format(seed)}\n    {told}\n    {drawn(seed)}")

    assert not complaints, "\n".join(complaints)
