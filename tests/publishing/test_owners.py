"""Another account's login is noticed by what the journal knows, where nobody wrote down whose it is."""

from __future__ import annotations

from typing import Any

import pytest

import socialkit as sk
from socialkit.models import AccountRef
from socialkit.publishing import DeliveryState
from socialkit.sandbox import Fault
from tests.publishing.stage import SETTLED, Machine, Stage, one
from tests.support import settle

BRANDS = ("acme", "other")


def machine_with(stage: Stage, *logins: str, **ids: str) -> Machine:
    """Return a machine whose brands have these brands' logins, in this order."""
    machine = stage.machine(acme=["mastodon"], other=["mastodon"])
    made: list[sk.Brand] = []
    for brand, owner in zip(BRANDS, logins, strict=True):
        login: Any = stage.world._login(AccountRef(platform="mastodon", brand=owner, name="main"))
        made.append(sk.Brand(brand, sk.Account("mastodon", id=ids.get(brand), **login)))
    machine.workspace = sk.Workspace(*made, clock=machine.now, transports=machine._line)
    return machine


async def sent(publisher: Any, text: str) -> Any:
    return await settle(publisher.deliver(await one(publisher.plan(text, to="acme/mastodon/main"))))


@pytest.fixture
def right(stage: Stage) -> Machine:
    return machine_with(stage, "acme", "other")


@pytest.fixture
def swapped(stage: Stage) -> Machine:
    return machine_with(stage, "other", "acme")


async def test_a_token_of_another_account_than_that_of_the_last_post_writes_nothing(
    stage: Stage, right: Machine, swapped: Machine
) -> None:
    first = await sent(stage.publisher(right.workspace), "From us")
    stage.restart()
    publisher = stage.publisher(swapped.workspace)
    second, third = await sent(publisher, "From whom?"), await sent(publisher, "Once more")

    assert first.state is DeliveryState.CONFIRMED
    assert (second.state, third.state) == (DeliveryState.REFUSED, DeliveryState.REFUSED)
    assert "WrongAccountError" not in second.because
    assert f"by the journal acme/mastodon/main was {first.post.account.id!r}" in second.because
    assert swapped.writes == []
    assert stage.texts(account="other/mastodon/main") == []


async def test_a_look_with_another_accounts_token_decides_nothing(
    stage: Stage, right: Machine, swapped: Machine
) -> None:
    ours = stage.publisher(right.workspace)
    await sent(ours, "Before")
    stage.world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT)
    lost = await sent(ours, "It was there")
    stage.pass_time(SETTLED)
    (looked,) = await settle(stage.publisher(swapped.workspace).reconcile())
    stage.pass_time(SETTLED)
    (found,) = await settle(ours.reconcile())

    assert (lost.state, looked.state) == (DeliveryState.UNKNOWN, DeliveryState.UNKNOWN)
    assert "by the journal acme/mastodon/main was" in looked.because
    assert found.state is DeliveryState.CONFIRMED
    assert sorted(stage.texts()) == ["Before", "It was there"]


async def test_an_id_that_somebody_wrote_counts_more_than_the_journals(stage: Stage, right: Machine) -> None:
    publisher = stage.publisher(right.workspace)
    await sent(publisher, "By the old account")
    theirs = await settle(publisher.deliver(await one(publisher.plan("x", to="other/mastodon/main"))))
    moved = machine_with(stage, "other", "acme", acme=theirs.post.account.id)
    again = await sent(stage.publisher(moved.workspace), "By the new one")

    assert again.state is DeliveryState.CONFIRMED
    assert again.post.account.id == theirs.post.account.id


async def test_a_login_that_the_journal_knows_as_another_accounts_writes_nothing_for_a_new_one(
    stage: Stage, right: Machine, swapped: Machine
) -> None:
    ours = stage.publisher(right.workspace)
    first = await settle(ours.deliver(await one(ours.plan("From the other", to="other/mastodon/main"))))
    stage.restart()
    second = await sent(stage.publisher(swapped.workspace), "From whom?")
    named = machine_with(stage, "other", "acme", acme=first.post.account.id)
    third = await sent(stage.publisher(named.workspace), "It moved")

    assert second.state is DeliveryState.REFUSED
    assert "by the journal that is another account than acme/mastodon/main" in second.because
    assert swapped.writes == []
    assert third.state is DeliveryState.CONFIRMED


async def test_a_login_that_the_journal_knows_as_another_accounts_reads_no_inbox_for_a_new_one(
    stage: Stage, right: Machine, swapped: Machine
) -> None:
    ours = stage.publisher(right.workspace)
    await sent(ours, "From us")
    stage.world.receive("mastodon", text="Is it in stock?", account="acme/mastodon/main")
    kind: Any = sk.Desk if stage.blocking else sk.AsyncDesk
    router = sk.Router(default=sk.RoutingRule(key="rest", department="shop"))
    swept = await settle(kind(swapped.workspace, stage.journal, router=router).sweep())

    assert list(swept.failed()) == ["acme/mastodon/main", "other/mastodon/main"]
    assert list(swept.cases) == []
