"""What comes in becomes cases: once, routed, with a clock, and kept apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest

import socialkit as sk
from socialkit.models import BusinessHours, Weekday
from socialkit.testing import collect, settle
from tests.desk.conftest import Office, rules
from tests.publishing.stage import Machine

State = sk.CaseState


async def swept(desk: Any) -> list[sk.Case]:
    return list(await settle(desk.sweep()))


def said(message: sk.Message) -> str:
    """Return the words, without the name that they address."""
    return message.text.partition(" ")[2] if message.text.startswith("@") else message.text


async def test_a_sweep_tells_who_answers_what_until_when(office: Office) -> None:
    office.world.receive("mastodon", text="How much is the jacket?")
    office.world.receive("mastodon", text="My jacket is broken", author="ben")

    prices, complaint = await swept(office.desk())

    assert (prices.assignee, prices.decision.suggested_reply) == ("sales", "From 90 €.")
    assert (complaint.assignee, complaint.decision.because.rule) == ("customer service", "complaint")
    assert complaint.first_response_due == complaint.message.created_at + timedelta(hours=2)
    assert prices.first_response_due is None
    assert {prices.state, complaint.state} == {State.OPEN}


async def test_what_one_sweep_found_no_other_finds_again(office: Office) -> None:
    office.world.receive("mastodon", text="Lovely")
    first = await swept(office.desk())
    office.world.clock.advance(timedelta(minutes=5))

    office.stage.restart()
    again = await swept(office.desk())
    office.world.receive("mastodon", text="Where are you?")
    later = await swept(office.desk())

    assert [said(case.message) for case in first] == ["Lovely"]
    assert again == []
    assert [said(case.message) for case in later] == ["Where are you?"]


async def test_the_first_sweep_reads_a_week_back_unless_it_is_told_otherwise(office: Office) -> None:
    office.world.receive("mastodon", text="Long ago")
    office.world.clock.advance(timedelta(days=8))
    desk = office.desk()

    assert await swept(desk) == []

    office.stage.restart()
    office.stage.rows("DELETE FROM inboxes")
    found = await settle(office.desk().sweep(first=timedelta(days=30)))

    assert [said(case.message) for case in found] == ["Long ago"]


async def test_an_inbox_that_cannot_be_read_stops_nobody(office: Office) -> None:
    machine = office.stage.machine(acme=["mastodon", "bluesky"])
    office.world.receive("mastodon", text="One", account=machine.workspace.accounts()[0])
    office.world.receive("bluesky", text="Two", account=machine.workspace.accounts()[1])
    office.world.fail("mastodon", "iterate", sk.Fault.SERVER_ERROR, times=99)
    desk = office.desk(machine)

    sweep = await settle(desk.sweep())
    office.world.forget_faults()
    later = await swept(desk)

    assert [said(case.message) for case in sweep] == ["Two"]
    assert list(sweep.failed()) == ["acme/mastodon/main"]
    assert [said(case.message) for case in later] == ["One"]


async def test_what_one_sweep_finds_comes_in_the_order_of_its_messages(office: Office) -> None:
    machine = office.stage.machine(acme=["mastodon", "bluesky"])
    accounts = machine.workspace.accounts()
    for number in range(8):
        ref = accounts[number % 2]
        office.world.receive(ref.platform, text=f"Number {number}", account=ref)
        office.world.clock.advance(timedelta(minutes=1))

    found = await swept(office.desk(machine))

    assert [said(case.message) for case in found] == [f"Number {number}" for number in range(8)]


async def test_cases_stand_in_the_order_of_their_messages_however_inboxes_answer(office: Office) -> None:
    machine = office.stage.machine(acme=["bluesky", "mastodon"])
    for _ in range(6):
        for platform in ("mastodon", "bluesky", "mastodon"):
            ref = machine.workspace.brand("acme").account(platform)
            office.world.receive(platform, text=platform, account=ref)
            office.world.clock.advance(timedelta(minutes=1))
        await swept(office.desk(machine))

    listed = await collect(office.desk(machine).cases())
    times = [case.message.created_at for case in listed]
    assert len(listed) == 18
    assert times == sorted(times)


async def test_what_was_pushed_to_several_accounts_stands_in_the_order_of_its_messages(
    office: Office,
) -> None:
    machine = office.stage.machine(acme=["bluesky", "mastodon"])
    messages: list[sk.Message] = []
    for number, platform in enumerate(("mastodon", "bluesky", "mastodon")):
        ref = machine.workspace.brand("acme").account(platform)
        office.world.receive(platform, text=f"Number {number}", account=ref)
        office.world.clock.advance(timedelta(minutes=1))
    for platform in ("bluesky", "mastodon"):
        client: Any = office.stage.client_of(machine.workspace.brand("acme"), platform)
        messages += await collect(client.inbox.iterate())
    desk = office.desk(machine)

    pushed = await settle(desk.receive(messages))

    assert [said(case.message) for case in pushed] == ["Number 0", "Number 1", "Number 2"]
    assert await collect(desk.cases()) == list(pushed)


async def test_an_inbox_that_cannot_be_written_down_stops_nobody(office: Office) -> None:
    machine = office.stage.machine(acme=["bluesky", "mastodon"])
    for ref in machine.workspace.accounts():
        office.world.receive(ref.platform, text="Hello", account=ref)
    desk = office.desk(machine)
    office.stage.database.die(1, before=True, error=sk.JournalError("the disk is full"))

    sweep = await settle(desk.sweep())
    later = await swept(desk)

    assert [case.account.platform for case in sweep] == ["mastodon"]
    assert [str(error) for error in sweep.failed().values()] == ["the disk is full"]
    assert [case.account.platform for case in later] == ["bluesky"]


async def test_what_was_pushed_is_taken_in_once(office: Office) -> None:
    office.world.receive("mastodon", text="Hello")
    machine = office.stage.machine()
    desk = office.desk(machine)
    client: Any = office.stage.client_of(machine.workspace.brand("acme"), "mastodon")
    messages = await collect(client.inbox.iterate())

    pushed = await settle(desk.receive(messages))
    twice = await settle(desk.receive(messages))

    assert [said(case.message) for case in pushed] == ["Hello"]
    assert twice == ()
    assert await swept(desk) == []


async def test_a_message_to_nobody_of_ours_is_refused(office: Office) -> None:
    office.world.receive("mastodon", text="Hello")
    machine = office.stage.machine()
    client: Any = office.stage.client_of(machine.workspace.brand("acme"), "mastodon")
    (message,) = await collect(client.inbox.iterate())
    stray = message.model_copy(update={"account": None})

    with pytest.raises(sk.ConfigurationError, match="to whom it came"):
        await settle(office.desk(machine).receive([stray]))


async def test_private_messages_of_one_person_are_one_case_until_it_is_closed(office: Office) -> None:
    desk = office.desk()
    office.world.receive("mastodon", text="It is broken", private=True)
    (case,) = await swept(desk)
    office.world.receive("mastodon", text="Hello?", private=True)
    (more,) = await swept(desk)
    await settle(desk.reply(more, "We are on it"))
    office.world.receive("mastodon", text="And now?", private=True)
    (reopened,) = await swept(desk)
    await settle(desk.reply(reopened, "It is on its way"))
    await settle(desk.close(case))
    office.world.receive("mastodon", text="Something else", private=True)
    (other,) = await swept(desk)

    assert more.id == reopened.id == case.id != other.id
    assert [said(message) for message in reopened.messages] == ["It is broken", "Hello?", "And now?"]
    assert reopened.state is State.OPEN
    assert [said(message) for message in other.messages] == ["Something else"]


async def test_a_case_is_overdue_once_its_opening_hours_have_passed(office: Office) -> None:
    now = office.world.clock.now()
    hours = BusinessHours(week={day: ["09:00-17:00"] for day in get_args(Weekday)}, zone="UTC")
    router = rules().model_copy(update={"hours": hours})
    desk = office.desk(router=router)
    office.world.receive("mastodon", text="It is broken")

    (case,) = await swept(desk)

    due = case.first_response_due
    assert due is not None
    assert due == hours.due(case.message.created_at, timedelta(hours=2))
    assert not case.overdue(now)
    assert case.overdue(due + timedelta(seconds=1))
    with pytest.raises(ValueError, match="no time zone"):
        case.overdue(now.replace(tzinfo=None))


NEW_YORK = {"zone": "America/New_York", "week": {"MO": ["09:00-17:00"], "TU": ["09:00-17:00"]}}


class Sited(Machine):
    """A machine whose brand works in New York."""

    def __init__(self, world: sk.Sandbox) -> None:
        super().__init__(world)
        hours = BusinessHours.model_validate(NEW_YORK)
        account = world._account("acme", "mastodon")
        brand = sk.Brand("acme", account, zone="America/New_York", hours=hours)
        self.workspace = sk.Workspace(brand, clock=self.now, transports=self._line)


@pytest.mark.parametrize("brand", [None, "acme"])
async def test_promised_times_run_in_the_hours_of_the_brand(office: Office, brand: str | None) -> None:
    machine = Sited(office.world)
    hours = machine.workspace.brand("acme").hours
    office.world.receive("mastodon", text="It is broken")

    (case,) = await swept(office.desk(machine, brand))

    assert case.first_response_due == hours.due(case.message.created_at, timedelta(hours=2))
    assert case.first_response_due != case.message.created_at + timedelta(hours=2)


async def test_hours_of_the_router_come_before_those_of_the_brand(office: Office) -> None:
    office.world.receive("mastodon", text="It is broken")
    router = rules().model_copy(update={"hours": BusinessHours.always()})

    (case,) = await swept(office.desk(Sited(office.world), router=router))

    assert case.first_response_due == case.message.created_at + timedelta(hours=2)


async def test_cases_are_listed_by_state_brand_and_who_answers(office: Office) -> None:
    machine = office.stage.machine(acme=["mastodon"], other=["mastodon/shop"])
    acme, other = machine.workspace.accounts()
    office.world.receive("mastodon", text="Thanks", account=acme)
    office.world.receive("mastodon", text="How much?", account=acme)
    office.world.receive("mastodon", text="I am a journalist", account=other)
    desk = office.desk(machine)
    thanks = next(case for case in await swept(desk) if said(case.message) == "Thanks")
    await settle(desk.close(thanks))

    assert [said(case.message) for case in await collect(desk.cases(state=State.CLOSED))] == ["Thanks"]
    assert [said(case.message) for case in await collect(desk.cases(assignee="sales"))] == ["How much?"]
    assert [said(case.message) for case in await collect(desk.cases(brand="other"))] == ["I am a journalist"]
    assert len(await collect(desk.cases())) == 3
    assert len(await collect(desk.cases(limit=2))) == 2


async def test_a_desk_of_one_brand_sees_nothing_of_another(office: Office) -> None:
    machine = office.stage.machine(acme=["mastodon"], other=["mastodon/shop"])
    acme, other = machine.workspace.accounts()
    office.world.receive("mastodon", text="To acme", account=acme)
    office.world.receive("mastodon", text="To other", account=other)
    (foreign,) = await swept(office.desk(machine, brand="other"))
    desk = office.desk(machine, brand="acme")

    assert [said(case.message) for case in await swept(desk)] == ["To acme"]
    assert [said(case.message) for case in await collect(desk.cases())] == ["To acme"]
    acts: list[Callable[[], Any]] = [
        lambda: desk.case(foreign.id),
        lambda: desk.reply(foreign, "No"),
        lambda: desk.close(foreign),
        lambda: desk.assign(foreign, to="me"),
        lambda: desk.escalate(foreign, to="me"),
        lambda: desk.history(foreign),
    ]
    for act in acts:
        with pytest.raises(sk.JournalError, match="not for these accounts"):
            await settle(act())
    with pytest.raises(sk.ConfigurationError):
        await settle(desk.receive([foreign.message]))


async def test_people_hand_cases_on_and_the_history_tells(office: Office) -> None:
    office.world.receive("mastodon", text="Thanks")
    desk = office.desk()
    (case,) = await swept(desk)

    await settle(desk.assign(case, to="anna"))
    await settle(office.desk(actor="anna").escalate(case, to="direction", note="famous author"))
    closed = await settle(desk.close(case, note="nothing to say"))
    history = await settle(desk.history(case))

    assert (closed.state, closed.assignee, closed.escalated) == (State.CLOSED, "direction", True)
    assert [(line.what, line.actor) for line in history] == [
        ("opened", "maria"),
        ("assigned", "maria"),
        ("escalated", "anna"),
        ("closed", "maria"),
    ]
    assert history[2].detail == {"from": "anna", "to": "direction", "note": "famous author"}


async def test_nobody_acts_on_a_case_without_leave(office: Office) -> None:
    office.world.receive("mastodon", text="Thanks")
    authority = sk.Authority(default=sk.Permission.NO)
    desk = office.desk(authority=authority)
    (case,) = await swept(desk)

    acts: list[Callable[[], Any]] = [
        lambda: desk.assign(case, to="anna"),
        lambda: desk.escalate(case, to="anna"),
        lambda: desk.close(case),
        lambda: desk.reply(case, "Hello"),
    ]
    for act in acts:
        with pytest.raises(sk.NotAuthorisedError):
            await settle(act())

    assert (await settle(desk.case(case.id))).state is State.OPEN
    assert office.answers() == []


async def test_what_we_said_ourselves_is_no_case(office: Office) -> None:
    office.world.receive("mastodon", text="Hello")
    machine = office.stage.machine()
    client: Any = office.stage.client_of(machine.workspace.brand("acme"), "mastodon")
    (message,) = await collect(client.inbox.iterate())
    us = await settle(client.account.me())
    ours = message.author.model_copy(update={"id": us.id, "handle": us.handle})
    own = message.model_copy(update={"id": "1", "author": ours, "text": "Good day!"})

    found = await settle(office.desk().receive([own, message]))

    assert [said(case.message) for case in found] == ["Hello"]
