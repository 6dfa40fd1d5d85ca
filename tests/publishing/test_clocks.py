"""Clocks that change, jump, or run ahead: nothing leaves at a wrong time or twice."""

from __future__ import annotations

from contextvars import Context
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from socialkit.errors import JournalError
from socialkit.models import Draft, WallTime
from socialkit.platforms import MastodonOptions
from socialkit.publishing import Delivery, DeliveryState, Publisher
from socialkit.sandbox import Fault
from socialkit.testing import video
from socialkit.transport import Request, Safety
from tests.publishing.stage import HOURS, MINUTES, SETTLED, Killed, Stage, one
from tests.support import collect, settle

State = DeliveryState


@pytest.mark.parametrize(
    ("wall", "rule", "hour"),
    [
        ("2026-03-29 02:30", {"gap": "later"}, "2026-03-29T01:30:00+00:00"),
        ("2026-03-29 02:30", {"gap": "earlier"}, "2026-03-29T00:30:00+00:00"),
        ("2026-10-25 02:30", {"overlap": "first"}, "2026-10-25T00:30:00+00:00"),
        ("2026-10-25 02:30", {"overlap": "second"}, "2026-10-25T01:30:00+00:00"),
    ],
)
async def test_the_night_of_a_clock_change_is_planned_by_its_rule(
    stage: Stage, wall: str, rule: dict[str, Any], hour: str
) -> None:
    publisher = stage.acme()
    at = WallTime(wall, zone="Europe/Paris", **rule)
    delivery = await one(publisher.plan("One", to="mastodon", at=at))

    assert delivery.at.isoformat() == hour
    assert delivery.wall is not None
    assert WallTime.model_validate(dict(delivery.wall)) == at
    stage.world.clock.advance(delivery.at - stage.world.clock.now() - timedelta(seconds=1))
    assert await settle(publisher.run_due()) == ()
    stage.pass_time(timedelta(seconds=1))
    assert [one.state for one in await settle(publisher.run_due())] == [State.CONFIRMED]
    assert [post.published_at.isoformat() for post in stage.world.posts("mastodon") if post.published_at] == [
        hour
    ]


async def test_a_time_to_run_by_may_be_given_in_any_zone(stage: Stage) -> None:
    publisher = stage.acme()
    at = WallTime("2026-10-25 02:30", zone="Europe/Paris", overlap="second")
    await one(publisher.plan("One", to="mastodon", at=at))
    paris = ZoneInfo("Europe/Paris")
    first, second = (at.wall.replace(tzinfo=paris, fold=fold) for fold in (0, 1))
    assert await settle(publisher.run_due(now=first)) == ()

    assert len(await settle(publisher.run_due(now=second))) == 1


@pytest.mark.parametrize("drift", [-3 * HOURS, 3 * HOURS])
async def test_a_clock_that_jumps_sends_nothing_twice(stage: Stage, drift: timedelta) -> None:
    machine = stage.machine()
    publisher = stage.publisher(machine.workspace.brand("acme"))
    await one(publisher.plan("One", to="mastodon", not_after=timedelta(days=2)))
    stage.world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT)
    await settle(publisher.run_due())
    machine.drift = drift
    for _ in range(20):
        await settle(publisher.reconcile())
        await settle(publisher.run_due())
        stage.pass_time()

    assert stage.states() == ["confirmed"]
    assert stage.texts() == ["One"]


def forgetful(stage: Stage) -> None:
    """Have the platform know no keys: what is sent twice is out twice."""
    simulator: Any = stage.world.simulator("mastodon")
    simulator.set_idempotency(known=False)


async def look_and_send(publisher: Any) -> None:
    """Do what a worker does in a round."""
    await settle(publisher.reconcile())
    await settle(publisher.run_due())


JUMPS = [3 * HOURS, 2 * MINUTES, -3 * HOURS]
LATEST = timedelta(minutes=3, seconds=39)
"""When the last of writes lands: two minutes after those who sent it have given up for sure."""


@pytest.mark.parametrize("drift", JUMPS)
@pytest.mark.parametrize("looked", [False, True], ids=["before a look", "after a look"])
@pytest.mark.parametrize("timeless", [False, True], ids=["told", "untold"])
@pytest.mark.parametrize("delay", [timedelta(seconds=30), LATEST])
async def test_what_lands_late_is_not_sent_again_by_a_clock_that_jumps(
    stage: Stage, drift: timedelta, looked: bool, timeless: bool, delay: timedelta
) -> None:
    forgetful(stage)
    machine = stage.machine()
    machine.timeless = timeless
    publisher = stage.publisher(machine.workspace.brand("acme"))
    await one(publisher.plan("One", to="mastodon", not_after=timedelta(days=2)))
    stage.world.fail("mastodon", "publish", Fault.LATE, delay=delay)
    await settle(publisher.run_due())
    if looked:
        await settle(publisher.reconcile())
    machine.drift = drift
    for _ in range(10):
        await look_and_send(publisher)
    assert len(machine.writes) == 1
    stage.pass_time(delay)
    machine.drift = timedelta()
    for _ in range(8):  # the next look was put off by the wrong clock
        stage.pass_time()
        await look_and_send(publisher)

    assert stage.states() == ["confirmed"]
    assert stage.texts() == ["One"]
    assert len(machine.writes) == 1
    assert stage.flaws() == []


@pytest.mark.parametrize("platform", ["bluesky", "mastodon"])
async def test_what_lands_late_is_not_taken_for_lost_and_cancelled_by_a_clock_that_jumps(
    stage: Stage, platform: str
) -> None:
    machine = stage.machine(acme=[platform])
    publisher = stage.publisher(machine.workspace.brand("acme"))
    delivery = await one(publisher.plan("One", to=platform, not_after=timedelta(days=2)))
    stage.world.fail(
        platform, "publish", Fault.LATE, times=9
    )  # Bluesky's records may be sent again and again
    await settle(publisher.run_due())
    machine.drift = 3 * HOURS
    await settle(publisher.reconcile())

    with pytest.raises(JournalError, match="is unknown"):
        await settle(publisher.cancel(delivery))
    stage.pass_time()
    await settle(publisher.reconcile())
    assert stage.states() == ["confirmed"]
    assert stage.texts(platform) == ["One"]


async def test_a_clock_that_stands_right_costs_no_time(stage: Stage) -> None:
    machine = stage.machine()
    publisher = stage.publisher(machine.workspace.brand("acme"))
    await one(publisher.plan("One", to="mastodon"))
    stage.world.fail("mastodon", "publish", Fault.DROP_BEFORE_COMMIT)
    (lost,) = await settle(publisher.run_due())
    begun = stage.world.clock.now()
    (looked,) = await settle(publisher.reconcile())
    assert looked.next_look is not None
    stage.world.clock.advance(looked.next_look - begun)
    await look_and_send(publisher)

    assert lost.state is State.UNKNOWN
    assert looked.next_look - begun <= timedelta(minutes=3, seconds=41)
    assert stage.states() == ["confirmed"]
    assert stage.texts() == ["One"]


async def test_another_machine_whose_clock_is_ahead_does_not_send_what_is_on_its_way(stage: Stage) -> None:
    forgetful(stage)
    right, ahead = stage.machine(), stage.machine()
    ahead.drift = 3 * HOURS
    brand = right.workspace.brand("acme")
    publisher = stage.publisher(brand, actor="right")
    await one(publisher.plan("One", to="mastodon", not_after=timedelta(days=2)))
    stage.client_of(brand, "mastodon")
    other = Publisher(ahead.workspace.brand("acme"), stage.journal, actor="ahead")

    def overtake(request: Request) -> None:
        if request.safety is Safety.WRITE:
            for _ in range(5):
                Context().run(lambda: [*other.reconcile(), *other.run_due()])

    right.lines[0].before = overtake
    (sent,) = await settle(publisher.run_due())

    assert ahead.writes == []
    assert stage.texts() == ["One"]
    assert sent.state is State.CONFIRMED
    assert sent.because == "its answer came late, when it was unknown already"


async def test_where_no_time_is_told_what_another_process_has_seen_counts_for_nothing(stage: Stage) -> None:
    forgetful(stage)
    machine = stage.machine()
    machine.timeless = True
    publisher = stage.publisher(machine.workspace.brand("acme"))
    await one(publisher.plan("One", to="mastodon", not_after=timedelta(days=2)))
    stage.world.fail("mastodon", "publish", Fault.DROP_BEFORE_COMMIT)
    await settle(publisher.run_due())
    for _ in range(3):
        stage.pass_time()
        another = stage.machine()
        another.timeless = True
        await look_and_send(stage.publisher(another.workspace.brand("acme")))
        assert (stage.states(), another.writes) == (["unknown"], [])
    for _ in range(3):
        await look_and_send(publisher)
        stage.pass_time()

    assert stage.states() == ["confirmed"]
    assert stage.texts() == ["One"]


async def test_what_a_dead_worker_began_is_sent_again_after_two_looks(stage: Stage) -> None:
    forgetful(stage)
    machine = stage.machine()
    publisher = stage.publisher(machine.workspace.brand("acme"))
    await one(publisher.plan("One", to="mastodon", not_after=timedelta(days=2)))
    stage.client_of(machine.workspace.brand("acme"), "mastodon")

    def die(request: Request) -> None:
        if request.safety is Safety.WRITE:
            raise Killed

    machine.lines[0].before = die
    with pytest.raises(Killed):
        await settle(publisher.run_due())
    stage.restart()
    stage.pass_time()
    looks: list[timedelta] = []
    began = stage.world.clock.now()
    while stage.states() != ["confirmed"]:
        await look_and_send(stage.acme())
        looks.append(stage.world.clock.now() - began)
        stage.pass_time(timedelta(seconds=30))

    # One look, and after two minutes of the platform's clock another.
    assert timedelta(minutes=2) <= looks[-1] - looks[0] <= timedelta(minutes=3)
    assert stage.texts() == ["One"]


async def test_a_scheduled_post_that_went_out_is_found_by_a_clock_that_is_slow(stage: Stage) -> None:
    machine = stage.machine()
    publisher = stage.publisher(machine.workspace.brand("acme"))
    at = stage.world.clock.now() + HOURS
    draft = Draft(text="One", options=[MastodonOptions(scheduled_at=at)])
    await one(publisher.plan(draft, to="mastodon", not_after=timedelta(days=2)))
    stage.world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT)
    await settle(publisher.run_due())
    stage.pass_time(2 * HOURS)
    machine.drift = -3 * HOURS
    stage.rows("UPDATE deliveries SET ready_at = 0")
    await look_and_send(publisher)

    assert stage.states() == ["confirmed"]
    assert stage.texts() == ["One"]


async def test_a_write_is_not_sent_by_a_clock_that_was_put_back_meanwhile(stage: Stage) -> None:
    machine = stage.machine()
    publisher = stage.publisher(machine.workspace.brand("acme"))
    await one(publisher.plan("One", to="mastodon"))

    def stand_still() -> None:
        stage.pass_time()
        machine.drift = -SETTLED

    # The day's anchor; taken; what is there begun and noted; the write begun.
    stage.database.pause(5, stand_still)
    await settle(publisher.run_due())

    assert machine.writes == []
    assert stage.texts() == []


@pytest.mark.parametrize("ahead", [HOURS, timedelta(days=1)])
async def test_what_fails_is_not_tried_again_and_again_by_a_time_that_is_ahead(
    stage: Stage, ahead: timedelta
) -> None:
    publisher = stage.acme()
    now = stage.world.clock.now() + ahead
    await one(publisher.plan("One", to="mastodon", not_after=timedelta(days=2)))
    stage.world.fail("mastodon", "publish", Fault.RATE_LIMITED, times=50)
    (postponed,) = await settle(publisher.run_due(now=now))

    assert postponed.state is State.PLANNED
    assert postponed.next_look is not None
    assert postponed.next_look > now


async def test_what_is_due_after_a_weekends_outage_is_missed_and_can_be_planned_again(stage: Stage) -> None:
    publisher = stage.acme()
    now = stage.world.clock.now()
    for number in range(40):
        at = now + number * HOURS
        await one(publisher.plan(f"Number {number}", to="mastodon", at=at, not_after=MINUTES))
    late = await one(publisher.plan("On time", to="mastodon", at=now + 60 * HOURS))
    stage.pass_time(60 * HOURS)
    told: list[Delivery] = []
    sent: tuple[Delivery, ...] = await settle(publisher.run_due(progress=told.append))

    assert [one.id for one in sent] == [late.id] == [one.id for one in told]
    assert stage.texts() == ["On time"]
    missed: list[Delivery] = await collect(publisher.deliveries(state=State.MISSED))
    assert len(missed) == 40
    assert all("its time has passed" in (one.because or "") for one in missed)
    again = await one(publisher.reschedule(missed[7], stage.world.clock.now()))
    assert again.not_after - again.at == MINUTES
    await settle(publisher.run_due())
    assert stage.texts() == ["On time", "Number 7"]
    assert await settle(publisher.run_due()) == ()


# Too late after it was taken --------------------------------------------------------------------------


async def test_what_was_taken_in_time_is_missed_when_its_turn_comes_too_late(stage: Stage) -> None:
    publisher = stage.acme()
    for text in ("First", "Second", "Third"):
        await one(publisher.plan(text, to="mastodon", not_after=10 * MINUTES))
    told: list[Delivery] = []

    def close_the_lid(delivery: Delivery) -> None:
        if not told:
            stage.pass_time(8 * HOURS)
        told.append(delivery)

    carried = await settle(publisher.run_due(progress=close_the_lid))

    assert [one.state for one in carried] == [State.CONFIRMED, State.MISSED, State.MISSED]
    assert [one.because for one in told] == [None, *["its time has passed by more than was allowed"] * 2]
    assert stage.texts() == ["First"]
    assert stage.history(told[1])[-3:] == ["sending", "planned", "missed"]
    assert stage.flaws() == []
    await one(publisher.reschedule(told[1], stage.world.clock.now()))
    await settle(publisher.run_due())
    assert stage.texts() == ["First", "Second"]


async def asleep_after(stage: Stage, write: int, draft: Draft) -> Any:
    """Plan a draft that may be ten minutes late, on a machine that sleeps for hours after its n-th write."""
    machine = stage.machine()
    brand = machine.workspace.brand("acme")
    publisher = stage.publisher(brand)
    stage.client_of(brand, "mastodon")

    def sleep(request: Request) -> None:
        if request.safety is Safety.WRITE and len(machine.writes) == write:
            stage.pass_time(8 * HOURS)

    machine.lines[0].after = sleep
    await one(publisher.plan(draft, to="mastodon", not_after=10 * MINUTES))
    return publisher


REST = [
    pytest.param({"thread": [Draft(text="Two"), Draft(text="Three")]}, "part 2 post", id="a thread"),
    pytest.param({"first_comment": "Two"}, "first comment post", id="a first comment"),
]


@pytest.mark.parametrize(("rest", "step"), REST)
async def test_of_what_is_out_in_part_a_person_decides_about_the_rest_that_is_too_late(
    stage: Stage, rest: dict[str, Any], step: str
) -> None:
    publisher = await asleep_after(stage, 1, Draft(text="One", **rest))
    late = await one(publisher.run_due())

    assert (late.state, late.failed_step) == (State.INCOMPLETE, step)
    assert late.because == "its time has passed by more than was allowed"
    assert [post.text for post in late.published] == ["One"]
    stage.pass_time()
    assert await settle(publisher.run_due()) == ()
    assert stage.texts() == ["One"]
    assert (await one(publisher.deliver(late))).state is State.CONFIRMED
    assert stage.texts()[:2] == ["One", "Two"]
    assert stage.flaws() == []


async def test_a_film_that_takes_too_long_is_missed_and_may_be_delivered_by_a_person(stage: Stage) -> None:
    simulator: Any = stage.world.simulator("mastodon")
    simulator._state.processing_time = 9 * MINUTES
    publisher = stage.acme()
    await one(publisher.plan(Draft(text="A film", media=[video()]), to="mastodon", not_after=5 * MINUTES))
    missed = await one(publisher.run_due())

    assert (missed.state, stage.texts()) == (State.MISSED, [])
    again = await one(publisher.reschedule(missed, stage.world.clock.now() + HOURS))
    stage.pass_time(again.not_after - stage.world.clock.now() - MINUTES)
    assert (await one(publisher.deliver(missed))).state is State.CONFIRMED
    assert stage.texts() == ["A film"]


async def test_what_a_person_delivers_leaves_however_late(stage: Stage) -> None:
    publisher = stage.acme()
    delivery = await one(publisher.plan("One", to="mastodon", not_after=MINUTES))
    stage.pass_time(HOURS)

    assert (await one(publisher.deliver(delivery))).state is State.CONFIRMED
