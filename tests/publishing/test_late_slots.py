"""A slot that was left empty, and is filled after all: its platform's answer came late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import socialkit as sk
from socialkit.errors import JournalError
from socialkit.publishing import Delivery, DeliveryState
from tests.publishing.places import Place
from tests.publishing.stage import HOURS, Stage, one
from tests.publishing.test_filling import Calendar
from tests.publishing.test_late_answers import Overtaken

State = DeliveryState
DAYS = timedelta(days=2)
LEFT_EMPTY = [State.CANCELLED, State.REFUSED]


@pytest.fixture
def stage(socialkit_world: sk.Sandbox, place: Place, tmp_path: Path, blocking: bool) -> Iterator[Stage]:
    """A stage whose journal lies in either database."""
    folder = tmp_path / "stage"
    folder.mkdir()
    stage = Stage(socialkit_world, folder, blocking=blocking)
    stage.journal.close()
    stage.journal = place.journal()
    yield stage
    stage.journal.close()


@pytest.fixture
def overtaken(stage: Stage) -> Overtaken:
    return Overtaken(stage)


@pytest.fixture
def calendar(overtaken: Overtaken) -> Calendar:
    return wants(overtaken, "First")


def wants(overtaken: Overtaken, text: str) -> Calendar:
    """Return a calendar whose one slot is due as long as nobody has it wait."""
    account, at = overtaken.brand.account("mastodon"), overtaken.stage.world.clock.now()
    return Calendar((sk.Slot(account=account, at=at, key="spring", draft=sk.Draft(text=text)),))


async def planned(overtaken: Overtaken, calendar: Calendar) -> Delivery:
    return await one(overtaken.publisher.plan_calendar(calendar, not_after=DAYS))


@pytest.mark.parametrize("state", LEFT_EMPTY)
async def test_a_slot_that_was_filled_late_is_not_filled_again(
    stage: Stage, overtaken: Overtaken, calendar: Calendar, state: State
) -> None:
    late = await overtaken.leave(await planned(overtaken, calendar), getattr(overtaken, state.value))
    assert late.state is State.CONFIRMED

    assert await planned(overtaken, calendar) == late
    assert [delivery.id for delivery in stage.journal.deliveries()] == [late.id]
    assert stage.flaws() == []


async def test_whoever_wants_something_else_in_a_slot_that_was_filled_late_is_refused(
    stage: Stage, overtaken: Overtaken, calendar: Calendar
) -> None:
    other = Calendar((calendar.slots[0].model_copy(update={"draft": sk.Draft(text="Second")}),))
    late = await overtaken.leave(await planned(overtaken, calendar), overtaken.cancelled)

    with pytest.raises(JournalError, match=f"filled with something else.*{late.id}"):
        await planned(overtaken, other)
    assert [delivery.id for delivery in stage.journal.deliveries()] == [late.id]


@pytest.mark.parametrize("state", LEFT_EMPTY)
async def test_a_slot_that_was_filled_again_before_the_answer_came_stays_filled_so(
    stage: Stage, overtaken: Overtaken, calendar: Calendar, state: State
) -> None:
    other = Calendar((calendar.slots[0].model_copy(update={"draft": sk.Draft(text="Second")}),))

    def meanwhile() -> None:
        getattr(overtaken, state.value)()
        overtaken.others.plan_calendar(other, not_after=DAYS)

    late = await overtaken.leave(await planned(overtaken, calendar), meanwhile)
    assert late.state is State.CONFIRMED
    again = await planned(overtaken, other)

    told = [(delivery.id, delivery.slot, delivery.state) for delivery in stage.journal.deliveries()]
    assert told == [(late.id, "spring", State.CONFIRMED), (again.id, "spring", State.CONFIRMED)]
    assert sorted(stage.texts()) == ["First", "Second"]
    with pytest.raises(JournalError, match=f"filled with something else.*{again.id}"):
        await planned(overtaken, calendar)
    assert stage.flaws() == []


@pytest.mark.parametrize("state", LEFT_EMPTY)
async def test_a_queue_passes_over_an_instant_that_was_filled_late(
    stage: Stage, overtaken: Overtaken, state: State
) -> None:
    """One that was moved to leave earlier keeps the slot that it had, which is still to come here."""
    later = sk.Recurrence("FREQ=DAILY", start=sk.WallTime("2026-03-04 09:30", zone="UTC"))
    queue = overtaken.publisher.queue
    first = await one(queue("First", to="mastodon", slots=later, not_after=DAYS))
    stage.pass_time(HOURS)
    await one(overtaken.publisher.reschedule(first, stage.world.clock.now() + HOURS))
    stage.pass_time(HOURS)
    late = await overtaken.leave(first, getattr(overtaken, state.value))
    assert late.state is State.CONFIRMED
    second = await one(queue("Second", to="mastodon", slots=later, not_after=DAYS))

    assert first.at > stage.world.clock.now()
    assert second.at == first.at + timedelta(days=1)
    assert stage.flaws() == []


async def test_a_late_delivery_that_was_made_to_look_as_any_other_is_named(
    stage: Stage, overtaken: Overtaken, calendar: Calendar
) -> None:
    late = await overtaken.leave(await planned(overtaken, calendar), overtaken.cancelled)
    stage.rows("UPDATE deliveries SET late = FALSE")

    assert stage.flaws() == [
        f"delivery {late.id}: whether it was over when it came out is not what was written down"
    ]
