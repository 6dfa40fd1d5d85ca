"""Containers, lost answers, nested replies, numbers: what is special about Threads."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.errors import MediaProcessingError, OutcomeUnknownError
from socialkit.models import Attempt, Draft, Found, FoundState, Missing
from socialkit.platforms.threads import AsyncThreads, ThreadsOptions
from socialkit.sandbox import Fault, Sandbox
from socialkit.sandbox.threads import ThreadsSimulator
from socialkit.testing import picture, video
from socialkit.testing._transports import RecordingTransport
from socialkit.transport import Request, Response, Retry
from tests.support import collect, settle
from tests.transport.fakes import SteppedTransport


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


async def test_a_container_that_is_never_seen_is_no_post_and_may_be_tried_later(
    client: Any, network: ThreadsSimulator
) -> None:
    network.hurry(9)

    with pytest.raises(MediaProcessingError, match="24/4279009"):
        await settle(client.posts.publish("Patience"))
    assert network.posts() == []


class Doubling(RecordingTransport):
    """Hands publishes over twice, from the `first` one on, and gives the second answer."""

    def __init__(self, inner: Any, *, first: int = 1, blind: bool = False) -> None:
        super().__init__(inner)
        self.first, self.blind, self.seen = first, blind, 0

    async def send(self, request: Request, /) -> Response:
        if request.url.endswith("/threads_publish"):
            self.seen += 1
            if self.seen >= self.first:
                await super().send(request)
        elif self.blind and self.seen:
            return Response(503, {}, b"")
        return await super().send(request)


async def doubled(client: Any, call: Any, **given: Any) -> Found:
    """Return what is found of a write whose publish the line handed over twice."""
    inner = client._core.pipeline.transport
    client._core.pipeline.transport = Doubling(inner, **given)
    with pytest.raises(OutcomeUnknownError, match="was refused") as caught:
        await settle(call())
    client._core.pipeline.transport = inner
    return await settle(client.posts.find(caught.value.attempt))


@pytest.mark.parametrize("blind", [False, True], ids=["looking", "blind"])
async def test_a_post_that_a_line_hands_over_twice_is_out_and_never_refused(
    client: Any, network: ThreadsSimulator, blind: bool
) -> None:
    found = await doubled(client, lambda: client.posts.publish("Once"), blind=blind)

    assert found.post is not None
    assert [found.post.id] == [one.id for one in network.posts()]


async def test_a_part_and_an_answer_that_a_line_hands_over_twice_are_out(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    chain = Draft(text="One", thread=[Draft(text="Two")])
    found = await doubled(client, lambda: client.posts.publish(chain), first=2)
    assert found.post is not None
    assert [one.id for one in (found.post, *found.post.thread)] == [one.id for one in network.posts()]
    world.receive("threads", text="How much?", reply_to=found.post.id)
    (message,) = await collect(client.inbox.comments(found.post.id))
    answered = await doubled(client, lambda: client.inbox.reply(message, "Ten"))

    assert answered.post is not None
    assert answered.post.id == network.posts()[-1].id
    assert [one.text for one in network.posts()] == ["One", "Two", "Ten"]


class Refusing(RecordingTransport):
    """Publishes, and answers every publish with a refusal."""

    def __init__(self, inner: Any, error: dict[str, int], status: int) -> None:
        super().__init__(inner)
        self.error, self.status = error, status

    async def send(self, request: Request, /) -> Response:
        answer = await super().send(request)
        if not request.url.endswith("/threads_publish"):
            return answer
        body = json.dumps({"error": {"message": "No", **self.error}}).encode()
        return Response(self.status, {"content-type": "application/json"}, body)


@pytest.mark.parametrize(
    ("status", "code", "subcode"),
    [
        (400, 24, 4279009),
        (403, 10, 0),
        (401, 190, 0),
        (400, 368, 0),
        (400, 506, 0),
        (400, 1, 2207051),
        (400, 1, 4279013),
        (400, 100, 33),
        (400, 4, 0),
    ],
)
async def test_a_container_that_is_out_is_not_published_again_whatever_is_answered(
    opened: Any, network: ThreadsSimulator, status: int, code: int, subcode: int
) -> None:
    client = opened(retry=Retry(attempts=1))
    error = {"code": code, "error_subcode": subcode} if subcode else {"code": code}
    line = client._core.pipeline.transport = Refusing(client._core.pipeline.transport, error, status)

    with pytest.raises(OutcomeUnknownError, match="though it is out") as caught:
        await settle(client.posts.publish("Once"))
    found = await settle(client.posts.find(caught.value.attempt))
    assert [one.id for one in network.posts()] == [found.post.id]
    assert sum(one.url.endswith("/threads_publish") for one in line.requests) == 1


@pytest.mark.parametrize(
    ("call", "draft"),
    [("post_container", Draft(text="Words")), ("post_media_container", Draft(media=[picture()]))],
)
async def test_a_fault_of_a_container_is_ordered_by_what_it_is_of(
    opened: Any, world: Sandbox, network: ThreadsSimulator, call: str, draft: Draft
) -> None:
    client = opened(retry=Retry(attempts=1))
    with pytest.raises(sk.ConfigurationError, match="post_threads"):
        world.fail("threads", "post_threads", Fault.SERVER_ERROR)
    world.fail("threads", call, Fault.SERVER_ERROR)

    with pytest.raises(MediaProcessingError, match="nothing was published"):
        await settle(client.posts.publish(draft))
    await settle(client.posts.publish(draft))
    assert len(network.posts()) == 1


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


async def test_a_lost_post_that_vanishes_is_found_among_its_like_even_when_it_has_vanished(
    client: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    draft = Draft(text="Boo", options=[ThreadsOptions(ghost=True)])
    before = await settle(client.posts.publish(draft))
    attempt = await lost(world, lambda: client.posts.publish(draft))
    made = network.posts()[-1].id
    await settle(client.posts.publish("Boo"))
    first: Found = await settle(client.posts.find(attempt))
    world.clock.advance(timedelta(hours=30))
    later: Found = await settle(client.posts.find(attempt))

    assert (first.state, later.state) == (FoundState.PUBLISHED, FoundState.PUBLISHED)
    assert [one.post.id for one in (first, later) if one.post is not None] == [made, made]
    assert [one.id for one in await collect(client.posts.iterate_ghosts())] == [made, before.id]
    assert [one.text for one in await collect(client.posts.iterate())] == ["Boo"]


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
    network._user("main").followers = 300
    network.kill_metrics("follower_demographics")
    dead = await settle(client.insights.audience())
    assert {(row.value, row.missing) for row in missing} == {(None, Missing.WITHHELD)}
    assert {(row.value, row.missing) for row in dead} == {(None, Missing.NOT_OFFERED)}


def telling(opened: Any, *told: dict[str, Any]) -> Any:
    """Return a client of a Threads that answers every question for metrics with these."""

    def answer(request: Request) -> Response:
        body = {"data": list(told)} if "insights" in request.url else {"id": "1", "username": "shop"}
        return Response(200, {"content-type": "application/json"}, json.dumps(body).encode())

    suspends = isinstance(opened(), AsyncThreads)
    return opened(transport=SteppedTransport(answer, suspends=suspends))


@pytest.mark.parametrize(
    ("links", "value"),
    [
        ([], None),
        ([{"link_url": "https://a.example"}], None),
        ([{"value": "7"}], None),
        ([{"value": 3}, {"value": None}], None),
        ([{"value": True}], None),
        ([{"value": 0}, {"value": 0}], 0),
        ([{"value": 3}, {"value": 4}], 7),
    ],
)
async def test_clicks_of_which_a_part_is_not_told_are_missing_and_never_a_smaller_number(
    opened: Any, links: list[dict[str, Any]], value: float | None
) -> None:
    client = telling(opened, {"name": "clicks", "period": "day", "link_total_values": links})
    (clicks,) = [row for row in await settle(client.insights.account()) if row.native == "clicks"]

    assert (clicks.value, clicks.missing) == (value, None if value is not None else Missing.NOT_YET)


async def test_an_empty_answer_says_why_by_what_it_is_of(opened: Any) -> None:
    client = telling(opened)
    whose = {row.missing for row in await settle(client.insights.audience())}
    repost = {row.missing for row in await collect(client.insights.posts(["7"]))}
    partly = telling(opened, {"name": "likes", "values": [{"value": 2}]})
    rows = {row.metric: row for row in await collect(partly.insights.posts(["7"]))}

    assert (whose, repost) == ({Missing.WITHHELD}, {Missing.NOT_OFFERED})
    assert (rows["likes"].value, rows["quotes"].missing) == (2, Missing.NOT_YET)


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
