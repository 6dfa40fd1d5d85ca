"""What publishers do when all goes well, or only a part of it: targets, threads, answers, adoption."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.errors import JournalError, NotAuthorisedError, NotFoundError
from socialkit.models import Draft, Message, Outcome, Purpose
from socialkit.platforms import _registry
from socialkit.publishing import Delivery, DeliveryState, Permission
from socialkit.sandbox import Fault
from socialkit.testing import picture
from tests.publishing.stage import HOURS, MINUTES, Rules, Stage, one
from tests.publishing.test_transitions import needs_decision
from tests.support import collect, settle

State = DeliveryState
THREAD = Draft(text="One", thread=[Draft(text="Two"), Draft(text="Three")])


@pytest.fixture
def pixelwall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A platform of another package, installed."""
    info = tmp_path / "packages" / "pixelwall_socialkit-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pixelwall-socialkit\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[socialkit.platforms]\npixelwall = pixelwall:REGISTRATION\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(info.parent)])
    _registry._all.cache_clear()
    yield
    _registry._all.cache_clear()


async def received(stage: Stage, client: Any, platform: str) -> Message:
    """Return what somebody just wrote to the account."""
    stage.world.receive(platform, text="Where is my order?")
    found: list[Message] = await collect(client.inbox.iterate(limit=1))
    return found[0]


# Targets ----------------------------------------------------------------------------------------------


async def test_one_account_that_fails_stops_no_other(stage: Stage) -> None:
    publisher = stage.acme("mastodon", "bluesky")
    planned: tuple[Delivery, ...] = await settle(publisher.plan("One", to=["mastodon", "bluesky"]))
    stage.world.fail("mastodon", "publish", Fault.SERVER_ERROR)
    sent: tuple[Delivery, ...] = await settle(publisher.run_due())

    assert [found.account.platform for found in planned] == ["mastodon", "bluesky"]
    assert {found.account.platform: found.state for found in sent} == {
        "mastodon": State.UNKNOWN,
        "bluesky": State.CONFIRMED,
    }
    assert stage.texts("bluesky") == ["One"]


async def test_an_account_that_is_named_twice_gets_one_post(stage: Stage) -> None:
    brand = stage.machine().workspace.brand("acme")
    publisher = stage.publisher(brand)
    to = ["mastodon", "acme/mastodon/main", brand.account("mastodon")]

    assert len(await settle(publisher.plan("One", to=to))) == 1


async def test_each_account_gets_its_own_variant(stage: Stage) -> None:
    machine = stage.machine(acme=["mastodon", "mastodon/fr", "bluesky"])
    publisher = stage.publisher(machine.workspace)
    brand = machine.workspace.brand("acme")
    variants = {"acme/mastodon/fr": sk.Variant(text="Un"), "bluesky": sk.Variant(text="1")}
    await settle(publisher.plan(Draft(text="One", variants=variants), to=brand.accounts()))
    await settle(publisher.run_due())

    refs = brand.accounts()
    assert [stage.texts(ref.platform, ref) for ref in refs] == [["One"], ["Un"], ["1"]]


async def test_a_single_client_publishes(stage: Stage) -> None:
    publisher = stage.publisher(stage.client("mastodon"), actor="maria")
    delivery = await one(publisher.plan("One", to="mastodon"))
    (sent,) = await settle(publisher.run_due())

    assert sent.id == delivery.id
    assert sent.state is State.CONFIRMED
    assert sent.account.id is not None
    assert stage.texts() == ["One"]
    stranger = stage.publisher(stage.client("mastodon", "stranger"))
    assert await collect(stranger.deliveries()) == []


async def test_no_more_than_asked_is_carried(stage: Stage) -> None:
    publisher = stage.acme()
    for number in range(45):
        await one(publisher.plan(f"Number {number}", to="mastodon"))
    told: list[Delivery] = []

    assert len(await settle(publisher.run_due(limit=3))) == 3
    assert stage.texts() == ["Number 0", "Number 1", "Number 2"]
    assert await settle(publisher.run_due(limit=0)) == ()
    rest: tuple[Delivery, ...] = await settle(publisher.run_due(progress=told.append))
    assert [found.id for found in told] == [found.id for found in rest]
    assert len(rest) == 42
    assert [found.state for found in told] == [State.CONFIRMED] * 42


async def test_progress_tells_of_looks_too(stage: Stage) -> None:
    publisher = stage.acme()
    await one(publisher.plan("One", to="mastodon"))
    stage.world.fail("mastodon", "publish", Fault.DROP_AFTER_COMMIT)
    told: list[Delivery] = []
    await settle(publisher.run_due(progress=told.append))
    await settle(publisher.reconcile(progress=told.append))

    assert [found.state for found in told] == [State.UNKNOWN, State.CONFIRMED]


# Threads ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["mastodon", "bluesky"])
@pytest.mark.parametrize("call", ["post", "upload"])
async def test_a_thread_goes_on_where_it_failed(stage: Stage, platform: str, call: str) -> None:
    calls = {
        ("mastodon", "post"): ("post_status", 1),
        ("mastodon", "upload"): ("post_media", 2),
        ("bluesky", "post"): ("put_record", 1),
        ("bluesky", "upload"): ("upload_blob", 2),
    }
    publisher = stage.acme(platform)
    later = Draft(text="Two", media=[picture(alt_text="b"), picture(width=2, alt_text="c")])
    draft = Draft(text="One", media=[picture(alt_text="a")], thread=[later, Draft(text="Three")])
    await one(publisher.plan(draft, to=platform))
    name, after = calls[platform, call]
    stage.world.fail(platform, name, Fault.RATE_LIMITED, after=after)
    (stopped,) = await settle(publisher.run_due())

    assert stopped.state is State.INCOMPLETE
    assert [post.text for post in stopped.published] == ["One"]
    assert stopped.failed_step == ("part 2 post" if call == "post" else "part 2 media 2")
    stage.pass_time()
    (sent,) = await settle(publisher.run_due())
    assert sent.state is State.CONFIRMED
    assert stage.texts(platform) == ["One", "Two", "Three"]
    alts = [[media.alt_text for media in post.media] for post in stage.world.posts(platform)]
    assert alts == [["a"], ["b", "c"], []]
    assert sent.differences == ()


async def test_the_parts_that_are_out_stand_in_their_order(stage: Stage) -> None:
    publisher = stage.acme()
    words = [f"Part {number}" for number in range(1, 14)]
    draft = Draft(text=words[0], thread=[Draft(text=word) for word in words[1:]])
    await one(publisher.plan(draft, to="mastodon"))
    stage.world.fail("mastodon", "post_status", Fault.DROP_AFTER_COMMIT, after=11)
    await settle(publisher.run_due())
    (found,) = await settle(publisher.reconcile())

    assert [post.text for post in found.published] == words[:12]


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.DROP_BEFORE_COMMIT, Fault.DROP_AFTER_COMMIT])
async def test_a_first_comment_that_is_lost_leaves_the_post_confirmed(stage: Stage, fault: Fault) -> None:
    publisher = stage.acme()
    await one(publisher.plan(Draft(text="One", first_comment="Shop"), to="mastodon"))
    stage.world.fail("mastodon", "post_status", fault, after=1)
    (sent,) = await settle(publisher.run_due())

    assert sent.state is State.CONFIRMED
    assert sent.post is not None
    (flaw,) = sent.post.incomplete
    assert flaw.step == "first comment"
    assert flaw.outcome is (Outcome.REFUSED if fault is Fault.RATE_LIMITED else Outcome.UNKNOWN)
    assert (flaw.attempt is None) == (fault is Fault.RATE_LIMITED)
    assert stage.texts() == ["One", "Shop"][: 1 + fault.commits]


async def test_a_difference_between_post_and_draft_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = stage.acme()
    delivery = await one(publisher.plan(Draft(text="One", media=[picture(alt_text="A dot")]), to="mastodon"))
    simulator: Any = stage.world.simulator("mastodon")
    handle = simulator.handle

    def changed(request: Any) -> Any:
        answer = handle(request)
        for status in simulator._state.statuses.values():
            status.text = "Won"
        return answer

    monkeypatch.setattr(simulator, "handle", changed)
    (sent,) = await settle(publisher.run_due())

    assert sent.id == delivery.id
    assert sent.state is State.CONFIRMED
    assert sent.differences == ("the text reads 'Won' instead of 'One'",)
    monkeypatch.undo()
    clean = await one(publisher.deliver(await one(publisher.plan("Two", to="mastodon"))))
    assert clean.differences == ()


async def test_nothing_is_said_of_differences_where_nothing_was_read_back(stage: Stage) -> None:
    publisher = stage.acme()
    await one(publisher.plan("One", to="mastodon"))
    stage.world.fail("mastodon", "get_status", Fault.SERVER_ERROR, times=9)
    (sent,) = await settle(publisher.run_due())

    assert sent.state is State.CONFIRMED
    assert sent.differences is None


def blur_mastodon(stage: Stage) -> None:
    simulator: Any = stage.world.simulator("mastodon")
    for media in simulator._state.media.values():
        media.description = "A blot"


def blur_bluesky(stage: Stage) -> None:
    simulator: Any = stage.world.simulator("bluesky")
    for repo in simulator._state.repos.values():
        for record in repo.records.values():
            record.value["embed"]["images"][0]["alt"] = "A blot"


@pytest.mark.parametrize(
    ("platform", "write", "blur"),
    [("mastodon", "post_status", blur_mastodon), ("bluesky", "put_record", blur_bluesky)],
)
async def test_a_difference_of_a_post_that_was_found_again_is_told_by_the_look_that_found_it(
    stage: Stage, platform: str, write: str, blur: Callable[[Stage], None]
) -> None:
    machine = stage.machine(acme=[platform])
    publisher = stage.publisher(machine.workspace)
    for text in ("One", "Two"):
        await one(publisher.plan(Draft(text=text, media=[picture(alt_text="A dot")]), to=platform))
    stage.world.fail(platform, write, Fault.DROP_AFTER_COMMIT, times=8)
    lost: tuple[Delivery, ...] = await settle(publisher.run_due())
    blur(stage)
    found: tuple[Delivery, ...] = await settle(publisher.reconcile())

    assert [each.state for each in lost] == [State.UNKNOWN] * 2
    assert [each.differences for each in lost] == [None] * 2
    said = ("the alt text of file 1 reads 'A blot' instead of 'A dot'",)
    assert [(each.state, each.differences) for each in found] == [(State.CONFIRMED, said)] * 2
    assert [each.differences for each in stage.journal.deliveries()] == [said] * 2
    assert stage.history(found[0])[-2:] == ["confirmed", "read back"]
    assert not [request for request in machine.sent if is_read_back(request.url, platform)]
    assert stage.flaws() == []


def is_read_back(url: str, platform: str) -> bool:
    """Return whether a request asks for one post."""
    return "getPosts" in url if platform == "bluesky" else bool(re.search(r"statuses/\d+$", url))


async def test_a_thread_whose_last_part_was_found_again_is_read_back_whole(stage: Stage) -> None:
    publisher = stage.acme()
    await one(publisher.plan(THREAD, to="mastodon"))
    stage.world.fail("mastodon", "post_status", Fault.DROP_AFTER_COMMIT, after=2)
    await settle(publisher.run_due())
    (found,) = await settle(publisher.reconcile())
    simulator: Any = stage.world.simulator("mastodon")
    list(simulator._state.statuses.values())[-1].text = "Thirteen"
    (sent,) = await settle(publisher.run_due())

    assert found.state is State.INCOMPLETE
    assert sent.state is State.CONFIRMED
    assert sent.differences == ("part 3: the text reads 'Thirteen' instead of 'Three'",)


async def test_of_an_answer_or_a_deletion_that_was_found_again_no_difference_is_told(stage: Stage) -> None:
    client = stage.client("mastodon")
    publisher = stage.publisher(client)
    message = await received(stage, client, "mastodon")
    post = await settle(client.posts.publish("One"))
    stage.world.fail("mastodon", "post_status", Fault.DROP_AFTER_COMMIT)
    stage.world.fail("mastodon", "delete_status", Fault.DROP_AFTER_COMMIT)
    await one(publisher.reply(message, "On its way"))
    await one(publisher.delete(post))
    found: tuple[Delivery, ...] = await settle(publisher.reconcile())

    assert [(each.state, each.differences) for each in found] == [(State.CONFIRMED, None)] * 2


# Answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["mastodon", "bluesky"])
@pytest.mark.parametrize("fault", [None, Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT])
async def test_an_answer_is_sent_once(stage: Stage, platform: str, fault: Fault | None) -> None:
    brand = stage.machine(acme=[platform]).workspace.brand("acme")
    publisher = stage.publisher(brand)
    asked = await received(stage, stage.client_of(brand, platform), platform)
    if fault is not None:
        stage.world.fail(platform, "reply", fault, times=9 if platform == "bluesky" else 1)
    delivery = await one(publisher.reply(asked, "Sorry"))

    assert delivery.kind == "reply"
    assert delivery.message is not None
    assert delivery.state is (State.CONFIRMED if fault is None else State.UNKNOWN)
    stage.world.forget_faults()
    for _ in range(3):
        await settle(publisher.reconcile())
        await settle(publisher.run_due())
        stage.pass_time()
    assert stage.states() == ["confirmed"]
    assert len([text for text in stage.texts(platform) if "Sorry" in text]) == 1


async def test_a_private_answer_is_seen_by_its_author_alone(stage: Stage) -> None:
    brand = stage.machine().workspace.brand("acme")
    asked = await received(stage, stage.client_of(brand, "mastodon"), "mastodon")
    delivery = await one(stage.publisher(brand).reply(asked, "Sorry", private=True))

    assert delivery.state is State.CONFIRMED
    assert delivery.private
    assert [post.visibility for post in stage.world.posts("mastodon")] == ["direct"]


async def test_an_answer_that_needs_approval_waits_for_it(stage: Stage) -> None:
    brand = stage.machine().workspace.brand("acme")
    asked = await received(stage, stage.client_of(brand, "mastodon"), "mastodon")
    rules = Rules({("intern", "reply"): Permission.ASK, ("intern", "approve"): Permission.NO})
    intern = stage.publisher(brand, actor="intern", authority=rules)
    delivery = await one(intern.reply(asked, "Sorry"))
    assert delivery.state is State.PROPOSED
    assert stage.texts() == []
    with pytest.raises(NotAuthorisedError, match="intern may not approve"):
        await settle(intern.approve(delivery))
    maria = stage.publisher(brand, actor="maria", authority=rules)
    await settle(maria.approve(delivery))

    assert [found.state for found in await settle(maria.run_due())] == [State.CONFIRMED]


HIDING = [None, Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT]


@pytest.mark.usefixtures("pixelwall")
@pytest.mark.parametrize("fault", HIDING)
@pytest.mark.parametrize("platform", ["bluesky", "pixelwall"])
async def test_a_comment_is_hidden_and_shown_again(stage: Stage, platform: str, fault: Fault | None) -> None:
    client = stage.client(platform)
    publisher = stage.publisher(client)
    media = [picture()] if platform == "pixelwall" else []
    post = (
        await one(publisher.deliver(await one(publisher.plan(Draft(text="One", media=media), to=platform))))
    ).post
    assert post is not None
    stage.world.receive(platform, text="Buy gold", reply_to=post.id, kind="mention")
    (comment,) = await collect(client.inbox.comments(post))
    for command in ("hide", "unhide"):
        if fault is not None:
            stage.world.fail(platform, command, fault, times=1)
        delivery = await one(getattr(publisher, command)(comment))
        assert delivery.kind == command
        for _ in range(3):
            await settle(publisher.reconcile())
            await settle(publisher.run_due())
            stage.pass_time()
        (current,) = [found for found in stage.journal.deliveries() if found.id == delivery.id]
        assert current.state is State.CONFIRMED
    assert stage.flaws() == []


@pytest.mark.parametrize("platform", ["mastodon", "bluesky"])
@pytest.mark.parametrize("fault", HIDING)
async def test_a_post_is_deleted(stage: Stage, platform: str, fault: Fault | None) -> None:
    publisher = stage.acme(platform)
    sent = await one(publisher.deliver(await one(publisher.plan("One", to=platform))))
    if fault is not None:
        stage.world.fail(platform, "delete", fault)
    delivery = await one(publisher.delete(sent.post))
    for _ in range(3):
        await settle(publisher.reconcile())
        await settle(publisher.run_due())
        stage.pass_time()

    assert delivery.kind == "delete"
    assert stage.states() == ["confirmed", "confirmed"]
    assert stage.texts(platform) == []


@pytest.mark.usefixtures("pixelwall")
async def test_somebodys_comment_is_deleted(stage: Stage) -> None:
    client = stage.client("pixelwall")
    publisher = stage.publisher(client)
    draft = Draft(text="One", media=[picture()])
    sent = await one(publisher.deliver(await one(publisher.plan(draft, to="pixelwall"))))
    assert sent.post is not None
    stage.world.receive("pixelwall", text="Buy gold", reply_to=sent.post.id)
    (comment,) = await collect(client.inbox.comments(sent.post))
    delivery = await one(publisher.delete(comment))

    assert (delivery.kind, delivery.state) == ("delete comment", State.CONFIRMED)
    assert await collect(client.inbox.comments(sent.post)) == []


async def test_what_a_platform_cannot_do_is_refused_with_what_it_can(stage: Stage) -> None:
    brand = stage.machine().workspace.brand("acme")
    asked = await received(stage, stage.client_of(brand, "mastodon"), "mastodon")
    delivery = await one(stage.publisher(brand).hide(asked))

    assert delivery.state is State.REFUSED
    assert "does not offer" in (delivery.because or "")


async def test_deleting_what_is_gone_is_refused(stage: Stage) -> None:
    publisher = stage.acme()
    sent = await one(publisher.deliver(await one(publisher.plan("One", to="mastodon"))))
    await one(publisher.delete(sent.post))
    again = await one(publisher.delete(sent.post))

    assert again.state is State.REFUSED
    assert "404" in (again.because or "")


# Adopting, resolving ----------------------------------------------------------------------------------


async def test_a_post_that_was_made_by_hand_is_adopted_once(stage: Stage) -> None:
    brand = stage.machine().workspace.brand("acme")
    publisher = stage.publisher(brand, actor="maria")
    post = await settle(stage.client_of(brand, "mastodon").posts.publish("By hand"))
    purpose = Purpose(objective="traffic")
    delivery = await one(publisher.adopt(post, purpose))

    assert delivery.state is State.CONFIRMED
    assert delivery.post is not None
    assert delivery.post.id == post.id
    assert stage.journal.purposes() == {("acme/mastodon/main", post.id): purpose}
    with pytest.raises(JournalError, match=delivery.id):
        await settle(publisher.adopt(post, purpose))
    assert len(stage.states()) == 1
    assert await settle(publisher.run_due()) == ()
    assert stage.flaws() == []


async def test_a_post_of_the_journal_cannot_be_adopted(stage: Stage) -> None:
    publisher = stage.acme()
    sent = await one(publisher.deliver(await one(publisher.plan(THREAD, to="mastodon"))))
    assert sent.post is not None
    for post in (sent.post, *sent.post.thread):
        with pytest.raises(JournalError, match=sent.id):
            await settle(publisher.adopt(post, Purpose()))


async def test_a_decision_for_another_deliverys_post_is_refused(stage: Stage) -> None:
    delivery = await needs_decision(stage)
    publisher = stage.acme()
    other = await one(publisher.deliver(await one(publisher.plan("Other", to="mastodon"))))
    assert other.post is not None
    with pytest.raises(JournalError, match=other.id):
        await settle(publisher.resolve(delivery, post=other.post))
    with pytest.raises(NotFoundError):
        await settle(publisher.resolve(delivery, post="404"))
    with pytest.raises(TypeError, match="post must be"):
        await settle(publisher.resolve(delivery, post=404))

    assert stage.states() == ["needs decision", "confirmed"]
    assert stage.flaws() == []


async def test_a_decision_that_it_never_went_out_sends_it_though_its_time_has_passed(stage: Stage) -> None:
    delivery = await needs_decision(stage)
    simulator: Any = stage.world.simulator("mastodon")
    simulator._state.statuses.clear()
    simulator._state.idempotency.clear()
    stage.pass_time(9 * HOURS)
    publisher = stage.acme(actor="maria")
    decided = await one(publisher.resolve(delivery, post=None))
    (sent,) = await settle(publisher.run_due())

    assert decided.state is State.PLANNED
    assert sent.state is State.CONFIRMED
    assert stage.texts() == ["One"]


async def test_who_may_not_decide_does_not(stage: Stage) -> None:
    delivery = await needs_decision(stage)
    rules = Rules({("intern", "resolve"): Permission.NO, ("trainee", "resolve"): Permission.ASK})
    for actor in ("intern", "trainee"):
        with pytest.raises(NotAuthorisedError, match=actor):
            await settle(stage.acme(actor=actor, authority=rules).resolve(delivery, post=None))

    assert stage.states() == ["needs decision"]


@pytest.mark.parametrize("action", ["publish", "cancel", "reschedule", "reject", "approve"])
async def test_who_may_not_do_something_changes_nothing(stage: Stage, action: str) -> None:
    asking = Rules({("intern", "publish"): Permission.ASK})
    delivery = await one(stage.acme(actor="intern", authority=asking).plan("One", to="mastodon"))
    before = [event.what for event in stage.journal.events()]
    mallory = stage.acme(actor="mallory", authority=Rules({("mallory", action): Permission.NO}))
    calls = {
        "publish": lambda: mallory.plan("Two", to="mastodon"),
        "cancel": lambda: mallory.cancel(delivery),
        "reschedule": lambda: mallory.reschedule(delivery, delivery.at + MINUTES),
        "reject": lambda: mallory.reject(delivery),
        "approve": lambda: mallory.approve(delivery),
    }
    with pytest.raises(NotAuthorisedError, match="mallory may not"):
        await settle(calls[action]())

    assert [event.what for event in stage.journal.events()] == [*before, "not authorised"]
    assert stage.states() == ["proposed"]


@pytest.mark.parametrize("said", ["no", "nope", None, True])
async def test_an_authority_that_does_not_say_yes_allows_nothing(stage: Stage, said: Any) -> None:
    rules: Any = Rules({("mallory", "publish"): said})
    with pytest.raises((NotAuthorisedError, ValueError), match=r"may not|Permission"):
        await settle(stage.acme(actor="mallory", authority=rules).plan("One", to="mastodon"))

    assert stage.states() == []


async def test_a_post_of_several_parts_that_a_person_found_goes_on_from_there(stage: Stage) -> None:
    publisher = stage.acme()
    delivery = await one(publisher.plan(THREAD, to="mastodon"))
    stage.world.fail("mastodon", "post_status", Fault.DROP_AFTER_COMMIT)
    await settle(publisher.run_due())
    stage.rewrite_attempt(delivery, 'anchor"', 'nothing"')
    assert (await one(publisher.reconcile())).state is State.NEEDS_DECISION
    (post,) = stage.world.posts("mastodon")
    stage.pass_time(9 * HOURS)
    decided = await one(publisher.resolve(delivery, post=post.id))
    assert decided.state is State.PLANNED
    (sent,) = await settle(publisher.run_due())

    assert sent.state is State.CONFIRMED
    assert stage.texts() == ["One", "Two", "Three"]
    assert stage.flaws() == []


async def test_a_whole_post_that_a_person_found_is_not_sent_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its media are gone, so nobody began it; somebody made the post by hand meanwhile."""
    brand = stage.machine().workspace.brand("acme")
    publisher = stage.publisher(brand)
    draft = Draft(text="One", media=[picture()], thread=[Draft(text="Two")])
    delivery = await one(publisher.plan(draft, to="mastodon"))
    for path in [path for path in stage.media.rglob("*") if path.is_file()]:
        path.unlink()
    (asked,) = await settle(publisher.run_due())
    assert asked.state is State.NEEDS_DECISION
    post = await settle(stage.client_of(brand, "mastodon").posts.publish("One"))
    decided = await one(publisher.resolve(delivery, post=post))

    assert decided.state is State.CONFIRMED
    assert await settle(publisher.run_due()) == ()
    assert stage.texts() == ["One"]
