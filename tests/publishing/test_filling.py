"""Slots that several processes fill at once: one fills each, and the others are told what does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

import socialkit as sk
from socialkit.errors import JournalError
from socialkit.publishing._rows import Row
from tests.publishing.places import NOW, Place, planner, rows
from tests.publishing.together import AT_ONCE, ROUNDS, alone, sound, together


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


def test_those_who_plan_one_calendar_at_once_get_the_same_deliveries(
    workspace: sk.Workspace, world: sk.Sandbox, publishers: list[Any], journals: list[sk.Journal]
) -> None:
    start = world.clock.now() + timedelta(days=1)
    for number in range(ROUNDS):
        calendar = slots(workspace, start, 3, f"Round {number}")
        plans = [alone(partial(one.plan_calendar, calendar)) for one in publishers]
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
            alone(partial(one.plan_calendar, calendar)), alone(partial(two.plan_calendar, upside_down))
        )

        assert [one.id for one in first] == [one.id for one in second[::-1]]
    assert sound(journals[0])


def test_those_who_answer_with_one_key_at_once_give_one_answer(
    world: sk.Sandbox, publishers: list[Any], journals: list[sk.Journal], workspace: sk.Workspace
) -> None:
    world.receive("mastodon", text="Do you open on Sunday?", author="robin")
    (message,) = workspace.brand("acme").client("mastodon").inbox.iterate()
    for number in range(ROUNDS):
        text, key = f"Yes {number}", f"robin {number}"
        answers = [alone(partial(one.reply, message, text, key=key)) for one in publishers]
        given = together(*answers)

        assert len({delivery.id for delivery in given}) == 1
    texts = [post.text for post in world.posts("mastodon")]
    assert [text.rpartition("Yes")[2] for text in texts] == [f" {number}" for number in range(ROUNDS)]
    assert sound(journals[0])


def filled(place: Place, row: Row) -> str:
    """Return which delivery fills a slot, as a process of its own is told."""
    try:
        return planner(place.database()).fill([row], NOW)[0].id
    except JournalError as error:
        return str(error)


def test_whoever_wants_something_else_in_a_slot_at_the_same_time_is_refused(place: Place) -> None:
    place.journal()
    for number in range(ROUNDS):
        first, second = (row._replace(slot=f"slot {number}") for row in rows(2))
        told = together(partial(filled, place, first), partial(filled, place, second))

        (winner,) = {first.id, second.id} & set(told)
        (refused,) = set(told) - {winner}
        assert "filled with something else" in refused
        assert winner in refused
    assert sound(place.journal())


def test_a_slot_that_was_filled_and_one_that_was_not_are_told_apart(place: Place) -> None:
    journal = place.journal()
    first, second, third = (row._replace(slot=f"slot {number}") for number, row in enumerate(rows(3)))
    (kept,) = planner(journal.database).fill([second], NOW)
    again = rows(3)[1]._replace(slot="slot 1")
    found = planner(journal.database).fill([third, again, first], NOW)

    assert [row.id for row in found] == [third.id, kept.id, first.id]
    assert sound(journal)
