"""Until when a write may still land: by the platform's clock, and where that is not told by a steady one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

import socialkit as sk
from socialkit.models import AccountRef, Attempt, Found, FoundState
from socialkit.operations import Async, OpenStep, PassingRun, Sync, finish
from socialkit.platforms import AsyncMastodon, Mastodon
from socialkit.platforms.base._settling import Settling
from socialkit.sandbox import Fault
from socialkit.testing import RecordingTransport, settle
from socialkit.transport import Pipeline, PlatformClock, Request, Response
from tests.transport.fakes import SteppedTransport

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
LATE = 2 * MINUTE


def answer(date: str | None, **headers: str) -> Response:
    return Response(200, headers if date is None else {"date": date, **headers}, b"{}")


def at(time: datetime) -> str:
    return format_datetime(time, usegmt=True)


def attempt(**fields: Any) -> Attempt:
    known: dict[str, Any] = {
        "platform": "mastodon",
        "account": AccountRef(platform="mastodon", id="7"),
        "kind": "publish",
        "step": "part 1 post",
        "key": "k",
        "started_at": NOON,
        "deadline": NOON + MINUTE,
    }
    return Attempt(**known | fields)


def settling(*answers: Response) -> tuple[Settling, SteppedTransport]:
    """Return what was settled by answers so far, and the transport whose clock can be moved."""
    transport = SteppedTransport(*answers)
    pipeline = Pipeline(transport, platform="pixelwall", base_url="https://pixelwall.example")
    for _ in answers:
        finish(pipeline.send(Request(method="GET", url="pins")))
    return Settling(pipeline), transport


# What the platform's clock shows ----------------------------------------------------------------------


def test_a_platforms_time_is_known_within_the_second_and_the_answers_way() -> None:
    clock = PlatformClock()
    clock.hear(answer(at(NOON)), 100.0, 103.0)

    assert clock.earliest(103.0) == NOON
    assert clock.earliest(100.0) == NOON - 3 * SECOND
    assert clock.latest(100.0) == NOON + SECOND
    assert clock.latest(110.0) == NOON + 11 * SECOND


@pytest.mark.parametrize(
    "told",
    [
        answer(None),
        answer("tomorrow"),
        answer("Mon, 02 Mar 2026 12:00:00 -0000"),
        answer("Mon, 99 Mar 2026 12:00:00 GMT"),
        answer(at(NOON), age="30"),
    ],
    ids=["nothing", "words", "no zone", "no day", "out of a cache"],
)
def test_an_answer_that_tells_no_time_leaves_what_is_known(told: Response) -> None:
    clock = PlatformClock()
    clock.hear(told, 0.0, 0.0)
    unknown = clock.earliest(0.0), clock.latest(0.0)
    clock.hear(answer(at(NOON)), 0.0, 0.0)
    clock.hear(told, 50.0, 50.0)

    assert unknown == (None, None)
    assert clock.earliest(0.0) == NOON


def test_a_time_that_was_told_long_ago_is_not_carried_on_as_the_latest() -> None:
    clock = PlatformClock()
    clock.hear(answer(at(NOON)), 0.0, 0.0)

    assert clock.latest(60.0) == NOON + 61 * SECOND
    assert clock.latest(61.0) is None
    assert clock.earliest(3_600.0) == NOON + timedelta(hours=1)


def test_what_nobody_signed_tells_no_time_of_the_platform() -> None:
    transport = SteppedTransport(answer(at(NOON)))
    pipeline = Pipeline(transport, platform="pixelwall", base_url="https://pixelwall.example")
    finish(pipeline.send(Request(method="GET", url="login", signed=False)))

    assert pipeline.clock.earliest(0.0) is None


# How long a write may land ----------------------------------------------------------------------------


def test_a_write_may_land_until_its_time_has_passed_on_the_platform() -> None:
    told, _ = settling(answer(at(NOON + 2 * MINUTE)))
    begun = attempt(platform_time=NOON)

    assert told.wait(begun, LATE, 0.0) == MINUTE
    assert told.wait(begun, timedelta(), 0.0) == -MINUTE


def test_this_machines_clock_decides_nothing_where_the_platform_tells_its_time() -> None:
    told, transport = settling(answer(at(NOON)))
    waits = told.wait(attempt(platform_time=NOON), LATE, 0.0)
    transport.clock += timedelta(days=1)

    assert told.wait(attempt(platform_time=NOON), LATE, 0.0) == waits == 3 * MINUTE


def test_two_looks_are_as_far_apart_as_a_write_may_be_late() -> None:
    told, _ = settling(answer(at(NOON + 10 * MINUTE)))
    early, late = NOON + 7 * MINUTE, NOON + 9 * MINUTE

    assert told.wait(attempt(platform_time=NOON, first_look=early), LATE, 0.0) <= timedelta()
    assert told.wait(attempt(platform_time=NOON, first_look=late), LATE, 0.0) == MINUTE


def test_where_the_beginning_is_not_known_all_is_counted_from_the_first_look() -> None:
    told, _ = settling(answer(at(NOON + 10 * MINUTE)))

    assert told.wait(attempt(first_look=NOON + 8 * MINUTE), LATE, 0.0) == MINUTE


def test_without_any_time_told_it_is_counted_from_the_first_look_of_this_process() -> None:
    told, _ = settling(answer(None))
    first = told.wait(attempt(), LATE, 1_000.0)
    second = told.wait(attempt(), LATE, 1_100.0)
    other, _ = settling(answer(None))

    assert (first, second) == (3 * MINUTE, 3 * MINUTE - 100 * SECOND)
    assert other.wait(attempt(), LATE, 1_100.0) == 3 * MINUTE
    # The same write, sent again: it has the key of the one before.
    assert told.wait(attempt(started_at=NOON + 1 * SECOND), LATE, 1_100.0) == 3 * MINUTE - SECOND


# Looking for a write ----------------------------------------------------------------------------------


class Jumping(RecordingTransport):
    """Goes by a clock that can be set."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
@pytest.mark.parametrize("ahead", [timedelta(hours=3), -timedelta(hours=3)])
async def test_a_look_says_absent_by_the_platforms_clock_alone(blocking: bool, ahead: timedelta) -> None:
    world = sk.Sandbox(seed=7)
    kind: Any = Mastodon if blocking else AsyncMastodon
    transport = Jumping(world._carry(Sync if blocking else Async, "mastodon"))
    login = world.simulator("mastodon").connection("main")
    client: Any = kind(base_url=world.address("mastodon"), transport=transport, **login)
    world.fail("mastodon", "publish", Fault.LATE, delay=MINUTE)
    with pytest.raises(sk.OutcomeUnknownError) as caught:
        await settle(client.posts.publish("One"))
    lost = Attempt.model_validate_json(caught.value.attempt.model_dump_json())
    transport.ahead = ahead
    early: Found = await settle(client.posts.find(lost))
    world.clock.advance(MINUTE)
    landed: Found = await settle(client.posts.find(lost))

    assert early.state is FoundState.UNDECIDED
    assert early.ask_again is not None
    assert early.ask_again > transport.now()
    assert landed.state is FoundState.PUBLISHED


class Timeless(RecordingTransport):
    """Tells no time of the platform."""

    async def send(self, request: Request, /) -> Response:
        found = await super().send(request)
        headers = {name: value for name, value in found.headers.items() if name.lower() != "date"}
        return replace(found, headers=headers)


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
async def test_what_is_absent_once_stays_so_where_no_time_is_told(blocking: bool) -> None:
    world = sk.Sandbox(seed=7)
    kind: Any = Mastodon if blocking else AsyncMastodon
    transport = Timeless(world._carry(Sync if blocking else Async, "mastodon"))
    login = world.simulator("mastodon").connection("main")
    client: Any = kind(base_url=world.address("mastodon"), transport=transport, **login)
    world.fail("mastodon", "publish", Fault.DROP_BEFORE_COMMIT)
    with pytest.raises(sk.OutcomeUnknownError) as caught:
        await settle(client.posts.publish("One"))
    states: list[FoundState] = []
    for _ in range(3):
        states.append((await settle(client.posts.find(caught.value.attempt))).state)
        world.clock.advance(10 * MINUTE)

    assert states == [FoundState.UNDECIDED, FoundState.ABSENT, FoundState.ABSENT]


@pytest.mark.parametrize("lasted", [0.0, 600.0])
def test_a_write_that_is_broken_off_may_be_on_its_way_however_the_clock_was_put_back(lasted: float) -> None:
    back = NOON - timedelta(hours=1)
    run = PassingRun(lambda: back, patience=MINUTE, steady=lambda: lasted)
    begun = OpenStep("post", "k", NOON, NOON + MINUTE, 0.0)

    assert run.given_up(begun).deadline == NOON + MINUTE + timedelta(seconds=lasted)
