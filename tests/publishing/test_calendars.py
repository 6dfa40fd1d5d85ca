"""Calendars: all of their slots are planned or none, and none twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.errors import ConfigurationError, InvalidDraftError, JournalError
from socialkit.models import UTM, Slot, Visibility, WallTime
from socialkit.platforms import MastodonOptions
from socialkit.publishing import AsyncPublisher, Delivery, DeliveryState, FolderMediaStore, Journal, Publisher
from socialkit.testing import picture
from tests.support import collect, settle


@dataclass(frozen=True)
class Calendar:
    """The least that a publisher takes."""

    slots: tuple[Slot, ...]


@pytest.fixture(params=[True, False], ids=["blocking", "async"])
def blocking(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def workspace(socialkit_world: sk.Sandbox) -> sk.Workspace:
    return socialkit_world.workspace(acme=["mastodon", "bluesky"])


@pytest.fixture
def publisher(workspace: sk.Workspace, blocking: bool, tmp_path: Path) -> Iterator[Any]:
    with Journal.open("sqlite://", media=FolderMediaStore(tmp_path)) as journal:
        kind: Any = Publisher if blocking else AsyncPublisher
        yield kind(workspace, journal, actor="maria")


@pytest.fixture
def start(socialkit_world: sk.Sandbox) -> datetime:
    return socialkit_world.clock.now() + timedelta(days=1)


def slots_of(workspace: sk.Workspace, start: datetime, *texts: str | None) -> tuple[Slot, ...]:
    account = workspace.brand("acme").account("mastodon")
    return tuple(
        Slot(
            account=account,
            at=start + timedelta(hours=number),
            key=f"slot {number}",
            draft=None if text is None else sk.Draft(text=text),
        )
        for number, text in enumerate(texts)
    )


async def planned(publisher: Any, *slots: Slot) -> tuple[Delivery, ...]:
    deliveries: tuple[Delivery, ...] = await settle(publisher.plan_calendar(Calendar(slots)))
    return deliveries


async def test_slots_that_hold_a_draft_are_planned_for_their_times(
    publisher: Any, workspace: sk.Workspace, start: datetime
) -> None:
    one, empty, two = slots_of(workspace, start, "One", None, "Two")
    purpose = sk.Purpose(campaign="autumn")
    deliveries = await planned(publisher, one.model_copy(update={"purpose": purpose}), empty, two)

    assert [(item.slot, item.at) for item in deliveries] == [(one.key, one.at), (two.key, two.at)]
    assert [item.draft.text for item in deliveries if item.draft] == ["One", "Two"]
    assert [item.purpose for item in deliveries] == [purpose, None]
    assert {item.state for item in deliveries} == {DeliveryState.PLANNED}
    assert await collect(publisher.deliveries()) == list(deliveries)


async def test_a_wall_time_is_kept_with_its_zone(
    publisher: Any, workspace: sk.Workspace, start: datetime
) -> None:
    (slot,) = slots_of(workspace, start, "One")
    wall = WallTime("2031-03-30 02:30", zone="Europe/Paris", gap="later")
    (delivery,) = await planned(publisher, slot.model_copy(update={"at": wall}))

    assert delivery.at == wall.instant()
    assert delivery.wall is not None
    assert delivery.wall["zone"] == "Europe/Paris"


async def test_a_calendar_that_grew_is_planned_whole_and_nothing_twice(
    publisher: Any, workspace: sk.Workspace, start: datetime
) -> None:
    slots = slots_of(workspace, start, "One", "Two", "Three")
    first = await planned(publisher, *slots[:2])
    second = await planned(publisher, *slots)

    assert second[:2] == first
    assert await collect(publisher.deliveries()) == list(second)


async def test_a_slot_with_files_is_known_again(
    publisher: Any, workspace: sk.Workspace, start: datetime
) -> None:
    (slot,) = slots_of(workspace, start, "One")
    draft = sk.Draft(text="One", media=[picture(alt_text="A dot")])
    (first,) = await planned(publisher, slot.model_copy(update={"draft": draft}))
    (second,) = await planned(publisher, slot.model_copy(update={"draft": draft}))

    assert first == second


@pytest.mark.parametrize(
    "draft",
    [
        sk.Draft(text="One", language="en", visibility=Visibility.UNLISTED, purpose=sk.Purpose(tags=["a"])),
        sk.Draft(text="One", media=[picture(alt_text="A dot")]),
        sk.Draft(text="One", thread=[sk.Draft(text="Two", media=[picture(alt_text="A dot")])]),
        sk.Draft(text="One", options=[MastodonOptions(content_warning="Spiders")]),
        sk.Draft(text="One", utm=UTM(source="{platform}", medium="social")),
    ],
    ids=["plain", "files", "thread", "options", "parameters"],
)
async def test_what_planning_returns_is_what_the_journal_holds(
    publisher: Any, workspace: sk.Workspace, start: datetime, draft: sk.Draft
) -> None:
    (slot,) = slots_of(workspace, start, "One")
    wall = WallTime("2031-03-30 09:30", zone="Europe/Paris")
    deliveries = await planned(publisher, slot.model_copy(update={"draft": draft, "at": wall}))
    held = await collect(publisher.deliveries())

    assert held == list(deliveries)
    assert [one.draft.model_fields_set for one in held if one.draft] == [
        one.draft.model_fields_set for one in deliveries if one.draft
    ]


async def test_what_a_slot_was_filled_with_stays_until_it_is_cancelled(
    publisher: Any, workspace: sk.Workspace, start: datetime
) -> None:
    (slot,) = slots_of(workspace, start, "One")
    (first,) = await planned(publisher, slot)
    for change in ({"draft": sk.Draft(text="Two")}, {"at": start + timedelta(minutes=5)}):
        with pytest.raises(JournalError, match=first.id):
            await planned(publisher, slot.model_copy(update=change))
    await settle(publisher.cancel(first))
    (second,) = await planned(publisher, slot.model_copy(update={"draft": sk.Draft(text="Two")}))

    assert second.id != first.id
    assert len(await collect(publisher.deliveries(state=DeliveryState.PLANNED))) == 1


async def test_a_delivery_that_was_moved_still_fills_its_slot(
    publisher: Any, workspace: sk.Workspace, start: datetime
) -> None:
    (slot,) = slots_of(workspace, start, "One")
    (first,) = await planned(publisher, slot)
    moved = await settle(publisher.reschedule(first, start + timedelta(days=1)))

    assert await planned(publisher, slot) == (moved,)


async def test_one_bad_draft_keeps_all_from_being_planned(
    publisher: Any, workspace: sk.Workspace, start: datetime
) -> None:
    with pytest.raises(InvalidDraftError) as caught:
        await planned(publisher, *slots_of(workspace, start, "One", None, "x" * 600, " "))

    assert [problem.field for problem in caught.value.problems] == ["slots[2].text", "slots[3].text"]
    assert await collect(publisher.deliveries()) == []


async def test_two_slots_of_an_account_need_two_keys(
    publisher: Any, workspace: sk.Workspace, start: datetime
) -> None:
    one, two = slots_of(workspace, start, "One", "Two")
    other = two.model_copy(update={"key": one.key, "account": workspace.brand("acme").account("bluesky")})

    assert len(await planned(publisher, one, other)) == 2
    with pytest.raises(ConfigurationError, match="two slots"):
        await planned(publisher, one, two.model_copy(update={"key": one.key}))


async def test_more_slots_than_one_statement_asks_for_are_known_again(
    publisher: Any, workspace: sk.Workspace, start: datetime
) -> None:
    slots = slots_of(workspace, start, *(f"Number {number}" for number in range(1_100)))
    first = await planned(publisher, *slots)

    assert [delivery.slot for delivery in first] == [slot.key for slot in slots]
    assert [one.id for one in await planned(publisher, *slots)] == [one.id for one in first]


async def test_slots_that_have_passed_keep_no_calendar_from_being_planned_whole(
    publisher: Any, workspace: sk.Workspace, start: datetime, socialkit_world: sk.Sandbox
) -> None:
    slots = slots_of(workspace, start, "One", "Two", "Three")
    (first,) = await planned(publisher, slots[0])
    socialkit_world.clock.advance(timedelta(days=1))
    (sent,) = await settle(publisher.run_due())
    socialkit_world.clock.advance(timedelta(hours=3, minutes=30))
    again = await planned(publisher, *slots)
    await settle(publisher.run_due())

    assert again[0] == sent
    assert sent.id == first.id
    states = {one.slot: one.state for one in await collect(publisher.deliveries())}
    assert states["slot 0"] is DeliveryState.CONFIRMED
    assert states["slot 1"] is DeliveryState.MISSED  # a person decides
    assert states["slot 2"] is DeliveryState.CONFIRMED


async def test_a_time_that_no_clock_shows_keeps_all_from_being_planned(
    publisher: Any, workspace: sk.Workspace, start: datetime
) -> None:
    one, two = slots_of(workspace, start, "One", "Two")
    never = two.model_copy(update={"at": WallTime("2031-03-30 02:30", zone="Europe/Paris")})

    with pytest.raises(ConfigurationError, match="2031-03-30"):
        await planned(publisher, one, never)
    assert await collect(publisher.deliveries()) == []
