"""What a journal does in either database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from socialkit.errors import FrozenError, JournalError
from socialkit.models import Post
from socialkit.publishing import Journal, Scope
from socialkit.publishing._database import Database
from socialkit.publishing._freezes import Freezer
from socialkit.publishing._history import page
from socialkit.publishing._lease import Lease, LeaseLostError, PostTakenError
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._rows import Outcome, Row
from socialkit.publishing._schema import VERSION
from socialkit.publishing._taking import LEASE
from tests.publishing.places import MINE, NOW, POST, Place, planned, planner, rows, seconds, worker

LEASED = LEASE.total_seconds()
DAY = 86_400


def confirm(database: Database, lease: Lease, post: str = "p") -> Row:
    """Carry a delivery as a worker does."""
    carrier = worker(database)
    carrier.start(lease, POST, NOW, seconds(60))
    carrier.end(lease, POST.name, '"1"', NOW)
    return carrier.settle(
        lease, NOW, DeliveryState.CONFIRMED, outcome=Outcome(), places=(f"{post} {lease.row.id}",)
    )


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return [row[0] for row in session.run("SELECT state FROM deliveries ORDER BY state")]


def test_a_delivery_is_read_as_it_was_written(place: Place) -> None:
    database = place.journal().database
    (row,) = planner(database).add([rows(1, campaign="50 % off?")[0]._replace(answer=True)], NOW)

    found = planner(database).get(row.id)

    assert found == row
    assert found.campaign == "50 % off?"
    assert found.answer
    assert found.lease_until is None
    assert list(Journal(database, place.media).verify()) == []


def test_all_or_nothing_of_a_transaction_lasts(place: Place) -> None:
    database = place.journal().database
    made = rows(3)

    with pytest.raises(JournalError):
        planner(database).add([*made, made[0]], NOW)

    assert states(database) == []
    assert len(planned(database, 2)) == 2


def test_what_somebody_else_raises_ends_a_transaction_unwritten(place: Place) -> None:
    database = place.journal().database

    def interrupted() -> None:
        with database.writing() as session:
            session.run("INSERT INTO anchors VALUES ('today', 1, '')")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    with database.reading() as session:
        assert session.run("SELECT count(*) FROM anchors") == [(0,)]


def test_a_delivery_goes_its_way(place: Place) -> None:
    journal = place.journal()
    (delivery,) = planned(journal.database, 1)
    (lease,) = worker(journal.database).take(NOW, 5)

    row = confirm(journal.database, lease)

    assert (row.state, row.tries) == ("confirmed", 1)
    assert planner(journal.database).get(delivery) == row
    told = ["planned", "due", "sending", "commit started", "confirmed"]
    assert [event.what for event in journal.events()] == told
    assert list(journal.verify()) == []


def test_what_a_write_without_an_answer_may_have_made_is_not_adopted(place: Place) -> None:
    database = place.journal().database
    planned(database, 1)
    other, unsure, post = (row._replace(state="confirmed", ready_at=None) for row in rows(3))
    (lease,) = worker(database).take(NOW, 1)
    planner(database).adopt(other, NOW, "first", NOW)
    worker(database).start(lease, POST, NOW, seconds(60))

    with pytest.raises(JournalError, match=lease.row.id):
        planner(database).adopt(unsure, seconds(1), "second", NOW)
    with pytest.raises(JournalError, match=lease.row.id):
        planner(database).adopt(unsure, seconds(1), "second", None)
    adopted = planner(database).adopt(post, seconds(1), "third", seconds(-2 * 3600))
    worker(database).settle(lease, NOW, DeliveryState.NEEDS_DECISION, outcome=Outcome())
    planner(database).was_out(lease.row.id, NOW, Outcome(), "found", "{}")
    planner(database).adopt(unsure, seconds(1), "second", NOW)

    assert planner(database).get(post.id) == adopted
    assert sorted(worker(database).said_since(post.account, NOW)) == ["first", "found", "second", "third"]
    assert list(Journal(database, place.media).verify()) == []


def test_what_a_worker_found_is_nobodys_word(place: Place) -> None:
    database = place.journal().database
    planned(database, 1)
    (lease,) = worker(database).take(NOW, 1)
    row = confirm(database, lease)

    assert worker(database).taken_since(row.account, NOW) == [f"p {row.id}"]
    assert worker(database).said_since(row.account, NOW) == []


def test_a_lease_that_ran_out_is_given_to_others(place: Place) -> None:
    database = place.journal().database
    planned(database, 1)
    (first,) = worker(database).take(NOW, 1)
    (second,) = worker(database).take(seconds(LEASED), 1)

    with pytest.raises(LeaseLostError):
        worker(database).start(first, POST, seconds(LEASED), 0)
    worker(database).start(second, POST, seconds(LEASED), 0)

    assert second.row.fence > first.row.fence


def test_a_write_that_was_begun_and_lost_is_in_doubt(place: Place) -> None:
    database = place.journal().database
    planned(database, 1)
    (lease,) = worker(database).take(NOW, 1)
    worker(database).start(lease, POST, NOW, seconds(LEASED))

    assert worker(database).take(seconds(2 * LEASED), 1) == []
    (found,) = worker(database).take_unknown(seconds(2 * LEASED), 1)
    assert found.open is not None
    assert found.open.name == "post"
    assert states(database) == ["unknown"]


def test_a_post_confirms_one_delivery(place: Place) -> None:
    database = place.journal().database
    planned(database, 2)
    first, second = worker(database).take(NOW, 2)
    carrier = worker(database)
    carrier.settle(first, NOW, DeliveryState.CONFIRMED, outcome=Outcome(), places=("mastodon  1",))

    with pytest.raises(PostTakenError):
        carrier.settle(second, NOW, DeliveryState.CONFIRMED, outcome=Outcome(), places=("mastodon  1",))

    assert states(database) == ["confirmed", "sending"]


def test_an_altered_line_shows(place: Place) -> None:
    journal = place.journal()
    planned(journal.database, 2)
    with journal.database.writing() as session:
        session.run("UPDATE events SET actor = 'nobody' WHERE seq = 2")

    (flaw,) = journal.verify()

    assert "was altered" in flaw


def test_a_removed_delivery_shows_once_it_is_anchored(place: Place) -> None:
    journal = place.journal()
    delivery, _ = planned(journal.database, 2)
    planner(journal.database).anchor(NOW)
    with journal.database.writing() as session:
        session.run("DELETE FROM deliveries WHERE id = ?", delivery)
        session.run("DELETE FROM events WHERE delivery = ?", delivery)

    (flaw,) = journal.verify()

    assert "since its anchor" in flaw


def test_each_day_is_anchored_once(place: Place) -> None:
    journal = place.journal()
    for day in (0, 0, 1):
        planned(journal.database, 1)
        planner(journal.database).anchor(seconds(day * DAY))

    with journal.database.reading() as session:
        assert session.run("SELECT day, upto FROM anchors ORDER BY day") == [
            ("2026-11-20", 1),
            ("2026-11-21", 4),  # the line that tells of the first one is among them
        ]
    assert list(journal.verify()) == []


def test_a_freeze_holds_back_and_a_thaw_lets_go(place: Place) -> None:
    database = place.journal().database
    planned(database, 2)
    freezer = Freezer(database, MINE, "maria")
    freeze = freezer.freeze(Scope(brand="acme"), "recall", NOW)
    planned(database, 1)

    assert len(freeze.held) == 2
    assert worker(database).take(NOW, 5) == []
    assert states(database) == ["held"] * 3

    freezer.thaw(freeze, "reschedule", seconds(60))

    assert len(worker(database).take(seconds(60), 5)) == 3


def test_only_that_of_which_a_write_was_begun_is_in_flight(place: Place) -> None:
    database = place.journal().database
    planned(database, 5)
    fresh, begun, done, refused, uploading = worker(database).take(NOW, 5)
    for lease in (begun, done, refused):
        worker(database).start(lease, POST, NOW, 0)
    worker(database).end(done, "post", "{}", NOW)
    worker(database).end(refused, "post", None, NOW)
    worker(database).start(uploading, POST._replace(name="media 1", writes=False, attempt=None), NOW, 0)
    freeze = Freezer(database, MINE, "maria").freeze(Scope(brand="acme"), "recall", NOW)

    assert set(freeze.in_flight) == {begun.row.id, done.row.id}
    assert freeze.held == ()
    with pytest.raises(FrozenError):
        worker(database).start(fresh, POST, NOW, 0)


def test_a_freeze_of_much_holds_back_all_of_it(place: Place) -> None:
    database = place.journal().database
    wanted = planned(database, 1_100)

    freeze = Freezer(database, MINE, "maria").freeze(Scope(brand="acme"), "recall", NOW)

    assert sorted(freeze.held) == sorted(wanted)
    assert states(database) == ["held"] * 1_100


def test_several_pages_of_history_are_read_in_order(place: Place) -> None:
    journal = place.journal()
    planned(journal.database, 30)

    lines = [page(journal.database, after, 10) for after in (0, 10, 20, 30)]

    assert [len(one) for one in lines] == [10, 10, 10, 0]
    assert [line[0] for one in lines for line in one] == list(range(1, 31))


def test_what_was_missed_does_not_hide_what_is_due(place: Place) -> None:
    database = place.journal().database
    planned(database, 25, due=seconds(-DAY))
    (due,) = planned(database, 1)

    leases = worker(database).take(NOW, 20)

    assert [lease.row.id for lease in leases] == [due]
    assert states(database) == ["missed"] * 25 + ["sending"]


def test_what_others_look_for_does_not_hide_the_rest(place: Place) -> None:
    database = place.journal().database
    planned(database, 25)
    for lease in worker(database).take(NOW, 25):
        worker(database).start(lease, POST, NOW, 0)
        worker(database).settle(
            lease, NOW, DeliveryState.UNKNOWN, outcome=Outcome(because="lost"), ready_at=NOW
        )

    taken = [worker(database).take_unknown(NOW, 20) for _ in range(3)]

    assert [len(leases) for leases in taken] == [20, 5, 0]


def test_parts_stand_in_their_order_even_if_the_clock_stands(place: Place) -> None:
    database = place.journal().database
    planned(database, 1)
    (lease,) = worker(database).take(NOW, 1)
    for number in range(1, 12):
        name, part = f"part {number} post", Post(id=str(number), text="One of many")
        worker(database).start(lease, POST._replace(name=name), seconds(-number % 3), seconds(LEASED))
        worker(database).end(lease, name, part.model_dump_json(), NOW)

    later = seconds(LEASED + 2)  # a lease lasts from its last step on
    worker(database).take(later, 0)
    (again,) = worker(database).take(later, 1)

    assert [post.id for post in again.published] == [str(number) for number in range(1, 12)]


@pytest.mark.parametrize(("backlog", "state"), [("reschedule", "sending"), ("cancel", "cancelled")])
def test_a_thaw_lets_go_the_rest_of_what_was_half_out(place: Place, backlog: Any, state: str) -> None:
    database = place.journal().database
    planned(database, 2)
    refused, held = worker(database).take(NOW, 2)
    half = Outcome(published=(Post(id="1"),), failed_step="part 2 post")
    worker(database).settle(refused, NOW, DeliveryState.INCOMPLETE, outcome=half)
    worker(database).settle(held, NOW, DeliveryState.INCOMPLETE, outcome=half, ready_at=NOW)
    freezer = Freezer(database, MINE, "maria")
    freeze = freezer.freeze(Scope(brand="acme"), "recall", NOW)
    assert worker(database).take(NOW, 5) == []

    thawed = freezer.thaw(freeze, backlog, NOW)
    worker(database).take(NOW, 5)

    assert [row.id for row in thawed] == [held.row.id]
    assert planner(database).get(held.row.id).state == state
    assert planner(database).get(refused.row.id).state == "incomplete"


def test_what_was_held_back_while_it_was_let_go_is_planned_again(place: Place) -> None:
    database = place.journal().database
    planned(database, 1)
    (lease,) = worker(database).take(NOW, 1)
    freezer = Freezer(database, MINE, "maria")
    freeze = freezer.freeze(Scope(brand="acme"), "recall", NOW)
    with pytest.raises(FrozenError):
        worker(database).start(lease, POST, NOW, NOW)
    freezer.thaw(freeze, "reschedule", NOW)

    worker(database).settle(lease, NOW, DeliveryState.HELD, outcome=Outcome(because="a freeze"))

    assert len(worker(database).take(NOW, 1)) == 1


# Several at a time --------------------------------------------------------------------------------


def in_threads(*calls: Callable[[], object]) -> None:
    """Run calls at the same time, and raise what any of them raised."""
    with ThreadPoolExecutor(len(calls)) as pool:
        for done in [pool.submit(call) for call in calls]:
            done.result()


@pytest.mark.parametrize("shared", [True, False], ids=["one journal", "a journal each"])
def test_four_workers_take_each_delivery_once(place: Place, shared: bool) -> None:
    journal = place.journal()
    wanted = planned(journal.database, 400)
    databases = [journal.database if shared else place.database() for _ in range(4)]
    taken: list[list[str]] = [[], [], [], []]
    gate = threading.Barrier(4)

    def work(number: int) -> None:
        gate.wait()
        while leases := worker(databases[number]).take(NOW, 5):
            taken[number] += [lease.row.id for lease in leases]

    in_threads(*(lambda number=number: work(number) for number in range(4)))

    assert sorted(one for part in taken for one in part) == sorted(wanted)
    assert list(journal.verify()) == []


class Hurried:
    """Workers that begin writes while somebody freezes everything: before, beside it, and afterwards."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.sent, self.refused = list[Lease](), list[Lease]()
        self.at_its_end = 0
        """How many writes had begun when the freeze had returned."""
        self._before, self._after = threading.Barrier(5), threading.Barrier(5)

    def begun(self) -> int:
        return sum(event.what == "commit started" for event in self.journal.events())

    def freeze(self) -> None:
        self._before.wait()
        Freezer(self.journal.database, MINE, "maria").freeze(Scope(brand="acme"), "recall", NOW)
        self.at_its_end = self.begun()
        self._after.wait()

    def work(self, database: Database) -> None:
        leases = worker(database).take(NOW, 40)
        self._begin(database, leases[:5])
        self._before.wait()
        self._begin(database, leases[5:30])
        self._begin(database, worker(database).take(NOW, 5))
        self._after.wait()
        self._begin(database, leases[30:])

    def _begin(self, database: Database, leases: list[Lease]) -> None:
        for lease in leases:
            try:
                worker(database).start(lease, POST, NOW, seconds(60))
            except FrozenError:
                self.refused.append(lease)
            else:
                self.sent.append(lease)


def test_a_freeze_stops_four_workers(place: Place) -> None:
    journal = place.journal()
    planned(journal.database, 200)
    databases = [place.database() for _ in range(4)]
    hurried = Hurried(journal)
    in_threads(hurried.freeze, *(partial(hurried.work, database) for database in databases))

    assert hurried.at_its_end == hurried.begun() == len(hurried.sent)
    assert len(hurried.sent) >= 20
    assert len(hurried.refused) >= 40
    assert list(journal.verify()) == []


def test_four_workers_may_make_the_tables_at_the_same_time(empty_place: Place) -> None:
    databases = [empty_place.database() for _ in range(4)]
    gate = threading.Barrier(4)

    def make(database: Database) -> None:
        gate.wait()
        Journal(database, empty_place.media)

    in_threads(*(lambda database=database: make(database) for database in databases))

    planned(databases[0], 1)
    assert states(databases[3]) == ["planned"]


# What cannot be used ------------------------------------------------------------------------------


def test_a_journal_of_a_newer_schema_is_left_alone(place: Place) -> None:
    database = place.journal().database
    with database.writing() as session:
        session.run("UPDATE meta SET value = ? WHERE name = 'schema'", str(VERSION + 1))

    with pytest.raises(JournalError, match=f"has schema {VERSION + 1}, and this socialkit knows {VERSION}"):
        place.journal()
