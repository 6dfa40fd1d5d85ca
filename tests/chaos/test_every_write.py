"""Counted out: every fault at every call, and a kill and a pause at every write to the journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.cases import Case, every_fault, every_pair, every_stop
from tests.chaos.cast import PLATFORMS
from tests.chaos.stage import play

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

FLOWS = [(platform, kind) for platform, one in PLATFORMS.items() for kind in one.kinds]


def told(case: Case, folder: Path) -> list[str]:
    return [f"{complaint}\n    {case}" for complaint in play(case, folder).complaints]


@pytest.mark.parametrize(("platform", "kind"), FLOWS)
def test_every_fault_at_every_call(tmp_path: Path, platform: str, kind: str) -> None:
    smooth = play(Case(platform, kind), tmp_path / "smooth")
    cases = list(every_fault(platform, kind, smooth.calls, smooth.reads))
    complaints = [one for n, case in enumerate(cases) for one in told(case, tmp_path / str(n))]

    assert not smooth.complaints
    assert len(cases) > len(smooth.calls)
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize(("platform", "kind"), FLOWS)
def test_a_kill_and_a_pause_at_every_write(tmp_path: Path, platform: str, kind: str) -> None:
    smooth = play(Case(platform, kind), tmp_path / "smooth")
    cases = list(every_stop(platform, kind, smooth.writes))
    complaints = [one for n, case in enumerate(cases) for one in told(case, tmp_path / str(n))]

    assert smooth.writes
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_two_equal_posts_a_minute_apart_and_every_pair_of_faults(tmp_path: Path, platform: str) -> None:
    kind = "text" if "text" in PLATFORMS[platform].kinds else "film"
    cases = enumerate(every_pair(platform, kind))
    complaints = [one for n, case in cases for one in told(case, tmp_path / str(n))]

    assert not complaints, "\n".join(complaints)
