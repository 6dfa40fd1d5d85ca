"""What became of writes that got no answer: scheduled posts, threads, first comments, broken-off calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import httpx
import pytest
import respx

import socialkit as sk
from socialkit.models import Attempt, FoundState
from socialkit.platforms import AsyncMastodon, Mastodon, MastodonOptions
from socialkit.testing import collect, picture, settle
from socialkit.transport import Retry
from tests.platforms.mastodon.answers import ACCOUNT, HOST, requests, status

DAY = timedelta(days=1)
SETTLED = timedelta(minutes=10)


@pytest.fixture(params=["connect", "connect_async"], ids=["blocking", "async"])
def client(request: pytest.FixtureRequest, socialkit_world: sk.Sandbox) -> Any:
    return getattr(socialkit_world, request.param)("mastodon")


def planned(at: datetime, **changes: Any) -> sk.Draft:
    options = MastodonOptions(scheduled_at=at, content_warning=changes.pop("warning", None))
    return sk.Draft(text="Autumn is here", options=[options], **changes)


async def lost(
    world: sk.Sandbox, call: Callable[[], Any], fault: sk.Fault, where: str = "publish"
) -> Attempt:
    world.fail("mastodon", where, fault)
    with pytest.raises(sk.OutcomeUnknownError) as caught:
        await settle(call())
    return Attempt.model_validate_json(caught.value.attempt.model_dump_json())


@pytest.mark.parametrize("later", [SETTLED, DAY + SETTLED], ids=["while it waits", "when it is out"])
@pytest.mark.parametrize("fault", [sk.Fault.DROP_AFTER_COMMIT, sk.Fault.DROP_BEFORE_COMMIT])
async def test_a_lost_scheduled_post_is_found_before_and_after_its_time(
    client: Any, socialkit_world: sk.Sandbox, fault: sk.Fault, later: timedelta
) -> None:
    world = socialkit_world
    draft = planned(world.clock.now() + DAY, visibility=sk.Visibility.UNLISTED, warning="Leaves")
    attempt = await lost(world, lambda: client.posts.publish(draft), fault)
    world.clock.advance(later)
    found = await settle(client.posts.find(attempt))

    if fault.commits:
        (post,) = world.posts("mastodon")
        assert (found.state, found.post.id) == (FoundState.PUBLISHED, post.id)
        assert (found.post.published_at is None) == (later < DAY)
    else:
        assert (found.state, found.post) == (FoundState.ABSENT, None)


async def test_around_its_time_nobody_says_that_a_scheduled_post_is_absent(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    at = socialkit_world.clock.now() + DAY
    attempt = await lost(
        socialkit_world, lambda: client.posts.publish(planned(at)), sk.Fault.DROP_BEFORE_COMMIT
    )
    socialkit_world.clock.advance(DAY)
    found = await settle(client.posts.find(attempt))

    assert (found.state, found.ask_again) == (FoundState.UNDECIDED, at + timedelta(minutes=2))
    socialkit_world.clock.advance(found.ask_again - socialkit_world.clock.now())
    assert (await settle(client.posts.find(attempt))).state is FoundState.ABSENT


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"visibility": sk.Visibility.DIRECT}, FoundState.ABSENT),
        ({"warning": "Spiders"}, FoundState.ABSENT),
        ({}, FoundState.UNDECIDED),
    ],
    ids=["visibility", "warning", "time alone"],
)
async def test_another_scheduled_post_is_not_taken_for_the_lost_one(
    client: Any, socialkit_world: sk.Sandbox, changes: dict[str, Any], state: FoundState
) -> None:
    at = socialkit_world.clock.now() + DAY
    draft = planned(at, visibility=sk.Visibility.PUBLIC)
    attempt = await lost(socialkit_world, lambda: client.posts.publish(draft), sk.Fault.DROP_BEFORE_COMMIT)
    other = {"visibility": sk.Visibility.PUBLIC} | changes
    await settle(client.posts.publish(planned(at + 7 * DAY, **other)))
    socialkit_world.clock.advance(SETTLED)

    assert (await settle(client.posts.find(attempt))).state is state


async def test_a_lost_scheduled_post_is_found_behind_a_page_of_others(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    at = socialkit_world.clock.now() + DAY
    attempt = await lost(
        socialkit_world, lambda: client.posts.publish(planned(at)), sk.Fault.DROP_AFTER_COMMIT
    )
    for number in range(45):
        other = sk.Draft(text=f"Other {number}", options=[MastodonOptions(scheduled_at=at + number * DAY)])
        await settle(client.posts.publish(other))
    before = await settle(client.posts.find(attempt))

    # The lost one may also stand behind all others.
    late = await lost(
        socialkit_world, lambda: client.posts.publish(planned(at + DAY)), sk.Fault.DROP_AFTER_COMMIT
    )
    results = {**late.results, "part 1 anchor": attempt.results["part 1 anchor"]}
    behind = await settle(client.posts.find(late.model_copy(update={"results": results})))

    assert before.state is behind.state is FoundState.PUBLISHED
    assert before.post.id != behind.post.id


@pytest.mark.parametrize("later", [SETTLED, DAY + SETTLED], ids=["while it waits", "after its time"])
@pytest.mark.parametrize("fault", [sk.Fault.DROP_AFTER_COMMIT, sk.Fault.DROP_BEFORE_COMMIT])
async def test_a_lost_deletion_of_a_scheduled_post_is_done_only_if_it_did_not_go_out(
    client: Any, socialkit_world: sk.Sandbox, fault: sk.Fault, later: timedelta
) -> None:
    post = await settle(client.posts.publish(planned(socialkit_world.clock.now() + DAY)))
    attempt = await lost(socialkit_world, lambda: client.posts.delete(post), fault, "delete")
    socialkit_world.clock.advance(later)
    found = await settle(client.posts.find(attempt))

    assert bool(socialkit_world.posts("mastodon")) != fault.commits
    assert found.state is (FoundState.PUBLISHED if fault.commits else FoundState.ABSENT)
    assert found.post is None


async def test_a_found_part_comes_with_those_before_it_and_names_what_never_went_out(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    world = socialkit_world
    draft = sk.Draft(
        text="One", thread=[sk.Draft(text="Two"), sk.Draft(text="Three")], first_comment="The shop"
    )
    world.fail("mastodon", "publish", sk.Fault.DROP_AFTER_COMMIT, after=1)
    with pytest.raises(sk.OutcomeUnknownError) as caught:
        await settle(client.posts.publish(draft))
    found = await settle(client.posts.find(caught.value.attempt))
    whole = found.post

    assert [one.text for one in (whole, *whole.thread)] == ["One", "Two"]
    assert [(one.step, one.outcome) for one in whole.incomplete] == [
        ("part 3", sk.Outcome.NOT_SENT),
        ("first comment", sk.Outcome.NOT_SENT),
    ]
    rest = await settle(client.posts.publish(sk.Draft(text="Three", reply_to=whole.thread[-1].id)))
    assert rest.reply_to == whole.thread[-1].id


@pytest.mark.parametrize("fault", [sk.Fault.DROP_AFTER_COMMIT, sk.Fault.DROP_BEFORE_COMMIT])
async def test_a_lost_first_comment_can_be_looked_for(
    client: Any, socialkit_world: sk.Sandbox, fault: sk.Fault
) -> None:
    world = socialkit_world
    world.fail("mastodon", "publish", fault, after=1)
    post = await settle(client.posts.publish(sk.Draft(text="One", first_comment="The shop")))
    (flaw,) = post.incomplete
    world.clock.advance(SETTLED)
    found = await settle(client.posts.find(flaw.attempt))

    assert flaw.outcome is sk.Outcome.UNKNOWN
    if fault.commits:
        assert (found.post.text, found.post.reply_to) == ("The shop", post.id)
    else:
        assert found.state is FoundState.ABSENT


async def test_a_cancelled_publish_leaves_an_attempt_until_settled(
    respx_mock: respx.MockRouter,
) -> None:
    client = AsyncMastodon(
        base_url=HOST,
        access_token="made-up-token",
        account=sk.AccountRef(platform="mastodon", id="7"),
    )
    respx_mock.get(f"{HOST}/api/v1/accounts/verify_credentials").respond(json=ACCOUNT)
    sent = asyncio.Event()

    async def hang(_: httpx.Request) -> httpx.Response:
        sent.set()
        await asyncio.Event().wait()
        raise AssertionError

    listing = respx_mock.get(f"{HOST}/api/v1/accounts/7/statuses").respond(json=[])
    respx_mock.post(f"{HOST}/api/v1/statuses").mock(side_effect=hang)
    async with client:
        assert client.posts.unsettled() == ()
        task = asyncio.create_task(client.posts.publish("Autumn is here"))
        await sent.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (attempt,) = client.posts.unsettled()
        listing.respond(json=[status("12")])
        respx_mock.get(f"{HOST}/api/v1/statuses/12/source").respond(
            json={"id": "12", "text": "Autumn is here", "spoiler_text": ""}
        )
        found = await client.posts.find(attempt)

        assert (attempt.kind, attempt.draft) == ("publish", sk.Draft(text="Autumn is here"))
        assert found.post is not None
        assert found.post.id == "12"
        assert client.posts.unsettled() == ()


def interrupted(_: httpx.Request) -> httpx.Response:
    raise KeyboardInterrupt


def test_an_interrupted_publish_leaves_an_attempt_too(respx_mock: respx.MockRouter) -> None:
    respx_mock.get(f"{HOST}/api/v1/accounts/verify_credentials").respond(json=ACCOUNT)
    respx_mock.get(f"{HOST}/api/v1/accounts/7/statuses").respond(json=[])
    respx_mock.post(f"{HOST}/api/v1/statuses").mock(side_effect=interrupted)
    account = sk.AccountRef(platform="mastodon", id="7")
    with Mastodon(base_url=HOST, access_token="made-up-token", account=account) as client:
        for number in range(101):
            with pytest.raises(KeyboardInterrupt):
                client.posts.publish(f"Number {number}")
        kept = client.posts.unsettled()

        assert [one.draft.text for one in kept if one.draft] == [f"Number {n}" for n in range(1, 101)]


def stranger(mode: type[Any]) -> Any:
    return mode(base_url=HOST, access_token="made-up-token", retry=Retry(attempts=1))


@pytest.mark.parametrize("mode", [Mastodon, AsyncMastodon], ids=["blocking", "async"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status_code": 429, "json": {"error": "Slow down"}}, sk.RateLimitedError),
        ({"status_code": 500, "json": {"error": "Oops"}}, sk.ServerError),
        ({"status_code": 200, "text": "<html>"}, sk.UnexpectedResponseError),
    ],
)
async def test_a_bad_minute_does_not_switch_off_the_account_guard(
    respx_mock: respx.MockRouter, mode: type[Any], answer: dict[str, Any], error: type[sk.SocialKitError]
) -> None:
    who = respx_mock.get(f"{HOST}/api/v1/accounts/verify_credentials")
    who.respond(**answer)
    write = respx_mock.post(f"{HOST}/api/v1/statuses").respond(json=status())
    client = stranger(mode)
    theirs = sk.Post(id="1", account=sk.AccountRef(platform="mastodon", host="mastodon.example", id="8"))

    with pytest.raises(error) as caught:
        await settle(client.posts.publish("Autumn is here"))
    who.respond(json={"id": "7", "username": "shop"})
    with pytest.raises(sk.WrongAccountError):
        await settle(client.posts.delete(theirs))
    assert caught.value.written is False
    assert not write.called
    await settle(client.close())


@pytest.mark.parametrize("refusal", [403, 404, 405])
@pytest.mark.parametrize("mode", [Mastodon, AsyncMastodon], ids=["blocking", "async"])
async def test_a_token_that_may_not_read_publishes_and_says_why_it_lists_nothing(
    respx_mock: respx.MockRouter, mode: type[Any], refusal: int
) -> None:
    who = respx_mock.get(f"{HOST}/api/v1/accounts/verify_credentials").respond(refusal, json={"error": "No"})
    respx_mock.post(f"{HOST}/api/v1/statuses").respond(json=status())
    client = stranger(mode)
    await settle(client.posts.publish("Autumn is here"))

    with pytest.raises(sk.NotSupportedError, match="may not read its own account"):
        await collect(client.posts.iterate())
    assert len(requests(who)) == 1
    await settle(client.close())


@pytest.mark.parametrize("mode", [Mastodon, AsyncMastodon], ids=["blocking", "async"])
async def test_comments_are_not_listed_where_our_own_cannot_be_told_from_others(
    respx_mock: respx.MockRouter, mode: type[Any]
) -> None:
    respx_mock.get(f"{HOST}/api/v1/accounts/verify_credentials").respond(403, json={"error": "No"})
    ours = status(id="2", in_reply_to_id="1", in_reply_to_account_id="7")
    context = respx_mock.get(f"{HOST}/api/v1/statuses/1/context")
    context.respond(json={"ancestors": [], "descendants": [ours]})
    client = stranger(mode)

    with pytest.raises(sk.NotSupportedError, match="may not read its own account"):
        await collect(client.inbox.comments("1"))
    await settle(client.close())


@pytest.mark.parametrize(("code", "sent"), [(500, False), (403, True)])
async def test_an_anchor_that_cannot_be_read_stops_the_write_unless_it_is_forbidden(
    mastodon: Any, respx_mock: respx.MockRouter, code: int, sent: bool
) -> None:
    respx_mock.get(f"{HOST}/api/v1/accounts/7/statuses").respond(code, json={"error": "No"})
    write = respx_mock.post(f"{HOST}/api/v1/statuses").respond(json=status())
    if sent:
        await settle(mastodon.posts.publish("Autumn is here"))
    else:
        with pytest.raises(sk.ServerError) as caught:
            await settle(mastodon.posts.publish("Autumn is here"))
        assert caught.value.written is False

    assert write.called is sent


async def test_a_notice_is_no_post_to_act_on(client: Any, socialkit_world: sk.Sandbox) -> None:
    message = sk.Message(
        id="5",
        kind=sk.MessageKind.NOTICE,
        account=client.ref,
        author=sk.Author(id="9", handle="anna"),
        created_at=socialkit_world.clock.now(),
    )
    for act in (client.inbox.like, client.inbox.hide, client.inbox.unhide, client.inbox.delete):
        with pytest.raises(sk.NotSupportedError):
            await settle(act(message))
    with pytest.raises(sk.NotSupportedError, match="a notice has no words to like"):
        await settle(client.inbox.like(message))


@pytest.mark.parametrize(
    ("method", "arguments", "name"),
    [
        ("posts.find", (None,), "attempt must be of type Attempt"),
        ("posts.get", (None,), "post must be of type Post or Message"),
        ("posts.publish", (5,), "draft must be of type Draft"),
        ("inbox.like", ("5",), "message must be of type Message or Post"),
        ("inbox.reply", (None, "Hello"), "message must be of type Message"),
    ],
)
async def test_an_argument_of_the_wrong_type_is_named(
    client: Any, method: str, arguments: tuple[Any, ...], name: str
) -> None:
    with pytest.raises(TypeError, match=name):
        await settle(attrgetter(method)(client)(*arguments))


async def test_an_attempt_that_is_not_whole_is_refused(client: Any, socialkit_world: sk.Sandbox) -> None:
    attempt = await lost(
        socialkit_world, lambda: client.posts.publish("Autumn is here"), sk.Fault.DROP_AFTER_COMMIT
    )

    for changes in ({"draft": None}, {"kind": "edit"}, {"kind": "delete"}):
        with pytest.raises(sk.ConfigurationError, match="lacks"):
            await settle(client.posts.find(attempt.model_copy(update=changes)))
    for step in ("part 7 post", "part 0 post", "something", "part 2 post"):
        found = await settle(client.posts.find(attempt.model_copy(update={"step": step})))
        assert (found.state, found.ask_again) == (FoundState.UNDECIDED, None)


async def test_a_scheduled_post_is_read_where_it_waits_and_not_edited(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    post = await settle(client.posts.publish(planned(socialkit_world.clock.now() + DAY)))
    again = await settle(client.posts.get(post))

    assert (again.id, again.scheduled_at) == (post.id, post.scheduled_at)
    with pytest.raises(sk.NotSupportedError, match="another time"):
        await settle(client.posts.edit(post, "New"))


async def test_a_text_can_be_taken_from_media_that_stay(client: Any, socialkit_world: sk.Sandbox) -> None:
    post = await settle(client.posts.publish(sk.Draft(text="Look", media=[picture()])))
    bare = await settle(client.posts.publish("Only words"))
    edited = await settle(client.posts.edit(post, sk.Draft(text="")))

    assert (edited.text, len(edited.media)) == ("", 1)
    for target, draft in ((bare, ""), (bare.id, ""), (post, sk.Draft(text="", media=[]))):
        with pytest.raises(sk.InvalidDraftError) as caught:
            await settle(client.posts.edit(target, draft))
        assert [problem.field for problem in caught.value.problems] == ["text"]


async def two_lost(client: Any, world: sk.Sandbox, apart: timedelta) -> list[Attempt]:
    """Return two equal posts that were scheduled, and had no answers; both are out by now."""
    at = world.clock.now() + DAY
    attempts = [
        await lost(world, lambda: client.posts.publish(planned(at)), sk.Fault.DROP_AFTER_COMMIT),
        await lost(world, lambda: client.posts.publish(planned(at + apart)), sk.Fault.DROP_AFTER_COMMIT),
    ]
    world.clock.advance(DAY + apart + SETTLED)
    return attempts


async def test_of_two_equal_scheduled_posts_each_is_found_by_its_time(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    attempts = await two_lost(client, socialkit_world, timedelta(hours=1))
    found = [await settle(client.posts.find(attempt)) for attempt in attempts]

    assert [one.post.id for one in found] == [post.id for post in socialkit_world.posts("mastodon")]


async def test_two_equal_posts_scheduled_for_one_time_are_not_told_apart_by_guess(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    first, second = await two_lost(client, socialkit_world, timedelta())
    ids = [post.id for post in socialkit_world.posts("mastodon")]
    for attempt in (first, second):
        found = await settle(client.posts.find(attempt))
        assert (found.state, found.ask_again) == (FoundState.UNDECIDED, None)
        assert "several equal posts" in found.because

    known = first.model_copy(update={"taken": (ids[1],)})
    assert (await settle(client.posts.find(known))).post.id == ids[0]


async def test_an_equal_post_that_went_out_at_another_time_is_not_the_lost_one(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    world = socialkit_world
    at = world.clock.now() + DAY
    attempt = await lost(world, lambda: client.posts.publish(planned(at)), sk.Fault.DROP_BEFORE_COMMIT)
    world.clock.advance(DAY + timedelta(hours=1))
    await settle(client.posts.publish("Autumn is here"))
    found = await settle(client.posts.find(attempt))

    assert (found.state, found.ask_again) == (FoundState.UNDECIDED, None)
    assert "another time" in found.because


async def test_a_lost_deletion_is_not_judged_by_an_equal_post_of_another_time(
    client: Any, socialkit_world: sk.Sandbox
) -> None:
    at = socialkit_world.clock.now() + DAY
    await settle(client.posts.publish(planned(at)))
    post = await settle(client.posts.publish(planned(at + 2 * DAY)))
    socialkit_world.clock.advance(DAY - timedelta(minutes=2))
    delete = sk.Fault.DROP_AFTER_COMMIT
    attempt = await lost(socialkit_world, lambda: client.posts.delete(post), delete, "delete")
    socialkit_world.clock.advance(SETTLED)
    found = await settle(client.posts.find(attempt))

    assert found.state is FoundState.UNDECIDED
