"""A delivery goes from state to state as it may, and in no other way."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import FrozenError, JournalError
from socialkit.models import Draft
from socialkit.publishing import Delivery, DeliveryState, Permission, Scope
from socialkit.publishing._models import TRANSITIONS
from socialkit.sandbox import Fault
from tests.publishing.stage import HOURS, MINUTES, SETTLED, Killed, Rules, Stage, one
from tests.support import collect, settle

State = DeliveryState
ASK = Rules({("intern", "publish"): Permission.ASK})
THREAD = Draft(text="One", thread=[Draft(text="Two"), Draft(text="Three")])


async def planned(stage: Stage) -> Delivery:
    return await one(stage.acme().plan("One", to="mastodon"))


async def proposed(stage: Stage) -> Delivery:
    return await one(stage.acme(actor="intern", authority=ASK).plan("One", to="mastodon"))


async def confirmed(stage: Stage) -> Delivery:
    return await one(stage.acme().deliver(await planned(stage)))


async def cancelled(stage: Stage) -> Delivery:
    return await one(stage.acme().cancel(await planned(stage)))


async def unknown(stage: Stage) -> Delivery:
    delivery = await planned(stage)
    stage.world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT)
    return await one(stage.acme().deliver(delivery))


async def incomplete(stage: Stage) -> Delivery:
    delivery = await one(stage.acme().plan(THREAD, to="mastodon"))
    stage.world.fail("mastodon", "post_status", Fault.RATE_LIMITED, after=1)
    return await one(stage.acme().deliver(delivery))


async def needs_decision(stage: Stage) -> Delivery:
    delivery = await unknown(stage)
    # What was there before the post was never noted: nobody can tell which post it is.
    stage.rewrite_attempt(delivery, 'anchor"', 'nothing"')
    return await one(stage.acme().reconcile())


async def held(stage: Stage) -> Delivery:
    delivery = await planned(stage)
    await settle(stage.acme().freeze(Scope(), reason="recall"))
    return await current(stage, delivery)


async def missed(stage: Stage) -> Delivery:
    delivery = await planned(stage)
    stage.pass_time(3 * HOURS)
    assert await settle(stage.acme().run_due()) == ()
    return await current(stage, delivery)


async def sending(stage: Stage) -> Delivery:
    delivery = await planned(stage)
    stage.database.die(2, before=False)  # the day's anchor is the first write
    with pytest.raises(Killed):
        await settle(stage.acme().run_due())
    return await current(stage, delivery)


async def current(stage: Stage, delivery: Delivery) -> Delivery:
    found: list[Delivery] = await collect(stage.acme().deliveries())
    return next(one for one in found if one.id == delivery.id)


Maker = Callable[[Stage], Awaitable[Delivery]]
MAKERS: dict[State, Maker] = {
    State.PROPOSED: proposed,
    State.PLANNED: planned,
    State.SENDING: sending,
    State.CONFIRMED: confirmed,
    State.INCOMPLETE: incomplete,
    State.UNKNOWN: unknown,
    State.NEEDS_DECISION: needs_decision,
    State.HELD: held,
    State.MISSED: missed,
    State.CANCELLED: cancelled,
}
"""How a delivery comes into a state in which it stays until somebody does something."""

COMMANDS: dict[str, Callable[[Any, Delivery], Any]] = {
    "approve": lambda publisher, one: publisher.approve(one),
    "reject": lambda publisher, one: publisher.reject(one, note="no"),
    "cancel": lambda publisher, one: publisher.cancel(one),
    "reschedule": lambda publisher, one: publisher.reschedule(one, one.at + HOURS),
    "deliver": lambda publisher, one: publisher.deliver(one),
    "resolve as never out": lambda publisher, one: publisher.resolve(one, post=None),
}

AFTER: dict[tuple[State, str], State] = {
    (State.PROPOSED, "approve"): State.PLANNED,
    (State.PROPOSED, "reject"): State.CANCELLED,
    (State.PROPOSED, "cancel"): State.CANCELLED,
    (State.PROPOSED, "reschedule"): State.PROPOSED,
    (State.PLANNED, "cancel"): State.CANCELLED,
    (State.PLANNED, "reschedule"): State.PLANNED,
    (State.PLANNED, "deliver"): State.CONFIRMED,
    (State.INCOMPLETE, "cancel"): State.CANCELLED,
    (State.INCOMPLETE, "deliver"): State.CONFIRMED,
    (State.NEEDS_DECISION, "cancel"): State.CANCELLED,
    (State.NEEDS_DECISION, "resolve as never out"): State.PLANNED,
    (State.HELD, "cancel"): State.CANCELLED,
    (State.HELD, "reschedule"): State.PLANNED,
    (State.MISSED, "cancel"): State.CANCELLED,
    (State.MISSED, "reschedule"): State.PLANNED,
}
"""What each command makes of each state; all others are refused."""


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("state", MAKERS, ids=lambda state: state.value)
async def test_a_command_does_what_a_state_allows_and_else_changes_nothing(
    stage: Stage, state: State, command: str
) -> None:
    delivery = await MAKERS[state](stage)
    before = stage.history(delivery)
    call = COMMANDS[command]
    after = AFTER.get((state, command))

    assert delivery.state is state
    if after is None:
        with pytest.raises(JournalError, match=delivery.id):
            await settle(call(stage.acme(), delivery))
        assert stage.history(delivery) == before
    else:
        assert (await settle(call(stage.acme(), delivery))).state is after
        assert (await current(stage, delivery)).state is after
    assert stage.flaws() == []


async def test_every_state_of_a_history_may_follow_the_one_before(stage: Stage) -> None:
    for maker in (confirmed, cancelled, unknown, incomplete, missed, proposed):
        await maker(stage)
    seen: dict[str, list[State]] = {}
    for event in stage.journal.events():
        if event.state is not None:
            seen.setdefault(event.delivery, []).append(event.state)

    assert len(seen) == 6
    for states in seen.values():
        for before, after in itertools.pairwise(states):
            assert before is after or after in TRANSITIONS[before]


async def test_planned_goes_through_due_and_sending_to_confirmed(stage: Stage) -> None:
    delivery = await confirmed(stage)

    assert stage.history(delivery) == [
        "planned",
        "due",
        "sending",
        "commit started",
        "confirmed",
        "read back",
    ]
    assert stage.texts() == ["One"]
    assert delivery.post is not None
    assert delivery.post.id == stage.world.posts("mastodon")[0].id


async def test_a_proposed_delivery_is_approved_before_it_is_planned(stage: Stage) -> None:
    delivery = await proposed(stage)
    assert await settle(stage.acme().run_due()) == ()
    await settle(stage.acme(actor="maria").approve(delivery, note="fine"))
    sent = await one(stage.acme().run_due())

    assert stage.history(delivery)[:3] == ["proposed", "approved", "planned"]
    assert sent.state is State.CONFIRMED
    assert sent.actor == "intern"
    assert stage.rows("SELECT actor, approved, note FROM approvals") == [("maria", True, "fine")]


async def test_a_post_that_is_too_late_to_leave_is_rescheduled_before_it_is_approved(stage: Stage) -> None:
    delivery = await proposed(stage)
    stage.pass_time(3 * HOURS)
    maria = stage.acme(actor="maria")
    with pytest.raises(JournalError, match="reschedule it"):
        await settle(maria.approve(delivery))
    assert stage.states() == ["proposed"]
    assert stage.rows("SELECT actor FROM approvals") == []

    await settle(maria.reschedule(delivery, stage.world.clock.now()))
    await settle(maria.approve(delivery))
    sent = await one(maria.run_due())

    assert sent.state is State.CONFIRMED


async def test_what_is_too_late_to_leave_may_be_rejected(stage: Stage) -> None:
    delivery = await proposed(stage)
    stage.pass_time(3 * HOURS)
    rejected = await one(stage.acme(actor="maria").reject(delivery))

    assert rejected.state is State.CANCELLED


@pytest.mark.parametrize("call", ["post_status", "account_statuses"])
async def test_sending_goes_back_to_planned_when_the_budget_is_spent(stage: Stage, call: str) -> None:
    delivery = await planned(stage)
    stage.world.fail("mastodon", call, Fault.RATE_LIMITED)
    postponed = await one(stage.acme().run_due())

    assert postponed.state is State.PLANNED
    assert postponed.next_look is not None
    assert postponed.next_look > stage.world.clock.now()
    assert stage.texts() == []
    stage.pass_time(30 * MINUTES)
    assert [one.state for one in await settle(stage.acme().run_due())] == [State.CONFIRMED]
    assert stage.texts() == ["One"]
    assert (await current(stage, delivery)).tries == 2


async def test_sending_goes_back_to_planned_when_its_worker_died_before_the_write(stage: Stage) -> None:
    delivery = await sending(stage)
    stage.restart()
    assert await settle(stage.acme().run_due()) == ()
    stage.pass_time(SETTLED)
    sent = await one(stage.acme().run_due())

    assert sent.state is State.CONFIRMED
    assert stage.history(delivery)[3:5] == ["planned", "due"]
    assert stage.texts() == ["One"]


async def test_sending_becomes_unknown_when_its_worker_died_in_the_write(stage: Stage) -> None:
    delivery = await planned(stage)
    # The day's anchor; taken; what is there begun and noted; the write begun.
    stage.database.die(5, before=False)
    with pytest.raises(Killed):
        await settle(stage.acme().run_due())
    stage.restart()
    stage.pass_time()
    assert await settle(stage.acme().run_due()) == ()

    assert (await current(stage, delivery)).state is State.UNKNOWN
    looked = await one(stage.acme().reconcile())
    assert (looked.state, looked.next_look is None) == (State.UNKNOWN, False)
    assert "one look alone does not decide" in (looked.because or "")
    stage.pass_time()
    looked = await one(stage.acme().reconcile())
    assert looked.state is State.PLANNED
    sent = await one(stage.acme().run_due())
    assert sent.state is State.CONFIRMED
    assert stage.texts() == ["One"]


async def test_unknown_is_confirmed_by_what_is_found(stage: Stage) -> None:
    delivery = await unknown(stage)
    found = await one(stage.acme().reconcile())

    assert found.id == delivery.id
    assert found.state is State.CONFIRMED
    assert found.post is not None
    assert found.post.id == stage.world.posts("mastodon")[0].id


async def test_unknown_is_not_looked_for_again_before_a_look_may_decide(stage: Stage) -> None:
    delivery = await planned(stage)
    stage.world.fail("mastodon", "publish", Fault.DROP_BEFORE_COMMIT)
    await settle(stage.acme().run_due())
    first = await one(stage.acme().reconcile())
    assert first.state is State.UNKNOWN
    assert first.next_look is not None
    assert first.next_look > stage.world.clock.now()
    assert await settle(stage.acme().reconcile()) == ()
    stage.world.clock.advance(first.next_look - stage.world.clock.now())
    second = await one(stage.acme().reconcile())

    assert second.state is State.PLANNED
    assert [one.state for one in await settle(stage.acme().run_due())] == [State.CONFIRMED]
    assert stage.texts() == ["One"]
    assert (await current(stage, delivery)).tries == 2


async def test_unknown_in_a_thread_becomes_incomplete_and_is_carried_on(stage: Stage) -> None:
    delivery = await one(stage.acme().plan(THREAD, to="mastodon"))
    stage.world.fail("mastodon", "post_status", Fault.DROP_AFTER_COMMIT, after=1)
    lost = await one(stage.acme().run_due())
    assert lost.state is State.UNKNOWN
    assert lost.failed_step == "part 2 post"
    assert [post.text for post in lost.published] == ["One"]
    found = await one(stage.acme().reconcile())
    assert found.state is State.INCOMPLETE
    assert [post.text for post in found.published] == ["One", "Two"]
    sent = await one(stage.acme().run_due())

    assert sent.state is State.CONFIRMED
    assert stage.texts() == ["One", "Two", "Three"]
    assert "due" in stage.history(delivery)[stage.history(delivery).index("incomplete") :]


async def test_incomplete_is_carried_on_with_what_is_missing_alone(stage: Stage) -> None:
    delivery = await incomplete(stage)

    assert delivery.failed_step == "part 2 post"
    assert stage.texts() == ["One"]
    stage.pass_time()
    sent = await one(stage.acme().run_due())
    assert sent.state is State.CONFIRMED
    assert stage.texts() == ["One", "Two", "Three"]
    assert sent.post is not None
    assert [post.text for post in sent.post.thread] == ["Two", "Three"]


async def test_a_decision_for_a_post_confirms(stage: Stage) -> None:
    delivery = await needs_decision(stage)
    (post,) = stage.world.posts("mastodon")
    decided = await settle(stage.acme().resolve(delivery, post=post.id))

    assert decided.state is State.CONFIRMED
    assert decided.post is not None
    assert decided.post.id == post.id
    assert stage.texts() == ["One"]


async def test_a_held_delivery_cannot_be_sent(stage: Stage) -> None:
    delivery = await planned(stage)
    other = await planned(stage)
    await settle(stage.acme().cancel(other))
    stage.database.die(1, before=True)
    with pytest.raises(Killed):
        await settle(stage.acme().freeze(Scope(), reason="recall"))
    freeze = await settle(stage.acme().freeze(Scope(), reason="recall"))
    later = await planned(stage)

    assert freeze.held == (delivery.id,)
    with pytest.raises(FrozenError, match="recall"):
        await settle(stage.acme().deliver(later))
    assert await settle(stage.acme().run_due()) == ()
    assert (await current(stage, later)).state is State.HELD
    assert stage.texts() == []


async def test_a_delivery_waits_for_its_time(stage: Stage) -> None:
    at = stage.world.clock.now() + HOURS
    delivery = await one(stage.acme().plan("One", to="mastodon", at=at))
    stage.pass_time(HOURS - timedelta(seconds=1))
    assert await settle(stage.acme().run_due()) == ()
    stage.pass_time(timedelta(seconds=1))

    assert [one.id for one in await settle(stage.acme().run_due())] == [delivery.id]
