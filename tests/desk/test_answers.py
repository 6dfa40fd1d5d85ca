"""Answers: in public or in private as the rule says, once whatever breaks, and no freeze is lost."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

import pytest

import socialkit as sk
from socialkit.authority import Action, AuthorityLine
from socialkit.publishing import Publisher
from socialkit.testing import collect, settle
from tests.desk.conftest import Office
from tests.publishing.stage import SETTLED, Killed, Machine

State = sk.CaseState
FOUR_EYES = sk.Authority(
    lines=[
        AuthorityLine(actors=["sam"], actions=[Action.REPLY], permission=sk.Permission.ASK),
        AuthorityLine(actors=["maria"], actions=list(Action), permission=sk.Permission.YES),
    ]
)
"""What Sam answers, Maria sees before it leaves."""


async def only(desk: Any) -> sk.Case:
    (case,) = await settle(desk.sweep())
    assert isinstance(case, sk.Case)
    return case


async def test_a_complaint_is_answered_in_private_and_a_question_in_public(office: Office) -> None:
    desk = office.desk()
    office.world.receive("mastodon", text="It never arrived")
    office.world.receive("mastodon", text="How much is it?")
    complaint, question = await settle(desk.sweep())

    private = await settle(desk.reply(complaint, "We are sorry: which number has your order?"))
    public = await settle(desk.reply(question, question.suggested_reply))

    said = {post.text: post.visibility for post in office.world.posts("mastodon")}
    assert [one.state for one in (private, public)] == [sk.DeliveryState.CONFIRMED] * 2
    assert [visibility for text, visibility in said.items() if "sorry" in text] == [sk.Visibility.DIRECT]
    assert [visibility for text, visibility in said.items() if "90 €" in text] != [sk.Visibility.DIRECT]
    answered = await settle(desk.case(complaint.id))
    assert (answered.state, answered.first_response_due) == (State.ANSWERED, None)
    assert answered.answered_at is not None


async def test_an_answer_that_nobody_knows_of_is_not_given_again(office: Office) -> None:
    desk = office.desk()
    office.world.receive("mastodon", text="Hello")
    case = await only(desk)
    office.world.fail("mastodon", "reply", sk.Fault.DROP_AFTER_COMMIT)

    delivery = await settle(desk.reply(case, "Good day!"))

    assert delivery.state is sk.DeliveryState.UNKNOWN
    assert (await settle(desk.case(case.id))).state is State.ANSWERING
    with pytest.raises(sk.JournalError, match=r"not decided yet: .*\(unknown\)"):
        await settle(desk.reply(case, "Good day, once more!"))
    with pytest.raises(sk.JournalError, match=r"not decided yet: .*\(unknown\)"):
        await settle(desk.close(case))

    office.stage.pass_time()
    publisher = office.stage.publisher(office.stage.machine().workspace)
    await settle(publisher.reconcile())
    sweep = await settle(desk.sweep())

    assert [one.id for one in sweep.answered] == [case.id]
    assert len(office.answers()) == 1


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("write", range(1, 12))
async def test_whenever_the_process_dies_an_answer_is_given_once(
    office: Office, write: int, *, before: bool
) -> None:
    office.world.receive("mastodon", text="Hello")
    case = await only(office.desk())
    office.stage.database.die(write, before=before)

    try:
        await settle(office.desk().reply(case, "Good day!"))
        died = False
    except Killed:
        died = True
    office.stage.restart()
    publisher = office.stage.publisher(office.stage.machine().workspace)
    for _ in range(3):
        office.stage.pass_time()
        await settle(publisher.run_due())
        await settle(publisher.reconcile())
    desk = office.desk()
    await settle(desk.sweep())
    current = await settle(desk.case(case.id))
    assert current.answer_hangs is (current.state is State.ANSWERING)
    if current.state is not State.ANSWERED:
        await settle(desk.reply(case, "Good day!"))

    assert died or not office.stage.database.broken
    assert len(office.answers()) == 1
    assert (await settle(desk.case(case.id))).state is State.ANSWERED


async def test_an_answer_that_was_begun_and_never_planned_hangs_until_it_is_taken_up(office: Office) -> None:
    office.world.receive("mastodon", text="Hello")
    case = await only(office.desk())
    office.stage.database.die(2, before=True)
    with contextlib.suppress(Killed):
        await settle(office.desk().reply(case, "Good day!"))
    office.stage.restart()
    desk = office.desk()
    await settle(desk.sweep())

    hanging = await settle(desk.case(case.id))
    assert (hanging.state, hanging.answers, hanging.answer_hangs) == (State.ANSWERING, (), True)
    await settle(desk.reply(hanging, "Good day!"))
    answered = await settle(desk.case(case.id))
    assert (answered.state, answered.answer_hangs) == (State.ANSWERED, False)
    assert len(office.answers()) == 1


async def test_of_two_people_who_answer_at_once_one_does(office: Office) -> None:
    office.world.receive("mastodon", text="Hello")
    case = await only(office.desk())
    outcome: list[object] = []

    def other() -> None:
        desk = sk.Desk(
            office.stage.machine().workspace, office.stage.journal, router=office.desk()._router, actor="ben"
        )
        try:
            outcome.append(desk.reply(case, "I was quicker"))
        except sk.JournalError as error:
            outcome.append(error)

    office.stage.database.pause(1, other)
    try:
        await settle(office.desk().reply(case, "Good day!"))
    except sk.JournalError as error:
        outcome.append(error)

    assert len(office.answers()) == 1
    assert sum(isinstance(one, sk.JournalError) for one in outcome) == 1


async def test_a_text_that_cannot_be_sent_leaves_the_case_as_it_was(office: Office) -> None:
    desk = office.desk()
    office.world.receive("mastodon", text="Hello")
    case = await only(desk)

    for text in ("", "x" * 20_000):
        delivery = await _refusal(desk, case, text)
        assert delivery
    assert (await settle(desk.case(case.id))).state is State.OPEN
    assert (await settle(desk.reply(case, "Good day!"))).state is sk.DeliveryState.CONFIRMED


async def _refusal(desk: Any, case: sk.Case, text: str) -> bool:
    try:
        delivery = await settle(desk.reply(case, text))
    except sk.InvalidDraftError:
        return True
    return bool(delivery.state is sk.DeliveryState.REFUSED)


async def test_an_answer_waits_for_a_second_person(office: Office) -> None:
    office.world.receive("mastodon", text="Hello")
    machine = office.stage.machine()
    desk = office.desk(machine, actor="sam", authority=FOUR_EYES)
    case = await only(desk)

    delivery = await settle(desk.reply(case, "Good day!"))
    waiting = await settle(desk.case(case.id))
    maria = office.stage.publisher(machine.workspace, actor="maria", authority=FOUR_EYES)
    await settle(maria.approve(delivery))
    await settle(maria.run_due())
    sweep = await settle(desk.sweep())

    assert delivery.state is sk.DeliveryState.PROPOSED
    assert waiting.state is State.ANSWERING
    assert not waiting.answer_hangs
    assert [one.id for one in sweep.answered] == [case.id]
    assert len(office.answers()) == 1


async def test_a_rejected_answer_leaves_the_case_open(office: Office) -> None:
    office.world.receive("mastodon", text="Hello")
    machine = office.stage.machine()
    desk = office.desk(machine, actor="sam", authority=FOUR_EYES)
    case = await only(desk)
    proposed = await settle(desk.reply(case, "Whatever"))

    maria = office.stage.publisher(machine.workspace, actor="maria", authority=FOUR_EYES)
    await settle(maria.reject(proposed, note="be kind"))
    second = await settle(office.desk(machine, authority=FOUR_EYES).reply(case, "Good day!"))

    assert second.state is sk.DeliveryState.CONFIRMED
    assert [answer.endswith("Good day!") for answer in office.answers()] == [True]


async def test_a_crisis_freezes_what_is_planned_before_anybody_reads_of_it(office: Office) -> None:
    machine = office.stage.machine()
    publisher = office.stage.publisher(machine.workspace)
    at = office.world.clock.now() + timedelta(hours=1)
    await settle(publisher.plan("Buy our soup", to="mastodon", at=at))
    office.world.receive("mastodon", text="I was poisoned!")
    desk = office.desk(machine)

    case = await only(desk)
    office.world.receive("mastodon", text="My son was poisoned too", author="ben")
    await only(desk)
    office.world.clock.advance(timedelta(hours=2))
    await settle(publisher.run_due())

    assert case.escalated
    assert len(await settle(publisher.freezes())) == 1
    assert [one.state.value for one in await collect(publisher.deliveries())] == ["held"]
    assert office.answers() == []


@pytest.mark.parametrize("write", range(1, 5))
async def test_no_crash_loses_a_freeze(office: Office, write: int) -> None:
    office.world.receive("mastodon", text="I was poisoned!")
    office.stage.database.die(write, before=False)

    try:
        await settle(office.desk().sweep())
    except* Killed:
        office.stage.restart()
    office.stage.database.broken.clear()
    await settle(office.desk().sweep())

    publisher: Publisher = office.stage.publisher(office.stage.machine().workspace)
    assert len(await settle(publisher.freezes())) == 1
    assert len(await collect(office.desk().cases())) == 1


async def test_an_answer_that_a_freeze_holds_back_stays_the_only_one(office: Office) -> None:
    machine = office.stage.machine()
    desk = office.desk(machine)
    office.world.receive("mastodon", text="Hello")
    case = await only(desk)
    publisher = office.stage.publisher(machine.workspace)
    freeze = await settle(publisher.freeze(sk.Scope(brand="acme", replies=True), reason="recall"))

    held = await settle(desk.reply(case, "Good day!"))
    with pytest.raises(sk.JournalError, match=r"not decided yet: .*\(held\)"):
        await settle(desk.reply(case, "Good day again!"))
    await settle(publisher.thaw(freeze, backlog="reschedule"))
    office.stage.pass_time(SETTLED / 10)
    await settle(publisher.run_due())
    await settle(desk.sweep())

    assert held.state is sk.DeliveryState.HELD
    assert len(office.answers()) == 1
    assert (await settle(desk.case(case.id))).state is State.ANSWERED


async def test_an_answer_counts_from_when_it_was_out_and_not_from_when_somebody_looked(
    office: Office,
) -> None:
    desk = office.desk()
    office.world.receive("mastodon", text="Hello")
    case = await only(desk)
    office.world.fail("mastodon", "reply", sk.Fault.DROP_AFTER_COMMIT)
    out = office.world.clock.now()
    await settle(desk.reply(case, "Good day!"))

    office.stage.pass_time()
    await settle(office.stage.publisher(office.stage.machine().workspace).reconcile())
    office.stage.pass_time()
    await settle(desk.sweep())

    answered = await settle(desk.case(case.id))
    assert answered.answered_at is not None
    assert abs(answered.answered_at - out) < SETTLED / 10


@pytest.mark.parametrize("hours", [1, 3, 30])
async def test_an_answer_leaves_however_late_it_is_approved(office: Office, hours: int) -> None:
    office.world.receive("mastodon", text="Hello")
    machine = office.stage.machine()
    desk = office.desk(machine, actor="sam", authority=FOUR_EYES)
    delivery = await settle(desk.reply(await only(desk), "Good day!"))

    office.stage.pass_time(timedelta(hours=hours))
    maria = office.stage.publisher(machine.workspace, actor="maria", authority=FOUR_EYES)
    await settle(maria.approve(delivery))
    await settle(maria.run_due())
    sweep = await settle(desk.sweep())

    assert office.stage.states() == ["confirmed"]
    assert [case.state for case in sweep.answered] == [State.ANSWERED]
    assert len(office.answers()) == 1


async def test_an_answer_that_fails_twice_leaves_at_the_third_time(office: Office) -> None:
    office.world.receive("mastodon", text="Hello")
    machine = office.stage.machine()
    desk = office.desk(machine)
    case = await only(desk)
    office.world.fail("mastodon", "reply", sk.Fault.SERVER_ERROR, times=2)
    await settle(desk.reply(case, "Good day!"))
    publisher = office.stage.publisher(machine.workspace)
    for _ in range(6):
        office.stage.pass_time(timedelta(hours=1))
        await settle(publisher.reconcile())
        await settle(publisher.run_due())
    sweep = await settle(desk.sweep())

    assert [one.id for one in sweep.answered] == [case.id]
    assert office.stage.states() == ["confirmed"]
    assert len(office.answers()) == 1


async def missed(office: Office, machine: Machine) -> tuple[Any, sk.Case, str]:
    """Have an answer miss its time, and return the desk, the case and the answer's id."""
    office.world.receive("mastodon", text="Hello")
    desk = office.desk(machine)
    case = await only(desk)
    office.world.fail("mastodon", "reply", sk.Fault.SERVER_ERROR, times=99)
    delivery = await settle(desk.reply(case, "Good day!"))
    publisher = office.stage.publisher(machine.workspace)
    for _ in range(30):
        office.stage.pass_time(timedelta(hours=1))
        await settle(publisher.reconcile())
        await settle(publisher.run_due())
    office.world.forget_faults()
    assert office.stage.states() == ["missed"]
    return desk, case, delivery.id


async def test_a_missed_answer_opens_its_case_again_and_is_never_sent_beside_another(office: Office) -> None:
    machine = office.stage.machine()
    desk, case, first = await missed(office, machine)

    sweep = await settle(desk.sweep())
    (waiting,) = await collect(desk.cases(state=State.OPEN))
    last = (await settle(desk.history(case)))[-1]
    publisher = office.stage.publisher(machine.workspace)
    with pytest.raises(sk.JournalError, match="cancelled"):
        await settle(publisher.reschedule(first, office.world.clock.now()))
    second = await settle(desk.reply(waiting, "Good day, late!"))

    assert [one.id for one in sweep.reopened] == [waiting.id] == [case.id]
    assert sweep.answered == ()
    assert "passed by more than was allowed" in str(waiting.because)
    assert (last.what, last.detail["because"]) == ("reopened", waiting.because)
    assert second.state is sk.DeliveryState.CONFIRMED
    assert [text.endswith("Good day, late!") for text in office.answers()] == [True]
    answered = await settle(desk.case(case.id))
    assert (answered.state, answered.because) == (State.ANSWERED, None)


@pytest.mark.parametrize("act", ["reply", "close"])
async def test_a_missed_answer_keeps_nobody_from_going_on(office: Office, act: str) -> None:
    machine = office.stage.machine()
    desk, case, _ = await missed(office, machine)

    await settle(desk.reply(case, "Late!") if act == "reply" else desk.close(case))

    after = {"reply": State.ANSWERED, "close": State.CLOSED}[act]
    assert (await settle(desk.case(case.id))).state is after
    assert len(office.answers()) == (1 if act == "reply" else 0)


@pytest.mark.parametrize("how", ["rejected", "cancelled"])
async def test_an_answer_that_somebody_stopped_opens_its_case_at_the_next_sweep(
    office: Office, how: str
) -> None:
    office.world.receive("mastodon", text="Hello")
    machine = office.stage.machine()
    desk = office.desk(machine, actor="sam", authority=FOUR_EYES)
    case = await only(desk)
    proposed = await settle(desk.reply(case, "Whatever"))
    maria = office.stage.publisher(machine.workspace, actor="maria", authority=FOUR_EYES)
    stop = maria.reject(proposed, note="be kind") if how == "rejected" else maria.cancel(proposed)
    await settle(stop)

    sweep = await settle(desk.sweep())

    assert [one.id for one in sweep.reopened] == [case.id]
    assert (await settle(desk.case(case.id))).state is State.OPEN


async def test_a_refused_answer_says_why_on_its_case(office: Office) -> None:
    desk = office.desk()
    office.world.receive("mastodon", text="Hello")
    case = await only(desk)

    delivery = await settle(desk.reply(case, "x" * 20_000))

    current = await settle(desk.case(case.id))
    assert (delivery.state, current.state) == (sk.DeliveryState.REFUSED, State.OPEN)
    assert current.because == delivery.because is not None


@pytest.mark.parametrize("write", range(1, 8))
async def test_what_is_said_while_an_answer_leaves_waits_for_another(office: Office, write: int) -> None:
    office.world.receive("mastodon", text="It is broken", private=True)
    case = await only(office.desk())
    router = office.desk()._router
    moved: list[sk.Case] = []

    def said_more() -> None:
        office.world.receive("mastodon", text="And it was poisoned", private=True)
        moved.extend(sk.Desk(office.stage.machine().workspace, office.stage.journal, router=router).sweep())

    office.stage.database.pause(write, said_more)
    delivery = await settle(office.desk().reply(case, "We are sorry"))
    await settle(office.desk().sweep())

    current = await settle(office.desk().case(case.id))
    assert delivery.state is sk.DeliveryState.CONFIRMED
    assert len(office.answers()) == 1
    assert [one.id for one in moved] == ([case.id] if moved else [])
    assert current.state is (State.OPEN if moved else State.ANSWERED)
    assert len(current.messages) == (2 if moved else 1)
    assert (current.escalated, current.answered_at is None) == (bool(moved), False)
