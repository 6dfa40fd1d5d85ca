"""Two brands share a journal, and neither sees, sends, stops or changes what is the other's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from socialkit.errors import ConfigurationError, JournalError, WrongAccountError
from socialkit.models import AccountRef, Draft, Message, Post, Purpose
from socialkit.publishing import Delivery, DeliveryState, Scope
from socialkit.sandbox import Fault
from socialkit.testing import message, post
from tests.publishing.stage import SETTLED, Killed, Machine, Stage, one
from tests.publishing.test_transitions import ASK
from tests.support import collect, settle

LATER = datetime(2026, 3, 2, 12, tzinfo=UTC)
OTHER = AccountRef(platform="mastodon", brand="other", name="main")


@pytest.fixture
def machine(stage: Stage) -> Machine:
    return stage.machine(acme=["mastodon"], other=["mastodon"])


@pytest.fixture(params=["brand", "client"])
def attacker(stage: Stage, machine: Machine, request: pytest.FixtureRequest) -> Any:
    """A publisher of the brand `acme`, or of its single account."""
    brand = machine.workspace.brand("acme")
    whose = brand if request.param == "brand" else stage.client_of(brand, "mastodon")
    return stage.publisher(whose, actor="mallory")


@pytest.fixture
def victim(stage: Stage, machine: Machine) -> Any:
    return stage.publisher(machine.workspace.brand("other"), actor="maria")


COMMANDS: dict[str, Callable[[Any, Delivery], Any]] = {
    "approve": lambda p, d: p.approve(d),
    "reject": lambda p, d: p.reject(d),
    "cancel": lambda p, d: p.cancel(d),
    "reschedule": lambda p, d: p.reschedule(d, LATER),
    "resolve": lambda p, d: p.resolve(d, post=None),
    "deliver": lambda p, d: p.deliver(d),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("by_id", [True, False])
async def test_no_command_reaches_another_brands_delivery(
    stage: Stage, machine: Machine, victim: Any, attacker: Any, command: str, by_id: bool
) -> None:
    asking = stage.publisher(machine.workspace.brand("other"), actor="intern", authority=ASK)
    for publisher in (victim, asking):
        delivery: Any = await one(publisher.plan("Theirs", to="mastodon"))
        before = stage.history(delivery)
        with pytest.raises(JournalError, match="not for these accounts"):
            await settle(COMMANDS[command](attacker, delivery.id if by_id else delivery))

        assert stage.history(delivery) == before
    assert machine.writes == []


async def test_nothing_of_another_brand_is_seen(stage: Stage, victim: Any, attacker: Any) -> None:
    await one(victim.plan("Theirs", to="mastodon"))

    assert await collect(attacker.deliveries()) == []
    assert await collect(attacker.deliveries(brand="other")) == []
    assert await collect(attacker.deliveries(account="other/mastodon/main")) == []
    assert await collect(attacker.events()) == []
    assert len(await collect(victim.deliveries())) == 1


async def test_nothing_of_another_brand_is_sent_or_looked_for(
    stage: Stage, machine: Machine, victim: Any, attacker: Any
) -> None:
    await one(victim.plan("Due", to="mastodon"))
    lost = await one(victim.plan("Lost", to="mastodon"))
    stage.world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT)
    await settle(victim.deliver(lost))
    before = [event.what for event in stage.journal.events()]
    anchored = ["anchored"]  # by whoever runs first on a day
    sent = len(machine.writes)
    stage.pass_time(SETTLED)

    assert await settle(attacker.run_due()) == ()
    assert await settle(attacker.reconcile()) == ()
    assert [event.what for event in stage.journal.events()] == before + anchored
    assert len(machine.writes) == sent
    assert stage.states() == ["planned", "unknown"]


async def test_what_another_brands_worker_left_is_not_touched(
    stage: Stage, victim: Any, attacker: Any
) -> None:
    await one(victim.plan("Theirs", to="mastodon"))
    stage.database.die(2, before=False)
    with pytest.raises(Killed):
        await settle(victim.run_due())
    stage.pass_time(SETTLED)
    before = len(list(stage.journal.events()))
    await settle(attacker.run_due())
    await settle(attacker.reconcile())

    assert len(list(stage.journal.events())) == before
    assert stage.states() == ["sending"]
    assert [sent.state.value for sent in await settle(victim.run_due())] == ["confirmed"]
    assert {event.actor for event in stage.journal.events()} == {"maria"}


async def test_a_freeze_reaches_no_other_brand(stage: Stage, victim: Any, attacker: Any) -> None:
    autumn = Draft(text="Theirs", purpose=Purpose(campaign="autumn"))
    await one(victim.plan(autumn, to="mastodon"))
    for scope in (Scope(brand="other"), Scope(brand="nobody")):
        with pytest.raises(ConfigurationError, match="none of those"):
            await settle(attacker.freeze(scope, reason="spite"))
    with pytest.raises(ConfigurationError):
        await settle(attacker.freeze(Scope(account="other/mastodon/main"), reason="spite"))
    with pytest.raises(ConfigurationError, match="there are: none"):  # nor does it tell of theirs
        await settle(attacker.freeze(Scope(campaign="autumn"), reason="spite"))
    for scope in (Scope(), Scope(platform="mastodon"), Scope(replies=True)):
        freeze = await settle(attacker.freeze(scope, reason="recall"))
        assert (freeze.held, freeze.in_flight, freeze.native) == ((), (), ())

    assert [sent.state.value for sent in await settle(victim.run_due())] == ["confirmed"]
    assert stage.texts(account=OTHER) == ["Theirs"]


async def test_a_freeze_is_thawed_by_its_own_brand_alone(stage: Stage, victim: Any, attacker: Any) -> None:
    await one(victim.plan("Theirs", to="mastodon"))
    freeze = await settle(victim.freeze(Scope(), reason="recall"))
    with pytest.raises(JournalError, match="not for these accounts"):
        await settle(attacker.thaw(freeze, backlog="reschedule"))

    assert stage.states() == ["held"]
    await one(victim.plan("Later", to="mastodon"))
    assert await settle(victim.run_due()) == ()
    assert [one.state.value for one in await settle(victim.thaw(freeze, backlog="reschedule"))] == [
        "planned",
        "planned",
    ]


async def test_a_freeze_of_the_agency_is_thawed_brand_by_brand(stage: Stage, machine: Machine) -> None:
    agency = stage.publisher(machine.workspace)
    brands = [stage.publisher(machine.workspace.brand(key)) for key in ("acme", "other")]
    for key in ("acme", "other"):
        await one(agency.plan("One", to=f"{key}/mastodon/main"))
    freeze = await settle(agency.freeze(Scope(), reason="recall"))
    assert len(freeze.held) == 2
    await settle(brands[0].thaw(freeze, backlog="reschedule"))

    assert [one.account.brand for one in await settle(agency.run_due())] == ["acme"]
    await settle(agency.thaw(freeze, backlog="reschedule"))
    assert [one.account.brand for one in await settle(agency.run_due())] == ["other"]


async def test_a_single_clients_freeze_is_its_accounts_alone(stage: Stage) -> None:
    machine = stage.machine(acme=["mastodon", "mastodon/fr"])
    brand = machine.workspace.brand("acme")
    whole = stage.publisher(brand)
    main: Any = brand.client if stage.blocking else brand.client_async
    single = stage.publisher(main("mastodon", "main"))
    await settle(whole.plan("One", to=["acme/mastodon/main", "acme/mastodon/fr"]))
    with pytest.raises(ConfigurationError, match="'acme/mastodon/fr'"):
        await settle(single.freeze(Scope(account="acme/mastodon/fr"), reason="recall"))
    freeze = await settle(single.freeze(Scope(brand="acme"), reason="recall"))

    assert len(freeze.held) == 1
    assert [one.account.name for one in await settle(whole.run_due())] == ["fr"]
    await settle(whole.thaw(freeze, backlog="reschedule"))
    assert [one.account.name for one in await settle(whole.run_due())] == ["main"]


def message_of(ref: AccountRef) -> Message:
    return message(account=ref)


def post_of(ref: AccountRef) -> Post:
    return post(account=ref)


THINGS: dict[str, Callable[[Any, AccountRef], Any]] = {
    "plan": lambda p, ref: p.plan("Mine", to=ref),
    "plan by key": lambda p, ref: p.plan("Mine", to=ref.key),
    "preview": lambda p, ref: p.preview("Mine", to=ref),
    "reply": lambda p, ref: p.reply(message_of(ref), "Sorry"),
    "private reply": lambda p, ref: p.reply(message_of(ref), "Sorry", private=True),
    "hide": lambda p, ref: p.hide(message_of(ref)),
    "unhide": lambda p, ref: p.unhide(message_of(ref)),
    "delete": lambda p, ref: p.delete(post_of(ref)),
    "delete a comment": lambda p, ref: p.delete(message_of(ref)),
    "adopt": lambda p, ref: p.adopt(post_of(ref), Purpose(objective="traffic")),
}


@pytest.mark.parametrize("thing", THINGS)
async def test_a_thing_of_another_brand_is_refused_before_a_byte_is_sent(
    stage: Stage, machine: Machine, attacker: Any, thing: str
) -> None:
    with pytest.raises((ConfigurationError, WrongAccountError), match="other"):
        await settle(THINGS[thing](attacker, OTHER))

    assert machine.sent == []
    assert stage.states() == []


@pytest.mark.parametrize("thing", [thing for thing in THINGS if thing != "plan by key"])
async def test_a_thing_of_another_account_by_its_id_is_refused(
    stage: Stage, machine: Machine, attacker: Any, thing: str
) -> None:
    mine = machine.workspace.brand("acme").account("mastodon")
    await settle(stage.client_of(machine.workspace.brand("acme"), "mastodon").account.me())
    with pytest.raises((ConfigurationError, WrongAccountError), match="'404'"):
        await settle(THINGS[thing](attacker, mine.model_copy(update={"id": "404"})))

    assert machine.writes == []
    assert stage.states() == []


async def test_a_login_that_was_changed_for_another_accounts_sends_nothing(stage: Stage) -> None:
    first = stage.machine(acme=["mastodon"])
    client = stage.client_of(first.workspace.brand("acme"), "mastodon")
    await settle(client.account.me())
    delivery = await one(stage.publisher(first.workspace.brand("acme")).plan("One", to="mastodon"))
    assert delivery.account.id is not None
    stage.world.simulator("mastodon").connection("stranger")
    stage.world._tenants._names["mastodon"]["acme/mastodon/main"] = "stranger"
    second = stage.machine(acme=["mastodon"])
    (sent,) = await settle(stage.publisher(second.workspace.brand("acme")).run_due())

    assert sent.state is DeliveryState.REFUSED
    assert "another account" in sent.because
    assert second.writes == []
    assert stage.texts(account=None) == []
