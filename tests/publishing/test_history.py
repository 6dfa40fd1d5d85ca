"""The history is only added to: whatever was altered or removed shows."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
from typing import Any

import pytest

import socialkit as sk
from socialkit.models import Draft, Purpose
from socialkit.publishing import Delivery, DeliveryState, Event, Permission, Scope
from socialkit.publishing._history import chained
from socialkit.publishing._rows import to_micros
from socialkit.sandbox import Fault
from socialkit.testing import picture
from socialkit.transport import reveal
from tests.publishing.stage import SETTLED, Machine, Rules, Stage, one
from tests.support import collect, settle


async def two(stage: Stage) -> tuple[Delivery, Delivery]:
    """Have one delivery confirmed and another one planned."""
    publisher = stage.acme(actor="maria")
    first = await one(publisher.plan("One", to="mastodon"))
    await settle(publisher.run_due())
    return first, await one(publisher.plan("Two", to="mastodon"))


async def anchored(stage: Stage) -> tuple[Delivery, Delivery]:
    """Have the same, and a later day's anchor over it."""
    made = await two(stage)
    stage.pass_time(SETTLED * 72)
    await settle(stage.acme().run_due())
    return made


async def test_an_untouched_journal_has_no_flaws(stage: Stage) -> None:
    await anchored(stage)

    assert stage.flaws() == []
    assert len(stage.rows("SELECT day FROM anchors")) == 2


COLUMNS = {
    "state": "'planned'",
    "body": "replace(body, 'One', 'Won')",
    "outcome": "replace(outcome, 'One', 'Won')",
    "number": "number + 1",
    "head": "'0'",
    "account": "'other/mastodon/main'",
    "brand": "'other'",
    "kind": "'reply'",
    "answer": "1 - answer",
    "single": "1 - single",
    "due_at": "due_at + 1",
    "expires_at": "expires_at + 1",
}


@pytest.mark.parametrize("column", COLUMNS)
async def test_an_altered_delivery_is_named(stage: Stage, column: str) -> None:
    first, _ = await two(stage)
    stage.rows(f"UPDATE deliveries SET {column} = {COLUMNS[column]} WHERE id = ?", first.id)
    flaws = stage.flaws()

    assert flaws
    assert all(first.id in flaw for flaw in flaws)


EVENT_COLUMNS = {
    "at": "at + 1",
    "actor": "'mallory'",
    "actor removed": "NULL",
    "what": "'approved'",
    "state": "'refused'",
    "detail": "'{}'",
    "detail no JSON": "'{'",
    "detail no mapping": "'[]'",
    "digest": "'0'",
}


@pytest.mark.parametrize("case", EVENT_COLUMNS)
async def test_an_altered_line_is_named(stage: Stage, case: str) -> None:
    first, second = await two(stage)
    column = case.partition(" ")[0]
    stage.rows(
        f"UPDATE events SET {column} = {EVENT_COLUMNS[case]} WHERE delivery = ? AND number = 1", first.id
    )
    flaws = stage.flaws()

    assert any(f"delivery {first.id}: line 1 " in flaw for flaw in flaws)
    assert not any(second.id in flaw for flaw in flaws)


@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_removed_line_is_named(stage: Stage, number: int) -> None:
    first, _ = await two(stage)
    stage.rows("DELETE FROM events WHERE delivery = ? AND number = ?", first.id, number)

    assert stage.flaws()[0] == f"delivery {first.id}: line {number} of its history is missing"


async def test_a_removed_last_line_is_named(stage: Stage) -> None:
    first, _ = await two(stage)
    stage.rows("DELETE FROM events WHERE delivery = ? AND what = 'read back'", first.id)

    assert f"delivery {first.id}: its state is not the one that its history ends with" in stage.flaws()


async def test_swapped_lines_are_named(stage: Stage) -> None:
    first, _ = await two(stage)
    for before, after in ((2, -3), (3, 2), (-3, 3)):
        stage.rows("UPDATE events SET number = ? WHERE delivery = ? AND number = ?", after, first.id, before)
    flaws = stage.flaws()

    assert f"delivery {first.id}: line 2 of its history was altered" in flaws


async def test_lines_that_went_to_another_delivery_are_named(stage: Stage) -> None:
    first, second = await two(stage)
    stage.rows("UPDATE events SET delivery = ? WHERE delivery = ? AND number = 3", second.id, first.id)

    assert any(first.id in flaw for flaw in stage.flaws())
    assert any(second.id in flaw for flaw in stage.flaws())


async def test_a_removed_delivery_whose_history_is_there_is_named(stage: Stage) -> None:
    first, _ = await two(stage)
    stage.rows("DELETE FROM deliveries WHERE id = ?", first.id)

    assert stage.flaws() == [f"delivery {first.id}: it was removed"]


async def test_a_delivery_that_was_removed_whole_shows_in_the_anchor(stage: Stage) -> None:
    first, _ = await anchored(stage)
    stage.rows("DELETE FROM deliveries WHERE id = ?", first.id)
    for table in ("events", "steps", "posts"):
        stage.rows(f"DELETE FROM {table} WHERE delivery = ?", first.id)
    flaws = stage.flaws()

    assert flaws
    assert all("since its anchor" in flaw for flaw in flaws)


async def test_a_history_that_was_written_anew_shows_in_the_anchor(stage: Stage) -> None:
    first, _ = await anchored(stage)
    lines = stage.rows(
        "SELECT number, at, actor, what, state, detail FROM events WHERE delivery = ? ORDER BY number",
        first.id,
    )
    head = ""
    for number, at, _, what, state, detail in lines:
        head = chained(head, (first.id, number, at, "mallory", what, state, detail))
        stage.rows(
            "UPDATE events SET actor = 'mallory', digest = ? WHERE delivery = ? AND number = ?",
            head,
            first.id,
            number,
        )
    stage.rows("UPDATE deliveries SET head = ? WHERE id = ?", head, first.id)

    assert stage.flaws()
    assert all("since its anchor" in flaw for flaw in stage.flaws())


@pytest.mark.parametrize("column", ["digest", "upto"])
async def test_an_altered_anchor_is_named(stage: Stage, column: str) -> None:
    await anchored(stage)
    stage.rows(f"UPDATE anchors SET {column} = 2 WHERE day = '2026-03-02'")

    assert any("2026-03-02" in flaw for flaw in stage.flaws())


async def test_an_export_can_be_read_and_checked_without_the_journal(stage: Stage) -> None:
    await anchored(stage)
    file = io.StringIO()
    written = stage.journal.export(file)
    *lines, end = [json.loads(line) for line in file.getvalue().splitlines()]
    events = [Event.model_validate(line) for line in lines]

    assert written == len(events) == end["lines"] > 5
    assert events == list(stage.journal.events())
    heads: dict[str, str] = {}
    for event in events:
        said = json.dumps(dict(event.detail), sort_keys=True, ensure_ascii=False)
        line = (event.delivery, event.number, to_micros(event.at), event.actor, event.what, event.state or "")
        document = json.dumps([heads.get(event.delivery, ""), *line, said], ensure_ascii=False)
        assert event.digest == hashlib.sha256(document.encode()).hexdigest()
        heads[event.delivery] = event.digest
    digests = "".join(event.digest for event in events)
    assert end["digest"] == hashlib.sha256(digests.encode()).hexdigest()


async def test_events_go_on_after_the_last_one_that_was_seen(stage: Stage) -> None:
    publisher = stage.acme()
    await two(stage)
    seen: list[Event] = await collect(publisher.events())
    assert await collect(publisher.events(after=seen[-1].seq)) == []
    await one(publisher.plan("Three", to="mastodon"))

    (new,) = await collect(publisher.events(after=seen[-1].seq))
    assert new.what == "planned"
    assert await collect(publisher.events(after=str(seen[2].seq))) == [*seen[3:], new]
    assert await collect(publisher.events(limit=2)) == seen[:2]
    assert await collect(stage.journal.events(after=seen[-1].seq)) == [new]


async def test_long_histories_are_listed_page_by_page(stage: Stage) -> None:
    publisher = stage.acme()
    for number in range(130):
        await one(publisher.plan(f"Number {number}", to="mastodon"))
    deliveries: list[Delivery] = await collect(publisher.deliveries())
    listing = publisher.events()
    events: list[Event] = await collect(listing)

    assert [found.draft.text for found in deliveries if found.draft] == [f"Number {n}" for n in range(130)]
    assert [event.delivery for event in events] == [delivery.id for delivery in deliveries]
    assert all(before.seq < after.seq for before, after in itertools.pairwise(events))
    assert [one.id for one in await collect(publisher.deliveries(cursor=deliveries[9].id, limit=3))] == [
        one.id for one in deliveries[10:13]
    ]


async def test_who_did_what_is_written_down(stage: Stage) -> None:
    rules = Rules({("intern", "publish"): Permission.ASK})
    delivery = await one(stage.acme(actor="intern", authority=rules).plan("One", to="mastodon"))
    await settle(stage.acme(actor="maria").approve(delivery))
    await settle(stage.acme(actor="worker 1").run_due())

    actors = {event.what: event.actor for event in stage.journal.events()}
    assert actors["proposed"] == "intern"
    assert actors["approved"] == actors["planned"] == "maria"
    assert actors["sending"] == actors["commit started"] == actors["confirmed"] == "worker 1"


async def test_purposes_are_known_by_account_and_post(stage: Stage) -> None:
    publisher = stage.acme()
    purpose = Purpose(objective="traffic", campaign="autumn")
    draft = Draft(text="One", thread=[Draft(text="Two")], purpose=purpose)
    sent = await one(publisher.deliver(await one(publisher.plan(draft, to="mastodon"))))

    assert sent.post is not None
    assert stage.journal.purposes() == {
        ("acme/mastodon/main", sent.post.id): purpose,
        ("acme/mastodon/main", sent.post.thread[0].id): purpose,
    }


UNREADABLE = {
    "body no JSON": ("body", "{"),
    "body of another kind": ("body", '{"account": 7}'),
    "body of an unknown platform": ("body", None),
    "outcome no JSON": ("outcome", "{"),
    "outcome of another kind": ("outcome", '{"published": 7}'),
}


@pytest.mark.parametrize("case", UNREADABLE)
async def test_a_delivery_that_cannot_be_read_hides_no_other_and_is_not_sent(stage: Stage, case: str) -> None:
    publisher = stage.acme()
    bad = await one(publisher.plan("Bad", to="mastodon"))
    await one(publisher.plan("Good", to="mastodon"))
    (packed,) = stage.rows("SELECT body FROM deliveries WHERE id = ?", bad.id)[0]
    column, value = UNREADABLE[case]
    if value is None:
        value = packed.replace('"text":"Bad"', '"text":"Bad","options":[{"platform":"nowhere","x":1}]')
        assert value != packed
    stage.rows(f"UPDATE deliveries SET {column} = ? WHERE id = ?", value, bad.id)

    listed: list[Delivery] = await collect(publisher.deliveries())
    assert listed[0].id == bad.id
    assert listed[0].account.key == "acme/mastodon/main"
    assert "cannot be read" in (listed[0].because or "")
    assert listed[1].draft is not None
    carried: Any = await settle(publisher.run_due())
    assert "Good" in stage.texts()
    assert {found.id for found in carried} == {found.id for found in listed}
    assert any(bad.id in flaw for flaw in stage.flaws()) or column == "outcome"
    if column == "body":
        assert stage.texts() == ["Good"]
        assert (await settle(publisher.cancel(bad))).state is DeliveryState.CANCELLED


@pytest.mark.parametrize("column", ["attempt", "result"])
async def test_a_step_that_cannot_be_read_needs_a_decision(stage: Stage, column: str) -> None:
    publisher = stage.acme()
    draft = Draft(text="One", thread=[Draft(text="Two")])
    await one(publisher.plan(draft, to="mastodon"))
    fault = Fault.DROP_AFTER_COMMIT if column == "attempt" else Fault.RATE_LIMITED
    stage.world.fail("mastodon", "post_status", fault, after=1)
    await settle(publisher.run_due())
    stage.rows(f"UPDATE steps SET {column} = '[' WHERE writes")
    stage.pass_time()
    (found,) = await settle(publisher.reconcile() if column == "attempt" else publisher.run_due())

    assert found.state is DeliveryState.NEEDS_DECISION
    assert "cannot be read" in found.because
    assert stage.texts() == ["One", "Two"][: len(stage.texts())]


async def all_went_wrong(stage: Stage, brand: sk.Brand) -> None:
    """Have everything be written down that can be: posts and answers, failures, a freeze."""
    publisher = stage.publisher(brand, actor="maria")
    draft = Draft(text="One", media=[picture()], thread=[Draft(text="Two")], first_comment="Three")
    for fault in (Fault.DROP_AFTER_COMMIT, Fault.SERVER_ERROR, Fault.GARBAGE, Fault.RATE_LIMITED):
        stage.world.fail("mastodon", "publish", fault, after=1)
        stage.world.fail("bluesky", "publish", fault, after=1)
        await settle(publisher.plan(draft, to=["mastodon", "bluesky"]))
        await settle(publisher.run_due())
        await settle(publisher.reconcile())
    stage.world.receive("mastodon", text="Hello?")
    (received,) = await collect(stage.client_of(brand, "mastodon").inbox.iterate())
    await settle(publisher.reply(received, "Sorry"))
    await settle(publisher.freeze(Scope(), reason="recall"))


def secrets_of(stage: Stage, machine: Machine) -> set[str]:
    """Return what opens the accounts, and what was sent to open them."""
    given = [stage.world.simulator(platform).connection("main") for platform in ("mastodon", "bluesky")]
    sent = [
        str(reveal(value)).removeprefix("Bearer ")
        for request in machine.sent
        for name, value in request.headers.items()
        if name.lower() == "authorization"
    ]
    return {*sent, *(one[name] for one in given for name in ("access_token", "password") if name in one)}


async def test_no_secret_lies_in_any_file(stage: Stage) -> None:
    machine = stage.machine(acme=["mastodon", "bluesky"])
    await all_went_wrong(stage, machine.workspace.brand("acme"))
    stage.journal.close()
    files = [path for path in stage.path.parent.rglob("*") if path.is_file()]
    contents, secrets = b"".join(path.read_bytes() for path in files), secrets_of(stage, machine)

    assert len(secrets) >= 2
    assert b"mastodon" in contents
    assert [secret for secret in secrets if secret.encode() in contents] == []
