"""Queues: each draft gets the next slot that is free, whoever else fills slots at the same time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

import socialkit as sk
from socialkit.errors import ConfigurationError, InvalidDraftError
from socialkit.publishing import Permission, Scope
from tests.publishing.places import Place
from tests.publishing.stage import HOURS, Rules, Stage, one
from tests.publishing.together import AT_ONCE, ROUNDS, alone, sound, together
from tests.support import collect, settle

State = sk.DeliveryState

ACCOUNT = "acme/mastodon/main"
DAY = timedelta(days=1)


def daily(start: str = "2026-03-01 09:30", zone: str = "UTC", **rules: Any) -> sk.Recurrence:
    return sk.Recurrence("FREQ=DAILY", start=sk.WallTime(start, zone=zone, **rules))


async def queue(publisher: Any, draft: sk.Draft | str, slots: Any = None) -> sk.Delivery:
    return await one(publisher.queue(draft, to=ACCOUNT, slots=slots or daily()))


def morning(day: int, hour: int = 9, minute: int = 30) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


async def test_drafts_fill_the_slots_ahead_one_after_the_other(stage: Stage) -> None:
    assert stage.world.clock.now() == morning(2, 9, 0)
    publisher = stage.acme()
    given = [await queue(publisher, text) for text in ("One", "Two", "Three")]

    assert [delivery.at for delivery in given] == [morning(2), morning(3), morning(4)]
    assert [delivery.draft.text for delivery in given if delivery.draft] == ["One", "Two", "Three"]
    assert {delivery.state for delivery in given} == {State.PLANNED}
    assert [delivery.wall and delivery.wall["wall"] for delivery in given][:1] == ["2026-03-02T09:30:00"]
    assert await collect(publisher.deliveries()) == given
    assert stage.flaws() == []


async def test_a_slot_that_is_now_is_none_that_lies_ahead(stage: Stage) -> None:
    assert (await queue(stage.acme(), "One", daily("2026-03-01 09:00"))).at == morning(3, 9, 0)


async def test_hours_of_a_week_are_slots_as_a_rule_is(stage: Stage) -> None:
    publisher = stage.acme()
    account = sk.AccountRef(platform="mastodon", brand="acme", name="main")
    hours = sk.PostingSchedule(account=account, zone="Europe/Paris", week={"TU": ["12:00"], "TH": ["09:00"]})
    given = [await queue(publisher, text, hours) for text in ("One", "Two", "Three")]

    assert [delivery.at for delivery in given] == [morning(3, 11, 0), morning(5, 8, 0), morning(10, 11, 0)]


async def test_what_waits_for_approval_has_its_slot(stage: Stage) -> None:
    publisher = stage.acme(authority=Rules({("maria", "publish"): Permission.ASK}), actor="maria")
    first, second = [await queue(publisher, text) for text in ("One", "Two")]

    assert [first.state, second.state] == [State.PROPOSED] * 2
    assert [first.at, second.at] == [morning(2), morning(3)]


async def test_what_is_held_back_has_its_slot(stage: Stage) -> None:
    publisher = stage.acme()
    first = await queue(publisher, "One")
    freeze = await settle(publisher.freeze(Scope(brand="acme"), reason="a bad day"))
    second = await queue(publisher, "Two")

    assert freeze.held == (first.id,)
    assert second.at == morning(3)


async def test_what_was_planned_by_hand_for_the_time_of_a_slot_has_it(stage: Stage) -> None:
    publisher = stage.acme()
    await one(publisher.plan("By hand", to=ACCOUNT, at=morning(2)))
    moved = await one(publisher.plan("Moved", to=ACCOUNT, at=morning(9)))
    await settle(publisher.reschedule(moved, morning(3)))

    assert (await queue(publisher, "One")).at == morning(4)


async def test_what_was_moved_keeps_the_slot_that_it_had(stage: Stage) -> None:
    publisher = stage.acme()
    first = await queue(publisher, "One")
    await settle(publisher.reschedule(first, morning(2, 20)))

    assert (await queue(publisher, "Two")).at == morning(3)


async def cancel(publisher: Any, delivery: sk.Delivery) -> None:
    await settle(publisher.cancel(delivery))


async def reject(publisher: Any, delivery: sk.Delivery) -> None:
    await settle(publisher.reject(delivery))


async def have_refused(publisher: Any, delivery: sk.Delivery) -> None:
    await settle(publisher.deliver(delivery))


@pytest.mark.parametrize(
    ("end", "state"),
    [(cancel, State.CANCELLED), (reject, State.CANCELLED), (have_refused, State.REFUSED)],
    ids=["cancelled", "rejected", "refused"],
)
async def test_what_will_not_happen_leaves_its_slot_to_the_next(
    stage: Stage, end: Callable[..., Any], state: State
) -> None:
    rules = Rules({("maria", "publish"): Permission.ASK} if end is reject else {})
    publisher = stage.acme(authority=rules, actor="maria")
    first = await queue(publisher, sk.Draft(text="One", reply_to="1234567890"))  # nobody wrote that
    second = await queue(publisher, "Two")
    await end(publisher, first)
    third = await queue(publisher, "Three")

    assert stage.states() == [state.value, *[second.state.value] * 2]
    assert [first.at, second.at, third.at] == [morning(2), morning(3), morning(2)]


async def test_what_was_sent_before_its_time_keeps_its_slot(stage: Stage) -> None:
    publisher = stage.acme()
    first = await queue(publisher, "One")
    assert (await settle(publisher.deliver(first))).state is State.CONFIRMED

    assert (await queue(publisher, "Two")).at == morning(3)


async def test_each_account_has_slots_of_its_own(stage: Stage) -> None:
    publisher = stage.acme("mastodon", "bluesky")
    await queue(publisher, "One")
    given = await settle(publisher.queue("Two", to=["mastodon", "bluesky"], slots=daily()))

    assert {delivery.account.platform: delivery.at for delivery in given} == {
        "mastodon": morning(3),
        "bluesky": morning(2),
    }


async def test_a_skipped_hour_and_the_one_that_it_becomes_are_one_slot(stage: Stage) -> None:
    publisher = stage.acme()
    stage.world.clock.advance(morning(28, 12, 0) - stage.world.clock.now())
    skipped = daily("2026-03-01 02:30", "Europe/Paris", gap="later")
    after_it = daily("2026-03-01 03:30", "Europe/Paris")
    given = [await queue(publisher, str(number), slots) for number, slots in enumerate((skipped, after_it))]

    assert [delivery.at for delivery in given] == [morning(29, 1), morning(30, 1)]
    assert (await queue(publisher, "2", skipped)).at == morning(30, 0)


async def test_an_hour_that_comes_twice_is_two_slots(stage: Stage) -> None:
    publisher = stage.acme()
    stage.world.clock.advance(datetime(2026, 10, 24, 12, tzinfo=UTC) - stage.world.clock.now())
    first, second = (
        daily("2026-03-01 02:30", "Europe/Paris", overlap=which, gap="later") for which in ("first", "second")
    )
    given = [await queue(publisher, str(number), slots) for number, slots in enumerate((first, second))]

    night = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert [delivery.at for delivery in given] == [night, night + timedelta(hours=1)]


async def test_a_time_that_no_clock_shows_is_refused_as_everywhere(stage: Stage) -> None:
    publisher = stage.acme()
    stage.world.clock.advance(morning(28, 12, 0) - stage.world.clock.now())

    with pytest.raises(ConfigurationError, match="2026-03-29"):
        await queue(publisher, "One", daily("2026-03-01 02:30", "Europe/Paris"))
    assert stage.states() == []


async def test_a_rule_that_has_ended_has_no_slot(stage: Stage) -> None:
    publisher = stage.acme()
    twice = sk.Recurrence("FREQ=DAILY;COUNT=2", start=sk.WallTime("2026-03-02 12:00", zone="UTC"))
    for text in ("One", "Two"):
        await queue(publisher, text, twice)

    with pytest.raises(ConfigurationError, match="no free slot"):
        await queue(publisher, "Three", twice)
    assert stage.states() == ["planned"] * 2


async def test_the_hours_of_another_account_are_refused(stage: Stage) -> None:
    publisher = stage.acme("mastodon", "bluesky")
    account = sk.AccountRef(platform="bluesky", brand="acme", name="main")
    hours = sk.PostingSchedule(account=account, zone="UTC", week={"TU": ["12:00"]})

    with pytest.raises(ConfigurationError, match="acme/bluesky/main"):
        await queue(publisher, "One", hours)
    assert stage.states() == []


async def test_what_is_no_queue_and_no_draft_is_refused_before_anything_is_written(stage: Stage) -> None:
    publisher = stage.acme()
    for slots in ("FREQ=DAILY", [morning(3)]):
        with pytest.raises((ConfigurationError, TypeError), match="slots"):
            await queue(publisher, "One", slots)
    with pytest.raises(InvalidDraftError):
        await queue(publisher, "x" * 600)

    assert stage.states() == []


async def test_a_queue_longer_than_one_look_goes_on(stage: Stage) -> None:
    publisher = stage.acme()
    ats = [(await queue(publisher, f"Number {number}")).at for number in range(120)]

    assert ats == [morning(2) + number * DAY for number in range(120)]


async def test_a_queued_delivery_leaves_in_its_slot(stage: Stage) -> None:
    publisher = stage.acme()
    for text in ("One", "Two"):
        await queue(publisher, text)
    stage.pass_time(1 * HOURS)
    await settle(publisher.run_due())

    assert stage.texts() == ["One"]


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
def test_those_who_queue_at_once_get_slots_of_their_own(place: Place, blocking: bool) -> None:
    with sk.Sandbox(seed=7) as world:
        workspace = world.workspace(acme=["mastodon"])
        kind: Any = sk.Publisher if blocking else sk.AsyncPublisher
        journals = [place.journal() for _ in range(AT_ONCE)]
        publishers = [kind(workspace, journal) for journal in journals]
        given: list[datetime] = []
        for number in range(ROUNDS):
            queued = together(
                *(
                    alone(partial(one.queue, f"{number} {who}", to=ACCOUNT, slots=daily()))
                    for who, one in enumerate(publishers)
                )
            )
            given += [delivery.at for (delivery,) in queued]

        assert sorted(given) == [morning(2) + number * DAY for number in range(ROUNDS * AT_ONCE)]
        assert sound(journals[0])


def test_those_who_queue_with_one_key_at_once_get_one_delivery_in_a_slot_of_its_own(place: Place) -> None:
    with sk.Sandbox(seed=7) as world:
        workspace = world.workspace(acme=["mastodon"])
        journals = [place.journal() for _ in range(AT_ONCE)]
        publishers = [sk.Publisher(workspace, journal) for journal in journals]
        given: list[datetime] = []
        for number in range(2):
            keys = [f"{number} {who % 2}" for who in range(AT_ONCE)]
            queues = (
                partial(one.queue, key, to=ACCOUNT, slots=daily(), key=key)
                for one, key in zip(publishers, keys, strict=True)
            )
            queued = together(*map(alone, queues))
            ids = {key: {one.id for (one,) in some} for key, some in by_key(keys, queued).items()}
            given += {one.at for (one,) in queued}

            assert [len(some) for some in ids.values()] == [1, 1]
        assert sorted(given) == [morning(2) + number * DAY for number in range(4)]
        assert sound(journals[0])


def by_key(keys: list[str], queued: Any) -> dict[str, list[Any]]:
    return {key: [one for name, one in zip(keys, queued, strict=True) if name == key] for key in keys}


async def test_a_key_is_one_draft_whenever_it_is_queued_again(stage: Stage) -> None:
    publisher = stage.acme()
    first = await one(publisher.queue("One", to=ACCOUNT, slots=daily(), key="autumn"))
    stage.pass_time(1 * HOURS)
    await settle(publisher.run_due())
    again = await one(publisher.queue("One", to=ACCOUNT, slots=daily(), key="autumn"))

    assert (again.id, again.at, again.state) == (first.id, first.at, State.CONFIRMED)
    with pytest.raises(sk.JournalError, match="filled with something else"):
        await settle(publisher.queue("Two", to=ACCOUNT, slots=daily(), key="autumn"))
    assert stage.texts() == ["One"]


async def test_a_key_is_one_draft_and_one_time_whenever_it_is_planned_again(stage: Stage) -> None:
    publisher, later = stage.acme(), morning(3)
    now = await one(publisher.plan("One", to=ACCOUNT, key="autumn"))
    at = await one(publisher.plan("Two", to=ACCOUNT, at=later, key="winter"))
    stage.pass_time(1 * HOURS)
    await settle(publisher.run_due())

    assert (await one(publisher.plan("One", to=ACCOUNT, key="autumn"))).id == now.id
    stage.pass_time(30 * HOURS)
    assert (await one(publisher.plan("Two", to=ACCOUNT, at=later, key="winter"))).id == at.id
    for text, key, when in (("Other", "autumn", None), ("Two", "winter", morning(14))):
        with pytest.raises(sk.JournalError, match="filled with something else"):
            await settle(publisher.plan(text, to=ACCOUNT, at=when, key=key))
    assert stage.texts() == ["One"]
