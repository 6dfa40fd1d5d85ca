"""`verify` compares all that the history tells with what lies in the tables, in either database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from socialkit.models import Draft
from socialkit.publishing import Delivery, DeliveryState, Scope
from socialkit.publishing._rows import Outcome
from socialkit.publishing._taking import LEASE
from socialkit.sandbox import Fault, Sandbox
from tests.publishing.places import NOW, PAIRS, POST, Place, planned, planner, seconds, worker
from tests.publishing.stage import HOURS
from tests.publishing.test_authority import Office
from tests.support import settle

LEASED = LEASE.total_seconds()
THREAD = Draft(text="One", thread=[Draft(text="Two")])


@pytest.fixture(params=PAIRS, ids=lambda pair: pair[0].__name__)
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    kind, where = request.param
    place: Place = request.getfixturevalue(where)
    with Sandbox(seed=7) as world:
        yield Office(world, place.journal(), kind)


def change(office: Office, statement: str, *values: Any) -> None:
    """Do something to the database behind the journal's back."""
    with office.journal.database.writing() as session:
        session.run(statement, *values)


async def busy(office: Office) -> tuple[Delivery, Delivery]:
    """Have a thread sent, something planned and held back, a freeze over, one that stands, and an anchor."""
    publisher = office.publisher()
    await settle(publisher.plan(THREAD, to="acme/mastodon/main"))
    (sent,) = await settle(publisher.run_due())
    assert sent.state is DeliveryState.CONFIRMED
    waits = await office.planned()
    await settle(publisher.thaw(await settle(publisher.freeze(Scope(), reason="once")), backlog="reschedule"))
    await settle(publisher.freeze(Scope(brand="acme"), reason="recall"))
    assert list(office.journal.verify()) == []
    return sent, waits


SENT = {
    "fence = fence + 1": "how often it changed hands",
    "tries = 0": "how often it was tried",
    "flow = 'mastodon 99'": "the steps that it goes by",
    "ready_at = 1": "when it is taken up next",
    "wall = '{}'": "the wall time",
    "outcome = '{}'": "its outcome",
}
WAITS = {
    "held_by = NULL": "the freeze that holds it back",
    "ready_at = 1": "when it is taken up next",
    "tries = 1": "how often it was tried",
}


@pytest.mark.parametrize("altered", SENT)
async def test_what_was_altered_of_a_delivery_that_is_out_is_named(office: Office, altered: str) -> None:
    sent, _ = await busy(office)
    change(office, f"UPDATE deliveries SET {altered} WHERE id = ?", sent.id)

    (flaw,) = office.journal.verify()
    assert flaw.startswith(f"delivery {sent.id}: {SENT[altered]}")


@pytest.mark.parametrize("altered", WAITS)
async def test_what_was_altered_of_a_delivery_that_waits_is_named(office: Office, altered: str) -> None:
    _, waits = await busy(office)
    change(office, f"UPDATE deliveries SET {altered} WHERE id = ?", waits.id)

    (flaw,) = office.journal.verify()
    assert flaw.startswith(f"delivery {waits.id}: {WAITS[altered]}")


STEPS = ["state = 'over'", "state = 'started'", "attempt = '{}'", "result = NULL", "writes = NOT writes"]


@pytest.mark.parametrize("altered", STEPS)
async def test_an_altered_step_is_named(office: Office, altered: str) -> None:
    sent, _ = await busy(office)
    change(office, f"UPDATE steps SET {altered} WHERE name = 'part 2 post'")

    (flaw,) = office.journal.verify()
    assert flaw == f"delivery {sent.id}: step 'part 2 post' does not stand as it was written down"


async def test_a_removed_step_is_named(office: Office) -> None:
    sent, _ = await busy(office)
    change(office, "DELETE FROM steps WHERE name = 'part 1 post'")

    assert list(office.journal.verify()) == [f"delivery {sent.id}: step 'part 1 post' was removed"]


async def test_a_step_that_nobody_took_is_named(office: Office) -> None:
    _, waits = await busy(office)
    change(office, "UPDATE steps SET delivery = ? WHERE name = 'part 1 post'", waits.id)

    assert f"delivery {waits.id}: step 'part 1 post' does not stand as it was written down" in list(
        office.journal.verify()
    )


async def test_a_write_in_doubt_that_was_made_to_look_as_if_it_never_happened_is_named(
    office: Office,
) -> None:
    """It would be sent again."""
    publisher = office.publisher()
    office.world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT)
    await settle(publisher.plan("One", to="acme/mastodon/main"))
    (lost,) = await settle(publisher.run_due())
    assert lost.state is DeliveryState.UNKNOWN
    assert list(office.journal.verify()) == []
    change(office, "UPDATE steps SET state = 'over' WHERE writes")

    assert any("does not stand" in flaw for flaw in office.journal.verify())


CLAIMS = ["account = 'other/mastodon/main'", "claimed_at = 0", "delivery = 'another'"]


@pytest.mark.parametrize("altered", CLAIMS)
async def test_an_altered_claim_to_a_post_is_named(office: Office, altered: str) -> None:
    sent, _ = await busy(office)
    change(office, f"UPDATE posts SET {altered}")
    flaws = [flaw for flaw in office.journal.verify() if flaw.startswith(f"delivery {sent.id}: its claim")]

    assert len(flaws) == 2


async def test_a_claim_that_was_removed_is_named(office: Office) -> None:
    sent, _ = await busy(office)
    assert sent.post is not None
    change(office, "DELETE FROM posts WHERE place LIKE ?", f"% {sent.post.id}")

    (flaw,) = office.journal.verify()
    assert flaw.startswith(f"delivery {sent.id}: its claim to the post")
    assert sent.post.id in flaw


async def test_a_claim_that_nobody_made_is_named(office: Office) -> None:
    """A delivery whose post it is would never be found again."""
    _, waits = await busy(office)
    change(office, "INSERT INTO posts VALUES ('mastodon  7', ?, 'acme/mastodon/main', 0)", waits.id)

    assert list(office.journal.verify()) == [
        f"post mastodon  7: nothing was written down of its claim for delivery {waits.id}"
    ]


FREEZES = [
    "reason = 'none'",
    "thawed_at = 1",
    "answers = NOT answers",
    "actor = NULL",
    "account = 'x'",
    "at = 1",
]


@pytest.mark.parametrize("altered", FREEZES)
async def test_an_altered_freeze_is_named(office: Office, altered: str) -> None:
    await busy(office)
    change(office, f"UPDATE freezes SET {altered} WHERE reason = 'recall'")

    (flaw,) = office.journal.verify()
    assert flaw.startswith("freeze ")
    assert flaw.endswith(" of acme: it is not the one that was written down")


async def test_a_freeze_that_stands_again_though_it_was_thawed_is_named(office: Office) -> None:
    await busy(office)
    change(office, "UPDATE freezes SET thawed_at = NULL")

    assert [flaw.partition(" of ")[2] for flaw in office.journal.verify()] == [
        f"{brand}: it is not the one that was written down" for brand in ("acme", "other")
    ]


async def test_a_removed_freeze_is_named(office: Office) -> None:
    await busy(office)
    change(office, "DELETE FROM freezes WHERE reason = 'recall'")

    (flaw,) = office.journal.verify()
    assert flaw.endswith(" of acme: it was removed")


async def test_a_freeze_that_nobody_made_is_named(office: Office) -> None:
    await busy(office)
    change(
        office,
        "INSERT INTO freezes (id, brand, answers, reason, at) VALUES ('7', 'other', ?, 'envy', 1)",
        True,
    )

    assert list(office.journal.verify()) == ["freeze 7 of other: nothing was written down of it"]


async def days(office: Office) -> None:
    """Have three days with an anchor each."""
    for _ in range(3):
        await settle(office.publisher().plan("One", to="acme/mastodon/main"))
        await settle(office.publisher().run_due())
        office.world.clock.advance(24 * HOURS)
    assert list(office.journal.verify()) == []


async def test_anchors_that_were_removed_are_named(office: Office) -> None:
    await days(office)
    change(office, "DELETE FROM anchors")

    assert list(office.journal.verify()) == [f"anchor of 2026-03-0{day}: it was removed" for day in (2, 3, 4)]


async def test_an_anchor_that_nobody_made_is_named(office: Office) -> None:
    await days(office)
    change(office, "UPDATE anchors SET day = '2026-03-30' WHERE day = '2026-03-04'")

    assert list(office.journal.verify()) == [
        "anchor of 2026-03-04: it was removed",
        "anchor of 2026-03-30: it is not the one that was written down",
    ]


async def test_a_day_on_which_nothing_happened_gets_no_anchor(office: Office) -> None:
    await days(office)
    for _ in range(3):
        await settle(office.publisher().run_due())
        office.world.clock.advance(24 * HOURS)

    anchored = [event.detail["day"] for event in office.journal.events() if event.what == "anchored"]
    assert anchored == ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"]


# What a worker does that others have overtaken ----------------------------------------------------------


def test_an_answer_that_came_when_others_had_the_delivery_is_written_down(place: Place) -> None:
    journal = place.journal()
    planned(journal.database, 1)
    (first,) = worker(journal.database).take(NOW, 1)
    worker(journal.database).start(first, POST, NOW, seconds(LEASED))
    assert worker(journal.database).take(seconds(2 * LEASED), 1) == []
    worker(journal.database).end(first, POST.name, '"1"', seconds(2 * LEASED), "mastodon  1")

    assert [event.what for event in journal.events()][-2:] == ["unknown", "answered late"]
    assert list(journal.verify()) == []


def test_an_answer_that_came_when_the_write_was_begun_anew_is_written_down(place: Place) -> None:
    journal = place.journal()
    planned(journal.database, 1)
    (first,) = worker(journal.database).take(NOW, 1)
    worker(journal.database).start(first, POST, NOW, seconds(LEASED))
    later = seconds(2 * LEASED)
    worker(journal.database).take(later, 1)
    (look,) = worker(journal.database).take_unknown(later, 1)
    again, ended = DeliveryState.PLANNED, (POST.name, None)
    worker(journal.database).settle(look, later, again, outcome=Outcome(), ended=ended, ready_at=later)
    assert list(journal.verify()) == []
    (second,) = worker(journal.database).take(later, 1)
    worker(journal.database).start(second, POST._replace(attempt='{"n": 2}'), later, seconds(3 * LEASED))
    worker(journal.database).end(first, POST.name, '"1"', later, "mastodon  1")

    assert [event.what for event in journal.events()][-1] == "answered late"
    assert list(journal.verify()) == []


def test_what_a_worker_is_at_is_no_flaw(place: Place) -> None:
    journal = place.journal()
    planned(journal.database, 1)
    carrier = worker(journal.database)
    (lease,) = carrier.take(NOW, 1)
    upload = POST._replace(name="media 1", writes=False, attempt=None)
    for step, place_made in ((upload, None), (POST, "mastodon  1")):
        carrier.start(lease, step, NOW, seconds(60))
        assert list(journal.verify()) == []
        carrier.end(lease, step.name, '"1"', NOW, place_made)
        assert list(journal.verify()) == []
    carrier.settle(lease, NOW, DeliveryState.CONFIRMED, outcome=Outcome(), places=("mastodon  1",))

    assert list(journal.verify()) == []


def test_a_step_of_a_worker_that_died_is_told_by_whoever_comes_after(place: Place) -> None:
    journal = place.journal()
    planned(journal.database, 1)
    carrier = worker(journal.database)
    (lease,) = carrier.take(NOW, 1)
    lease.flow = "mastodon 1"
    upload = POST._replace(name="media 1", writes=False, attempt=None)
    carrier.start(lease, upload, NOW, seconds(60))
    carrier.end(lease, upload.name, '"1"', NOW)
    assert worker(journal.database).take_unknown(seconds(2 * LEASED), 1) == []
    assert list(journal.verify()) == []
    (again,) = worker(journal.database).take(seconds(2 * LEASED), 1)

    assert again.steps["media 1"].result == '"1"'
    assert list(journal.verify()) == []
    worker(journal.database).settle(
        again, seconds(2 * LEASED), DeliveryState.PLANNED, outcome=Outcome(), ready_at=NOW
    )
    assert list(journal.verify()) == []
    with journal.database.writing() as session:
        session.run("UPDATE steps SET result = '\"2\"'")
    (flaw,) = journal.verify()
    assert "step 'media 1' does not stand" in flaw


def test_what_was_done_before_the_first_write_is_told_when_it_is_given_back(place: Place) -> None:
    journal = place.journal()
    planned(journal.database, 1)
    carrier = worker(journal.database)
    (lease,) = carrier.take(NOW, 1)
    lease.flow = "mastodon 1"
    upload = POST._replace(name="media 1", writes=False, attempt=None)
    carrier.start(lease, upload, NOW, seconds(60))
    carrier.settle(lease, NOW, DeliveryState.PLANNED, outcome=Outcome(), ready_at=NOW)

    assert list(journal.verify()) == []


def test_what_a_person_decided_about_steps_is_told(place: Place) -> None:
    journal = place.journal()
    deliveries = planned(journal.database, 3)
    carrier = worker(journal.database)
    for lease in carrier.take(NOW, 3):
        lease.flow = "mastodon 1"
        carrier.start(lease, POST, NOW, seconds(60))
        carrier.settle(lease, NOW, DeliveryState.NEEDS_DECISION, outcome=Outcome())
    never, anew, out = deliveries
    planner(journal.database).never_out(never, NOW, "mastodon 1")
    planner(journal.database).never_out(anew, NOW, "mastodon 2")
    planner(journal.database).was_out(out, NOW, Outcome(), "mastodon  1", '"1"')

    assert list(journal.verify()) == []
    with journal.database.writing() as session:
        session.run("UPDATE steps SET state = 'started', result = NULL")
    assert [flaw.partition(":")[0] for flaw in journal.verify()] == [f"delivery {never}", f"delivery {out}"]
