"""A worker stood still in a write, and its platform's answer came late: it is true all the same."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import ContentRejectedError
from socialkit.models import Draft
from socialkit.platforms import MastodonOptions
from socialkit.publishing import Delivery, DeliveryState, Publisher, Scope
from socialkit.publishing._models import ANSWERED_LATE
from socialkit.transport import Request, Safety
from tests.publishing.stage import HOURS, Stage, one
from tests.support import settle

State = DeliveryState
THREAD = Draft(text="One", thread=[Draft(text="Two")])
DAYS = timedelta(days=2)


class Overtaken:
    """A worker that stands still with its n-th write on the line, and what happens meanwhile."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        simulator: Any = stage.world.simulator("mastodon")
        simulator.set_idempotency(known=False)
        self.machine, self.other = stage.machine(), stage.machine()
        self.brand = self.machine.workspace.brand("acme")
        self.publisher = stage.publisher(self.brand, actor="slow")
        self.others = Publisher(self.other.workspace.brand("acme"), stage.journal, actor="other")
        self.delivery = ""

    async def send(
        self,
        draft: Draft | str,
        meanwhile: Callable[[], object],
        *,
        write: int = 1,
        not_after: timedelta = DAYS,
    ) -> Delivery:
        """Send a draft, and return what the worker says that stood still."""
        planned = await one(self.publisher.plan(draft, to="mastodon", not_after=not_after))
        return await self.leave(planned, meanwhile, write=write)

    async def leave(self, delivery: Delivery, meanwhile: Callable[[], object], *, write: int = 1) -> Delivery:
        """Have a delivery that is due leave, and return what the worker says that stood still."""
        writes = 0
        self.delivery = delivery.id
        self.stage.client_of(self.brand, "mastodon")

        def stand_still(request: Request) -> None:
            nonlocal writes
            writes += request.safety is Safety.WRITE
            if request.safety is Safety.WRITE and writes == write:
                Context().run(meanwhile)

        self.machine.lines[0].before = stand_still
        done = await settle(self.publisher.run_due())
        return one_of(next(one for one in done if one.id == delivery.id))

    def given_up(self) -> None:
        """Have another worker find nothing, and plan it again."""
        for _ in range(2):
            self.stage.pass_time()
            self.others.reconcile()
        assert self.state() in {State.PLANNED, State.INCOMPLETE}

    def state(self) -> State:
        return self.found().state

    def found(self) -> Delivery:
        return next(one for one in self.stage.journal.deliveries() if one.id == self.delivery)

    # What is decided meanwhile ------------------------------------------------------------------------

    def unknown(self) -> None:
        self.stage.pass_time()
        self.others.reconcile()

    def planned(self) -> None:
        self.given_up()

    def cancelled(self) -> None:
        self.given_up()
        self.others.cancel(self.delivery)

    def held(self) -> None:
        self.given_up()
        self.others.freeze(Scope(brand="acme"), reason="recall")

    def missed(self) -> None:
        self.given_up()
        self.stage.pass_time(3 * DAYS)
        self.others.run_due()

    def refused(self) -> None:
        self.given_up()

        def refuse(request: Request) -> None:
            if request.safety is Safety.WRITE:
                raise ContentRejectedError("not that", status=422)

        self.other.lines[0].before = refuse
        self.others.run_due()
        self.other.lines[0].before = None

    def needs_decision(self) -> None:
        self.stage.pass_time()
        self.stage.rows("UPDATE steps SET attempt = replace(attempt, 'anchor', 'nothing') WHERE writes")
        self.others.reconcile()

    def sent_again(self) -> None:
        self.given_up()
        self.others.run_due()


def one_of(delivery: Any) -> Delivery:
    assert isinstance(delivery, Delivery)
    return delivery


@pytest.fixture
def overtaken(stage: Stage) -> Overtaken:
    return Overtaken(stage)


def decide(overtaken: Overtaken, state: State) -> Callable[[], None]:
    """Return what brings a delivery into a state, and makes sure of it."""

    def meanwhile() -> None:
        getattr(overtaken, state.value.replace(" ", "_"))()
        assert overtaken.state() is state

    return meanwhile


async def work(stage: Stage, rounds: int = 4) -> None:
    publisher = stage.acme()
    for _ in range(rounds):
        await settle(publisher.reconcile())
        await settle(publisher.run_due())
        stage.pass_time()


STATES = sorted({State.UNKNOWN, State.PLANNED, *ANSWERED_LATE})


@pytest.mark.parametrize("state", STATES)
async def test_what_the_platform_confirmed_late_is_confirmed(
    stage: Stage, overtaken: Overtaken, state: State
) -> None:
    late = await overtaken.send("One", decide(overtaken, state))

    assert late == overtaken.found()
    assert late.state is State.CONFIRMED
    assert late.because == f"its answer came late, when it was {state.value} already"
    assert late.post is not None
    assert [late.post.id] == [post.id for post in stage.world.posts("mastodon")]
    assert stage.history(late)[-1] == "confirmed"
    assert stage.rows("SELECT delivery FROM posts") == [(late.id,)]
    ((result,),) = stage.rows("SELECT result FROM steps WHERE writes AND state = 'finished'")
    assert late.post.id in result
    for freeze in overtaken.others.freezes():
        overtaken.others.thaw(freeze, backlog="reschedule")
    await work(stage)
    assert overtaken.found() == late
    assert stage.texts() == ["One"]
    assert stage.flaws() == []


WAITS_FOR_A_PERSON = sorted({State.CANCELLED, State.HELD, State.MISSED, State.NEEDS_DECISION})


@pytest.mark.parametrize("state", STATES)
async def test_a_thread_whose_first_part_was_confirmed_late_is_incomplete(
    stage: Stage, overtaken: Overtaken, state: State
) -> None:
    late = await overtaken.send(THREAD, decide(overtaken, state))

    assert late == overtaken.found()
    assert late.state is State.INCOMPLETE
    assert late.because == f"its answer came late, when it was {state.value} already"
    assert [post.text for post in late.published] == stage.texts() == ["One"]
    assert stage.flaws() == []
    await work(stage)
    carried_on = state in {State.UNKNOWN, State.PLANNED}
    assert stage.texts() == (["One", "Two"] if carried_on else ["One"])
    assert overtaken.state() is (State.CONFIRMED if carried_on else State.INCOMPLETE)


@pytest.mark.parametrize("state", [State.CANCELLED, State.MISSED])
async def test_what_is_missing_of_such_a_thread_leaves_when_a_person_says_so(
    stage: Stage, overtaken: Overtaken, state: State
) -> None:
    late = await overtaken.send(THREAD, decide(overtaken, state))
    done = await one(stage.acme().deliver(late))

    assert done.state is State.CONFIRMED
    assert stage.texts() == ["One", "Two"]


async def test_a_thread_that_is_thawed_goes_on_after_what_was_confirmed_late(
    stage: Stage, overtaken: Overtaken
) -> None:
    await overtaken.send(THREAD, decide(overtaken, State.HELD))
    for freeze in overtaken.others.freezes():
        overtaken.others.thaw(freeze, backlog="reschedule")
    await work(stage)

    assert overtaken.state() is State.CONFIRMED
    assert stage.texts() == ["One", "Two"]


@pytest.mark.parametrize("gone", [False, True], ids=["carried on", "cancelled"])
async def test_the_last_part_of_a_thread_that_was_confirmed_late_makes_it_whole(
    stage: Stage, overtaken: Overtaken, gone: bool
) -> None:
    late = await overtaken.send(THREAD, overtaken.cancelled if gone else overtaken.given_up, write=2)

    assert late == overtaken.found()
    assert late.state is State.CONFIRMED
    assert late.post is not None
    assert [late.post.text, *(part.text for part in late.post.thread)] == stage.texts() == ["One", "Two"]
    await work(stage)
    assert stage.texts() == ["One", "Two"]
    assert stage.flaws() == []


async def test_a_part_in_the_middle_that_was_confirmed_late_is_told_and_kept(
    stage: Stage, overtaken: Overtaken
) -> None:
    draft = Draft(text="One", thread=[Draft(text="Two"), Draft(text="Three")])
    late = await overtaken.send(draft, overtaken.given_up, write=2)

    assert late.state is State.INCOMPLETE
    assert [post.text for post in late.published] == ["One", "Two"]
    assert stage.history(late)[-1] == "answered late"
    await work(stage)
    assert stage.texts() == ["One", "Two", "Three"]
    assert stage.states() == ["confirmed"]
    assert stage.flaws() == []


async def test_a_second_post_of_one_delivery_is_told_everywhere(stage: Stage, overtaken: Overtaken) -> None:
    late = await overtaken.send("One", overtaken.sent_again)
    first, second = (post.id for post in stage.world.posts("mastodon"))

    assert late == overtaken.found()
    assert late.state is State.CONFIRMED
    assert late.post is not None
    assert late.post.id == first
    assert late.because == f"it is out twice: {second} came of it too"
    (told,) = [event for event in stage.journal.events() if event.what == "also out"]
    assert str(told.detail["also"]).endswith(f"{second}']")
    assert stage.flaws() == [f"delivery {late.id}: it has become 2 posts"]


async def test_a_platform_that_knows_the_key_makes_no_second_post_of_a_late_one(
    stage: Stage, overtaken: Overtaken
) -> None:
    simulator: Any = stage.world.simulator("mastodon")
    simulator.set_idempotency(known=True)
    late = await overtaken.send("One", overtaken.sent_again)

    assert late.state is State.CONFIRMED
    assert late.because is None
    assert stage.texts() == ["One"]
    assert stage.flaws() == []


async def test_a_scheduled_post_that_went_out_before_its_answer_came_is_no_second_one(
    stage: Stage, overtaken: Overtaken
) -> None:
    """It got another id when it went out."""
    machine = stage.machine()
    brand = machine.workspace.brand("acme")
    publisher = stage.publisher(brand, actor="slow")
    soon = MastodonOptions(scheduled_at=stage.world.clock.now() + timedelta(minutes=10))
    draft = Draft(text="One", options=[soon])
    overtaken.delivery = (await one(publisher.plan(draft, to="mastodon", not_after=DAYS))).id
    stage.client_of(brand, "mastodon")

    def stand_still(request: Request) -> None:
        if request.safety is Safety.WRITE:
            stage.pass_time()
            Context().run(overtaken.others.reconcile)
            assert overtaken.state() is State.CONFIRMED

    machine.lines[0].after = stand_still
    (late,) = await settle(publisher.run_due())

    assert (late.state, late.because) == (State.CONFIRMED, None)
    assert stage.texts() == ["One"]
    assert stage.flaws() == []


async def test_a_second_part_of_a_thread_is_told_in_the_history(stage: Stage, overtaken: Overtaken) -> None:
    late = await overtaken.send(THREAD, overtaken.sent_again)

    assert stage.texts() == ["One", "Two", "One"]
    assert late.state is State.CONFIRMED
    assert "also out" in stage.history(late)
    assert late.because is not None
    assert late.because.startswith("it is out twice: ")


async def test_nothing_is_told_late_of_a_worker_that_lost_its_delivery_between_two_parts(
    stage: Stage, overtaken: Overtaken
) -> None:
    """What others know already is no news: what was decided since stays."""

    def cancel() -> None:
        stage.pass_time()
        overtaken.others.reconcile()
        overtaken.others.cancel(overtaken.delivery)

    machine = stage.machine()
    brand = machine.workspace.brand("acme")
    overtaken.delivery = (await one(stage.acme().plan(THREAD, to="mastodon", not_after=12 * HOURS))).id
    # The day's anchor; taken; what is there begun and noted; the write begun, and what it gave.
    stage.database.pause(6, cancel)
    (late,) = await settle(stage.publisher(brand, actor="slow").run_due())

    assert late.state is State.CANCELLED
    assert [post.text for post in late.published] == stage.texts() == ["One"]
    assert stage.history(late)[-1] == "cancelled"
