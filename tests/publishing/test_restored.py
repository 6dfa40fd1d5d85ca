"""A journal that was restored from an older copy: what was sent since is not sent a second time."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import Any

import pytest

from socialkit.models import Draft, Slot
from socialkit.platforms import BlueskyOptions
from socialkit.publishing import Delivery, DeliveryState
from socialkit.testing import picture
from tests.publishing.stage import HOURS, MINUTES, Killed, Stage, one
from tests.publishing.test_deliveries import received
from tests.support import settle

State = DeliveryState

DRAFTS = {
    "text": Draft(text="One"),
    "picture": Draft(text="One", media=[picture(alt_text="A dot")]),
    "thread": Draft(text="One", thread=[Draft(text="Two"), Draft(text="Three")]),
    "first comment": Draft(text="One", first_comment="Two"),
}
CLOSED = {"closed to answers": Draft(text="One", options=[BlueskyOptions(replies=[])])}
CASES = [
    *((platform, name) for platform in ("bluesky", "mastodon") for name in DRAFTS),
    *(("bluesky", name) for name in CLOSED),
]


class Calendar:
    """Some slots."""

    def __init__(self, slots: list[Slot]) -> None:
        self.slots = slots


def copied(stage: Stage) -> None:
    """Keep a copy of the journal as it is."""
    stage.journal.close()
    shutil.copy(stage.path, stage.path.with_suffix(".copy"))
    stage.journal = stage.reopened()


def restored(stage: Stage) -> None:
    """Have the journal be as it was when it was copied."""
    stage.journal.close()
    for path in stage.path.parent.glob(f"{stage.path.name}*"):
        path.unlink()
    shutil.copy(stage.path.with_suffix(".copy"), stage.path)
    stage.journal = stage.reopened()


async def carried(stage: Stage, *platforms: str) -> Delivery:
    """Send what is due and look for what is unknown, until nothing is left to do."""
    publisher = stage.acme(*platforms)
    for _ in range(8):
        await settle(publisher.run_due())
        await settle(publisher.reconcile())
        stage.pass_time(1 * MINUTES)
    (delivery,) = stage.journal.deliveries()
    return delivery


@pytest.mark.parametrize(("platform", "name"), CASES)
async def test_what_was_sent_since_the_copy_is_not_sent_again(stage: Stage, platform: str, name: str) -> None:
    await one(stage.acme(platform).plan((DRAFTS | CLOSED)[name], to=platform))
    copied(stage)
    before = await carried(stage, platform)
    posts = [post.id for post in stage.world.posts(platform)]
    restored(stage)
    after = await carried(stage, platform)

    assert [post.id for post in stage.world.posts(platform)] == posts
    assert (before.state, after.state) == (State.CONFIRMED, State.CONFIRMED)
    assert before.post is not None
    assert after.post is not None
    assert after.post.id == before.post.id
    assert [part.id for part in after.post.thread] == [part.id for part in before.post.thread]
    assert after.post.incomplete == ()
    assert after.differences == ()
    assert stage.flaws() == []


@pytest.mark.parametrize("calendar", [False, True], ids=["planned", "slot"])
async def test_what_was_given_another_time_since_the_copy_is_not_sent_again(
    stage: Stage, calendar: bool
) -> None:
    at = stage.world.clock.now() + 2 * HOURS
    brand = stage.machine(acme=["bluesky"]).workspace.brand("acme")
    publisher = stage.publisher(brand)
    if calendar:
        slot = Slot(key="opening", account=brand.account("bluesky"), at=at, draft=Draft(text="One"))
        delivery = await one(publisher.plan_calendar(Calendar([slot])))
    else:
        delivery = await one(publisher.plan("One", to="bluesky", at=at))
    copied(stage)
    await settle(stage.acme("bluesky").reschedule(delivery, at - 1 * HOURS))
    stage.pass_time(1 * HOURS)
    sent = await carried(stage, "bluesky")
    restored(stage)
    stage.pass_time(1 * HOURS)
    again = await carried(stage, "bluesky")

    assert sent.post is not None
    assert again.post is not None
    assert (again.state, again.post.id) == (State.CONFIRMED, sent.post.id)
    assert stage.texts("bluesky") == ["One"]


async def test_a_post_that_stands_there_is_not_written_over_and_differences_are_told(stage: Stage) -> None:
    await one(stage.acme("bluesky").plan("One", to="bluesky"))
    copied(stage)
    await carried(stage, "bluesky")
    simulator: Any = stage.world.simulator("bluesky")
    (record,) = [record for repo in simulator._state.repos.values() for record in repo.records.values()]
    record.value["text"] = "Won"
    restored(stage)
    again = await carried(stage, "bluesky")

    assert stage.texts("bluesky") == ["Won"]
    assert again.state is State.CONFIRMED
    assert again.differences == ("the text reads 'Won' instead of 'One'",)


async def test_an_answer_that_was_given_since_the_copy_is_not_given_again(stage: Stage) -> None:
    client = stage.client("bluesky")
    message = await received(stage, client, "bluesky")
    stage.database.die(2, before=False)
    with pytest.raises(Killed):  # its worker died when it had taken it
        await settle(stage.publisher(client).reply(message, "On its way"))
    copied(stage)
    stage.pass_time(10 * MINUTES)
    (sent,) = await settle(stage.publisher(client).run_due())
    restored(stage)
    stage.pass_time(1 * MINUTES)
    (lost,) = await settle(stage.publisher(client).run_due())
    (found,) = await settle(stage.publisher(client).reconcile())

    assert stage.texts("bluesky") == ["On its way"]
    assert [each.state for each in (sent, lost, found)] == [State.CONFIRMED, State.UNKNOWN, State.CONFIRMED]
    assert lost.because is not None
    assert "another record stands at" in lost.because
    assert found.post.id == sent.post.id


async def test_mastodon_forgets_the_key_after_an_hour_so_that_the_accounts_have_to_be_looked_at(
    stage: Stage,
) -> None:
    await one(stage.acme("mastodon").plan("One", to="mastodon"))
    copied(stage)
    await carried(stage, "mastodon")
    restored(stage)
    stage.pass_time(timedelta(minutes=61))
    await carried(stage, "mastodon")

    assert stage.texts("mastodon") == ["One", "One"]
