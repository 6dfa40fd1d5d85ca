"""Equal posts that wait on their platform: each confirms its own delivery, or a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from socialkit.models import Draft
from socialkit.platforms import MastodonOptions
from socialkit.publishing import Delivery, DeliveryState, Journal, Scope
from socialkit.sandbox import Fault, Sandbox
from tests.publishing.places import PAIRS, Place
from tests.publishing.stage import HOURS, MINUTES, one
from tests.support import settle

State = DeliveryState
DAYS = timedelta(days=2)


class Shop:
    """A world, and a publisher of a mode with its journal in a database of either kind."""

    def __init__(self, world: Sandbox, journal: Journal, kind: Any) -> None:
        self.world = world
        self.journal = journal
        self.publisher: Any = kind(world.workspace(acme=["mastodon"]), journal)

    async def schedule(self, after: timedelta, fault: Fault | None = None, text: str = "Autumn") -> Delivery:
        """Have a post scheduled on the platform, and perhaps the answer lost."""
        at = self.world.clock.now() + after
        draft = Draft(text=text, options=[MastodonOptions(scheduled_at=at)])
        await settle(self.publisher.plan(draft, to="acme/mastodon/main", not_after=DAYS))
        if fault is not None:
            self.world.fail("mastodon", "publish", fault)
        return await one(self.publisher.run_due())

    def known(self) -> dict[str, tuple[State, datetime | None]]:
        """Return how each delivery stands, and when its post was published."""
        posts = {found.id: found.post for found in self.journal.deliveries()}
        states = {found.id: found.state for found in self.journal.deliveries()}
        return {
            key: (states[key], None if post is None else post.published_at) for key, post in posts.items()
        }


@pytest.fixture(params=PAIRS, ids=lambda pair: pair[0].__name__)
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    kind, where = request.param
    place: Place = request.getfixturevalue(where)
    with Sandbox(seed=7) as world:
        yield Shop(world, place.journal(), kind)


async def test_each_of_two_equal_posts_confirms_its_own_delivery(shop: Shop) -> None:
    begun = shop.world.clock.now()
    late = await shop.schedule(6 * HOURS, Fault.DROP_AFTER_COMMIT)
    early = await shop.schedule(5 * HOURS, Fault.DROP_AFTER_COMMIT)
    shop.world.clock.advance(7 * HOURS)
    await settle(shop.publisher.reconcile())

    assert shop.known() == {
        late.id: (State.CONFIRMED, begun + 6 * HOURS),
        early.id: (State.CONFIRMED, begun + 5 * HOURS),
    }


async def test_two_equal_posts_of_one_time_wait_for_a_person(shop: Shop) -> None:
    for _ in range(2):
        await shop.schedule(5 * HOURS, Fault.DROP_AFTER_COMMIT)
    shop.world.clock.advance(6 * HOURS)
    await settle(shop.publisher.reconcile())

    assert {state for state, _ in shop.known().values()} == {State.NEEDS_DECISION}
    assert len(shop.world.posts("mastodon")) == 2


@pytest.mark.parametrize("known_first", [True, False])
async def test_a_post_that_was_scheduled_and_known_confirms_no_other_delivery(
    shop: Shop, known_first: bool
) -> None:
    known = await shop.schedule(5 * HOURS) if known_first else None
    lost = await shop.schedule(5 * HOURS - MINUTES, Fault.DROP_BEFORE_COMMIT)
    known = known or await shop.schedule(5 * HOURS)
    shop.world.clock.advance(6 * HOURS)
    await settle(shop.publisher.reconcile())
    found = {one.id: one for one in shop.journal.deliveries()}

    assert found[lost.id].state is State.NEEDS_DECISION
    assert known.id in (found[lost.id].because or "")
    assert len(shop.world.posts("mastodon")) == 1


async def test_what_is_scheduled_for_the_time_with_other_words_is_in_nobodys_way(shop: Shop) -> None:
    await shop.schedule(5 * HOURS, text="Winter")
    lost = await shop.schedule(5 * HOURS, Fault.DROP_AFTER_COMMIT)
    shop.world.clock.advance(6 * HOURS)
    await settle(shop.publisher.reconcile())

    assert shop.known()[lost.id][0] is State.CONFIRMED


async def test_a_post_that_was_found_where_it_waits_is_told_by_a_freeze(shop: Shop) -> None:
    lost = await shop.schedule(5 * HOURS, Fault.DROP_AFTER_COMMIT)
    shop.world.clock.advance(HOURS)
    (found,) = await settle(shop.publisher.reconcile())
    assert found.state is State.CONFIRMED
    freeze = await settle(shop.publisher.freeze(Scope(), reason="recall", native="unschedule"))

    assert freeze.native == freeze.unscheduled == (lost.id,)
    assert not shop.world.posts("mastodon")
