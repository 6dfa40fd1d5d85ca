"""A freeze stops everything in its scope, tells what it could not stop, and lets go as it was told."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.errors import ConfigurationError, FrozenError, JournalError, NotAuthorisedError
from socialkit.models import Draft, Message, Purpose
from socialkit.platforms import MastodonOptions
from socialkit.publishing import Delivery, DeliveryState, Permission, Publisher, Scope
from socialkit.sandbox import Fault
from socialkit.transport import Request
from tests.publishing.stage import HOURS, MINUTES, SETTLED, Rules, Stage, one
from tests.support import collect, settle

State = DeliveryState
THREAD = Draft(text="One", thread=[Draft(text="Two"), Draft(text="Three")])


async def received(stage: Stage, brand: Any) -> Message:
    stage.world.receive("mastodon", text="Hello?")
    found: list[Message] = await collect(stage.client_of(brand, "mastodon").inbox.iterate(limit=1))
    return found[0]


async def state_of(publisher: Any, delivery: Delivery) -> Delivery:
    found: list[Delivery] = await collect(publisher.deliveries())
    return next(one for one in found if one.id == delivery.id)


SCOPES = {
    "everything": (Scope(), {"Autumn", "Winter", "Blue"}),
    "the brand": (Scope(brand="acme"), {"Autumn", "Winter", "Blue"}),
    "a platform": (Scope(platform="mastodon"), {"Autumn", "Winter"}),
    "an account": (Scope(account="acme/bluesky/main"), {"Blue"}),
    "a campaign": (Scope(campaign="autumn"), {"Autumn"}),
    "a campaign on another platform": (Scope(campaign="autumn", platform="bluesky"), set[str]()),
}


@pytest.mark.parametrize("case", SCOPES)
async def test_a_freeze_holds_back_what_its_scope_covers(stage: Stage, case: str) -> None:
    scope, covered = SCOPES[case]
    publisher = stage.acme("mastodon", "bluesky")
    autumn = Draft(text="Autumn", purpose=Purpose(campaign="autumn"))
    drafts = [(autumn, "mastodon"), (Draft(text="Winter"), "mastodon"), (Draft(text="Blue"), "bluesky")]
    before = [await one(publisher.plan(draft, to=to)) for draft, to in drafts]
    freeze = await settle(publisher.freeze(scope, reason="recall"))
    for draft, to in drafts:  # what comes later is held back too
        await one(publisher.plan(draft, to=to))
    await settle(publisher.run_due())

    texts = {found.id: found.draft.text for found in before if found.draft is not None}
    assert {texts[found] for found in freeze.held} == covered
    out = stage.texts("mastodon") + stage.texts("bluesky")
    assert sorted(out) == sorted(2 * list({"Autumn", "Winter", "Blue"} - covered))


async def test_answers_leave_unless_the_scope_includes_them(stage: Stage) -> None:
    brand = stage.machine().workspace.brand("acme")
    publisher = stage.publisher(brand)
    asked = await received(stage, brand)
    first = await settle(publisher.freeze(Scope(), reason="recall"))
    assert (await one(publisher.reply(asked, "Sorry"))).state is State.CONFIRMED
    await settle(publisher.thaw(first, backlog="hold"))
    freeze = await settle(publisher.freeze(Scope(replies=True), reason="lawyers"))
    held = await one(publisher.reply(asked, "Sorry again"))

    assert (held.state, held.because) == (State.HELD, "lawyers")
    assert len(stage.texts()) == 1
    assert await settle(publisher.run_due()) == ()
    thawed = await settle(publisher.thaw(freeze, backlog="reschedule"))
    assert [(found.id, found.kind) for found in thawed] == [(held.id, "reply")]
    assert [found.state for found in await settle(publisher.run_due())] == [State.CONFIRMED]
    assert len(stage.texts()) == 2


async def test_no_write_begins_after_a_freeze_even_of_what_was_taken(stage: Stage) -> None:
    machine = stage.machine()
    brand = machine.workspace.brand("acme")
    delivery = await one(stage.publisher(brand).plan(THREAD, to="mastodon"))
    freezer = stage.journal

    def freeze_before_the_second(request: Request) -> None:
        if request.method == "POST" and len(stage.texts()) == 0:
            other = stage.machine().workspace.brand("acme")
            frozen.append(Publisher(other, freezer).freeze(Scope(), reason="recall"))

    frozen: list[Any] = []
    stage.client_of(brand, "mastodon")
    for line in machine.lines:
        line.before = freeze_before_the_second
    (sent,) = await settle(stage.publisher(brand).run_due())

    assert frozen[0].in_flight == (delivery.id,)
    assert sent.state is State.INCOMPLETE
    assert [post.text for post in sent.published] == ["One"]
    assert stage.texts() == ["One"]
    assert await settle(stage.publisher(brand).run_due()) == ()
    held = await state_of(stage.publisher(brand), delivery)
    assert (held.state, held.next_look) == (State.INCOMPLETE, None)


async def test_what_was_taken_and_not_begun_is_held_when_its_turn_comes(stage: Stage) -> None:
    publisher = stage.acme()
    planned = [await one(publisher.plan(f"Number {number}", to="mastodon")) for number in range(5)]
    left: list[Delivery] = []
    frozen: list[Any] = []

    def freeze_after_the_second(delivery: Delivery) -> None:
        left.append(delivery)
        if len(left) == 2:
            other = stage.machine().workspace.brand("acme")
            frozen.append(Publisher(other, stage.journal).freeze(Scope(), reason="recall"))

    await settle(publisher.run_due(progress=freeze_after_the_second))

    out = {delivery.id for delivery in left[:2]}
    assert (set(frozen[0].in_flight) - out, len(stage.texts())) == (set(), 2)
    states = {found.id: found.state for found in await collect(publisher.deliveries())}
    assert {states[delivery.id] for delivery in planned if delivery.id not in out} == {State.HELD}
    assert {states[key] for key in out} == {State.CONFIRMED}


async def half_out(stage: Stage) -> tuple[Any, Delivery]:
    """Return a thread of which one part is out."""
    publisher = stage.acme()
    delivery = await one(publisher.plan(THREAD, to="mastodon"))
    stage.world.fail("mastodon", "post_status", Fault.RATE_LIMITED, after=1)
    assert (await one(publisher.run_due())).state is State.INCOMPLETE
    return publisher, delivery


async def test_what_was_out_before_it_was_taken_again_is_not_in_flight(stage: Stage) -> None:
    publisher, delivery = await half_out(stage)
    frozen: list[Any] = []
    states: list[State] = []

    def freeze() -> None:
        other = Publisher(stage.machine().workspace.brand("acme"), stage.journal)
        states.extend(found.state for found in other.deliveries())
        frozen.append(other.freeze(Scope(), reason="recall"))

    stage.pass_time(SETTLED)
    stage.database.pause(1, freeze)  # taken, and not begun
    await settle(publisher.run_due())

    assert states == [State.SENDING]
    assert (frozen[0].in_flight, frozen[0].held) == ((), ())
    held = await state_of(publisher, delivery)
    assert (held.state, held.because) == (State.INCOMPLETE, "recall")
    assert stage.texts() == ["One"]


async def test_a_thread_that_was_frozen_half_way_goes_on_when_thawed(stage: Stage) -> None:
    publisher, delivery = await half_out(stage)
    freeze = await settle(publisher.freeze(Scope(), reason="recall"))
    assert freeze.held == (delivery.id,)
    stage.pass_time(SETTLED)
    assert await settle(publisher.run_due()) == ()
    stage.pass_time(5 * HOURS)
    (thawed,) = await settle(publisher.thaw(freeze, backlog="reschedule"))
    assert thawed.state is State.INCOMPLETE
    (sent,) = await settle(publisher.run_due())

    assert sent.state is State.CONFIRMED
    assert stage.texts() == ["One", "Two", "Three"]


async def test_a_thread_that_was_frozen_half_way_ends_there_when_cancelled(stage: Stage) -> None:
    publisher, delivery = await half_out(stage)
    freeze = await settle(publisher.freeze(Scope(), reason="recall"))
    (thawed,) = await settle(publisher.thaw(freeze, backlog="cancel"))

    assert (thawed.id, thawed.state) == (delivery.id, State.CANCELLED)
    assert [post.text for post in thawed.published] == ["One"]
    assert stage.texts() == ["One"]


async def test_a_thread_that_waits_for_a_person_is_not_carried_on_by_a_thaw(stage: Stage) -> None:
    publisher = stage.acme()
    delivery = await one(publisher.plan(THREAD, to="mastodon"))
    stage.world.fail("mastodon", "post_status", Fault.RATE_LIMITED, after=1)
    await settle(publisher.run_due())
    stage.pass_time(3 * HOURS)
    assert await settle(publisher.run_due()) == ()
    freeze = await settle(publisher.freeze(Scope(), reason="recall"))
    assert freeze.held == ()
    assert await settle(publisher.thaw(freeze, backlog="reschedule")) == ()

    assert await settle(publisher.run_due()) == ()
    assert (await state_of(publisher, delivery)).state is State.INCOMPLETE


async def test_hold_keeps_back_until_somebody_decides(stage: Stage) -> None:
    publisher = stage.acme()
    delivery = await one(publisher.plan("One", to="mastodon"))
    freeze = await settle(publisher.freeze(Scope(), reason="recall"))
    (left,) = await settle(publisher.thaw(freeze, backlog="hold"))
    assert (left.id, left.state, left.because) == (delivery.id, State.HELD, "recall")
    assert left == await state_of(publisher, delivery)
    assert stage.history(delivery) == ["planned", "held", "left held"]
    assert await settle(publisher.run_due()) == ()
    await settle(publisher.reschedule(delivery, stage.world.clock.now() + MINUTES))
    stage.pass_time(MINUTES)

    assert [one.state for one in await settle(publisher.run_due())] == [State.CONFIRMED]


async def test_a_thaw_lets_go_only_what_its_own_freeze_holds(stage: Stage) -> None:
    publisher = stage.acme()
    left = await one(publisher.plan("Left", to="mastodon"))
    first = await settle(publisher.freeze(Scope(), reason="recall"))
    await settle(publisher.thaw(first, backlog="hold"))
    second = await settle(publisher.freeze(Scope(), reason="lawyers"))
    later = await one(publisher.plan("Later", to="mastodon"))
    assert await settle(publisher.run_due()) == ()
    thawed = await settle(publisher.thaw(second, backlog="reschedule"))

    assert [found.id for found in thawed] == [later.id]
    assert [found.state for found in await settle(publisher.run_due())] == [State.CONFIRMED]
    assert (await state_of(publisher, left)).state is State.HELD
    assert stage.texts() == ["Later"]


async def test_a_thread_that_a_thaw_left_held_is_not_cancelled_by_the_next(stage: Stage) -> None:
    publisher, delivery = await half_out(stage)
    first = await settle(publisher.freeze(Scope(), reason="recall"))
    await settle(publisher.thaw(first, backlog="hold"))
    second = await settle(publisher.freeze(Scope(), reason="lawyers"))
    assert await settle(publisher.thaw(second, backlog="cancel")) == ()

    assert (await state_of(publisher, delivery)).state is State.INCOMPLETE


async def test_what_was_held_is_let_go_though_somebody_tried_to_cancel_it(stage: Stage) -> None:
    publisher, delivery = await half_out(stage)
    freeze = await settle(publisher.freeze(Scope(), reason="recall"))
    rules = Rules({("intern", "cancel"): Permission.NO})
    with pytest.raises(NotAuthorisedError):
        await settle(stage.acme(actor="intern", authority=rules).cancel(delivery))

    assert [found.id for found in await settle(publisher.thaw(freeze, backlog="reschedule"))] == [delivery.id]


async def test_hiding_and_deleting_are_held_back_with_answers(stage: Stage) -> None:
    brand = stage.machine().workspace.brand("acme")
    publisher = stage.publisher(brand)
    sent = await one(publisher.deliver(await one(publisher.plan("One", to="mastodon"))))
    freeze = await settle(publisher.freeze(Scope(replies=True), reason="lawyers"))
    held = await one(publisher.delete(sent.post))
    assert held.state is State.HELD
    with pytest.raises(FrozenError, match="lawyers"):
        await settle(publisher.deliver(await one(publisher.plan("Two", to="mastodon"))))
    await settle(publisher.thaw(freeze, backlog="cancel"))
    await settle(publisher.run_due())

    assert (await state_of(publisher, held)).state is State.CANCELLED
    assert stage.texts() == ["One", "Two"]


async def test_reschedule_lets_leave_at_its_time_or_at_once(stage: Stage) -> None:
    publisher = stage.acme()
    now = stage.world.clock.now()
    await one(publisher.plan("Past", to="mastodon"))
    await one(publisher.plan("Future", to="mastodon", at=now + 9 * HOURS))
    freeze = await settle(publisher.freeze(Scope(), reason="recall"))
    stage.pass_time(5 * HOURS)
    thawed = await settle(publisher.thaw(freeze, backlog="reschedule"))

    assert [one.at for one in thawed] == [now + 5 * HOURS, now + 9 * HOURS]
    assert [one.not_after - one.at for one in thawed] == [2 * HOURS, 2 * HOURS]
    await settle(publisher.run_due())
    assert stage.texts() == ["Past"]
    stage.pass_time(4 * HOURS)
    await settle(publisher.run_due())
    assert stage.texts() == ["Past", "Future"]


async def test_cancel_has_it_not_happen(stage: Stage) -> None:
    publisher = stage.acme()
    await one(publisher.plan("One", to="mastodon"))
    freeze = await settle(publisher.freeze(Scope(), reason="recall"))
    (cancelled,) = await settle(publisher.thaw(freeze, backlog="cancel"))

    assert cancelled.state is State.CANCELLED
    assert await settle(publisher.run_due()) == ()
    assert stage.texts() == []


async def test_what_two_freezes_hold_back_waits_for_both(stage: Stage) -> None:
    publisher = stage.acme()
    await one(publisher.plan("One", to="mastodon"))
    first = await settle(publisher.freeze(Scope(), reason="recall"))
    second = await settle(publisher.freeze(Scope(platform="mastodon"), reason="outage"))
    assert second.held == ()
    assert await settle(publisher.thaw(first, backlog="reschedule")) == ()
    assert await settle(publisher.run_due()) == ()

    assert len(await settle(publisher.thaw(second, backlog="reschedule"))) == 1
    assert [one.state for one in await settle(publisher.run_due())] == [State.CONFIRMED]


async def test_a_freeze_is_thawed_once(stage: Stage) -> None:
    publisher = stage.acme()
    freeze = await settle(publisher.freeze(Scope(), reason="recall"))
    await settle(publisher.thaw(freeze, backlog="hold"))
    with pytest.raises(JournalError, match="does not stand"):
        await settle(publisher.thaw(freeze, backlog="reschedule"))


async def test_a_freeze_outlives_the_process_and_can_be_thawed_by_another(stage: Stage) -> None:
    await one(stage.acme().plan("One", to="mastodon"))
    scope = Scope(platform="mastodon", replies=True)
    made = await settle(stage.acme(actor="maria").freeze(scope, reason="recall"))
    stage.restart()
    await one(stage.acme().plan("Two", to="mastodon"))
    assert await settle(stage.acme().run_due()) == ()
    assert stage.states() == ["held", "held"]
    (found,) = await settle(stage.acme().freezes())

    assert (found.id, found.reason, found.actor, found.at) == (made.id, "recall", "maria", made.at)
    assert found.scope == Scope(brand="acme", platform="mastodon", replies=True)
    assert len(await settle(stage.acme().thaw(found, backlog="reschedule"))) == 2
    assert await settle(stage.acme().freezes()) == ()


async def test_standing_freezes_are_told_to_those_whose_they_are(stage: Stage) -> None:
    machine = stage.machine(acme=["mastodon"], other=["mastodon"])
    agency = stage.publisher(machine.workspace)
    both = await settle(agency.freeze(Scope(), reason="recall"))
    stage.pass_time(MINUTES)
    await settle(agency.freeze(Scope(brand="other"), reason="lawyers"))
    acme = stage.publisher(machine.workspace.brand("acme"))

    assert [found.id for found in await settle(acme.freezes())] == [both.id]
    assert [found.scope.brand for found in await settle(agency.freezes())] == [None, "other"]


async def test_the_journal_remembers_freezes_that_ended(stage: Stage) -> None:
    machine = stage.machine(acme=["mastodon"], other=["mastodon"])
    agency = stage.publisher(machine.workspace)
    both = await settle(agency.freeze(Scope(), reason="recall"))
    stage.pass_time(MINUTES)
    ended = stage.world.clock.now()
    await settle(agency.thaw(both, backlog="hold"))
    await settle(agency.freeze(Scope(brand="other", replies=True), reason="lawyers"))

    assert [(one.scope.brand, one.reason, one.ended_at) for one in stage.journal.freezes()] == [
        ("acme", "recall", ended),
        ("other", "recall", ended),
        ("other", "lawyers", None),
    ]


async def test_what_is_approved_in_a_freeze_is_held_back(stage: Stage) -> None:
    rules = Rules({("intern", "publish"): Permission.ASK})
    delivery = await one(stage.acme(actor="intern", authority=rules).plan("One", to="mastodon"))
    freeze = await settle(stage.acme().freeze(Scope(), reason="recall"))
    await settle(stage.acme().approve(delivery))

    assert freeze.held == ()
    assert await settle(stage.acme().run_due()) == ()
    assert stage.states() == ["held"]


UNKNOWN: dict[str, tuple[Scope, str]] = {
    "a brand": (Scope(brand="acne"), r"brand 'acne' .* did you mean 'acme'\?"),
    "a platform": (Scope(platform="mastodn"), r"platform='mastodn' .* did you mean 'mastodon'\?"),
    "a platform that others are on": (Scope(platform="youtube"), "there are: 'bluesky', 'mastodon'"),
    "an account": (Scope(account="acme/mastodon/man"), "did you mean 'acme/mastodon/main'"),
    "an account by another name": (Scope(account="mastodon"), "account='mastodon' is no account's key"),
    "a campaign": (Scope(campaign="autum"), r"campaign='autum': did you mean 'autumn'\?"),
    "another brand's campaign": (Scope(brand="other", campaign="autumn"), "there are: 'winter'"),
    "a platform that the brand is not on": (
        Scope(brand="other", platform="bluesky"),
        "platform='bluesky' is none that the accounts of 'other' are on",
    ),
    "an account of another brand": (
        Scope(brand="other", account="acme/mastodon/main"),
        "brand='other' and account='acme/mastodon/main' do not go together",
    ),
    "an account on another platform": (
        Scope(platform="bluesky", account="acme/mastodon/main"),
        "platform='bluesky' and account='acme/mastodon/main' do not go together",
    ),
}


async def agency(stage: Stage) -> Any:
    """Return the publisher of two brands, of which each has a campaign in the journal."""
    machine = stage.machine(acme=["mastodon", "bluesky"], other=["mastodon"])
    publisher = stage.publisher(machine.workspace)
    for brand, campaign in (("acme", "autumn"), ("other", "winter")):
        draft = Draft(text="One", purpose=Purpose(campaign=campaign))
        await one(publisher.plan(draft, to=f"{brand}/mastodon/main"))
    return publisher


@pytest.mark.parametrize("case", UNKNOWN)
async def test_a_freeze_of_what_is_not_there_is_refused_and_says_what_is(stage: Stage, case: str) -> None:
    publisher, (scope, said) = await agency(stage), UNKNOWN[case]
    with pytest.raises(ConfigurationError, match=said):
        await settle(publisher.freeze(scope, reason="recall"))

    assert await settle(publisher.freezes()) == ()
    assert stage.states() == ["planned", "planned"]


async def test_a_campaign_of_which_nothing_is_left_to_send_can_be_frozen(stage: Stage) -> None:
    publisher = await agency(stage)
    await settle(publisher.run_due())
    draft = Draft(text="Two", purpose=Purpose(campaign="autumn"))
    await settle(publisher.freeze(Scope(campaign="autumn"), reason="recall"))
    late = await one(publisher.plan(draft, to="acme/bluesky/main"))

    assert await settle(publisher.run_due()) == ()
    assert (await state_of(publisher, late)).state is State.HELD


async def test_the_freeze_of_a_single_client_names_what_is_its_own(stage: Stage) -> None:
    client = stage.client("mastodon")
    publisher = stage.publisher(client)
    for scope in (Scope(platform="bluesky"), Scope(brand="acme"), Scope(account="mastodon/7")):
        with pytest.raises(ConfigurationError):
            await settle(publisher.freeze(scope, reason="recall"))
    freeze = await settle(publisher.freeze(Scope(platform="mastodon"), reason="recall"))

    assert [found.id for found in await settle(publisher.freezes())] == [freeze.id]
    freeze = await settle(publisher.freeze(Scope(account=client.ref.key), reason="again"))
    assert freeze.scope.account == client.ref.key


async def test_of_many_campaigns_an_error_lists_none(stage: Stage) -> None:
    publisher = stage.acme()
    for number in range(30):
        draft = Draft(text="One", purpose=Purpose(campaign=f"campaign-{number}"))
        await one(publisher.plan(draft, to="mastodon"))
    with pytest.raises(ConfigurationError, match=r"campaign='x'; there are 30$"):
        await settle(publisher.freeze(Scope(campaign="x"), reason="recall"))


# What waits on its platform ---------------------------------------------------------------------------


async def scheduled(stage: Stage, publisher: Any) -> Delivery:
    at = stage.world.clock.now() + 5 * HOURS
    draft = Draft(text="Later", options=[MastodonOptions(scheduled_at=at)])
    delivery = await one(publisher.deliver(await one(publisher.plan(draft, to="mastodon"))))
    assert delivery.state is State.CONFIRMED
    assert delivery.next_look == at
    assert [post.scheduled_at for post in stage.world.posts("mastodon")] == [at]
    return delivery


@pytest.mark.parametrize("replies", [True, False])
async def test_what_waits_on_its_platform_is_told_and_left(stage: Stage, replies: bool) -> None:
    publisher = stage.acme()
    delivery = await scheduled(stage, publisher)
    freeze = await settle(publisher.freeze(Scope(replies=replies), reason="recall"))

    assert freeze.native == (delivery.id,)
    assert freeze.unscheduled == ()
    stage.pass_time(6 * HOURS)
    assert [post.published_at is not None for post in stage.world.posts("mastodon")] == [True]
    assert (await settle(publisher.freeze(Scope(), reason="again"))).native == ()


@pytest.mark.parametrize("replies", [True, False])
async def test_what_waits_on_its_platform_is_unscheduled(stage: Stage, replies: bool) -> None:
    brand = stage.machine().workspace.brand("acme")
    publisher = stage.publisher(brand)
    delivery = await scheduled(stage, publisher)
    await one(publisher.plan("One", to="mastodon"))
    asked = await received(stage, brand)
    freeze = await settle(publisher.freeze(Scope(replies=replies), reason="recall", native="unschedule"))

    assert (freeze.native, freeze.unscheduled) == ((delivery.id,), (delivery.id,))
    assert freeze.scope == Scope(replies=replies)
    assert len(freeze.held) == 1
    stage.pass_time(6 * HOURS)
    assert stage.texts() == []
    assert "unscheduled" in stage.history(delivery)
    if replies:
        assert (await one(publisher.reply(asked, "Sorry"))).state is State.HELD
    else:
        assert (await one(publisher.reply(asked, "Sorry"))).state is State.CONFIRMED
    assert (await settle(publisher.freeze(Scope(), reason="again", native="unschedule"))).native == ()
    assert stage.flaws() == []


async def test_a_freeze_stands_though_nothing_could_be_unscheduled(stage: Stage) -> None:
    publisher = stage.acme()
    delivery = await scheduled(stage, publisher)
    await one(publisher.plan("One", to="mastodon"))
    stage.world.fail("mastodon", "delete", Fault.SERVER_ERROR, times=9)
    rules = Rules({("intern", "delete"): Permission.NO})
    for given in ({"actor": "intern", "authority": rules}, dict[str, Any]()):
        freeze = await settle(
            stage.acme(**given).freeze(Scope(replies=True), reason="recall", native="unschedule")
        )
        assert freeze.native == (delivery.id,)
        assert freeze.unscheduled == ()
        assert freeze.scope.replies
        assert await settle(publisher.run_due()) == ()
        await settle(publisher.thaw(freeze, backlog="hold"))
