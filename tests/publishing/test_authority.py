"""Who may not do something is told so, nothing happens, and the history says that they tried."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from socialkit.errors import NotAuthorisedError
from socialkit.models import Purpose
from socialkit.publishing import Delivery, Event, Journal, Permission, Publisher, Scope
from socialkit.sandbox import Fault, Sandbox
from tests.publishing.places import PAIRS, Place
from tests.publishing.stage import HOURS, Rules, one
from tests.support import collect, settle

REFUSALS = [Permission.NO, Permission.ASK]


class Office:
    """Two brands, a journal in a database of either kind, and publishers of a mode."""

    def __init__(self, world: Sandbox, journal: Journal, kind: Any) -> None:
        self.world = world
        self.journal = journal
        self.rules = Rules({})
        self._kind = kind
        self._workspace = world.workspace(acme=["mastodon"], other=["mastodon"])

    def publisher(self, actor: str = "maria", brand: str | None = None) -> Any:
        """Return a publisher for somebody."""
        accounts = self._workspace if brand is None else self._workspace.brand(brand)
        return self._kind(accounts, self.journal, actor=actor, authority=self.rules)

    def forbid(self, action: str, answer: Permission) -> Any:
        """Return the publisher of somebody who may not do one thing."""
        self.rules.rules["intern", action] = answer
        return self.publisher("intern")

    async def planned(self) -> Delivery:
        """Return something that waits for its time."""
        at = self.world.clock.now() + HOURS
        return await one(self.publisher().plan("Autumn", to="acme/mastodon/main", at=at))

    def refusals(self) -> list[Event]:
        return [event for event in self.journal.events() if event.what == "not authorised"]

    def standing(self) -> list[tuple[Any, ...]]:
        """Return all that the journal holds beside its history."""
        with self.journal.database.reading() as session:
            return [
                row
                for table in ("freezes", "posts", "steps", "approvals")
                for row in session.run(f"SELECT * FROM {table}")
            ]


@pytest.fixture(params=PAIRS, ids=lambda pair: pair[0].__name__)
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    kind, where = request.param
    place: Place = request.getfixturevalue(where)
    with Sandbox(seed=7) as world:
        yield Office(world, place.journal(), kind)


def said(error: NotAuthorisedError) -> tuple[str | None, str | None, str | None]:
    return error.actor, error.action, error.brand


CALLS: dict[str, Callable[[Any, Delivery, datetime], Any]] = {
    "deliver": lambda publisher, delivery, now: publisher.deliver(delivery),
    "cancel": lambda publisher, delivery, now: publisher.cancel(delivery),
    "reschedule": lambda publisher, delivery, now: publisher.reschedule(delivery, now + 2 * HOURS),
    "approve": lambda publisher, delivery, now: publisher.approve(delivery),
    "reject": lambda publisher, delivery, now: publisher.reject(delivery),
    "resolve": lambda publisher, delivery, now: publisher.resolve(delivery, post=None),
}


@pytest.mark.parametrize("answer", REFUSALS)
@pytest.mark.parametrize("action", CALLS)
async def test_what_somebody_may_not_do_with_a_delivery_does_not_happen(
    office: Office, action: str, answer: Permission
) -> None:
    delivery = await office.planned()
    intern = office.forbid(action, answer)
    with pytest.raises(NotAuthorisedError, match=f"intern may not {action}") as caught:
        await settle(CALLS[action](intern, delivery, office.world.clock.now()))
    (after,) = office.journal.deliveries()

    assert said(caught.value) == said(pickle.loads(pickle.dumps(caught.value))) == ("intern", action, "acme")
    assert after == delivery
    assert office.standing() == []
    (event,) = office.refusals()
    assert (event.delivery, event.actor, event.state) == (delivery.id, "intern", delivery.state)
    assert event.detail["action"] == action
    assert list(office.journal.verify()) == []


@pytest.mark.parametrize("answer", REFUSALS)
async def test_who_may_not_freeze_freezes_nothing_and_is_told_so(office: Office, answer: Permission) -> None:
    delivery = await office.planned()
    intern = office.forbid("freeze", answer)
    for times in (1, 2):
        with pytest.raises(NotAuthorisedError, match="intern may not freeze what is acme's") as caught:
            await settle(intern.freeze(Scope(brand="acme"), reason="recall", native="unschedule"))
        assert said(caught.value) == ("intern", "freeze", "acme")
        assert len(office.refusals()) == times

    (after,) = office.journal.deliveries()
    assert after == delivery
    assert office.standing() == []
    told: list[Event] = await collect(office.publisher(brand="acme").events())
    assert [(event.delivery, event.number, event.state) for event in told[1:]] == [
        ("brand acme", 1, None),
        ("brand acme", 2, None),
    ]
    assert [event.delivery for event in await collect(office.publisher(brand="other").events())] == []
    assert list(office.journal.verify()) == []


def told(event: Event) -> tuple[str, str | None, str, Any]:
    return event.delivery, event.actor, event.what, event.state


async def test_who_froze_and_who_thawed_is_told_to_each_brand(office: Office) -> None:
    scope = Scope(platform="mastodon", replies=True)
    freeze = await settle(office.publisher("robin").freeze(scope, reason="recall", native="unschedule"))
    office.world.clock.advance(HOURS)
    await settle(office.publisher("maria").thaw(freeze, backlog="cancel"))
    acme: list[Event] = await collect(office.publisher(brand="acme").events())
    other: list[Event] = await collect(office.publisher(brand="other").events())

    for brand, events in (("acme", acme), ("other", other)):
        assert [told(event) for event in events] == [
            (f"brand {brand}", "robin", "frozen", None),
            (f"brand {brand}", "robin", "widened", None),
            (f"brand {brand}", "maria", "thawed", None),
        ]
        frozen, widened, thawed = events
        assert dict(frozen.detail) == {
            "freeze": freeze.id,
            "brand": brand,
            "platform": "mastodon",
            "account": None,
            "campaign": None,
            "answers": False,
            "reason": "recall",
        }
        assert dict(widened.detail) == {"freeze": freeze.id, "brand": brand}
        assert dict(thawed.detail) == {"freeze": freeze.id, "brand": brand, "backlog": "cancel"}
        assert (frozen.at, thawed.at) == (freeze.at, freeze.at + HOURS)
    assert [event for event in office.journal.events() if " " in event.delivery] == sorted(
        [*acme, *other], key=lambda event: event.seq
    )
    assert list(office.journal.verify()) == []


async def test_a_single_clients_freeze_is_told_under_its_account(place: Place) -> None:
    with Sandbox(seed=7) as world, place.journal() as journal:
        client = world.connect("mastodon")
        publisher = Publisher(client, journal, actor="robin")
        publisher.thaw(publisher.freeze(Scope(), reason="recall"), backlog="hold")

        assert [told(event) for event in publisher.events()] == [
            (f"account {client.ref.key}", "robin", "frozen", None),
            (f"account {client.ref.key}", "robin", "thawed", None),
        ]
        assert list(journal.verify()) == []


async def test_what_another_freeze_takes_over_is_told(office: Office) -> None:
    delivery = await office.planned()
    first = await settle(office.publisher().freeze(Scope(), reason="recall"))
    second = await settle(office.publisher().freeze(Scope(brand="acme"), reason="lawyers"))
    await settle(office.publisher().thaw(first, backlog="reschedule"))
    lines = [event for event in office.journal.events() if event.delivery == delivery.id]

    assert lines[-1].detail == {"because": "lawyers", "held_by": second.id}
    assert list(office.journal.verify()) == []


async def test_a_freeze_of_several_brands_needs_a_permission_for_each(office: Office) -> None:
    asked = office.rules.asked
    await settle(office.publisher().freeze(Scope(), reason="recall"))
    assert [(action, brand) for _, action, brand in asked] == [("freeze", "acme"), ("freeze", "other")]

    class OwnBrand(Rules):
        def permission(self, actor: str | None, action: str, thing: Delivery | Scope, /) -> Permission:
            brand = thing.brand if isinstance(thing, Scope) else thing.account.brand
            return Permission.YES if brand == "acme" else Permission.NO

    office.rules = OwnBrand({})
    with pytest.raises(NotAuthorisedError) as caught:
        await settle(office.publisher("intern").freeze(Scope(), reason="again"))
    assert said(caught.value) == ("intern", "freeze", "other")
    freeze = await settle(office.publisher("intern").freeze(Scope(brand="acme"), reason="own"))

    assert {found.reason for found in await settle(office.publisher().freezes())} == {"recall", "own"}
    assert await settle(office.publisher("intern").thaw(freeze, backlog="reschedule")) == ()


@pytest.mark.parametrize("answer", REFUSALS)
async def test_who_may_not_thaw_leaves_the_freeze_as_it_stands(office: Office, answer: Permission) -> None:
    await office.planned()
    freeze = await settle(office.publisher().freeze(Scope(brand="acme"), reason="recall"))
    intern = office.forbid("thaw", answer)
    forged = freeze.model_copy(update={"scope": Scope(brand="other")})
    for given in (freeze, forged):
        with pytest.raises(NotAuthorisedError) as caught:
            await settle(intern.thaw(given, backlog="reschedule"))
        assert said(caught.value) == ("intern", "thaw", "acme")

    assert [found.id for found in await settle(office.publisher().freezes())] == [freeze.id]
    assert [delivery.state.value for delivery in office.journal.deliveries()] == ["held"]
    assert [event.delivery for event in office.refusals()] == ["brand acme", "brand acme"]


async def test_who_may_not_plan_leaves_nothing_but_a_word_of_it(office: Office) -> None:
    intern = office.forbid("publish", Permission.NO)
    with pytest.raises(NotAuthorisedError) as caught:
        await settle(intern.plan("Autumn", to="acme/mastodon/main"))

    assert said(caught.value) == ("intern", "publish", "acme")
    assert list(office.journal.deliveries()) == []
    assert [event.delivery for event in office.refusals()] == ["brand acme"]


@pytest.mark.parametrize("answer", REFUSALS)
async def test_who_may_not_adopt_a_post_has_it_count_for_nothing(office: Office, answer: Permission) -> None:
    sent = await one(office.publisher().deliver(await office.planned()))
    post = sent.post.model_copy(update={"id": "1"}) if sent.post is not None else None
    intern = office.forbid("adopt", answer)
    with pytest.raises(NotAuthorisedError) as caught:
        await settle(intern.adopt(post, Purpose(campaign="autumn")))

    assert said(caught.value) == ("intern", "adopt", "acme")
    assert len(list(office.journal.deliveries())) == 1


async def test_a_refusal_while_a_delivery_is_sent_is_in_nobodys_way(office: Office) -> None:
    await office.planned()
    intern = office.forbid("cancel", Permission.NO)
    office.world.clock.advance(HOURS)
    office.world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT)
    sent = await one(office.publisher().run_due())
    with pytest.raises(NotAuthorisedError):
        await settle(intern.cancel(sent))
    found = await one(office.publisher().reconcile())

    assert found.state.value == "confirmed"
    assert list(office.journal.verify()) == []


async def test_a_single_client_is_asked_for_its_account(place: Place) -> None:
    with Sandbox(seed=7) as world, place.journal() as journal:
        rules = Rules({("intern", "freeze"): Permission.NO})
        client = world.connect("mastodon")
        publisher = Publisher(client, journal, actor="intern", authority=rules)
        with pytest.raises(NotAuthorisedError) as caught:
            publisher.freeze(Scope(), reason="recall")

        assert said(caught.value) == ("intern", "freeze", None)
        (event,) = publisher.events()
        assert event.delivery == f"account {client.ref.key}"
        assert list(journal.verify()) == []
