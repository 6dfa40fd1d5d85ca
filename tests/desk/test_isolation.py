"""Two brands share a journal, and the desk of one neither sees nor changes what is the other's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import socialkit as sk
from socialkit.testing import collect, message, settle
from tests.desk.conftest import Office
from tests.publishing.stage import SETTLED, Machine
from tests.publishing.test_owners import machine_with

COMMANDS: dict[str, Callable[[Any, Any], Any]] = {
    "case": lambda desk, case: desk.case(getattr(case, "id", case)),
    "history": lambda desk, case: desk.history(case),
    "reply": lambda desk, case: desk.reply(case, "No"),
    "assign": lambda desk, case: desk.assign(case, to="mallory"),
    "escalate": lambda desk, case: desk.escalate(case, to="mallory"),
    "close": lambda desk, case: desk.close(case),
}


@pytest.fixture
def machine(office: Office) -> Machine:
    return office.stage.machine(acme=["mastodon"], other=["mastodon/shop"])


@pytest.fixture
def victim(office: Office, machine: Machine) -> Any:
    return office.desk(machine, brand="other")


@pytest.fixture
def attacker(office: Office, machine: Machine) -> Any:
    return office.desk(machine, brand="acme", actor="mallory")


async def foreign(office: Office, machine: Machine, victim: Any, text: str = "Hello") -> sk.Case:
    """Return a case of the other brand."""
    office.world.receive("mastodon", text=text, account=machine.workspace.brand("other").account("mastodon"))
    (case,) = await settle(victim.sweep())
    assert isinstance(case, sk.Case)
    return case


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("given", ["the case", "its id", "the case with an account of ours"])
async def test_no_command_reaches_another_brands_case(
    office: Office, machine: Machine, victim: Any, attacker: Any, command: str, given: str
) -> None:
    case = await foreign(office, machine, victim)
    ours = machine.workspace.brand("acme").account("mastodon")
    message = case.message.model_copy(update={"account": ours})
    disguised = case.model_copy(update={"account": ours, "messages": (message,)})
    asked = {"the case": case, "its id": case.id, "the case with an account of ours": disguised}[given]
    before = await settle(victim.history(case))
    with pytest.raises(sk.JournalError, match="not for these accounts"):
        await settle(COMMANDS[command](attacker, asked))

    assert await settle(victim.history(case)) == before
    assert await settle(victim.case(case.id)) == case
    assert machine.writes == []


async def test_nothing_of_another_brand_is_listed(
    office: Office, machine: Machine, victim: Any, attacker: Any
) -> None:
    case = await foreign(office, machine, victim)

    assert await collect(attacker.cases()) == []
    assert await collect(attacker.cases(brand="other")) == []
    assert await collect(attacker.cases(assignee=case.assignee)) == []
    assert await collect(victim.cases()) == [case]


async def test_another_brands_undecided_answer_is_not_looked_after(
    office: Office, machine: Machine, victim: Any, attacker: Any
) -> None:
    case = await foreign(office, machine, victim)
    office.world.fail("mastodon", "reply", sk.Fault.DROP_AFTER_COMMIT)
    await settle(victim.reply(case, "Good day!"))
    office.stage.pass_time(SETTLED)
    await settle(office.stage.publisher(machine.workspace).reconcile())

    assert (await settle(attacker.sweep())).answered == ()
    assert (await settle(victim.case(case.id))).state is sk.CaseState.ANSWERING
    assert [one.id for one in (await settle(victim.sweep())).answered] == [case.id]


async def test_a_grave_word_to_one_brand_holds_back_no_other(
    office: Office, machine: Machine, victim: Any
) -> None:
    agency = office.stage.publisher(machine.workspace)
    at = office.world.clock.now() + timedelta(hours=1)
    for account in machine.workspace.accounts():
        await settle(agency.plan("Buy our soup", to=account, at=at))
    await foreign(office, machine, victim, "I was poisoned!")
    office.world.clock.advance(timedelta(hours=2))
    sent = await settle(agency.run_due())

    assert [one.account.brand for one in sent] == ["acme"]
    held = await collect(agency.deliveries(state=sk.DeliveryState.HELD))
    assert [one.account.brand for one in held] == ["other"]


async def test_what_one_person_writes_to_two_brands_in_private_is_two_cases(
    office: Office, machine: Machine
) -> None:
    for account in machine.workspace.accounts():
        office.world.receive("mastodon", text="It is broken", private=True, account=account)
    cases = list(await settle(office.desk(machine).sweep()))

    assert sorted(case.account.brand or "" for case in cases) == ["acme", "other"]
    assert [len(case.messages) for case in cases] == [1, 1]
    assert len({case.message.author.handle for case in cases}) == 1


async def test_an_inbox_of_another_account_than_before_is_taken_in_for_nobody(office: Office) -> None:
    right = machine_with(office.stage, "acme", "other")
    swapped = machine_with(office.stage, "other", "acme")
    other = right.workspace.brand("other").account("mastodon")
    office.world.receive("mastodon", text="To acme")
    await settle(office.desk(right, brand="acme").sweep())
    office.world.receive("mastodon", text="To the other one", account=other)
    desk = office.desk(swapped, brand="acme")
    sweep = await settle(desk.sweep())

    assert sweep.cases == ()
    assert isinstance(sweep.failed()["acme/mastodon/main"], sk.WrongAccountError)
    pushed = message("Pushed", account=swapped.workspace.brand("acme").account("mastodon"))
    with pytest.raises(sk.WrongAccountError, match="by the journal acme/mastodon/main was"):
        await settle(desk.receive([pushed]))
    assert len(await collect(desk.cases())) == 1
