"""How long a delivery is somebody's, in either database."""

from __future__ import annotations

import pytest

import socialkit as sk
from socialkit.publishing._lease import LeaseLostError
from socialkit.publishing._taking import LEASE
from tests.publishing.places import NOW, Place, planned, planner, seconds, worker

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


def test_a_worker_takes_twenty_deliveries_at_most_and_leaves_the_rest_to_others() -> None:
    left: list[int] = []
    with sk.Sandbox(seed=7) as world, sk.Journal.open("sqlite://") as journal:
        publisher = sk.Publisher(world.workspace(acme=["mastodon"]), journal)
        for number in range(25):
            publisher.plan(f"post {number}", to="mastodon")
        publisher.run_due(progress=lambda _: left.append(len(list(publisher.due()))))

    assert left == [5] * 20 + [0] * 5
