"""Logging in, scopes, quotas, codes of errors: what the account may, and what is said when it may not."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from socialkit.auth import Credentials
from socialkit.errors import (
    APIError,
    BadRequestError,
    ContentRejectedError,
    InvalidDraftError,
    MissingScopeError,
    NotSupportedError,
    PermissionDeniedError,
    RateLimitedError,
    UnexpectedResponseError,
)
from socialkit.models import Capability, Draft
from socialkit.platforms._login import Login
from socialkit.platforms.threads import FACTS, AsyncThreads, ThreadsOptions
from socialkit.sandbox import Sandbox, SimRequest
from socialkit.sandbox.threads import ThreadsSimulator
from socialkit.sandbox.threads._records import Content
from socialkit.transport import Request, Response, Retry
from tests.support import collect, settle
from tests.transport.fakes import SteppedTransport

BACK = "https://shop.example/back"


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


async def test_replies_are_read_with_the_scope_for_reading_them(
    opened: Any, network: ThreadsSimulator
) -> None:
    scopes = ("threads_basic", "threads_content_publish", "threads_manage_replies")
    managing = opened(access_token=network.issue_token(scopes=scopes))
    post = await settle(managing.posts.publish("Ours"))
    with pytest.raises(MissingScopeError) as caught:
        await collect(managing.inbox.comments(post))
    await settle(managing.account.inspect())

    assert caught.value.scopes == ("threads_read_replies",)
    assert managing.can(Capability.REPLY)
    assert not managing.can(Capability.COMMENTS)


async def test_a_missing_scope_is_named(opened: Any, network: ThreadsSimulator) -> None:
    client = opened(access_token=network.issue_token(scopes=("threads_basic",)))

    with pytest.raises(MissingScopeError) as caught:
        await collect(client.inbox.iterate())
    assert caught.value.scopes == ("threads_manage_mentions",)


async def test_a_draft_whose_answers_the_token_may_not_write_is_not_begun(
    opened: Any, network: ThreadsSimulator
) -> None:
    token = network.issue_token(scopes=("threads_basic", "threads_content_publish"))
    client = opened(access_token=token)
    await settle(client.account.inspect())
    own = await settle(client.posts.publish("Alone"))
    assert not client.can(Capability.THREADS)

    for field, draft in {
        "thread": Draft(text="One", thread=[Draft(text="Two")]),
        "first_comment": Draft(text="One", first_comment="Two"),
        "reply_to": Draft(text="One", reply_to=own.id),
    }.items():
        (problem,) = client.posts.check(draft)
        with pytest.raises(InvalidDraftError, match="threads_manage_replies"):
            await settle(client.posts.publish(draft))
        assert problem.field == field
    controlled = Draft(text="One", options=[ThreadsOptions(reply_control="mentioned_only")])
    with pytest.raises(MissingScopeError) as caught:
        await settle(client.posts.publish(controlled))
    assert caught.value.scopes == ("threads_manage_replies",)
    assert [one.id for one in network.posts()] == [own.id]


BOTH = ("threads_keyword_search", "threads_manage_mentions")
"""Either opens answering under the posts of others."""


async def test_a_scope_that_is_known_to_be_granted_is_never_named_as_missing(
    opened: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    scopes = ("threads_basic", "threads_content_publish", "threads_manage_replies")
    client = opened(access_token=network.issue_token(scopes=scopes))
    theirs = world.receive("threads", text="@main hello", author="ada")
    with pytest.raises(MissingScopeError) as unknown:
        await settle(client.posts.publish(Draft(text="Hello", reply_to=theirs)))
    await settle(client.account.inspect())
    with pytest.raises(MissingScopeError) as known:
        await settle(client.posts.publish(Draft(text="Hello", reply_to=theirs)))

    assert unknown.value.scopes == ("threads_content_publish", "threads_manage_replies", *BOTH)
    assert known.value.scopes == BOTH


async def test_a_refusal_of_a_token_that_lacks_nothing_sends_nobody_to_log_in_again(
    client: Any, world: Sandbox
) -> None:
    world.receive("threads", text="@main hello", author="ada")
    await settle(client.account.inspect())
    (mention,) = await collect(client.inbox.iterate())

    with pytest.raises(PermissionDeniedError) as caught:  # under the post of somebody else
        await settle(client.inbox.hide(mention))
    assert type(caught.value) is PermissionDeniedError
    assert caught.value.code == "10"


@pytest.mark.parametrize("granted", BOTH)
def test_one_of_two_scopes_that_open_the_same_is_enough(granted: str) -> None:
    answer = Request(
        method="POST",
        url="https://threads.example/v1.0/me/threads",
        form=(("reply_to_id", "1"), ("location_id", "2")),
        operation="posts.publish",
    )
    mentions = Request(
        method="GET", url="https://threads.example/v1.0/me/mentions", operation="inbox.iterate"
    )

    assert FACTS.errors.missing(answer, lambda one: one != granted) == (
        "threads_content_publish",
        "threads_manage_replies",
        "threads_location_tagging",
    )
    assert FACTS.errors.missing(mentions, lambda one: one != "threads_keyword_search") == (
        "threads_manage_mentions",
    )


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


@pytest.mark.parametrize("suspends", [False, True], ids=["blocking", "async"])
@pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
async def test_a_login_at_threads_itself_comes_to_its_end(*, suspends: bool, told: bool) -> None:
    asked: list[Request] = []
    worth = json.dumps(
        {"data": {"is_valid": True, "user_id": 27173231028946699, "scopes": ["threads_basic"]}}
    )

    def answer(request: Request) -> Response:
        asked.append(request)
        if "debug_token" in request.url:
            return Response(200, {}, worth.encode() if told else b"{}")
        long = b'{"access_token": "made-up-too", "token_type": "bearer", "expires_in": 5183944}'
        short = b'{"access_token": "made-up", "user_id": 27173231028946699}'
        return Response(200, {}, short if request.method == "POST" else long)

    transport = SteppedTransport(answer, suspends=suspends)
    login = Login(
        "threads", client_id="1", client_secret="not-a-secret", redirect_uri=BACK, transport=transport
    )
    word = "_async" if suspends else ""
    url, state = await settle(getattr(login, f"start{word}")())
    query = parse_qs(urlsplit(str(url)).query)
    back = f"{BACK}?code=made-up&state={query['state'][0]}#_"
    credentials: Credentials = await settle(getattr(login, f"finish{word}")(back, state))

    assert str(url).startswith("https://threads.net/oauth/authorize?")
    assert [one.url.partition("?")[0] for one in asked] == [
        "https://graph.threads.net/oauth/access_token",
        "https://graph.threads.net/access_token",
        "https://graph.threads.net/v1.0/debug_token",
    ]
    assert credentials.scopes == (("threads_basic",) if told else state.scopes)
    assert credentials.account_id == "27173231028946699"
    assert credentials.access_token is not None
    assert credentials.access_token.reveal() == "made-up-too"


async def test_an_answer_without_a_token_says_which_platform_gave_it() -> None:
    transport = SteppedTransport(lambda _: Response(200, {}, b"{}"))
    login = Login(
        "threads", client_id="1", client_secret="not-a-secret", redirect_uri=BACK, transport=transport
    )
    url, state = login.start()
    query = parse_qs(urlsplit(str(url)).query)

    with pytest.raises(UnexpectedResponseError, match="no token") as caught:
        login.finish(f"{BACK}?code=made-up&state={query['state'][0]}", state)
    assert caught.value.platform == "threads"


async def test_no_error_shows_the_token_that_stands_in_the_address(opened: Any) -> None:
    client = opened(access_token="not-a-real-token-but-secret")

    with pytest.raises(APIError) as caught:
        await settle(client.account.me())
    assert "not-a-real-token-but-secret" not in f"{caught.value} {caught.value.request!r}"
