"""Governments move their clocks: what was planned by a wall time leaves when the clock shows it."""

from __future__ import annotations

import struct
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from socialkit.models import AccountRef, Draft, Slot, WallTime
from socialkit.publishing import Delivery, DeliveryState, Permission, Scope
from socialkit.sandbox import Sandbox
from tests.publishing.places import PAIRS, Place
from tests.publishing.stage import HOURS, MINUTES, Rules, one
from tests.support import collect, settle

State = DeliveryState
ZONE = "Europe/Paris"
Clocks = Callable[[int], None]
NOON = WallTime("2026-06-10 12:00", zone=ZONE)


@pytest.fixture
def clocks(tmp_path: Path) -> Iterator[Clocks]:
    """Puts another time zone database in place, in which Paris is so many hours ahead of UTC, always."""

    def put(hours: int) -> None:
        head = struct.pack(">4s c 15x 6l", b"TZif", b"2", 0, 0, 0, 0, 1, 4)
        body = struct.pack(">l 2B", hours * 3_600, 0, 0) + b"XYZ\0"
        path = tmp_path / "zones" / ZONE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(head + body + head + body + f"\n<XYZ>{-hours}\n".encode())
        zoneinfo.reset_tzpath([tmp_path / "zones"])
        zoneinfo.ZoneInfo.clear_cache()

    put(2)
    yield put
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


class Office:
    """A world, a journal in a database of either kind, and publishers of a mode."""

    def __init__(self, world: Sandbox, place: Place, kind: Any) -> None:
        self.world = world
        self.journal = place.journal()
        self._kind = kind
        self._workspace = world.workspace(acme=["mastodon"])

    def publisher(self, **given: Any) -> Any:
        """Return a publisher as a process that was just started has it."""
        return self._kind(self._workspace, self.journal, **given)

    async def plan(self, at: WallTime | datetime = NOON, **given: Any) -> Delivery:
        """Return what was planned for an account."""
        return await one(self.publisher(**given).plan("Lunch", to="acme/mastodon/main", at=at))

    async def look(self) -> Delivery:
        """Have a process be started and look once, and return the delivery."""
        await settle(self.publisher().run_due())
        return await one(tuple(self.journal.deliveries()))

    def wait_until(self, hour: int, minute: int = 0) -> None:
        """Let the clock show a time of that day, in UTC."""
        then = datetime(2026, 6, 10, hour, minute, tzinfo=UTC)
        self.world.clock.advance(then - self.world.clock.now())

    def out(self) -> list[datetime | None]:
        return [post.published_at for post in self.world.posts("mastodon")]


@pytest.fixture(params=PAIRS, ids=lambda pair: pair[0].__name__)
def office(request: pytest.FixtureRequest, clocks: Clocks) -> Iterator[Office]:
    del clocks
    kind, where = request.param
    place: Place = request.getfixturevalue(where)
    with Sandbox(seed=7) as world:
        yield Office(world, place, kind)


@pytest.mark.parametrize(("hours", "hour"), [(1, 11), (3, 9)])
async def test_a_delivery_leaves_when_the_clock_shows_its_time(
    office: Office, clocks: Clocks, hours: int, hour: int
) -> None:
    planned = await office.plan()
    assert planned.at.hour == 10
    office.wait_until(8)
    clocks(hours)
    moved = await office.look()

    assert moved.at == datetime(2026, 6, 10, hour, tzinfo=UTC)
    assert moved.not_after - moved.at == planned.not_after - planned.at
    assert moved.wall == planned.wall
    office.wait_until(hour - 1, 59)
    assert (await office.look()).state is State.PLANNED
    office.wait_until(hour)
    assert (await office.look()).state is State.CONFIRMED
    assert office.out() == [moved.at]
    told = [event for event in office.journal.events() if event.what == "moved"]
    assert [ZONE in str(event.detail["because"]) for event in told] == [True]
    assert list(office.journal.verify()) == []


async def test_a_process_that_was_down_at_the_old_time_waits_for_the_new_one(
    office: Office, clocks: Clocks
) -> None:
    await office.plan()
    office.wait_until(10, 5)
    clocks(1)

    assert (await office.look()).state is State.PLANNED
    assert office.out() == []


@pytest.mark.parametrize(("now", "state"), [((9, 30), State.CONFIRMED), ((11, 30), State.MISSED)])
async def test_a_time_that_has_passed_by_the_new_rules_is_late_or_missed(
    office: Office, clocks: Clocks, now: tuple[int, int], state: State
) -> None:
    await office.plan(WallTime("2026-06-10 14:00", zone=ZONE))
    office.wait_until(*now)
    clocks(5)

    assert (await office.look()).state is state


async def test_nothing_is_moved_while_the_rules_are_as_they_were(office: Office) -> None:
    await office.plan()
    await office.look()
    await office.look()

    assert [event.what for event in office.journal.events()] == ["planned", "anchored"]


async def test_an_instant_stays_what_it_is(office: Office, clocks: Clocks) -> None:
    planned = await office.plan(NOON.instant())
    clocks(3)

    assert (await office.look()).at == planned.at


async def test_a_wall_time_that_its_rules_refuse_now_keeps_its_instant(
    office: Office, clocks: Clocks, tmp_path: Path
) -> None:
    planned = await office.plan()
    clocks(3)
    (tmp_path / "zones" / ZONE).write_bytes(b"no zone at all")
    zoneinfo.ZoneInfo.clear_cache()

    assert (await office.look()).at == planned.at


async def test_what_is_proposed_or_held_is_moved_too(office: Office, clocks: Clocks) -> None:
    rules = Rules({("intern", "publish"): Permission.ASK})
    proposed = await office.plan(actor="intern", authority=rules)
    held = await office.plan()
    freeze = await settle(office.publisher().freeze(Scope(), reason="recall"))
    clocks(1)
    await settle(office.publisher().run_due())
    await settle(office.publisher().thaw(freeze, backlog="reschedule"))
    await settle(office.publisher().approve(proposed))

    assert {found.id: found.at.hour for found in office.journal.deliveries()} == {
        proposed.id: 11,
        held.id: 11,
    }
    office.wait_until(10, 59)
    assert await settle(office.publisher().run_due()) == ()
    office.wait_until(11)
    assert len(await settle(office.publisher().run_due())) == 2


async def test_what_a_thaw_lets_go_at_once_is_not_moved_back(office: Office) -> None:
    await office.plan()
    freeze = await settle(office.publisher().freeze(Scope(), reason="recall"))
    office.wait_until(15)
    await settle(office.publisher().thaw(freeze, backlog="reschedule"))

    assert (await office.look()).state is State.CONFIRMED


async def test_a_new_time_is_the_one_that_is_followed(office: Office, clocks: Clocks) -> None:
    planned = await office.plan()
    evening = WallTime("2026-06-10 18:00", zone=ZONE)
    moved = await one(office.publisher().reschedule(planned, evening))
    assert moved.wall is not None
    assert WallTime.model_validate(dict(moved.wall)) == evening
    clocks(1)
    assert (await office.look()).at == datetime(2026, 6, 10, 17, tzinfo=UTC)
    given = datetime(2026, 6, 10, 20, tzinfo=UTC)
    by_instant = await one(office.publisher().reschedule(planned, given))
    clocks(2)

    assert by_instant.wall is None
    assert (await office.look()).at == given


async def test_a_process_that_runs_for_days_looks_once_a_day(office: Office, clocks: Clocks) -> None:
    await office.plan()
    lasting = office.publisher()
    seen: list[int] = []
    for day, hour in ((9, 22), (9, 23), (10, 1)):
        office.world.clock.advance(datetime(2026, 6, day, hour, tzinfo=UTC) - office.world.clock.now())
        await settle(lasting.run_due())
        seen.append((await one(tuple(office.journal.deliveries()))).at.hour)
        clocks(1)

    assert seen == [10, 10, 11]


async def test_a_calendar_is_planned_again_whatever_its_zone_does(office: Office, clocks: Clocks) -> None:
    account = AccountRef(platform="mastodon", brand="acme", name="main")
    slot = Slot(key="lunch", account=account, at=NOON, draft=Draft(text="Lunch"))

    class Calendar:
        slots = (slot,)

    first = await one(office.publisher().plan_calendar(Calendar()))
    clocks(1)
    again = await one(office.publisher().plan_calendar(Calendar()))

    assert again.id == first.id


async def test_a_wall_time_that_was_altered_is_found(office: Office) -> None:
    delivery = await office.plan()
    with office.journal.database.writing() as session:
        session.run("UPDATE deliveries SET wall = NULL WHERE id = ?", delivery.id)

    assert [flaw.rpartition(": ")[2] for flaw in office.journal.verify()] == [
        "the wall time that it goes by is not the one that was written down"
    ]


async def test_deliveries_are_listed_with_their_wall_times(office: Office) -> None:
    await office.plan()
    await office.plan(office.world.clock.now() + HOURS + MINUTES)
    found: list[Delivery] = await collect(office.publisher().deliveries())

    assert [delivery.wall is not None for delivery in found] == [True, False]
