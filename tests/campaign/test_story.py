"""The way of a campaign: from a strategy to posts that say why they exist."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import socialkit as sk
from socialkit.publishing import DeliveryState
from tests.support import collect, settle


@pytest.mark.parametrize("kind", [sk.Publisher, sk.AsyncPublisher])
async def test_a_campaign_becomes_posts_and_is_never_planned_twice(
    kind: Any, socialkit_world: sk.Sandbox
) -> None:
    acme = socialkit_world.workspace(acme=["mastodon", "bluesky"]).brand("acme")
    today = socialkit_world.clock.now().date()
    kpi = sk.KPI(metric="clicks", target=5000, baseline=3100, by=today + timedelta(days=90))
    strategy = sk.Strategy(
        brand="acme",
        objectives=[sk.Objective(key="traffic", goal="more visits", kpi=kpi)],
        pillars=[sk.Pillar(key="craft", share=0.6), sk.Pillar(key="people", share=0.4)],
    )
    mix = sk.Mix(
        parts=[
            sk.MixPart(target="mastodon", share=0.5, reason="talks"),
            sk.MixPart(target="bluesky", share=0.5, reason="grows"),
        ]
    )
    campaign = sk.Campaign(
        key="autumn",
        strategy=strategy,
        objective="traffic",
        period=sk.Period(today + timedelta(days=1), today + timedelta(days=30), zone="Europe/Paris"),
        budget=sk.Money(4000, "EUR"),
        rhythm="FREQ=DAILY",
        posts=20,
    )
    calendar = campaign.calendar(mix, accounts=acme.accounts(), zone=acme.zone)
    for number, slot in enumerate(calendar.slots):
        calendar = calendar.fill(slot, sk.Draft(text=f"Number {number}"))
    assert calendar.check() == ()

    with sk.Journal.open("sqlite://") as journal:
        publisher: Any = kind(acme, journal, actor="maria")
        first = await settle(publisher.plan_calendar(calendar))
        again = campaign.calendar(mix, accounts=acme.accounts(), zone=acme.zone)
        for number, slot in enumerate(again.slots):
            again = again.fill(slot, sk.Draft(text=f"Number {number}"))
        second = await settle(publisher.plan_calendar(again))
        for slot in calendar.slots:
            socialkit_world.clock.advance(max(slot.instant() - socialkit_world.clock.now(), timedelta()))
            await settle(publisher.run_due())
        deliveries = await collect(publisher.deliveries())

    assert len(first) == 20
    assert [one.id for one in first] == [one.id for one in second]
    assert [one.purpose for one in first] == [slot.purpose for slot in calendar.slots]
    assert {one.state for one in deliveries} == {DeliveryState.CONFIRMED}
    assert len(socialkit_world.posts("mastodon")) == len(socialkit_world.posts("bluesky")) == 10
