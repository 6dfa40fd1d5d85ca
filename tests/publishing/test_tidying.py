"""Kept files go when nobody needs them any more, and never before."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.models import Draft, Media
from socialkit.publishing import Delivery, DeliveryState, FolderMediaStore, Journal
from socialkit.publishing._models import ACTIVE
from socialkit.publishing._packing import pack
from socialkit.publishing._rows import Body
from socialkit.sandbox import Fault
from socialkit.testing import picture
from tests.publishing.places import Place, seconds
from tests.publishing.s3 import Bucket
from tests.publishing.stage import Stage, one
from tests.publishing.test_transitions import MAKERS
from tests.support import settle

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
LATER = datetime(2999, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

State = DeliveryState


def dot(width: int = 1) -> Draft:
    return Draft(text=f"Dot {width}", media=[picture(width=width, alt_text="A dot")])


def digests(journal: Journal) -> list[str]:
    return sorted(journal.media.digests())


def grow_old(stage: Stage) -> None:
    """Make all kept files as old as if they had been kept long ago."""
    for path in stage.media.glob("??/*"):
        os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


async def confirmed(publisher: Any, draft: Draft) -> Delivery:
    planned = await one(publisher.plan(draft, to="mastodon"))
    delivery: Delivery = await settle(publisher.deliver(planned))
    assert delivery.state is State.CONFIRMED
    return delivery


async def test_the_files_of_what_has_ended_go(stage: Stage) -> None:
    publisher = stage.acme()
    await confirmed(publisher, dot(1))
    planned = await one(publisher.plan(dot(2), to="mastodon"))
    await settle(publisher.cancel(planned))
    grow_old(stage)

    assert stage.journal.tidy(before=LATER) == 2
    assert digests(stage.journal) == []
    assert stage.journal.tidy(before=LATER) == 0
    assert [
        delivery.draft.media[0].filename for delivery in stage.journal.deliveries() if delivery.draft
    ] == [
        "dot.png",
        "dot.png",
    ]


async def test_what_ended_later_keeps_its_files(stage: Stage) -> None:
    publisher = stage.acme()
    delivery = await confirmed(publisher, dot())
    ended = stage.world.clock.now()
    grow_old(stage)

    assert stage.journal.tidy(before=ended) == 0
    assert digests(stage.journal) == [picture().sha256()]
    stage.pass_time(DAY)
    assert stage.journal.tidy(before=ended + DAY) == 1
    assert stage.journal.tidy(before=delivery.at) == 0


@pytest.mark.parametrize("state", MAKERS, ids=str)
async def test_what_may_still_be_sent_or_looked_for_keeps_its_files(stage: Stage, state: State) -> None:
    delivery = await MAKERS[state](stage)
    body = pack(Body(account=delivery.account, draft=dot()), stage.journal.media)
    stage.rows("UPDATE deliveries SET body = ?", body)
    grow_old(stage)
    gone = stage.journal.tidy(before=LATER)

    assert delivery.state is state
    assert (gone, digests(stage.journal)) == ((0, [picture().sha256()]) if state in ACTIVE else (1, []))


@pytest.mark.parametrize("state", ["due", "approved", "a state of tomorrow"])
async def test_whatever_is_not_the_end_keeps_its_files(stage: Stage, state: str) -> None:
    delivery = await one(stage.acme().plan(dot(), to="mastodon"))
    stage.rows("UPDATE deliveries SET state = ? WHERE id = ?", state, delivery.id)
    grow_old(stage)

    assert stage.journal.tidy(before=LATER) == 0
    assert digests(stage.journal) == [picture().sha256()]


async def test_what_stands_beside_a_post_and_is_looked_for_keeps_its_files(stage: Stage) -> None:
    publisher = stage.acme()
    draft = dot().model_copy(update={"first_comment": "And more"})
    await settle(publisher.plan(draft, to="mastodon"))
    stage.world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT, after=1)
    delivery = await one(publisher.run_due())
    grow_old(stage)

    assert (delivery.state, stage.journal.tidy(before=LATER)) == (State.CONFIRMED, 0)
    stage.pass_time()
    await settle(publisher.reconcile())
    assert stage.journal.tidy(before=LATER) == 1


async def test_a_file_that_another_brand_still_needs_stays(stage: Stage) -> None:
    machine = stage.machine(acme=["mastodon"], other=["mastodon"])
    acme, other = (stage.publisher(machine.workspace.brand(key)) for key in ("acme", "other"))
    await confirmed(acme, dot())
    waiting = await one(other.plan(dot(), to="mastodon"))
    grow_old(stage)

    assert stage.journal.tidy(before=LATER) == 0
    await settle(other.deliver(waiting))
    assert stage.journal.tidy(before=LATER) == 1


async def test_the_files_of_what_cannot_be_read_stay(stage: Stage) -> None:
    delivery = await one(stage.acme().plan(dot(), to="mastodon"))
    stage.rows("UPDATE deliveries SET body = '[' || body WHERE id = ?", delivery.id)
    grow_old(stage)

    assert stage.journal.tidy(before=LATER) == 0


async def test_a_file_that_nobody_planned_goes_after_a_day(stage: Stage) -> None:
    stage.journal.media.keep(picture())

    assert stage.journal.tidy(before=LATER) == 0
    grow_old(stage)
    assert stage.journal.tidy(before=LONG_AGO) == 1


def test_a_time_without_a_zone_is_refused(stage: Stage) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        stage.journal.tidy(before=datetime(2026, 1, 1))  # noqa: DTZ001 - what is to be refused


# Planned at the same time -----------------------------------------------------------------------------


class Busy(FolderMediaStore):
    """Something happens whenever a file was kept, and before one is discarded."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.after_keeping: Callable[[], object] = bool
        self.before_discarding: Callable[[], object] = bool

    def keep(self, media: Media, /) -> str:
        digest = super().keep(media)
        self.after_keeping()
        return digest

    def discard(self, digest: str, /, *, kept_before: datetime) -> bool:
        self.before_discarding()
        return super().discard(digest, kept_before=kept_before)


@pytest.fixture
def busy(stage: Stage) -> Busy:
    """The stage's store, in which something may happen meanwhile."""
    store = Busy(stage.media)
    stage.journal.media = store
    return store


@pytest.mark.parametrize("anew", [True, False], ids=["given anew", "as it was shown"])
async def test_a_file_that_was_kept_for_a_plan_just_now_stays(stage: Stage, busy: Busy, anew: bool) -> None:
    publisher = stage.acme()
    old = await confirmed(publisher, dot())
    grow_old(stage)
    gone: list[int] = []
    # The file is kept, and the journal does not know yet for what.
    busy.after_keeping = lambda: gone.append(stage.journal.tidy(before=LATER))
    await settle(publisher.plan(dot() if anew else old.draft, to="mastodon"))
    sent = await one(publisher.run_due())

    assert gone == [0]
    assert sent.state is State.CONFIRMED


async def test_a_file_that_is_planned_with_while_it_is_discarded_stays(stage: Stage, busy: Busy) -> None:
    publisher = stage.acme()
    await confirmed(publisher, dot())
    grow_old(stage)
    # Nobody needed the file when the journal was asked.
    busy.before_discarding = lambda: FolderMediaStore(stage.media).keep(picture())
    gone = stage.journal.tidy(before=LATER)
    await settle(publisher.plan(dot(), to="mastodon"))

    assert gone == 0
    assert (await one(publisher.run_due())).state is State.CONFIRMED


# Other places -----------------------------------------------------------------------------------------


async def test_files_in_a_bucket_go_as_well(stage: Stage, bucket: Bucket) -> None:
    stage.journal.media = sk.S3MediaStore(bucket.name, **bucket.login)
    publisher = stage.acme()
    await confirmed(publisher, dot(1))
    await settle(publisher.plan(dot(2), to="mastodon"))
    fresh = stage.journal.tidy(before=LATER)
    for key in bucket.files():
        bucket.backdate(key, LONG_AGO)

    assert fresh == 0
    assert stage.journal.tidy(before=LATER) == 1
    assert digests(stage.journal) == [picture(width=2).sha256()]
    assert (await one(publisher.run_due())).state is State.CONFIRMED


async def test_a_file_that_is_planned_with_again_stays_in_the_bucket(stage: Stage, bucket: Bucket) -> None:
    stage.journal.media = sk.S3MediaStore(bucket.name, **bucket.login)
    publisher = stage.acme()
    delivery = await confirmed(publisher, dot())
    bucket.backdate(bucket.files()[0], LONG_AGO)
    await settle(publisher.plan(delivery.draft, to="mastodon"))
    stage.rows("DELETE FROM deliveries WHERE id <> ?", delivery.id)  # as if the plan were not written yet

    assert stage.journal.tidy(before=LATER) == 0
    assert digests(stage.journal) == [picture().sha256()]


def test_either_database_says_what_is_needed(place: Place) -> None:
    journal = place.journal()
    files = [place.media.keep(Media(filename="a", content=bytes([n]), size=1)) for n in range(3)]
    for path in place.media._path.glob("??/*"):
        os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    states = ["planned", "confirmed", "confirmed"]
    with journal.database.writing() as session:
        for number, (digest, state) in enumerate(zip(files, states, strict=True)):
            session.run(
                "INSERT INTO deliveries (id, kind, platform, account, answer, single, state, due_at,"
                " expires_at, body) VALUES (?, 'publish', 'x', 'x', ?, ?, ?, 0, 0, ?)",
                str(number),
                False,
                True,
                state,
                f'{{"media": [{{"sha256":"{digest}"}}]}}',
            )
        session.run(
            "INSERT INTO events (delivery, number, at, what, state, detail, digest)"
            " VALUES ('1', 1, ?, 'confirmed', 'confirmed', '', '')",
            seconds(0),
        )
    since = datetime(2026, 11, 20, 9, tzinfo=UTC)

    assert journal.tidy(before=since) == 1
    assert digests(journal) == sorted(files[:2])
    assert journal.tidy(before=since + timedelta(microseconds=1)) == 1
    assert digests(journal) == files[:1]
