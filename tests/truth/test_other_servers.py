"""Servers of other makes, and old ones: what they leave out, send empty, or send in a shape of their own.

The bodies are made up after what those servers are known to send.
"""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from socialkit.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    ServerError,
    UnexpectedResponseError,
)
from socialkit.models import (
    AccountRef,
    Attempt,
    Draft,
    FoundState,
    MediaKind,
    MessageKind,
    NoticeKind,
    TrendKind,
    Visibility,
)
from socialkit.platforms import Mastodon
from tests.support import collect, settle
from tests.transport.fakes import NOON, json_answer
from tests.truth.cases import ID, NEWER
from tests.truth.recordings import Connect, connector, first_page

STATUS = ("GET", f"/api/v1/statuses/{ID}")
OWN = ("GET", f"/api/v1/accounts/{ID}/statuses")

BARE: dict[str, Any] = {
    "id": "9uQPRe1x",
    "created_at": "2026-03-01T09:00:00.000Z",
    "account": {"id": "9uQ", "acct": "ada@other.example"},
}
"""The least that still is a status."""

EMPTY_EVERYWHERE: dict[str, Any] = {
    **BARE,
    "account": {"id": 7, "username": "ada", "acct": None, "display_name": None, "url": "", "avatar": ""},
    "content": None,
    "url": "",
    "visibility": "",
    "spoiler_text": None,
    "language": "",
    "edited_at": "",
    "in_reply_to_id": "",
    "in_reply_to_account_id": None,
    "media_attachments": None,
    "reblog": "",
    "quote": [],
    "poll": [],
    "card": "",
    "replies_count": None,
    "reblogs_count": "",
    "favourites_count": "3",
    "favourited": None,
}
"""What PHP and older servers send for what they do not have."""


@pytest.fixture(params=["blocking", "async"])
def connect(request: pytest.FixtureRequest) -> Connect:
    return connector(request.param)


async def test_the_least_is_a_post(connect: Connect) -> None:
    post = await settle(connect((*STATUS, json_answer(BARE))).posts.get("1"))

    assert (post.id, post.text, post.html, post.media, post.url) == ("9uQPRe1x", "", None, (), None)
    assert post.published_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert (post.like_count, post.share_count, post.reply_count, post.quote_count) == (None,) * 4
    assert post.author is not None
    assert (post.author.id, post.author.handle, post.author.name) == ("9uQ", "ada@other.example", "")


async def test_what_is_empty_is_nothing(connect: Connect) -> None:
    post = await settle(connect((*STATUS, json_answer(EMPTY_EVERYWHERE))).posts.get("1"))

    given = (post.url, post.visibility, post.title, post.language, post.edited_at, post.reply_to)
    assert given == (None,) * 6
    assert (post.shares, post.quotes, post.media, post.text) == (None, None, (), "")
    assert (post.reply_count, post.share_count, post.like_count) == (None, None, 3)
    assert post.author is not None
    assert (post.author.id, post.author.handle) == ("7", "ada")
    assert (post.author.url, post.author.avatar_url) == (None, None)


async def test_numbers_become_ids(connect: Connect) -> None:
    media = [{"id": 12, "type": "image", "url": "https://other.example/12.png", "description": None}]
    status: dict[str, Any] = {
        **BARE,
        "id": 5,
        "in_reply_to_id": 4,
        "account": {"id": 1, "acct": "shop"},
        "media_attachments": media,
        "reblog": {"id": 3},
        "quote": {"quoted_status_id": 2},
    }
    post = await settle(connect((*STATUS, json_answer(status))).posts.get("5"))

    assert (post.id, post.reply_to, post.shares, post.quotes) == ("5", "4", "3", "2")
    assert [one.id for one in post.media] == ["12"]
    assert post.author is not None
    assert post.author.id == "1"


async def test_times_of_other_servers_are_times(connect: Connect) -> None:
    for written in ("2026-03-01T09:00:00Z", "2026-03-01T10:00:00.000000+01:00", "2026-03-01T09:00:00"):
        post = await settle(connect((*STATUS, json_answer({**BARE, "created_at": written}))).posts.get("1"))

        assert post.published_at == datetime(2026, 3, 1, 9, tzinfo=UTC)


async def test_unknown_words_are_kept(connect: Connect) -> None:
    status: dict[str, Any] = {
        **BARE,
        "visibility": "local",
        "media_attachments": [{"id": "1", "type": "hologram", "url": "https://other.example/1"}],
        "pleroma": {"emoji_reactions": []},
    }
    post = await settle(connect((*STATUS, json_answer(status))).posts.get("1"))

    assert (post.visibility, post.visibility and post.visibility.known) == (Visibility("local"), False)
    assert [one.kind for one in post.media] == [MediaKind.UNKNOWN]
    assert post.raw["pleroma"] == {"emoji_reactions": []}


@pytest.mark.parametrize("lost", ["id", "created_at", "account"])
async def test_what_is_no_status_is_no_post(connect: Connect, lost: str) -> None:
    status = {name: value for name, value in BARE.items() if name != lost}
    with pytest.raises(UnexpectedResponseError, match=lost):
        await settle(connect((*STATUS, json_answer(status))).posts.get("1"))


async def test_media_that_cannot_be_read_are_not_left_out(connect: Connect) -> None:
    status: dict[str, Any] = {**BARE, "media_attachments": [{"type": "image"}]}
    with pytest.raises(UnexpectedResponseError, match="media_attachments"):
        await settle(connect((*STATUS, json_answer(status))).posts.get("1"))


async def test_an_account_with_gaps_is_a_profile(connect: Connect) -> None:
    account: dict[str, Any] = {
        "id": 7,
        "username": "shop",
        "acct": "",
        "display_name": None,
        "note": None,
        "url": None,
        "created_at": "",
        "bot": None,
        "followers_count": "12",
        "following_count": None,
        "last_status_at": False,
    }
    profile = await settle(
        connect(("GET", "/api/v1/accounts/lookup", json_answer(account))).listening.profile("x")
    )

    assert (profile.id, profile.handle, profile.name, profile.bio) == ("7", "shop", "", "")
    assert (profile.follower_count, profile.following_count, profile.post_count) == (12, None, None)
    assert (profile.created_at, profile.automated) == (None, None)


async def test_notices_of_every_kind_pass_through_the_inbox(connect: Connect) -> None:
    notices: list[dict[str, Any]] = [
        {"id": 9, "type": "pleroma:emoji_reaction", "emoji": "☕", "status": BARE},
        {"id": 8, "type": "moderation_warning", "account": None},
        {"id": 7, "type": "mention", "status": None},
        {"id": 6, "type": "mention", "status": {**BARE, "visibility": "direct", "in_reply_to_id": ""}},
    ]
    common: dict[str, Any] = {"created_at": "2026-03-01T09:00:00.000Z", "account": {"id": 2, "acct": "ada"}}
    answer = json_answer([{**common, **one} for one in notices])
    messages = await collect(
        connect(("GET", "/api/v1/notifications", answer)).inbox.iterate(notices=True, limit=4)
    )

    assert [one.kind for one in messages] == [MessageKind.NOTICE] * 3 + [MessageKind.DIRECT_MESSAGE]
    assert messages[0].notice == NoticeKind("pleroma:emoji_reaction")
    assert (messages[0].post_id, messages[1].author.handle) == ("9uQPRe1x", "")
    assert (messages[3].private, messages[3].reply_to) == (True, None)


@pytest.mark.parametrize("context", ['{"ancestors": [], "descendants": null}', "{}"])
async def test_a_thread_without_answers_is_empty(connect: Connect, context: str) -> None:
    client = connect(("GET", f"/api/v1/statuses/{ID}/context", json_answer(json.loads(context))))

    assert await collect(client.inbox.comments("1")) == []


@pytest.mark.parametrize("found", ['{"accounts": [], "hashtags": []}', '{"statuses": null}'])
async def test_a_search_without_posts_is_empty(connect: Connect, found: str) -> None:
    client = connect(("GET", "/api/v2/search", json_answer(json.loads(found))))

    assert await collect(client.listening.search("tea")) == []


async def test_trends_without_a_history_are_trends(connect: Connect) -> None:
    tags: list[Any] = [
        {"name": "tea", "url": ""},
        {"name": "jam", "history": None},
        {"name": "rye", "history": [{"uses": 4}]},
    ]
    links: list[Any] = [{"url": "https://press.example/1", "title": "", "history": []}]
    client = connect(
        ("GET", "/api/v1/trends/tags", json_answer(tags)), ("GET", "/api/v1/trends/links", json_answer(links))
    )
    trends = await collect(client.listening.trends())

    assert [(one.name, one.uses, one.people) for one in trends] == [
        ("tea", None, None),
        ("jam", None, None),
        ("rye", 4, None),
        ("https://press.example/1", None, None),
    ]
    assert trends[-1].kind is TrendKind.LINK


# Limits ------------------------------------------------------------------------------------

PLEROMA: dict[str, Any] = {
    "uri": "https://other.example",
    "version": "2.7.2 (compatible; Pleroma 2.5.0)",
    "max_toot_chars": 5_000,
}
SILENT: dict[str, Any] = {}
GOTOSOCIAL: dict[str, Any] = {
    "version": "0.17.0",
    "configuration": {
        "statuses": {"max_characters": 5_000, "max_media_attachments": 6, "characters_reserved_per_url": 25},
        "media_attachments": {"supported_mime_types": ["image/png"], "image_size_limit": 41_943_040},
        "polls": {"max_options": 6, "max_characters_per_option": 50, "min_expiration": 300},
    },
}
PHP: dict[str, Any] = {
    "version": "3.5.3 (compatible; Pixelfed)",
    "configuration": {"statuses": {"max_characters": "2000"}, "polls": []},
}


@pytest.mark.parametrize(
    ("instance", "text", "media"),
    [(PLEROMA, 5_000, 4), (GOTOSOCIAL, 5_000, 6), (PHP, 2_000, 4), (SILENT, 500, 4)],
)
async def test_limits_of_a_server_are_read_from_the_call_that_it_has(
    connect: Connect, instance: dict[str, Any], text: int, media: int
) -> None:
    missing = {"error": "Not implemented"}
    for answer in (json_answer(missing, 404), json_answer("<html>"), json_answer(None)):
        client = connect(
            ("GET", "/api/v2/instance", answer), ("GET", "/api/v1/instance", json_answer(instance))
        )
        limits = await settle(client.account.refresh_limits())

        assert (limits.text, limits.media) == (text, media)
        assert limits.poll_longest == Mastodon.facts.limits.poll_longest


@pytest.mark.parametrize(
    "configuration", ["null", "[]", '""', '{"statuses": null}', '{"media_attachments": []}']
)
async def test_a_server_without_a_configuration_has_the_documented_limits(
    connect: Connect, configuration: str
) -> None:
    answer = json_answer({"version": "4.2.0", "configuration": json.loads(configuration)})
    limits = await settle(connect(("GET", "/api/v2/instance", answer)).account.refresh_limits())

    documented = Mastodon.facts.limits
    assert (limits.text, limits.media, limits.mime_types) == (
        documented.text,
        documented.media,
        documented.mime_types,
    )


# Refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (
            401,
            {"detail": "Authentication credentials were not provided."},
            AuthenticationError,
            "Authentication",
        ),
        (404, {"errors": {"detail": "Page not found"}}, NotFoundError, "Page not found"),
        (403, {"error": "Invalid credentials."}, PermissionDeniedError, "Invalid credentials."),
        (400, {"error": {"message": "no such thing"}}, BadRequestError, "no such thing"),
        (
            422,
            {"message": "The given data was invalid.", "errors": {"status": ["bad"]}},
            BadRequestError,
            "invalid",
        ),
        (406, None, BadRequestError, "without an explanation"),
        (410, {"error": "gone"}, NotFoundError, "gone"),
        (400, {"error": None}, BadRequestError, "without an explanation"),
    ],
)
async def test_refusals_in_other_shapes_are_understood(
    connect: Connect, status: int, body: object, kind: type[APIError], message: str
) -> None:
    with pytest.raises(APIError, match=message) as caught:
        await settle(connect((*STATUS, json_answer(body, status))).posts.get("1"))

    assert type(caught.value) is kind


# Paging ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "link",
    [
        '<https://other.example/x?max_id=5>; rel="next", <https://other.example/x?min_id=9>; rel="prev"',
        "<https://other.example/x?min_id=9>; rel=prev, <https://other.example/x?max_id=5>; rel=next",
        '<https://other.example/x?max_id=5>; title="older, much older"; rel="next"',
        '<https://other.example/x?max_id=5> ; Rel = "Next"',
    ],
)
async def test_links_are_read_however_they_are_written(connect: Connect, link: str) -> None:
    page = await first_page(connect((*OWN, json_answer([BARE], headers={"link": link}))).posts.iterate())

    assert page.next_cursor == "max_id=5"


@pytest.mark.parametrize("link", ["", '<https://other.example/x?min_id=9>; rel="prev"', "<>", "next"])
async def test_a_page_without_a_next_one_is_the_last(connect: Connect, link: str) -> None:
    page = await first_page(connect((*OWN, json_answer([BARE], headers={"link": link}))).posts.iterate())

    assert (len(page.items), page.next_cursor) == (1, None)


# Finding -----------------------------------------------------------------------------------


def lost(text: str, anchor: str = "10") -> Attempt:
    """A post whose answer was lost, on an account whose newest post was the anchor."""
    return Attempt(
        platform="mastodon",
        account=AccountRef(platform="mastodon", id="1"),
        kind="publish",
        step="part 1 post",
        key="k",
        started_at=NOON - timedelta(hours=1),
        deadline=NOON - timedelta(minutes=59),
        platform_time=NOON - timedelta(hours=1),
        draft=Draft(text=text),
        results={"part 1 anchor": anchor},
    )


def written(number: int, content: str) -> dict[str, Any]:
    status = deepcopy(BARE)
    return status | {"id": str(number), "content": content}


DATED = {"date": format_datetime(NOON, usegmt=True)}
NO_SOURCE = ("GET", f"/api/v1/statuses/{ID}/source", NEWER)


@pytest.mark.parametrize(
    ("contents", "state"),
    [
        (["<p>Rain &amp; wind</p>"], FoundState.PUBLISHED),
        (["<p>Sun</p>", "<p>Rain &amp; wind</p>"], FoundState.PUBLISHED),
        (["<p>Rain <em>&amp;</em> wind, marked up</p>"], FoundState.UNDECIDED),
        ([], FoundState.ABSENT),
    ],
)
async def test_without_sources_only_the_same_words_decide(
    connect: Connect, contents: list[str], state: FoundState
) -> None:
    listed = [written(11 + number, content) for number, content in enumerate(contents)]
    client = connect(NO_SOURCE, (*OWN, json_answer(listed, headers=DATED)))
    found = await settle(client.posts.find(lost("Rain & wind")))

    assert found.state is state


async def test_an_older_equal_post_is_not_taken_for_the_lost_one(connect: Connect) -> None:
    listed = [written(number, "<p>Rain</p>") for number in (9, 10)]
    client = connect(NO_SOURCE, (*OWN, json_answer(listed, headers=DATED)))
    found = await settle(client.posts.find(lost("Rain")))

    assert found.state is FoundState.ABSENT


async def test_the_newest_post_is_remembered_whatever_the_order(connect: Connect) -> None:
    listed = [written(number, "") for number in (9, 10, 2)]
    down = ("POST", "/api/v1/statuses", json_answer({"error": "Bad Gateway"}, 502))
    client = connect(down, (*OWN, json_answer(listed)))
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.publish("Rain"))

    assert caught.value.attempt.results["part 1 anchor"] == "10"
    assert isinstance(caught.value.__cause__, ServerError)
