"""Whatever goes wrong between a plan and a post ends in a state with a name, and nothing is out twice."""

from __future__ import annotations

import itertools
from contextvars import Context
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import ConfigurationError, JournalError
from socialkit.models import Attempt, Draft, Found, Media
from socialkit.platforms.mastodon import AsyncMastodon, Mastodon, _statuses
from socialkit.platforms.mastodon._search import Search
from socialkit.platforms.mastodon._statuses import Statuses
from socialkit.publishing import Delivery, DeliveryState, Publisher
from socialkit.sandbox import Fault
from socialkit.sandbox._http import SimResponse
from socialkit.testing import picture, png
from socialkit.transport import Request
from tests.publishing.stage import MINUTES, SETTLED, Killed, Stage, one
from tests.support import collect, settle

State = DeliveryState
PLATFORMS = ["mastodon", "bluesky"]
THREAD = Draft(text="One", thread=[Draft(text="Two"), Draft(text="Three")])


async def state_of(publisher: Any, delivery: Delivery) -> Delivery:
    found: list[Delivery] = await collect(publisher.deliveries())
    return next(one for one in found if one.id == delivery.id)


async def work(publisher: Any, stage: Stage, rounds: int = 8) -> None:
    """Look and send, round after round, until everything had its time."""
    for _ in range(rounds):
        await settle(publisher.reconcile())
        await settle(publisher.run_due())
        stage.pass_time()


# Two equal drafts -------------------------------------------------------------------------------------

LOST = [Fault.DROP_BEFORE_COMMIT, Fault.DROP_AFTER_COMMIT]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("looked_between", [True, False])
@pytest.mark.parametrize("faults", list(itertools.product(LOST, LOST)), ids="-".join)
async def test_two_equal_drafts_with_both_answers_lost_become_two_posts(
    stage: Stage, platform: str, looked_between: bool, faults: tuple[Fault, Fault]
) -> None:
    publisher = stage.acme(platform)
    for fault in faults:
        await one(publisher.plan("The same", to=platform, not_after=timedelta(days=2)))
        stage.world.fail(platform, "publish", fault, times=9 if platform == "bluesky" else 1)
        await settle(publisher.run_due())
        stage.world.forget_faults()
        stage.pass_time(MINUTES)
        if looked_between:
            await settle(publisher.reconcile())
    await work(publisher, stage)

    assert stage.states() == ["confirmed", "confirmed"]
    assert stage.texts(platform) == ["The same", "The same"]
    posts = {found.post.id for found in stage.journal.deliveries() if found.post is not None}
    assert posts == {post.id for post in stage.world.posts(platform)}
    assert stage.flaws() == []


@pytest.mark.parametrize("fault", LOST)
async def test_the_first_part_of_a_thread_is_never_taken_for_an_equal_post(
    stage: Stage, fault: Fault
) -> None:
    publisher = stage.acme()
    thread = await one(publisher.plan(THREAD, to="mastodon", not_after=timedelta(days=2)))
    stage.world.fail("mastodon", "post_status", Fault.RATE_LIMITED, after=1)
    single = await one(publisher.plan("One", to="mastodon", not_after=timedelta(days=2)))
    stage.world.fail("mastodon", "post_status", fault, after=2)
    await settle(publisher.run_due())
    assert (await state_of(publisher, thread)).state is State.INCOMPLETE
    await work(publisher, stage)

    assert (await state_of(publisher, thread)).state is State.CONFIRMED
    assert (await state_of(publisher, single)).state is State.CONFIRMED
    assert sorted(stage.texts()) == ["One", "One", "Three", "Two"]


# The journal fails ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("platform", "shape"), [("mastodon", "thread"), ("bluesky", "single")])
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("kind", [Killed, JournalError])
async def test_a_journal_that_fails_at_any_write_loses_and_doubles_nothing(
    stage: Stage, platform: str, shape: str, before: bool, kind: type[Any]
) -> None:
    texts = ["One"] if shape == "single" else ["One", "Two", "Three"]
    for write in range(1, 99):
        publisher = stage.acme(platform)
        draft = Draft(text=f"One {write}", thread=[Draft(text=f"{text} {write}") for text in texts[1:]])
        delivery = await one(publisher.plan(draft, to=platform, not_after=timedelta(days=20)))
        error = kind() if kind is Killed else JournalError("the disk is full")
        stage.database.die(write, before=before, error=error)
        failed = False
        try:
            await settle(publisher.run_due())
        except (Killed, JournalError):
            failed = True
        out = [text for text in stage.texts(platform) if text.endswith(f" {write}")]
        state = (await state_of(publisher, delivery)).state
        assert state is not State.REFUSED
        assert state is not State.CONFIRMED or len(out) == len(texts)
        stage.restart()
        publisher = stage.acme(platform)
        stage.pass_time()
        await work(publisher, stage, rounds=3)
        assert (await state_of(publisher, delivery)).state is State.CONFIRMED
        out = [text for text in stage.texts(platform) if text.endswith(f" {write}")]
        assert out == [f"{text} {write}" for text in texts]
        if not failed:
            assert write > 4
            break
    assert stage.flaws() == []


# Versions, media --------------------------------------------------------------------------------------


async def begun(stage: Stage, *, written: bool) -> Delivery:
    """Return a delivery whose worker died after its first step, or in its write."""
    delivery = await one(stage.acme().plan("One", to="mastodon", not_after=timedelta(days=2)))
    stage.world.fail("mastodon", "post_status", Fault.DROP_AFTER_COMMIT)
    stage.database.die(6 if written else 4, before=not written)
    with pytest.raises(Killed):
        await settle(stage.acme().run_due())
    stage.restart()
    stage.world.forget_faults()
    stage.pass_time()
    return delivery


async def test_what_another_version_began_is_never_carried_on_by_guess(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = await begun(stage, written=False)
    upgrade(monkeypatch)
    (asked,) = await settle(stage.acme().run_due())

    assert asked.id == delivery.id
    assert asked.state is State.NEEDS_DECISION
    assert "mastodon 1" in asked.because
    assert "mastodon 2" in asked.because
    assert stage.texts() == []
    await settle(stage.acme().resolve(delivery, post=None))
    assert [one.state for one in await settle(stage.acme().run_due())] == [State.CONFIRMED]
    assert stage.texts() == ["One"]


def upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (Mastodon, AsyncMastodon):
        monkeypatch.setattr(kind, "facts", replace(kind.facts, flow_version=2))


async def test_what_another_version_wrote_is_found_by_a_look(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = await one(stage.acme().plan("One", to="mastodon"))
    stage.world.fail("mastodon", "post_status", Fault.DROP_AFTER_COMMIT)
    await settle(stage.acme().run_due())
    upgrade(monkeypatch)
    (found,) = await settle(stage.acme().reconcile())

    assert (found.id, found.state) == (delivery.id, State.CONFIRMED)
    assert stage.texts() == ["One"]


async def test_what_nobody_began_is_sent_by_any_version(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one(stage.acme().plan("One", to="mastodon"))
    upgrade(monkeypatch)

    assert [one.state for one in await settle(stage.acme().run_due())] == [State.CONFIRMED]


async def test_a_thread_that_another_version_began_can_only_be_ended(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = stage.acme()
    delivery = await one(publisher.plan(THREAD, to="mastodon"))
    stage.world.fail("mastodon", "post_status", Fault.RATE_LIMITED, after=1)
    await settle(publisher.run_due())
    upgrade(monkeypatch)
    asked = await one(publisher.deliver(delivery))
    assert asked.state is State.NEEDS_DECISION
    assert [post.text for post in asked.published] == ["One"]
    with pytest.raises(JournalError, match="cancel it"):
        await settle(publisher.resolve(delivery, post=None))

    assert (await one(publisher.cancel(delivery))).state is State.CANCELLED
    assert stage.texts() == ["One"]


@pytest.mark.parametrize("how", ["altered", "gone"])
async def test_media_that_changed_after_planning_need_a_decision(stage: Stage, how: str) -> None:
    publisher = stage.acme()
    draft = Draft(text="One", media=[picture()])
    delivery = await one(publisher.plan(draft, to="mastodon"))
    (kept,) = [path for path in stage.media.rglob("*") if path.is_file()]
    whole = kept.read_bytes()
    kept.write_bytes(picture(width=3).sha256().encode()) if how == "altered" else kept.unlink()
    (asked,) = await settle(publisher.run_due())

    assert asked.state is State.NEEDS_DECISION
    assert "dot.png" in asked.because
    assert stage.texts() == []
    kept.write_bytes(whole)
    await settle(publisher.resolve(delivery, post=None))
    assert [one.state for one in await settle(publisher.run_due())] == [State.CONFIRMED]
    assert [len(post.media) for post in stage.world.posts("mastodon")] == [1]


async def test_a_file_that_is_changed_on_disk_after_planning_does_not_matter(
    stage: Stage, tmp_path: Any
) -> None:
    path = tmp_path / "dot.png"
    path.write_bytes(png())
    publisher = stage.acme()
    draft = Draft(text="One", media=[Media.open(path, alt_text="A dot")])
    await one(publisher.plan(draft, to="mastodon"))
    path.unlink()

    assert [one.state for one in await settle(publisher.run_due())] == [State.CONFIRMED]


# Paused workers ---------------------------------------------------------------------------------------


async def test_a_worker_that_was_paused_before_its_write_sends_nothing_after(stage: Stage) -> None:
    slow = stage.machine()
    slow_brand = slow.workspace.brand("acme")
    quick = stage.acme(actor="quick")
    await one(quick.plan("One", to="mastodon"))
    stage.client_of(slow_brand, "mastodon")

    def pause(request: Request) -> None:
        """The other one takes over while the paused one reads what is there."""
        if "statuses" in request.url and request.method == "GET" and not carried:
            stage.pass_time(SETTLED)
            carried.append(None)
            carried.extend(_run(stage, "quick"))

    carried: list[Any] = []
    for line in slow.lines:
        line.before = pause
    (late,) = await settle(stage.publisher(slow_brand, actor="slow").run_due())

    assert [one.state for one in carried[1:]] == [State.CONFIRMED]
    assert late.state is State.CONFIRMED  # as the other one left it
    assert slow.writes == []
    assert stage.texts() == ["One"]
    assert stage.flaws() == []


def _run(stage: Stage, actor: str) -> list[Any]:
    """Let another worker of the same journal work; it blocks, whatever the test's mode."""
    publisher = Publisher(stage.machine().workspace.brand("acme"), stage.journal, actor=actor)
    # Another process knows nothing of the run that is paused here.
    return Context().run(lambda: [*publisher.reconcile(), *publisher.run_due()])


async def test_a_worker_that_was_paused_after_its_write_was_noted_sends_nothing(stage: Stage) -> None:
    slow = stage.machine()
    brand = slow.workspace.brand("acme")
    publisher = stage.publisher(brand, actor="slow")
    await one(publisher.plan("One", to="mastodon"))
    # The day's anchor; taken; what is there begun and noted; the write begun.
    stage.database.pause(5, lambda: stage.pass_time(SETTLED))
    (late,) = await settle(publisher.run_due())

    assert slow.writes == []
    assert stage.texts() == []
    assert late.state in {State.SENDING, State.UNKNOWN, State.PLANNED}
    await work(stage.acme(actor="quick"), stage)
    assert stage.states() == ["confirmed"]
    assert stage.texts() == ["One"]


# Platforms that refuse --------------------------------------------------------------------------------


async def test_a_token_that_is_revoked_in_a_thread_leaves_what_is_out_and_is_carried_on(stage: Stage) -> None:
    machine = stage.machine()
    brand = machine.workspace.brand("acme")
    publisher = stage.publisher(brand)
    delivery = await one(publisher.plan(THREAD, to="mastodon"))
    stage.client_of(brand, "mastodon")
    simulator: Any = stage.world.simulator("mastodon")
    token = simulator.connection("main")["access_token"]
    record = simulator._state.tokens[token]

    def revoke(request: Request) -> None:
        if len(stage.texts()) == 1 and request.method == "POST":
            simulator.revoke_token("main")

    for line in machine.lines:
        line.before = revoke
    (sent,) = await settle(publisher.run_due())

    assert sent.state is State.INCOMPLETE
    assert sent.failed_step == "part 2 post"
    assert [post.text for post in sent.published] == ["One"]
    assert token not in sent.because
    record.revoked = False
    for line in machine.lines:
        line.before = None
    stage.pass_time()
    assert [one.state for one in await settle(publisher.run_due())] == [State.CONFIRMED]
    assert stage.texts() == ["One", "Two", "Three"]
    assert (await state_of(publisher, delivery)).tries == 2


async def test_an_error_in_a_platforms_own_code_keeps_no_other_delivery(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = stage.acme("mastodon", "bluesky")
    bad = await one(publisher.plan("Bad", to="mastodon"))
    await one(publisher.plan("Good", to="bluesky"))

    async def broken(*_: Any, **__: Any) -> Any:
        raise KeyError("a secret")

    monkeypatch.setattr(Statuses, "publish_part", broken)
    with pytest.raises(KeyError):
        await settle(publisher.run_due())
    asked = await state_of(publisher, bad)

    assert asked.state is State.NEEDS_DECISION
    assert "KeyError" in (asked.because or "")
    assert "secret" not in (asked.because or "")
    stage.pass_time()
    await settle(publisher.run_due())
    assert stage.texts("bluesky") == ["Good"]


async def test_an_error_in_a_platforms_own_code_after_a_write_is_looked_into(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = stage.acme()
    await one(publisher.plan("One", to="mastodon"))
    with monkeypatch.context() as patch:

        def broken(*_: Any) -> Any:
            raise KeyError("id")

        patch.setattr(_statuses, "to_post", broken)
        with pytest.raises(KeyError):
            await settle(publisher.run_due())

    assert stage.states() == ["unknown"]
    assert [one.state for one in await settle(publisher.reconcile())] == [State.CONFIRMED]
    assert stage.texts() == ["One"]


async def test_a_search_that_breaks_is_told_once_and_keeps_no_other_delivery(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = stage.acme()
    bad, good = [await lost(stage, publisher, text) for text in ("Bad", "Good")]
    find = Search.find

    async def broken(self: Search, attempt: Attempt) -> Found:
        if attempt.draft is not None and attempt.draft.text == "Bad":
            raise KeyError("a secret")
        return await find(self, attempt)

    monkeypatch.setattr(Search, "find", broken)
    with pytest.raises(KeyError):
        await settle(publisher.reconcile())
    asked = await state_of(publisher, bad)

    assert asked.state is State.NEEDS_DECISION
    assert asked.because == "the code that was to look for it broke: KeyError"
    await work(publisher, stage, rounds=2)
    assert (await state_of(publisher, good)).state is State.CONFIRMED
    assert (await state_of(publisher, bad)).state is State.NEEDS_DECISION
    assert sorted(stage.texts()) == ["Bad", "Good"]
    assert stage.flaws() == []


async def lost(stage: Stage, publisher: Any, text: str) -> Delivery:
    """Return a delivery that is out, but whose answer was lost."""
    delivery = await one(publisher.plan(text, to="mastodon", not_after=timedelta(days=2)))
    stage.world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT)
    await settle(publisher.run_due())
    return delivery


async def test_a_login_that_is_missing_is_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    brand = stage.machine().workspace.brand("acme")
    publisher = stage.publisher(brand)
    await one(publisher.plan("One", to="mastodon"))
    with monkeypatch.context() as patch:

        def missing(*_: Any) -> Any:
            raise ConfigurationError("no access_token")

        patch.setattr(type(brand), "client_for", missing)
        patch.setattr(type(brand), "client_async_for", missing)
        (postponed,) = await settle(publisher.run_due())
    assert postponed.state is State.PLANNED
    assert "no access_token" in postponed.because
    stage.pass_time()

    assert [one.state for one in await settle(publisher.run_due())] == [State.CONFIRMED]


@pytest.mark.parametrize("parts", [1, 3])
async def test_an_account_that_is_closed_refuses_or_leaves_what_is_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    publisher = stage.acme()
    await one(publisher.plan(THREAD if parts > 1 else "One", to="mastodon"))
    simulator: Any = stage.world.simulator("mastodon")
    handle = simulator.handle

    def closed(request: Any) -> Any:
        if len(stage.texts()) < parts // 2 or request.method == "GET":
            return handle(request)
        return SimResponse.json({"error": "Your login is currently disabled"}, 403)

    monkeypatch.setattr(simulator, "handle", closed)
    (sent,) = await settle(publisher.run_due())

    assert sent.state is (State.REFUSED if parts == 1 else State.INCOMPLETE)
    assert "disabled" in sent.because
    assert sent.next_look is None
    assert [post.text for post in sent.published] == ["One"] * (parts // 2)
    assert stage.texts() == ["One"] * (parts // 2)
