"""Clocks that change, jump, or run ahead: nothing leaves at a wrong time or twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from socialkit.models import WallTime
from socialkit.publishing import Delivery, DeliveryState
from socialkit.sandbox import Fault
from tests.publishing.stage import HOURS, MINUTES, Stage, one
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
