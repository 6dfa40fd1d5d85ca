"""What was to stand beside a post, and had no answer: it is looked for, told, and never sent again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from socialkit.models import Draft, Outcome
from socialkit.platforms import MastodonOptions
from socialkit.platforms.mastodon._search import Search
from socialkit.publishing import Delivery, DeliveryState, Journal, Scope
from socialkit.sandbox import Fault, Sandbox
from tests.publishing.places import PAIRS, Place
from tests.publishing.stage import MINUTES, SETTLED, Killed, Stage, one
from tests.support import collect, settle

State = DeliveryState
DRAFT = Draft(text="One", first_comment="Shop")
WRITES = {"mastodon": "post_status", "bluesky": "put_record"}


class Shop:
    """A world, and a publisher of a mode with its journal in a database of either kind."""

    def __init__(self, world: Sandbox, journal: Journal, kind: Any) -> None:
        self.world = world
        self.journal = journal
        self.publisher: Any = kind(world.workspace(acme=["mastodon", "bluesky"]), journal)

    async def lost(self, platform: str, fault: Fault) -> Delivery:
        """Return a delivery whose first comment had no answer."""
        await one(self.publisher.plan(DRAFT, to=f"acme/{platform}/main"))
        self.world.fail(platform, WRITES[platform], fault, after=1, times=4)
        sent = await one(self.publisher.run_due())
        self.world.forget_faults()
        assert sent.state is State.CONFIRMED
        assert sent.post is not None
        assert [(flaw.step, flaw.outcome) for flaw in sent.post.incomplete] == [
            ("first comment", Outcome.UNKNOWN)
        ]
        return sent

    async def now(self) -> Delivery:
        """Return the delivery as it stands."""
        return await one(tuple(self.journal.deliveries()))

    def texts(self, platform: str) -> list[str]:
        return [post.text for post in self.world.posts(platform)]

    def told(self) -> list[str]:
        return [event.what for event in self.journal.events()]


@pytest.fixture(params=PAIRS, ids=lambda pair: pair[0].__name__)
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    kind, where = request.param
    place: Place = request.getfixturevalue(where)
    with Sandbox(seed=7) as world:
        yield Shop(world, place.journal(), kind)


@pytest.mark.parametrize("platform", WRITES)
async def test_a_first_comment_without_an_answer_is_found(shop: Shop, platform: str) -> None:
    sent = await shop.lost(platform, Fault.DROP_AFTER_COMMIT)
    assert [one.id for one in await collect(shop.publisher.due())] == [sent.id]
    (found,) = await settle(shop.publisher.reconcile())

    assert found.state is State.CONFIRMED
    assert found.post is not None
    assert found.post.id == shop.world.posts(platform)[0].id
    assert found.post.incomplete == ()
    assert found.next_look is None
    assert shop.told()[-2:] == ["looked for", "step finished"]
    assert await settle(shop.publisher.reconcile()) == ()
    assert await collect(shop.publisher.due()) == []
    assert shop.texts(platform) == ["One", "Shop"]
    assert list(shop.journal.verify()) == []


async def test_a_search_for_a_first_comment_that_breaks_is_told_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.lost("mastodon", Fault.DROP_AFTER_COMMIT)

    async def broken(*_: Any) -> Any:
        raise KeyError("a secret")

    monkeypatch.setattr(Search, "find", broken)
    with pytest.raises(KeyError):
        await settle(shop.publisher.reconcile())
    kept = await shop.now()

    assert (kept.state, kept.next_look) == (State.CONFIRMED, None)
    assert kept.post is not None
    assert [flaw.because for flaw in kept.post.incomplete] == [
        "the code that was to look for it broke: KeyError"
    ]
    shop.world.clock.advance(SETTLED)
    assert await settle(shop.publisher.reconcile()) == ()
    assert list(shop.journal.verify()) == []


@pytest.mark.parametrize("platform", WRITES)
async def test_a_first_comment_that_never_landed_is_told_and_not_sent_again(
    shop: Shop, platform: str
) -> None:
    await shop.lost(platform, Fault.DROP_BEFORE_COMMIT)
    (early,) = await settle(shop.publisher.reconcile())
    assert early.post is not None
    assert early.post.incomplete[0].outcome is Outcome.UNKNOWN
    assert early.next_look is not None
    assert early.next_look > shop.world.clock.now()
    shop.world.clock.advance(SETTLED)
    (found,) = await settle(shop.publisher.reconcile())

    assert found.state is State.CONFIRMED
    assert found.post is not None
    (flaw,) = found.post.incomplete
    assert (flaw.step, flaw.outcome, flaw.attempt) == ("first comment", Outcome.NOT_SENT, None)
    assert shop.told()[-1] == "step over"
    for _ in range(3):
        shop.world.clock.advance(SETTLED)
        assert await settle(shop.publisher.run_due()) == ()
        assert await settle(shop.publisher.reconcile()) == ()
    assert shop.texts(platform) == ["One"]
    assert list(shop.journal.verify()) == []


async def test_what_is_looked_for_beside_a_post_is_not_taken_for_one_that_waits(shop: Shop) -> None:
    await shop.lost("mastodon", Fault.DROP_BEFORE_COMMIT)
    await settle(shop.publisher.reconcile())
    freeze = await settle(shop.publisher.freeze(Scope(), reason="recall", native="unschedule"))

    assert (freeze.native, freeze.unscheduled) == ((), ())
    assert shop.texts("mastodon") == ["One"]


async def test_a_scheduled_post_that_came_out_waits_for_nobody(shop: Shop) -> None:
    at = shop.world.clock.now() + timedelta(hours=1)
    draft = Draft(text="Later", options=[MastodonOptions(scheduled_at=at)])
    await one(shop.publisher.plan(draft, to="acme/mastodon/main"))
    await one(shop.publisher.run_due())
    shop.world.clock.advance(timedelta(hours=2))
    assert await collect(shop.publisher.due()) == []

    assert await settle(shop.publisher.reconcile()) == ()
    assert (await shop.now()).next_look is None
    assert list(shop.journal.verify()) == []


async def lost_on(stage: Stage) -> Any:
    """Return a publisher whose first comment had no answer."""
    publisher = stage.acme()
    await one(publisher.plan(DRAFT, to="mastodon"))
    stage.world.fail("mastodon", "post_status", Fault.DROP_AFTER_COMMIT, after=1)
    await settle(publisher.run_due())
    return publisher


@pytest.mark.parametrize("before", [True, False])
async def test_a_look_whose_worker_dies_is_begun_again(stage: Stage, before: bool) -> None:
    publisher = await lost_on(stage)
    stage.database.die(2, before=before)
    with pytest.raises(Killed):
        await settle(publisher.reconcile())
    stage.restart()
    stage.pass_time(6 * MINUTES)
    await settle(stage.acme().reconcile())
    (delivery,) = stage.journal.deliveries()

    assert delivery.post is not None
    assert delivery.post.incomplete == ()
    assert stage.texts() == ["One", "Shop"]
    assert stage.flaws() == []


async def test_a_stop_gives_back_what_was_to_be_looked_for_beside_a_post(stage: Stage) -> None:
    publisher = await lost_on(stage)
    asked: list[int] = []

    def second_time() -> bool:
        asked.append(1)
        return len(asked) > 1

    assert await settle(publisher.reconcile(stop=second_time)) == ()
    (found,) = await settle(publisher.reconcile())

    assert found.state is State.CONFIRMED
    assert found.post.incomplete == ()


async def test_an_unknown_comment_that_nobody_can_read_any_more_is_looked_for_ever_more_seldom(
    stage: Stage,
) -> None:
    publisher = await lost_on(stage)
    stage.world.fail("mastodon", "account_statuses", Fault.SERVER_ERROR, times=999)
    waits: list[timedelta] = []
    for _ in range(16):
        (looked,) = await settle(publisher.reconcile())
        waits.append(looked.next_look - stage.world.clock.now())
        stage.pass_time(waits[-1])

    assert waits == sorted(waits)
    assert waits[-1] == 15 * MINUTES
    (delivery,) = stage.journal.deliveries()
    assert delivery.post is not None
    assert [flaw.outcome for flaw in delivery.post.incomplete] == [Outcome.UNKNOWN]
