"""Four workers on one journal: each delivery becomes one post, however many of them are killed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from socialkit.publishing import DeliveryState, Scope
from socialkit.sandbox import Fault, Sandbox
from tests.chaos.crew import WORKERS, Crew, Deadliness
from tests.live.servers.postgres import postgres

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

IN_FILE = int(os.environ.get("SOCIALKIT_CHAOS_DELIVERIES", "600"))
ON_SERVER = int(os.environ.get("SOCIALKIT_CHAOS_DELIVERIES", "2000"))
FAULTS = 10
"""One fault for so many deliveries."""

Meet = Callable[[str], Crew]
"""Gathers workers on a journal of a kind."""


@pytest.fixture
def meet(tmp_path: Path) -> Iterator[Meet]:
    with ExitStack() as stack:
        world = stack.enter_context(Sandbox())

        def gathered(kind: str) -> Crew:
            address = f"sqlite:///{tmp_path}/journal.db"
            if kind == "postgresql":
                address = f"{stack.enter_context(postgres(tmp_path / 'postgres.log'))}/postgres"
            crew = Crew(world, address, tmp_path, seed=7)
            stack.callback(crew.close)
            return crew

        yield gathered


@pytest.mark.parametrize(
    ("kind", "count", "deadliness"),
    [
        ("postgresql", ON_SERVER, Deadliness(writes=600, requests=400)),
        ("sqlite", IN_FILE, Deadliness(writes=120, requests=100)),
    ],
    ids=["postgresql", "sqlite"],
)
def test_every_delivery_becomes_one_post_however_many_workers_are_killed(
    meet: Meet, kind: str, count: int, deadliness: Deadliness
) -> None:
    crew = meet(kind)
    crew.plan(count)
    for _ in range(count // FAULTS):
        fault = crew.random.choice(list(Fault))
        crew.exchange.faults.order("pixelwall", "post_pin", fault, after=crew.random.randrange(count))
    turns = 0
    while turns < count and crew.left():
        turns += 1
        crew.turn(deadliness)

    assert crew.kills >= count // 100
    assert Counter(crew.texts()) == Counter(f"post {number}" for number in range(count))
    deliveries = crew.deliveries()
    assert {one.state for one in deliveries} == {DeliveryState.CONFIRMED}
    named = [one.post.id for one in deliveries if one.post is not None]
    assert sorted(named) == sorted(one.id for one in crew.world.posts("pixelwall"))
    assert list(crew.journal.verify()) == []


def test_after_a_freeze_nothing_begins_in_any_of_four_workers(meet: Meet) -> None:
    count, turns, crew = IN_FILE // 4, 0, meet("sqlite")
    crew.plan(count)
    while len(crew.texts()) < count and turns < count:
        turns += 1
        out_at = len(crew.texts()) + crew.random.randrange(1, 12)
        found: list[tuple[Any, set[str]]] = []

        def freeze(out_at: int = out_at, found: list[tuple[Any, set[str]]] = found) -> None:
            if not found and len(crew.world.posts("pixelwall")) >= out_at:
                freeze = crew.publisher.freeze(Scope(), reason="a bad day")
                found.append((freeze, {*crew.texts(), *crew.open()}))

        crew.turn(before_each=freeze)
        for stands, allowed in found:
            late = {*crew.texts()} - allowed
            assert not late, f"sent after the freeze: {late}"
            crew.publisher.thaw(stands, backlog="reschedule")

    assert turns >= WORKERS
    assert Counter(crew.texts()) == Counter(f"post {number}" for number in range(count))
    assert {one.state for one in crew.deliveries()} == {DeliveryState.CONFIRMED}
