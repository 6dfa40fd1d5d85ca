"""How long a worker that died holds up a delivery, and how a slow one keeps it."""

from __future__ import annotations

from contextvars import Context
from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import JournalError
from socialkit.models import Draft
from socialkit.publishing import Delivery, DeliveryState, Publisher
from socialkit.publishing._taking import LEASE
from socialkit.testing import video
from socialkit.transport import Request
from tests.publishing.stage import MINUTES, Killed, Machine, Stage, one
from tests.support import settle

State = DeliveryState
FILM = Draft(text="A film", media=[video()])
LONG = timedelta(minutes=9)
"""How long the platform takes for a film here: longer than a lease."""


def other_worker(stage: Stage) -> list[Delivery]:
    """Let another process work on what is due; it knows nothing of the run that goes on here."""
    publisher = Publisher(stage.machine().workspace.brand("acme"), stage.journal, actor="other")
    return list(Context().run(publisher.run_due))


def slow_machine(stage: Stage) -> tuple[Machine, Any]:
    """Return a machine with its line open, and its publisher; the platform takes long for a film."""
    simulator: Any = stage.world.simulator("mastodon")
    simulator._state.processing_time = LONG
    machine = stage.machine()
    brand = machine.workspace.brand("acme")
    stage.client_of(brand, "mastodon")
    return machine, stage.publisher(brand, actor="slow")


def looks(request: Request) -> bool:
    """Return whether a request asks whether a film is ready."""
    return request.method == "GET" and "media/" in request.url


async def test_a_worker_that_died_in_an_upload_holds_it_up_for_one_lease(stage: Stage) -> None:
    machine, publisher = slow_machine(stage)
    await one(publisher.plan(FILM, to="mastodon"))

    def die(request: Request) -> None:
        if looks(request):
            raise Killed

    machine.lines[0].before = die
    with pytest.raises(Killed):
        await settle(publisher.run_due())
    began = stage.world.clock.now()
    stage.pass_time(LEASE - timedelta(seconds=30))
    assert other_worker(stage) == []
    stage.pass_time(began + LEASE + timedelta(seconds=1) - stage.world.clock.now())

    assert [one.state for one in other_worker(stage)] == [State.CONFIRMED]
    assert stage.texts() == ["A film"]


async def test_a_step_that_makes_progress_keeps_its_delivery(stage: Stage) -> None:
    machine, publisher = slow_machine(stage)
    await one(publisher.plan(FILM, to="mastodon"))
    began = stage.world.clock.now()
    taken: list[Delivery] = []

    def look(request: Request) -> None:
        if looks(request):
            taken.extend(other_worker(stage))

    machine.lines[0].before = look
    (sent,) = await settle(publisher.run_due())

    assert stage.world.clock.now() - began > LEASE
    assert (sent.state, taken) == (State.CONFIRMED, [])
    assert (sent.tries, stage.texts()) == (1, ["A film"])
    assert stage.flaws() == []


async def test_a_step_of_a_delivery_that_others_took_ends_early(stage: Stage) -> None:
    machine, publisher = slow_machine(stage)
    await one(publisher.plan(FILM, to="mastodon"))
    carried: list[Delivery] = []
    asked: list[Request] = []

    def pause(request: Request) -> None:
        if looks(request):
            asked.append(request)
            if not carried:
                stage.pass_time(LEASE + MINUTES)
                carried.extend(other_worker(stage))

    machine.lines[0].before = pause
    (late,) = await settle(publisher.run_due())

    assert [one.state for one in carried] == [State.CONFIRMED]
    assert late.state is State.CONFIRMED  # as the other one left it
    assert len(asked) == 1
    assert stage.texts() == ["A film"]


async def test_a_journal_that_is_busy_for_a_moment_ends_no_upload(stage: Stage) -> None:
    machine, publisher = slow_machine(stage)
    await one(publisher.plan(FILM, to="mastodon"))
    failures: list[int] = []

    def busy(request: Request) -> None:
        if looks(request) and not failures:
            failures.append(stage.database.writes)
            stage.database.die(1, before=True, error=JournalError("others kept it locked"))

    machine.lines[0].before = busy
    (sent,) = await settle(publisher.run_due())

    assert stage.database.broken == {}
    assert sent.state is State.CONFIRMED
    assert stage.texts() == ["A film"]
