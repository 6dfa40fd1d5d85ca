"""Slots that several processes fill at once: one fills each, and the others are told what does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

import socialkit as sk
from socialkit.errors import JournalError
from socialkit.publishing._database import Database
from socialkit.publishing._rows import Row
from tests.publishing.places import NOW, Place, planner, rows
from tests.publishing.test_databases import in_threads
from tests.support import settle

T = TypeVar("T")

AT_ONCE = 4
ROUNDS = 15
"""Enough that some of them meet."""


@dataclass(frozen=True)
class Calendar:
    """The least that a publisher takes."""

    slots: tuple[sk.Slot, ...]


@pytest.fixture
def world() -> Iterator[sk.Sandbox]:
    with sk.Sandbox(seed=7) as world:
        yield world


@pytest.fixture
def workspace(world: sk.Sandbox) -> sk.Workspace:
    return world.workspace(acme=["mastodon"])


@pytest.fixture
def journals(place: Place) -> list[sk.Journal]:
    """One for each of those who are at work at once, as processes have them."""
    return [place.journal() for _ in range(AT_ONCE)]


@pytest.fixture
def publishers(workspace: sk.Workspace, journals: list[sk.Journal], blocking: bool) -> list[Any]:
    kind: Any = sk.Publisher if blocking else sk.AsyncPublisher
    return [kind(workspace, journal, actor="maria") for journal in journals]


def together(*calls: Callable[[], T]) -> list[T]:
    """Begin calls at the same moment, and return what they gave."""
    gate, given = threading.Barrier(len(calls)), dict[int, T]()

    def begin(number: int) -> None:
        gate.wait()
        given[number] = calls[number]()

    in_threads(*(lambda number=number: begin(number) for number in range(len(calls))))
    return [given[number] for number in range(len(calls))]


def blockingly(call: Callable[[], Any]) -> Callable[[], Any]:
    """Have an operation of either mode run to its end in a thread."""

    def run() -> Any:
        async def settled() -> Any:
            return await settle(call())

        return asyncio.run(settled())

    return run


def slots(workspace: sk.Workspace, start: datetime, count: int, text: str = "Number") -> Calendar:
    account = workspace.brand("acme").account("mastodon")
    return Calendar(
        tuple(
            sk.Slot(
                account=account,
                at=start + timedelta(hours=number),
                key=f"{text} {number}",
                draft=sk.Draft(text=f"{text} {number}"),
            )
            for number in range(count)
        )
    )


def sound(journal: sk.Journal) -> bool:
    """Return whether nothing is wrong with a journal, and each delivery was planned once."""
    planned = [event.delivery for event in journal.events() if event.what == "planned"]
    known = [delivery.id for delivery in journal.deliveries()]
    return list(journal.verify()) == [] and sorted(planned) == sorted(known)


def test_those_who_plan_one_calendar_at_once_get_the_same_deliveries(
    workspace: sk.Workspace, world: sk.Sandbox, publishers: list[Any], journals: list[sk.Journal]
) -> None:
    start = world.clock.now() + timedelta(days=1)
    for number in range(ROUNDS):
        calendar = slots(workspace, start, 3, f"Round {number}")
        plans = [blockingly(lambda one=one: one.plan_calendar(calendar)) for one in publishers]
        first, *others = together(*plans)

        assert [one.slot for one in first] == [slot.key for slot in calendar.slots]
        assert [[one.id for one in other] for other in others] == [[one.id for one in first]] * 3
    assert sound(journals[0])


def test_calendars_that_share_slots_in_another_order_are_both_planned(
    workspace: sk.Workspace, world: sk.Sandbox, publishers: list[Any], journals: list[sk.Journal]
) -> None:
    start = world.clock.now() + timedelta(days=1)
    for number in range(ROUNDS):
        calendar = slots(workspace, start, 9, f"Round {number}")
        upside_down = Calendar(calendar.slots[::-1])
        one, two, *_ = publishers
        first, second = together(
            blockingly(lambda one=one, whole=calendar: one.plan_calendar(whole)),
            blockingly(lambda two=two, whole=upside_down: two.plan_calendar(whole)),
        )

        assert [one.id for one in first] == [one.id for one in second[::-1]]
    assert sound(journals[0])


def test_those_who_answer_with_one_key_at_once_give_one_answer(
    world: sk.Sandbox, publishers: list[Any], journals: list[sk.Journal], workspace: sk.Workspace
) -> None:
    world.receive("mastodon", text="Do you open on Sunday?", author="robin")
    (message,) = workspace.brand("acme").client("mastodon").inbox.iterate()
    for number in range(ROUNDS):
        answers = [
            blockingly(lambda one=one: one.reply(message, f"Yes {number}", key=f"robin {number}"))
            for one in publishers
        ]
        given = together(*answers)

        assert len({delivery.id for delivery in given}) == 1
    texts = [post.text for post in world.posts("mastodon")]
    assert [text.rpartition("Yes")[2] for text in texts] == [f" {number}" for number in range(ROUNDS)]
    assert sound(journals[0])


def filler(place: Place) -> Callable[[list[Row]], list[Row]]:
    database: Database = place.database()
    return lambda made: planner(database).fill(made, NOW)


def test_whoever_wants_something_else_in_a_slot_at_the_same_time_is_refused(place: Place) -> None:
    place.journal()
    fill = [filler(place) for _ in range(2)]
    for number in range(ROUNDS):
        one, other = (row._replace(slot=f"slot {number}") for row in rows(2))

        def tried(mine: Callable[[list[Row]], list[Row]], row: Row) -> str | None:
            try:
                return mine([row])[0].id
            except JournalError as error:
                assert "filled with something else" in str(error)
                return None

        given = together(
            lambda row=one: tried(fill[0], row),
            lambda row=other: tried(fill[1], row),
        )

        assert sorted(map(bool, given)) == [False, True]
    assert sound(place.journal())


def test_a_slot_that_was_filled_and_one_that_was_not_are_told_apart(place: Place) -> None:
    journal = place.journal()
    first, second, third = (row._replace(slot=f"slot {number}") for number, row in enumerate(rows(3)))
    (kept,) = planner(journal.database).fill([second], NOW)
    again = rows(3)[1]._replace(slot="slot 1")
    found = planner(journal.database).fill([third, again, first], NOW)

    assert [row.id for row in found] == [third.id, kept.id, first.id]
    assert sound(journal)
