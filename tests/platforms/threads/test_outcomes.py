"""Containers, lost answers, hidden replies, tokens: what is special about Threads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import socialkit as sk
from socialkit.auth import Credentials
from socialkit.errors import (
    APIError,
    BadRequestError,
    ContentRejectedError,
    MediaProcessingError,
    MissingScopeError,
    NotSupportedError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
)
from socialkit.models import (
    Attempt,
    Author,
    Capability,
    Draft,
    Found,
    FoundState,
    Message,
    MessageKind,
    Missing,
    Post,
)
from socialkit.platforms._login import Login
from socialkit.platforms.threads import FACTS, AsyncThreads, ThreadsOptions
from socialkit.sandbox import Fault, Sandbox, SimRequest
from socialkit.sandbox.threads import ThreadsSimulator
from socialkit.sandbox.threads._records import Content
from socialkit.testing import picture, video
from socialkit.transport import Request, Response, Retry
from tests.support import collect, settle
from tests.transport.fakes import SteppedTransport

BACK = "https://shop.example/back"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def lost(world: Sandbox, call: Any, fault: Fault = Fault.DROP_AFTER_COMMIT) -> Attempt:
    world.fail("threads", "threads_publish", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(call())
    assert caught.value.attempt is not None
    return caught.value.attempt


async def test_a_container_that_is_not_seen_yet_is_published_again(
    client: Any, network: ThreadsSimulator
) -> None:
    network.hurry(2)
    await settle(client.posts.publish("Patience"))

    assert [one.text for one in network.posts()] == ["Patience"]
    assert len(network.containers()) == 1


async def test_a_container_that_is_never_seen_is_a_refusal_and_nothing_is_out(
    client: Any, network: ThreadsSimulator
) -> None:
    network.hurry(9)

    with pytest.raises(BadRequestError) as caught:
        await settle(client.posts.publish("Patience"))
    assert caught.value.code == "24/4279009"
    assert network.posts() == []


async def test_why_a_file_was_not_taken_is_told(client: Any, network: ThreadsSimulator) -> None:
    network.fail_processing()

    with pytest.raises(MediaProcessingError, match="FAILED_PROCESSING_VIDEO"):
        await settle(client.posts.publish(Draft(text="Film", media=[video()])))
    assert network.posts() == []


async def test_a_lost_post_is_told_from_an_equal_one_before_and_after(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    await settle(client.posts.publish("Open on Sunday"))
    attempt = await lost(world, lambda: client.posts.publish("Open on Sunday"))
    await settle(client.posts.publish("Open on Sunday"))
    found: Found = await settle(client.posts.find(attempt))

    assert found.state is FoundState.PUBLISHED
    assert found.post is not None
    assert found.post.id == network.posts()[1].id


async def test_a_lost_part_and_a_lost_answer_are_found_among_the_replies(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    world.fail("threads", "threads_publish", Fault.DROP_AFTER_COMMIT, after=1)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.publish(Draft(text="One", thread=[Draft(text="Two", media=[picture()])])))
    found: Found = await settle(client.posts.find(caught.value.attempt))
    assert found.post is not None
    assert [one.id for one in (found.post, *found.post.thread)] == [one.id for one in network.posts()]
    world.receive("threads", text="How much?", reply_to=found.post.id)
    (message,) = await collect(client.inbox.comments(found.post.id))
    answered: Found = await settle(
        client.posts.find(await lost(world, lambda: client.inbox.reply(message, "Ten")))
    )

    assert answered.post is not None
    assert answered.post.id == network.posts()[-1].id
    assert [one.text for one in await collect(client.posts.iterate_replies())] == ["Ten", "Two"]


async def test_a_container_that_was_not_published_says_so(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    attempt = await lost(world, lambda: client.posts.publish("Lost"), Fault.DROP_BEFORE_COMMIT)
    first: Found = await settle(client.posts.find(attempt))
    world.clock.advance(timedelta(days=2))
    second: Found = await settle(client.posts.find(attempt))

    assert first.state is FoundState.UNDECIDED
    assert second.state is FoundState.ABSENT
    assert "EXPIRED" in second.because
    assert network.posts() == []


async def test_replies_wait_until_they_are_approved_or_ignored(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    draft = Draft(text="Ask us", options=[ThreadsOptions(approve_replies=True)])
    post: Post = await settle(client.posts.publish(draft))
    names = [world.receive("threads", text=text, reply_to=post.id) for text in ("Good", "Bad")]
    waiting: list[Message] = await collect(client.inbox.iterate_pending(post))
    good, bad = sorted(waiting, key=lambda one: one.text, reverse=True)
    assert await collect(client.inbox.comments(post)) == []
    await settle(client.inbox.approve(good))
    await settle(client.inbox.ignore(bad))

    assert [good.id, bad.id] == names
    assert [one.id for one in await collect(client.inbox.comments(post))] == [good.id]
    assert [one.id for one in await collect(client.inbox.iterate_pending(post, ignored=True))] == [bad.id]
    assert await collect(client.inbox.iterate_pending(post.id)) == []


@pytest.mark.parametrize("what", ["approve", "ignore"])
async def test_a_lost_ruling_is_looked_for_where_the_reply_went(
    client: Any, world: Sandbox, what: str
) -> None:
    draft = Draft(text="Ask us", options=[ThreadsOptions(approve_replies=True)])
    post: Post = await settle(client.posts.publish(draft))
    world.receive("threads", text="How much?", reply_to=post.id)
    (message,) = await collect(client.inbox.iterate_pending(post))
    attempts: list[Attempt] = []
    states: list[FoundState] = []
    for fault in (Fault.DROP_BEFORE_COMMIT, Fault.DROP_AFTER_COMMIT):
        world.fail("threads", what, fault)
        with pytest.raises(OutcomeUnknownError) as caught:
            await settle(getattr(client.inbox, what)(message))
        assert caught.value.attempt is not None
        attempts.append(caught.value.attempt)
        world.clock.advance(timedelta(hours=1))
        states.append((await settle(client.posts.find(attempts[-1]))).state)
    other = "ignore" if what == "approve" else "approve"
    changed = attempts[-1].model_copy(update={"kind": f"{other} reply"})

    assert states == [FoundState.ABSENT, FoundState.PUBLISHED]
    assert (await settle(client.posts.find(changed))).state is FoundState.UNDECIDED


async def test_a_repost_is_a_post_of_its_own_and_a_lost_one_is_found(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    theirs = world.receive("threads", text="The best shop", author="ada")
    other: Post = await settle(client.posts.publish("Ours"))
    await settle(client.posts.repost(other))
    made: Post = await settle(client.posts.repost(theirs))
    read: Post = await settle(client.posts.get(made))
    world.fail("threads", "repost", Fault.DROP_AFTER_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.repost(theirs))
    found: Found = await settle(client.posts.find(caught.value.attempt))

    assert (made.shares, read.shares, read.text) == (theirs, theirs, "")
    assert found.post is not None
    assert (found.post.id, found.post.shares) == (network.posts()[-1].id, theirs)
    assert len(network.posts()) == 4
    assert (await settle(client.account.quotas()))[0].used == 1
    assert {row.value for row in await collect(client.insights.posts([made]))} == {None}


async def test_a_repost_that_never_arrived_is_absent_once_it_cannot_land_any_more(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    post: Post = await settle(client.posts.publish("Ours"))
    world.fail("threads", "repost", Fault.DROP_BEFORE_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.repost(post))
    first: Found = await settle(client.posts.find(caught.value.attempt))
    world.clock.advance(timedelta(hours=1))
    second: Found = await settle(client.posts.find(caught.value.attempt))

    assert (first.state, second.state) == (FoundState.UNDECIDED, FoundState.ABSENT)
    assert len(network.posts()) == 1


async def test_a_repost_that_does_not_say_of_what_decides_nothing(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    post: Post = await settle(client.posts.publish("Ours"))
    world.fail("threads", "repost", Fault.DROP_AFTER_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.repost(post))
    for one in network._state.posts.values():
        one.content.repeats = None
    world.clock.advance(timedelta(hours=1))
    found: Found = await settle(client.posts.find(caught.value.attempt))

    assert found.state is FoundState.UNDECIDED
    assert "does not tell of what" in found.because


async def test_a_post_that_vanishes_is_out_and_nobody_can_say_which_it_is(
    client: Any, world: Sandbox
) -> None:
    draft = Draft(text="Boo", options=[ThreadsOptions(ghost=True)])
    found: Found = await settle(client.posts.find(await lost(world, lambda: client.posts.publish(draft))))

    assert found.state is FoundState.UNDECIDED
    assert "it is out" in found.because


async def test_a_post_that_is_gone_since_stays_undecided(client: Any, world: Sandbox, network: Any) -> None:
    attempt = await lost(world, lambda: client.posts.publish("Gone"))
    await settle(client.posts.delete(network.posts()[0].id))
    found: Found = await settle(client.posts.find(attempt))

    assert found.state is FoundState.UNDECIDED
    assert found.ask_again is not None


async def test_nested_replies_are_replies_and_name_the_post_at_the_top(client: Any, world: Sandbox) -> None:
    post = await settle(client.posts.publish("Open?"))
    above = world.receive("threads", text="When?", reply_to=post.id)
    below = world.receive("threads", text="Me too", reply_to=above, author="friend")
    found = {one.id: one for one in await collect(client.inbox.iterate())}

    assert (found[above].kind.value, found[below].kind.value) == ("comment", "reply")
    assert {one.post_id for one in found.values()} == {post.id}
    assert found[below].reply_to == above


async def test_what_is_left_of_the_day_is_asked_from_threads(client: Any) -> None:
    post = await settle(client.posts.publish(Draft(text="One", first_comment="Two")))
    await settle(client.posts.delete(post))
    posts, replies, deletions, places = await settle(client.account.quotas())

    # What is gone since was published all the same.
    assert (posts.name, posts.used, posts.limit, posts.per) == ("posts", 1, 250, timedelta(days=1))
    assert (replies.used, replies.left, deletions.used) == (1, 999, 1)
    assert places.limit == 500


async def test_a_spent_quota_is_a_spent_limit(opened: Any, network: ThreadsSimulator) -> None:
    client = opened(retry=Retry(on_limit="raise"))
    for number in range(250):
        network._state.publish(network._user("main").id, Content(kind="TEXT", text=str(number)))

    with pytest.raises(RateLimitedError):
        await settle(client.posts.publish("One more"))


async def test_searches_are_counted_unless_they_find_nothing(
    opened: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    client, owner = opened(retry=Retry(on_limit="raise")), network._user("main").id
    world.receive("threads", text="The best shop", author="ada")
    for _ in range(2_199):
        network._state.note(owner, "keyword searches")
    assert await collect(client.listening.search("nothing of it")) == []
    assert len(await collect(client.listening.search("best shop"))) == 1

    with pytest.raises(RateLimitedError):
        await collect(client.listening.search("best shop"))


async def test_scopes_decide_what_a_client_can(opened: Any, network: ThreadsSimulator) -> None:
    token = network.issue_token(scopes=("threads_basic", "threads_content_publish"))
    client = opened(access_token=token)
    assert client.can(Capability.DELETE)
    report = await settle(client.account.inspect())

    assert (report.valid, report.scopes) == (True, ("threads_basic", "threads_content_publish"))
    assert report.ends_at is not None
    assert client.can(Capability.PUBLISH)
    assert not client.can(Capability.DELETE)
    with pytest.raises(NotSupportedError, match="threads_delete"):
        await settle(client.posts.delete("1"))


async def test_a_missing_scope_is_named(opened: Any, network: ThreadsSimulator) -> None:
    client = opened(access_token=network.issue_token(scopes=("threads_basic",)))

    with pytest.raises(MissingScopeError) as caught:
        await collect(client.inbox.iterate())
    assert "threads_manage_mentions" in caught.value.scopes


def _awaits(client: Any) -> bool:
    return isinstance(client, AsyncThreads)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"code": 24, "error_subcode": 4279009, "is_transient": False}, BadRequestError),
        ({"code": 1, "error_subcode": 2207052}, BadRequestError),
        ({"code": 9, "error_subcode": 2207051}, ContentRejectedError),
        ({"code": 9, "error_subcode": 4279013}, ContentRejectedError),
        ({"code": "THREADS_API__LINK_LIMIT_EXCEEDED"}, BadRequestError),
        ({"code": "THREADS_API__FEATURE_NOT_AVAILABLE"}, PermissionDeniedError),
        ({"code": 10}, MissingScopeError),
    ],
)
def test_codes_of_threads_alone_become_the_right_errors(body: dict[str, Any], kind: type[APIError]) -> None:
    told = FACTS.errors.read(Response(400, {}, json.dumps({"error": {"message": "No", **body}}).encode()))

    assert told is not None
    assert FACTS.errors.find(400, told.code, transient=told.transient) is kind


@pytest.mark.parametrize("body", [{"success": False}, {}, {"status": "ok"}])
async def test_what_does_not_say_that_it_was_done_is_not_taken_for_done(
    opened: Any, body: dict[str, Any]
) -> None:
    def answer(request: Request) -> Response:
        told = {"id": "1", "username": "shop"} if request.method == "GET" else body
        return Response(200, {"content-type": "application/json"}, json.dumps(told).encode())

    client = opened(transport=SteppedTransport(answer, suspends=_awaits(opened())))
    message = Message(
        id="7", kind=MessageKind.COMMENT, author=Author(id="", handle="ada"), created_at=NOON, post_id="6"
    )

    with pytest.raises(OutcomeUnknownError):
        await settle(client.posts.delete("7"))
    with pytest.raises(OutcomeUnknownError):
        await settle(client.inbox.hide(message))


async def test_a_dead_metric_loses_no_other(client: Any, network: ThreadsSimulator) -> None:
    post = await settle(client.posts.publish("Hi"))
    network.kill_metrics("quotes")
    rows = {row.metric: row for row in await collect(client.insights.posts([post]))}

    assert (rows["quotes"].value, rows["quotes"].missing) == (None, Missing.NOT_OFFERED)
    assert (rows["likes"].value, rows["impressions"].value) == (0, 10)


async def test_who_follows_is_told_part_by_part(client: Any, network: ThreadsSimulator) -> None:
    rows = await settle(client.insights.audience())
    few = network._user("main")
    few.followers = 40
    missing = await settle(client.insights.audience())

    assert {row.breakdown: row.value for row in rows}["age=18-24"] == 75
    assert {row.metric for row in rows} == {"followers"}
    assert {(row.value, row.missing) for row in missing} == {(None, Missing.NOT_OFFERED)}


async def test_values_of_the_account_say_of_when_they_are(client: Any, world: Sandbox) -> None:
    rows = {row.metric: row for row in await settle(client.insights.account())}
    now = world.clock.now()

    assert rows["clicks"].value == 3
    assert (rows["likes"].start, rows["likes"].end) == (now - timedelta(days=1), now)
    views = rows["profile_views"]
    assert views.end is not None
    assert (views.end.hour, views.end - timedelta(days=1)) == (8, views.start)
    assert (rows["followers"].start, rows["followers"].end) == (None, None)


async def test_posts_of_a_public_profile_are_read(client: Any, world: Sandbox) -> None:
    world.receive("threads", text="The best shop", author="ada")

    assert [one.text for one in await collect(client.listening.posts_of("@ada"))] == ["The best shop"]
    with pytest.raises(ValueError, match="handle is empty"):
        await collect(client.listening.posts_of(" "))


async def test_places_are_found_and_counted(client: Any) -> None:
    (place,) = await settle(client.listening.places(" Menlo Park "))
    *_, searches = await settle(client.account.quotas())

    assert (place.name, place.country, place.latitude) == ("Menlo Park", "US", 37.4529)
    assert searches.used == 1
    with pytest.raises(ValueError, match="query is empty"):
        await settle(client.listening.places(" "))


async def test_a_login_gives_a_token_of_sixty_days_that_is_made_longer(
    opened: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    client = opened()
    login = Login(
        "threads",
        client_id="9876543210",
        client_secret="sandbox-threads-secret",
        base_url=world.address("threads"),
        redirect_uri=BACK,
        transport=client._core.pipeline.transport,
    )
    word = "_async" if _awaits(client) else ""
    url, state = await settle(getattr(login, f"start{word}")())
    parts = urlsplit(str(url))
    answer = network.handle(SimRequest.of("GET", f"{parts.path}?{parts.query}"))
    back = answer.headers["location"]
    credentials: Credentials = await settle(getattr(login, f"finish{word}")(back, state))
    me = await settle(client.account.me())

    assert back.endswith("#_")
    assert "threads_content_publish" in parse_qs(parts.query)["scope"][0].split(",")
    assert credentials.account_id == me.id
    assert credentials.expires_at == world.clock.now() + timedelta(days=60)
    renewed = opened(access_token=None, credentials=credentials)
    world.clock.advance(timedelta(days=59, hours=23))
    await settle(renewed.account.me())
    world.clock.advance(timedelta(days=30))
    assert (await settle(renewed.account.me())).id == me.id


async def test_no_error_shows_the_token_that_stands_in_the_address(opened: Any) -> None:
    client = opened(access_token="not-a-real-token-but-secret")

    with pytest.raises(APIError) as caught:
        await settle(client.account.me())
    assert "not-a-real-token-but-secret" not in f"{caught.value} {caught.value.request!r}"


def test_a_container_that_was_made_again_is_the_one_that_is_asked(tmp_path: Path) -> None:
    with Sandbox(seed=7) as world, sk.Journal.open(f"sqlite:///{tmp_path / 'journal.db'}") as journal:
        workspace = world.workspace(acme=["threads"])
        publisher = sk.Publisher(workspace, journal)
        to = workspace.brand("acme").account("threads")
        publisher.plan(Draft(text="Once"), to=to, not_after=timedelta(days=30))
        world.fail("threads", "threads_publish", Fault.DROP_BEFORE_COMMIT)
        publisher.run_due()
        world.clock.advance(timedelta(hours=25))  # its container is over
        publisher.reconcile()
        world.fail("threads", "threads_publish", Fault.DROP_AFTER_COMMIT)
        publisher.run_due()
        for _ in range(3):
            world.clock.advance(timedelta(minutes=20))
            publisher.reconcile()
            publisher.run_due()
        states = [one.state for one in publisher.deliveries()]

        assert len(world.posts("threads", to)) == 1
        assert states == [sk.DeliveryState.CONFIRMED]
