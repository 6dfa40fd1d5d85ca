"""The worker loop, and what it asks of a publisher: what is due, one alone, and where to stop."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Literal

import pytest

import socialkit as sk
from socialkit.publishing import work, work_async
from tests.support import settle

State = sk.DeliveryState
Turn = Callable[[int], object]


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def blocking(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def world() -> Iterator[sk.Sandbox]:
    with sk.Sandbox(seed=7) as world:
        yield world


@pytest.fixture
def journal() -> Iterator[sk.Journal]:
    with sk.Journal.open("sqlite://") as journal:
        yield journal


@pytest.fixture
def publisher(world: sk.Sandbox, journal: sk.Journal, blocking: bool) -> Any:
    kind = sk.Publisher if blocking else sk.AsyncPublisher
    return kind(world.workspace(acme=["mastodon"]), journal)


class Rounds(threading.Event):
    """Waits no real time: does what the test says in each pause, and ends after the last."""

    def __init__(self, turns: list[Turn]) -> None:
        super().__init__()
        self.pauses: list[float] = []
        self._turns = turns

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout or 0)
        if self._turns:
            self._turns.pop(0)(len(self.pauses))
        else:
            self.set()
        return self.is_set()


class AsyncRounds(asyncio.Event):
    """The same for a coroutine."""

    def __init__(self, turns: list[Turn]) -> None:
        super().__init__()
        self._turns = turns

    async def wait(self) -> Literal[True]:
        if self._turns:
            self._turns.pop(0)(0)
            raise TimeoutError
        self.set()
        return True


async def run(publisher: Any, *turns: Turn, **more: Any) -> None:
    """Work until all turns are taken."""
    if isinstance(publisher, sk.Publisher):
        work(publisher, stop=Rounds(list(turns)), **more)
    else:
        await work_async(publisher, stop=AsyncRounds(list(turns)), **more)


async def plan(publisher: Any, *texts: str, **more: Any) -> list[sk.Delivery]:
    return [(await settle(publisher.plan(text, to="acme/mastodon/main", **more)))[0] for text in texts]


async def states(publisher: Any) -> list[State]:
    listing = publisher.deliveries()
    if isinstance(publisher, sk.Publisher):
        return [one.state for one in listing]
    return [one.state async for one in listing]


async def due(publisher: Any, **more: Any) -> list[sk.Delivery]:
    if isinstance(publisher, sk.Publisher):
        return list(publisher.due(**more))
    return [one async for one in publisher.due(**more)]


def texts(world: sk.Sandbox) -> list[str]:
    return [post.text for post in world.posts("mastodon")]


async def test_a_worker_sends_each_delivery_in_the_round_in_which_it_is_due(
    world: sk.Sandbox, publisher: Any
) -> None:
    await plan(publisher, "now")
    await plan(publisher, "later", at=world.clock.now() + timedelta(minutes=5))
    seen: list[list[str]] = []

    def minutes(number: int) -> Turn:
        def turn(_: int) -> None:
            seen.append(texts(world))
            world.clock.advance(timedelta(minutes=number))

        return turn

    await run(publisher, minutes(4), minutes(1), minutes(1))

    assert seen == [["now"], ["now"], ["now", "later"]]


async def test_a_worker_looks_for_what_is_unknown_and_sends_it_once(
    world: sk.Sandbox, publisher: Any
) -> None:
    world.fail("mastodon", "publish", sk.Fault.DROP_AFTER_COMMIT)
    await plan(publisher, "once")
    told: list[sk.Delivery] = []
    await run(publisher, lambda _: world.clock.advance(timedelta(minutes=3)), progress=told.append)

    assert texts(world) == ["once"]
    assert [told[0].state, told[-1].state] == [State.UNKNOWN, State.CONFIRMED]


async def test_a_blocking_worker_rests_as_long_as_it_is_told(world: sk.Sandbox, journal: sk.Journal) -> None:
    stop = Rounds([])
    publisher = sk.Publisher(world.workspace(acme=["mastodon"]), journal)
    work(publisher, stop=stop, every=timedelta(minutes=1))

    assert stop.pauses == [60]


async def test_a_worker_goes_on_when_the_journal_is_back(
    world: sk.Sandbox, publisher: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await plan(publisher, "after the outage")
    database = publisher._inside.journal.database

    def gone() -> Any:
        message = "another process kept the journal locked"
        raise sk.JournalError(message)

    with caplog.at_level(logging.ERROR, "socialkit"), monkeypatch.context() as patch:
        patch.setattr(database, "writing", gone)
        await run(publisher, lambda _: patch.undo())

    assert texts(world) == ["after the outage"]
    assert "another process kept the journal locked" in caplog.text


async def test_a_worker_ends_where_no_time_mends_it(
    world: sk.Sandbox, journal: sk.Journal, blocking: bool
) -> None:
    kind: Any = sk.Publisher if blocking else sk.AsyncPublisher
    nobody = kind(sk.Workspace(clock=world.clock.now), journal)

    with pytest.raises(sk.ConfigurationError, match="no brands"):
        await run(nobody)


async def test_a_stop_lets_the_delivery_in_hand_end_and_gives_back_the_rest(
    world: sk.Sandbox, publisher: Any, journal: sk.Journal
) -> None:
    await plan(publisher, "first", "second", "third")
    carried = await settle(publisher.run_due(stop=lambda: bool(texts(world))))

    assert [one.state for one in carried] == [State.CONFIRMED]
    assert texts(world) == ["first"]
    assert await states(publisher) == [State.CONFIRMED, State.PLANNED, State.PLANNED]
    assert list(journal.verify()) == []

    await settle(publisher.run_due())

    assert texts(world) == ["first", "second", "third"]


async def test_a_stop_gives_back_what_was_to_be_looked_for(world: sk.Sandbox, publisher: Any) -> None:
    world.fail("mastodon", "publish", sk.Fault.DROP_AFTER_COMMIT, times=2)
    await plan(publisher, "first", "second")
    await settle(publisher.run_due())
    world.clock.advance(timedelta(minutes=3))
    looked: list[sk.Delivery] = []
    await settle(publisher.reconcile(progress=looked.append, stop=lambda: bool(looked)))

    assert len(looked) == 1
    assert await states(publisher) == [State.CONFIRMED, State.UNKNOWN]

    await settle(publisher.reconcile())

    assert await states(publisher) == [State.CONFIRMED, State.CONFIRMED]
    assert texts(world) == ["first", "second"]


class Weary(BaseException):
    """Somebody pressed Ctrl-C."""


@pytest.mark.parametrize("error", [RuntimeError("the bar broke"), Weary()], ids=["mistake", "interruption"])
async def test_what_progress_raises_is_passed_on_and_the_rest_waits_for_others(
    world: sk.Sandbox, publisher: Any, journal: sk.Journal, error: BaseException
) -> None:
    await plan(publisher, "first", "second", "third", "fourth")

    def tell(_: sk.Delivery) -> None:
        if len(texts(world)) == 2:
            raise error

    with pytest.raises(type(error)) as caught:
        await settle(publisher.run_due(progress=tell))

    assert caught.value is error
    assert texts(world) == ["first", "second"]
    assert await states(publisher) == [State.CONFIRMED] * 2 + [State.PLANNED] * 2
    assert list(journal.verify()) == []

    await settle(publisher.run_due())

    assert texts(world) == ["first", "second", "third", "fourth"]


async def test_what_stop_raises_is_passed_on_and_the_rest_waits_for_others(
    world: sk.Sandbox, publisher: Any
) -> None:
    await plan(publisher, "first", "second", "third")

    def stop() -> bool:
        return 1 / (1 - len(texts(world))) < 0

    with pytest.raises(ZeroDivisionError):
        await settle(publisher.run_due(stop=stop))

    assert await states(publisher) == [State.CONFIRMED, State.PLANNED, State.PLANNED]


async def test_what_progress_raises_gives_back_what_was_to_be_looked_for(
    world: sk.Sandbox, publisher: Any
) -> None:
    world.fail("mastodon", "publish", sk.Fault.DROP_AFTER_COMMIT, times=3)
    await plan(publisher, "first", "second", "third")
    await settle(publisher.run_due())
    world.clock.advance(timedelta(minutes=3))

    def tell(_: sk.Delivery) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await settle(publisher.reconcile(progress=tell))
    waiting = [one.draft.text for one in await due(publisher) if one.draft]

    assert await states(publisher) == [State.CONFIRMED, State.UNKNOWN, State.UNKNOWN]
    assert sorted(waiting) == ["second", "third"]


async def test_a_journal_that_cannot_take_back_the_rest_hides_no_mistake(
    world: sk.Sandbox, publisher: Any, journal: sk.Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plan(publisher, "first", "second")

    def broken(**_: Any) -> None:
        raise sk.JournalError("the disk is full")

    def tell(_: sk.Delivery) -> None:
        monkeypatch.setattr(journal.database, "writing", broken)
        raise RuntimeError("the bar broke")

    with pytest.raises(RuntimeError, match="the bar broke"):
        await settle(publisher.run_due(progress=tell))
    monkeypatch.undo()
    world.clock.advance(timedelta(minutes=6))
    await settle(publisher.run_due())

    assert texts(world) == ["first", "second"]


async def test_a_stop_keeps_what_is_out_of_an_incomplete_thread(world: sk.Sandbox, publisher: Any) -> None:
    await plan(publisher, "short")
    thread = sk.Draft(text="one", thread=[sk.Draft(text="two")])
    world.fail("mastodon", "post_status", sk.Fault.RATE_LIMITED, times=9, after=2)
    await settle(publisher.plan(thread, to="acme/mastodon/main"))
    await settle(publisher.run_due())
    (before,) = [one for one in await listed(publisher) if one.state is State.INCOMPLETE]
    world.forget_faults()
    world.clock.advance(timedelta(minutes=15))
    asked: list[int] = []

    def second_time() -> bool:
        asked.append(1)
        return len(asked) > 1

    await settle(publisher.run_due(stop=second_time))
    (after,) = [one for one in await listed(publisher) if one.state is State.INCOMPLETE]

    assert [post.text for post in before.published] == ["one"]
    assert after.published == before.published
    assert after.failed_step == before.failed_step == "part 2 post"


async def listed(publisher: Any) -> list[sk.Delivery]:
    if isinstance(publisher, sk.Publisher):
        return list(publisher.deliveries())
    return [one async for one in publisher.deliveries()]


async def test_a_stop_before_the_first_takes_nothing(world: sk.Sandbox, publisher: Any) -> None:
    await plan(publisher, "first")
    carried = await settle(publisher.run_due(stop=lambda: True))

    assert carried == ()
    assert [one.tries for one in await listed(publisher)] == [0]


async def test_due_lists_what_waits_oldest_first_and_takes_nothing(world: sk.Sandbox, publisher: Any) -> None:
    now = world.clock.now()
    late, early, _ = [
        (await plan(publisher, text, at=now + timedelta(minutes=minutes)))[0]
        for text, minutes in (("late", 20), ("early", 10), ("tomorrow", 24 * 60))
    ]

    assert await due(publisher) == []
    assert [one.id for one in await due(publisher, now=now + timedelta(hours=1))] == [
        early.id,
        late.id,
    ]

    world.clock.advance(timedelta(hours=1))

    assert [one.id for one in await due(publisher, limit=1)] == [early.id]
    assert await states(publisher) == [State.PLANNED] * 3


async def test_due_goes_on_from_page_to_page(world: sk.Sandbox, publisher: Any) -> None:
    now = world.clock.now()
    planned = [
        (await plan(publisher, f"post {number}", at=now + timedelta(minutes=number % 3)))[0].id
        for number in range(250)
    ]
    world.clock.advance(timedelta(minutes=5))
    listed = [one.id for one in await due(publisher)]

    assert listed == [*planned[::3], *planned[1::3], *planned[2::3]]


async def test_due_lists_what_may_be_looked_for_from_then_on(world: sk.Sandbox, publisher: Any) -> None:
    world.fail("mastodon", "publish", sk.Fault.DROP_BEFORE_COMMIT)
    await plan(publisher, "perhaps")
    await settle(publisher.run_due())
    await settle(publisher.reconcile())
    too_early = await due(publisher)
    world.clock.advance(timedelta(minutes=4))

    assert too_early == []
    assert [one.state for one in await due(publisher)] == [State.UNKNOWN]


async def test_due_lists_what_a_worker_had_that_is_gone(world: sk.Sandbox, publisher: Any) -> None:
    (delivery,) = await plan(publisher, "left behind")
    worker = await publisher._inside.worker()
    worker.take(publisher._inside.micros(), 1)
    leased = await due(publisher)
    world.clock.advance(timedelta(minutes=6))

    assert leased == []
    assert [one.id for one in await due(publisher)] == [delivery.id]


async def test_one_alone_is_carried_and_only_when_it_is_due(world: sk.Sandbox, publisher: Any) -> None:
    later = world.clock.now() + timedelta(hours=1)
    (first,) = await plan(publisher, "first", at=later)
    (second,) = await plan(publisher, "second", at=later)
    too_early = await settle(publisher.run_due(only=second))
    world.clock.advance(timedelta(hours=1))
    carried = await settle(publisher.run_due(only=second.id))
    again = await settle(publisher.run_due(only=second))

    assert too_early == again == ()
    assert [one.id for one in carried] == [second.id]
    assert texts(world) == ["second"]
    assert [one.id for one in await due(publisher)] == [first.id]


async def test_one_alone_is_looked_for(world: sk.Sandbox, publisher: Any) -> None:
    world.fail("mastodon", "publish", sk.Fault.DROP_AFTER_COMMIT, times=2)
    _, second = await plan(publisher, "first", "second")
    await settle(publisher.run_due())
    world.clock.advance(timedelta(minutes=3))
    looked = await settle(publisher.reconcile(only=second))

    assert [(one.id, one.state) for one in looked] == [(second.id, State.CONFIRMED)]
    assert await states(publisher) == [State.UNKNOWN, State.CONFIRMED]
