"""A journal across forks: each process has connections of its own."""

from __future__ import annotations

import os
import threading
import traceback
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

from socialkit.publishing._database import Database
from tests.publishing.places import NOW, Place, planned, worker


def forked(call: Callable[[], object]) -> int:
    """Run something in a process of its own, and return its id."""
    with warnings.catch_warnings():
        # Newer Pythons warn of other threads, which the test runner has too.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return child
    status = 1
    try:
        call()
        status = 0
    except BaseException:  # noqa: BLE001 - the parent has to know
        traceback.print_exc()
    finally:
        os._exit(status)


def ended(child: int) -> int:
    """Wait for a process, and return how it ended."""
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def take_all(database: Database, found: Path) -> None:
    taken: list[str] = []
    while leases := worker(database).take(NOW, 5):
        taken += [lease.row.id for lease in leases]
    found.write_text("\n".join(taken))


def test_four_processes_take_each_delivery_once(place: Place, tmp_path: Path) -> None:
    journal = place.journal()  # open in the parent, and used by all
    wanted = planned(journal.database, 400)
    found = [tmp_path / f"{number}.txt" for number in range(4)]

    children = [forked(partial(take_all, journal.database, file)) for file in found]

    assert [ended(child) for child in children] == [0] * 4
    assert sorted(line for file in found for line in file.read_text().split()) == sorted(wanted)
    assert list(journal.verify()) == []


def test_the_parent_goes_on_after_a_child_has_ended(place: Place) -> None:
    journal = place.journal()
    planned(journal.database, 1)

    def work() -> None:
        planned(journal.database, 1)
        journal.close()

    assert ended(forked(work)) == 0
    planned(journal.database, 1)
    assert len(list(journal.deliveries())) == 3


def test_a_child_does_not_wait_for_a_transaction_of_its_parent(place: Place) -> None:
    database = place.journal().database
    inside, over = threading.Event(), threading.Event()

    def read() -> None:
        with database.reading() as session:
            session.run("SELECT count(*) FROM deliveries")
            inside.set()
            over.wait()

    reader = threading.Thread(target=read)
    reader.start()
    inside.wait()
    child = forked(partial(planned, database, 1))
    status = ended(child)
    over.set()
    reader.join()

    assert status == 0
    assert len(worker(database).take(NOW, 5)) == 1
