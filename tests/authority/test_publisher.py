"""A publisher that asks a table, in both modes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest

import socialkit as sk
from socialkit.authority import Action
from socialkit.models import WriteKind
from socialkit.publishing import Authorises
from tests.support import settle

TABLE = sk.Authority.model_validate(
    {
        "team": [
            {"actor": "maria", "roles": ["manager"]},
            {"actor": "sam", "roles": ["writer"]},
            {"actor": "kim", "roles": ["reader"]},
        ],
        "lines": [
            {"roles": ["manager"], "permission": "yes"},
            {"roles": ["writer"], "actions": ["publish"], "permission": "ask"},
            {"roles": ["writer"], "actions": ["approve", "cancel"], "permission": "yes"},
        ],
    }
)
State = sk.DeliveryState
Rules = Authorises[sk.Delivery | sk.Scope]
AnyPublisher = sk.Publisher | sk.AsyncPublisher


class Office:
    """A brand's accounts, and publishers of those who work for it."""

    def __init__(self, world: sk.Sandbox, journal: sk.Journal, *, blocking: bool) -> None:
        self.world = world
        self._brand = world.workspace(acme=["mastodon", "bluesky"]).brand("acme")
        self._journal = journal
        self._class = sk.Publisher if blocking else sk.AsyncPublisher
        self._desk = sk.Desk if blocking else sk.AsyncDesk

    def publisher(self, actor: str | None, authority: Rules = TABLE) -> AnyPublisher:
        return self._class(self._brand, self._journal, actor=actor, authority=authority)

    def desk(self, actor: str) -> sk.Desk | sk.AsyncDesk:
        router = sk.Router(default=sk.RoutingRule(key="rest", department="care"))
        return self._desk(self._brand, self._journal, router=router, actor=actor)

    async def plan(self, actor: str | None) -> sk.Delivery:
        (delivery,) = await settle(self.publisher(actor).plan("Autumn is here", to="mastodon"))
        assert isinstance(delivery, sk.Delivery)
        return delivery


@pytest.fixture(params=["blocking", "async"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    with sk.Sandbox(seed=7) as world, sk.Journal.open("sqlite://") as journal:
        yield Office(world, journal, blocking=request.param == "blocking")


async def test_what_must_be_asked_for_waits_for_a_second_person(office: Office) -> None:
    delivery = await office.plan("sam")
    assert delivery.state is State.PROPOSED

    with pytest.raises(sk.NotAuthorisedError, match="sam may not approve"):
        await settle(office.publisher("sam").approve(delivery))
    assert await settle(office.publisher("sam").run_due()) == ()
    approved = await settle(office.publisher("maria").approve(delivery))
    (sent,) = await settle(office.publisher("maria").run_due())

    assert approved.state is State.PLANNED
    assert sent.state is State.CONFIRMED
    assert [post.text for post in office.world.posts("mastodon")] == ["Autumn is here"]


async def test_who_may_publish_plans_at_once(office: Office) -> None:
    assert (await office.plan("maria")).state is State.PLANNED


@pytest.mark.parametrize("actor", ["kim", "stranger", None])
async def test_who_may_not_publish_plans_nothing(office: Office, actor: str | None) -> None:
    with pytest.raises(sk.NotAuthorisedError, match="may not publish"):
        await office.plan(actor)

    assert list(office.world.posts("mastodon")) == []


async def test_who_has_another_role_may_neither_approve_nor_cancel(office: Office) -> None:
    delivery = await office.plan("sam")
    kim = office.publisher("kim")
    for refused in (kim.approve, kim.cancel):
        with pytest.raises(sk.NotAuthorisedError, match="kim may not"):
            await settle(refused(delivery))

    assert (await settle(office.publisher("sam").cancel(delivery))).state is State.CANCELLED


@pytest.mark.parametrize("actor", ["", " ", "\u200b"])
def test_nobody_acts_under_a_blank_name(office: Office, actor: str) -> None:
    with pytest.raises(sk.ConfigurationError, match="is nobody's name"):
        office.publisher(actor)
    with pytest.raises(sk.ConfigurationError, match="is nobody's name"):
        office.desk(actor)


async def test_a_name_spelt_otherwise_approves_nothing_of_its_own(office: Office) -> None:
    delivery = await office.plan("sam")

    with pytest.raises(sk.NotAuthorisedError, match="Sam may not approve"):
        await settle(office.publisher("Sam").approve(delivery))


def test_every_kind_of_write_is_an_action() -> None:
    assert set(get_args(WriteKind)) <= {action.value for action in Action}


def freezing(*lines: dict[str, Any]) -> sk.Authority:
    return sk.Authority.model_validate({"lines": [{"actions": ["freeze"], **line} for line in lines]})


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ({}, True),
        ({"brands": ["acme"]}, True),
        ({"brands": ["other"]}, False),
        ({"platforms": ["mastodon"]}, False),
    ],
)
async def test_a_freeze_of_a_whole_brand_is_allowed_by_no_line_for_a_part(
    office: Office, line: dict[str, Any], *, allowed: bool
) -> None:
    publisher = office.publisher("maria", freezing({**line, "permission": "yes"}))

    try:
        await settle(publisher.freeze(sk.Scope(brand="acme"), reason="recall"))
        frozen = True
    except sk.NotAuthorisedError:
        frozen = False

    assert frozen is allowed


async def test_a_line_that_refuses_a_part_refuses_the_whole(office: Office) -> None:
    refused = {"platforms": ["mastodon"], "permission": "no"}
    publisher = office.publisher("maria", freezing(refused, {"permission": "yes"}))

    with pytest.raises(sk.NotAuthorisedError):
        await settle(publisher.freeze(sk.Scope(brand="acme"), reason="recall"))
    await settle(publisher.freeze(sk.Scope(brand="acme", platform="bluesky"), reason="recall"))
