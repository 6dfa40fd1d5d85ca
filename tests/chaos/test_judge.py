"""A journal that forgets something is caught: each of these sends twice, or lies, and the suite says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, product
from pathlib import Path
from typing import Any, Final

import pytest

from socialkit.publishing import _lease, _leases, _looks, _taking
from socialkit.publishing._lease import Lease
from socialkit.publishing._leases import Worker
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._run import JournalRun
from tests.chaos.cases import Case, drawn, every_pair, every_stop
from tests.chaos.stage import play
from tests.chaos.test_deliveries import FIRST, RUNS

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


def put(*places: object, **parts: object) -> None:
    """Put something else in the place of what is there, wherever it is looked up."""
    for place, (name, part) in product(places, parts.items()):
        assert hasattr(place, name), f"{place} has no {name} any more"
        setattr(place, name, part)


def nothing(*_: object) -> None:
    """Do nothing."""


def none_of_them(*_: object) -> tuple[str, ...]:
    """Return nothing."""
    return ()


def forget_open_commits() -> None:
    """A write that was begun and has no result is begun again."""
    whole = _lease.steps_of

    def closed(session: Any, delivery: str) -> Any:
        return {name: step for name, step in whole(session, delivery).items() if not step.open}

    put(_leases, _looks, _taking, steps_of=closed)


def recover_to_planned() -> None:
    """Whatever a dead worker had is planned again, its steps forgotten."""
    whole = Worker._recover

    def recover(self: Worker, session: Any, now: int) -> None:
        dead = "SELECT id FROM deliveries WHERE state = ? AND lease_until <= ?"
        session.run(f"DELETE FROM steps WHERE delivery IN ({dead})", DeliveryState.SENDING, now)
        whole(self, session, now)

    put(Worker, _recover=recover)


def ignore_fences() -> None:
    """Who was fenced off goes on all the same."""

    def fenced(self: Worker, session: Any, lease: Lease, *_states: Any) -> Any:
        return self._row(session, lease.row.id)

    put(Worker, _fenced=fenced)


def ignore_freezes() -> None:
    """A freeze is looked at by nobody."""
    put(_lease, _leases, _taking, frozen=nothing)


def claim_what_is_taken() -> None:
    """One post may confirm two deliveries."""
    put(_leases, _looks, claim_post=nothing)
    put(Worker, taken_since=none_of_them)


def send_however_late() -> None:
    """A worker that stood still between its record and its sending sends."""
    put(JournalRun, require_time=nothing)


def believe_the_worst() -> None:
    """A write without an answer counts as one that did not happen."""
    whole = Worker.settle

    def settle(self: Worker, lease: Lease, now: int, *states: DeliveryState, **more: Any) -> Any:
        if states == (DeliveryState.UNKNOWN,):
            lease.steps.clear()
            states = (DeliveryState.REFUSED,)
        return whole(self, lease, now, *states, **more)

    put(Worker, settle=settle)


BROKEN: Final[Mapping[str, Callable[[], None]]] = {
    one.__name__: one
    for one in (
        forget_open_commits,
        recover_to_planned,
        ignore_fences,
        ignore_freezes,
        claim_what_is_taken,
        send_however_late,
        believe_the_worst,
    )
}


def counted_out(folder: Path) -> Iterator[Case]:
    """Return the cases that are counted out of the flow in which no key hides what is sent twice."""
    flow = ("mastodon without keys", "text")
    yield from every_stop(*flow, play(Case(*flow), folder).writes)
    yield from every_pair(*flow)


@pytest.mark.parametrize("broken", sorted(BROKEN))
def test_what_is_broken_is_caught(tmp_path: Path, broken: str) -> None:
    """Each worker breaks its own copy of the code; the first case that shows it is enough."""
    cases = chain(counted_out(tmp_path / "smooth"), map(drawn, range(FIRST, FIRST + RUNS)))
    caught = (play(case, tmp_path / str(n), BROKEN[broken]).complaints for n, case in enumerate(cases))

    assert any(caught), f"{RUNS} runs saw nothing wrong with it"
