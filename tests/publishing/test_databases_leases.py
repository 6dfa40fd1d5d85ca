"""How long a delivery is somebody's, and what counts of those who had it, in either database."""

from __future__ import annotations

import pytest

import socialkit as sk
from socialkit.models import AccountRef, Found, Post
from socialkit.publishing import DeliveryState
from socialkit.publishing._database import Database
from socialkit.publishing._lease import Lease, LeaseLostError, TooLateError, steps_of
from socialkit.publishing._rows import Outcome, Row, place_of
from socialkit.publishing._taking import LEASE
from socialkit.publishing._verdict import beside
from tests.publishing.places import NOW, POST, Place, planned, planner, rows, seconds, worker

LEASED = LEASE.total_seconds()


def test_a_lease_that_is_made_longer_is_nobody_elses(place: Place) -> None:
    database = place.journal().database
    planned(database, 1)
    (lease,) = worker(database).take(NOW, 1)
    worker(database).extend(lease, seconds(60), 0)

    assert worker(database).take(seconds(LEASED + 59), 1) == []
    assert len(worker(database).take(seconds(LEASED + 60), 1)) == 1


def test_a_lease_is_never_made_shorter(place: Place) -> None:
    database = place.journal().database
    (delivery,) = planned(database, 1)
    (lease,) = worker(database).take(NOW, 1)
    worker(database).extend(lease, NOW, seconds(3_600))
    worker(database).extend(lease, seconds(60), 0)

    assert planner(database).get(delivery).lease_until == seconds(3_600)


def test_a_lease_that_others_have_is_not_made_longer(place: Place) -> None:
    database = place.journal().database
    (delivery,) = planned(database, 1)
    (old,) = worker(database).take(NOW, 1)
    (new,) = worker(database).take(seconds(LEASED), 1)

    with pytest.raises(LeaseLostError):
        worker(database).extend(old, seconds(LEASED + 1), seconds(9_999))

    assert planner(database).get(delivery).lease_until == new.row.lease_until


def test_a_lease_that_ran_out_and_nobody_took_is_the_workers_again_when_its_write_begins(
    place: Place,
) -> None:
    database = place.journal().database
    (delivery,) = planned(database, 1)
    (lease,) = worker(database).take(NOW, 1)
    worker(database).start(lease, POST, seconds(3_600), seconds(3_600))

    assert planner(database).get(delivery).lease_until == seconds(3_600 + LEASED)
    assert worker(database).take_unknown(seconds(3_600 + LEASED - 1), 1) == []


@pytest.mark.parametrize("out", ["nothing", "a part"])
def test_no_write_begins_later_than_it_may(place: Place, out: str) -> None:
    journal = place.journal()
    database = journal.database
    (row,) = [one._replace(single=False) for one in rows(1)]
    planner(database).add([row], NOW)
    (lease,) = worker(database).take(NOW, 1)
    if out == "a part":
        worker(database).start(lease, POST, NOW, NOW)
        worker(database).end(lease, "post", said(1)[0], NOW, said(1)[1])
    step = POST._replace(name="another")

    with pytest.raises(TooLateError, match="its time has passed"):
        worker(database).start(lease, step, row.expires_at + 1, NOW)

    assert "another" not in lease.steps
    worker(database).start(lease, step, row.expires_at, NOW)
    worker(database).end(lease, "another", None, row.expires_at)
    worker(database).settle(lease, row.expires_at, DeliveryState.INCOMPLETE, outcome=Outcome())
    assert list(journal.verify()) == []


def test_what_stands_beside_a_post_that_is_out_follows_it_however_late(place: Place) -> None:
    database = place.journal().database
    (row,) = rows(1)
    planner(database).add([row], NOW)
    (lease,) = worker(database).take(NOW, 1)
    worker(database).start(lease, POST, NOW, NOW)
    worker(database).end(lease, "post", said(1)[0], NOW, said(1)[1])
    worker(database).start(lease, POST._replace(name="beside"), row.expires_at + 1, NOW)

    assert lease.open == POST._replace(name="beside")


# Answers that come late -------------------------------------------------------------------------------


def said(number: int) -> tuple[str, str]:
    """Return what a platform says of a post, and where that is."""
    made = Post(id=str(number), account=AccountRef(platform="mastodon", host="social.example"), text="One")
    return made.model_dump_json(), place_of(made)


def confirm(database: Database, lease: Lease, number: int, at: float) -> Row:
    """Have a worker's platform answer."""
    result, where = said(number)
    worker(database).end(lease, "post", result, seconds(at), where)
    outcome = Outcome(post=Post.model_validate_json(result))
    return worker(database).settle(
        lease, seconds(at), DeliveryState.CONFIRMED, outcome=outcome, places=(where,)
    )


def overtaken(database: Database) -> tuple[str, Lease]:
    """Return a delivery that was planned again while a worker stood still in its write, and that worker's."""
    (delivery,) = planned(database, 1)
    (slow,) = worker(database).take(NOW, 1)
    worker(database).start(slow, POST, NOW, seconds(LEASED))
    (looking,) = worker(database).take_unknown(seconds(LEASED), 1)
    again, nothing = DeliveryState.PLANNED, ("post", None)
    worker(database).settle(
        looking, seconds(LEASED), again, outcome=Outcome(), ended=nothing, ready_at=seconds(LEASED)
    )
    return delivery, slow


def test_what_is_answered_late_is_not_sent_again_by_whoever_had_it_taken(place: Place) -> None:
    journal = place.journal()
    database = journal.database
    delivery, slow = overtaken(database)
    (quick,) = worker(database).take(seconds(LEASED), 1)
    result, where = said(1)
    worker(database).end(slow, "post", result, seconds(LEASED), where)

    with pytest.raises(LeaseLostError, match="answered meanwhile"):
        worker(database).start(quick, POST, seconds(LEASED), seconds(LEASED))

    assert confirm(database, slow, 1, LEASED).state == "confirmed"
    with pytest.raises(LeaseLostError):
        worker(database).start(quick, POST, seconds(LEASED), seconds(LEASED))
    assert planner(database).get(delivery).known().because is not None
    assert list(journal.verify()) == []


def test_an_answer_that_comes_while_it_is_looked_for_is_not_overwritten(place: Place) -> None:
    database = place.journal().database
    (delivery,) = planned(database, 1)
    (slow,) = worker(database).take(NOW, 1)
    worker(database).start(slow, POST, NOW, seconds(LEASED))
    (looking,) = worker(database).take_unknown(seconds(LEASED), 1)
    result, where = said(1)
    worker(database).end(slow, "post", result, seconds(LEASED), where)

    with pytest.raises(LeaseLostError, match="came while it was looked for"):
        worker(database).settle(
            looking, seconds(LEASED), DeliveryState.PLANNED, outcome=Outcome(), ended=("post", None)
        )

    assert planner(database).begun(delivery)
    assert confirm(database, slow, 1, LEASED).state == "confirmed"


def test_whoever_lost_a_delivery_takes_over_no_other_ones_write(place: Place) -> None:
    """Two equal drafts: one took the other's post for its own, and the platform says so too late."""
    journal = place.journal()
    database = journal.database
    planned(database, 1)
    (owner,) = worker(database).take(NOW, 1)
    worker(database).start(owner, POST, NOW, seconds(LEASED))
    confirm(database, owner, 1, 0)
    _, slow = overtaken(database)
    (quick,) = worker(database).take(seconds(LEASED), 1)
    worker(database).start(quick, POST._replace(attempt='{"n": 2}'), seconds(LEASED), seconds(2 * LEASED))
    before = history(journal)

    with pytest.raises(LeaseLostError, match="taken by somebody else"):
        worker(database).exchange(slow, seconds(LEASED), said(1)[1])

    assert history(journal) == before
    taken = worker(database).exchange(quick, seconds(LEASED), said(1)[1])
    assert taken is not None
    assert taken.state == "unknown"
    assert list(journal.verify()) == []


def history(journal: sk.Journal) -> list[str]:
    return [event.what for event in journal.events()]


@pytest.mark.parametrize("gave", ["a post", "nothing"])
def test_a_look_that_missed_says_nothing_of_a_step_that_was_answered_meanwhile(
    place: Place, gave: str
) -> None:
    journal = place.journal()
    database = journal.database
    planned(database, 1)
    (slow,) = worker(database).take(NOW, 1)
    worker(database).start(slow, POST, NOW, seconds(LEASED))
    (looking,) = worker(database).take_unknown(seconds(LEASED), 1)
    result, where = said(1) if gave == "a post" else (None, None)
    worker(database).end(slow, "post", result, seconds(LEASED), where)

    again, seen = seconds(LEASED + 60), ("post", '{"first_look": "now"}')
    row = worker(database).later(looking, seconds(LEASED), Outcome(), "not yet", again, seen=seen)

    assert list(journal.verify()) == []
    with database.reading() as session:
        (kept,) = steps_of(session, row.id).values()
    assert kept == POST._replace(state="over" if result is None else "finished", result=result)


@pytest.mark.parametrize("second", ["answered", "found", "refused"])
def test_a_write_that_is_on_its_way_again_is_looked_for_beside_the_late_one(
    place: Place, second: str
) -> None:
    journal = place.journal()
    database = journal.database
    delivery, slow = overtaken(database)
    (quick,) = worker(database).take(seconds(LEASED), 1)
    worker(database).start(quick, POST, seconds(LEASED), seconds(LEASED))
    first = confirm(database, slow, 1, LEASED)
    result, where = said(2)
    if second == "answered":
        confirm(database, quick, 2, LEASED)
    elif second == "refused":
        worker(database).end(quick, "post", None, seconds(LEASED))
        assert worker(database).take_unknown(seconds(LEASED), 1) == []
    else:
        (beside_it,) = worker(database).take_unknown(seconds(LEASED), 1)
        assert beside_it.open is not None
        found = Found.published(Post.model_validate_json(result))
        outcome = beside(first.known(), beside_it.open, found)
        worker(database).found_beside(beside_it, seconds(LEASED), outcome, ("post", result), where, None)

    row = planner(database).get(delivery)
    assert (row.state, row.known().post) == ("confirmed", Post.model_validate_json(said(1)[0]))
    if second == "refused":
        assert list(journal.verify()) == []
    else:
        assert row.known().because == "it is out twice: 2 came of it too"
        assert any(where in str(event.detail) for event in journal.events())
        assert list(journal.verify()) == [f"delivery {delivery}: it has become 2 posts"]


@pytest.mark.parametrize("late_first", [True, False])
def test_a_slot_that_was_filled_again_is_no_obstacle_to_a_late_answer(place: Place, late_first: bool) -> None:
    journal = place.journal()
    database = journal.database
    (one,), (another,) = ([row._replace(slot="monday")] for row in rows(1) + rows(1))
    planner(database).fill([one], NOW)
    (slow,) = worker(database).take(NOW, 1)
    worker(database).start(slow, POST, NOW, seconds(LEASED))
    (looking,) = worker(database).take_unknown(seconds(LEASED), 1)
    worker(database).settle(
        looking, seconds(LEASED), DeliveryState.PLANNED, outcome=Outcome(), ended=("post", None)
    )
    planner(database).cancel(one.id, seconds(LEASED), "not now")
    if late_first:
        confirm(database, slow, 1, LEASED)
        (filled,) = planner(database).fill([another], seconds(LEASED))
        assert filled.id == one.id
    else:
        planner(database).fill([another], seconds(LEASED))
        confirm(database, slow, 1, LEASED)
        (filled,) = planner(database).fill([another], seconds(LEASED))
        assert filled.id == another.id

    assert planner(database).get(one.id).state == "confirmed"
    assert list(journal.verify()) == []


def test_a_worker_takes_twenty_deliveries_at_most_and_leaves_the_rest_to_others() -> None:
    left: list[int] = []
    with sk.Sandbox(seed=7) as world, sk.Journal.open("sqlite://") as journal:
        publisher = sk.Publisher(world.workspace(acme=["mastodon"]), journal)
        for number in range(25):
            publisher.plan(f"post {number}", to="mastodon")
        publisher.run_due(progress=lambda _: left.append(len(list(publisher.due()))))

    assert left == [5] * 20 + [0] * 5
