"""Every recorded answer of a call that we make is read, and what recordings show holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from socialkit.auth import Pushed
from socialkit.errors import BadRequestError
from socialkit.models import AccountRef, MessageKind, WebhookEvent, WebhookEventKind
from socialkit.platforms import find
from socialkit.platforms.x._ids import KINDS_OF_TYPES, kind_of_key, time_of
from socialkit.platforms.x._wire import WirePost
from socialkit.testing import settle
from tests.support import collect, corpus
from tests.transport.fakes import json_answer
from tests.truth.x.cases import CASES, Case, check_post, check_profile
from tests.truth.x.recordings import ME, Connect, connector, examples, recordings, shown
from tests.truth.x.things import things


@pytest.fixture(params=["blocking", "async"])
def connect(request: pytest.FixtureRequest) -> Connect:
    return connector(request.param)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_recorded_answers_are_read(connect: Connect, case: Case) -> None:
    mine = [one for one in (*recordings(), *shown()) if case.takes(one)]
    for one in mine:
        await case.call(connect, one)

    assert mine


def documents() -> Iterator[Any]:
    """Yield every recorded answer, whatever it answered, and what the vendor shows."""
    yield from (one.json for one in recordings() if one.body)
    for file in sorted(corpus("x", "twarc-csv").glob("*.jsonl")):
        yield from (json.loads(line) for line in file.read_text().splitlines() if line.strip())


def is_post(value: dict[str, Any]) -> bool:
    return {"id", "text", "author_id", "created_at"} <= set(value) and "sender_id" not in value


def is_event(value: dict[str, Any]) -> bool:
    return {"id", "event_type", "created_at"} <= set(value)


def is_user(value: dict[str, Any]) -> bool:
    return {"id", "username", "name"} <= set(value)


async def test_posts_and_people_in_other_answers_are_read(connect: Connect) -> None:
    posts = [wire for document in documents() for wire in things(document, is_post)]
    people = [wire for document in documents() for wire in things(document, is_user)]
    for wire in posts[::7]:
        client = connect(("GET", "/2/tweets/[0-9]+", json_answer({"data": wire})))
        check_post(await settle(client.posts.get(wire["id"])), wire)
    for wire in people[::7]:
        client = connect(("GET", "/2/users/me", json_answer({"data": wire})))
        check_profile(await settle(client.account.me()), wire)

    assert (len(posts) > 500, len(people) > 500) == (True, True)


def test_ids_tell_the_time_at_which_posts_were_made() -> None:
    posts = [wire for document in documents() for wire in things(document, is_post)]
    apart = [
        abs(datetime.fromisoformat(one["created_at"]) - made) for one in posts if (made := time_of(one["id"]))
    ]

    assert max(apart) < timedelta(seconds=1)
    assert len(apart) > 500


def test_ids_of_private_messages_tell_the_same_so_that_both_stand_in_one_order() -> None:
    shown = examples("direct-messages-lookup-integrate")
    events = [wire for document in (*documents(), *shown) for wire in things(document, is_event)]
    apart = [
        abs(datetime.fromisoformat(one["created_at"]) - made)
        for one in events
        if (made := time_of(one["id"]))
    ]

    assert max(apart) < timedelta(seconds=1)
    assert len(apart) >= 4


def test_media_keys_tell_the_kind_of_a_file() -> None:
    files = [
        wire
        for document in documents()
        for wire in things(document, lambda one: "media_key" in one and "type" in one)
    ]

    assert {
        one["media_key"] for one in files if kind_of_key(one["media_key"]) is not KINDS_OF_TYPES[one["type"]]
    } == set()
    assert {one["type"] for one in files} == set(KINDS_OF_TYPES)


def test_a_post_of_either_vocabulary_reads_the_same() -> None:
    old: dict[str, Any] = {
        "id": "9",
        "referenced_tweets": [{"type": "quoted", "id": "8"}],
        "edit_history_tweet_ids": ["7", "9"],
        "note_tweet": {"text": "long"},
        "public_metrics": {"retweet_count": 3},
    }
    new = json.loads(
        json.dumps(old)
        .replace("referenced_tweets", "referenced_posts")
        .replace("edit_history_tweet_ids", "edit_history_post_ids")
        .replace("note_tweet", "note_post")
        .replace("retweet_count", "repost_count")
    )

    assert WirePost.model_validate(old) == WirePost.model_validate(new)
    assert WirePost.model_validate(new).reference("quoted") == "8"


async def test_counts_in_other_answers_are_read(connect: Connect) -> None:
    answers = [one.json for one in recordings() if "/timeline/" in one.name or "media_tweet" in one.name]
    for answer in answers:
        page, files = answer["data"], answer.get("includes", {}).get("media", [])
        client = connect(("GET", "/2/tweets", json_answer({"data": page, "includes": {"media": files}})))
        rows = await collect(client.insights.posts([wire["id"] for wire in page]))

        counts = {wire["id"]: wire["public_metrics"] for wire in page}
        told = {(row.subject, row.native): row.value for row in rows if row.value is not None}
        assert told == {
            (post, name): value for post, found in counts.items() for name, value in found.items()
        } | {
            (wire["id"], "view_count"): film["public_metrics"]["view_count"]
            for wire in page
            for film in files
            if film["media_key"] in wire.get("attachments", {}).get("media_keys", ())
            and "public_metrics" in film
        }
    assert len(answers) >= 3


async def test_private_metrics_of_the_guide_are_read(connect: Connect) -> None:
    (wire,) = [one["data"] for one in examples("fundamentals-metrics") if "organic_metrics" in one["data"]]
    client = connect(("GET", "/2/tweets", json_answer({"data": [wire]})))
    rows = await collect(client.insights.private([wire["id"]]))

    told = {(row.breakdown.partition("=")[2], row.native): row.value for row in rows}
    for group in ("non_public", "organic"):
        assert {name: told[group, name] for name in wire[f"{group}_metrics"]} == wire[f"{group}_metrics"]


async def test_a_recorded_refusal_becomes_the_right_error(connect: Connect) -> None:
    path = corpus("x", "sns-sdks-python-twitter", "streams", "delete_error.json")
    client = connect(("GET", "/2/tweets/[0-9]+", json_answer(json.loads(path.read_text()), 400)))
    with pytest.raises(BadRequestError) as caught:
        await settle(client.posts.get("9"))

    assert caught.value.code == "invalid-request"


PUSHED = {
    "post.create": WebhookEventKind.POST_PUBLISHED,
    "post.delete": WebhookEventKind.POST_DELETED,
    "post.mention.create": MessageKind.MENTION,
    "post.reply.create": MessageKind.COMMENT,
    "post.quote.create": MessageKind.QUOTE,
    "post.repost.create": MessageKind.NOTICE,
    "dm.received": MessageKind.DIRECT_MESSAGE,
    **dict.fromkeys(
        [
            f"profile.update.{name}"
            for name in ("bio", "profile_picture", "banner_picture", "screenname", "url")
        ],
        WebhookEventKind.ACCOUNT_CHANGED,
    ),
}
"""What the pushes that the vendor shows become; others tell nothing to an account."""


def test_pushes_of_the_guide_are_read() -> None:
    read: dict[str, Any] = {}
    for example in (*examples("activity-event-payloads"), *examples("activity-quickstart")):
        wrapped: Any = example
        event: Any = wrapped.get("data", wrapped)
        if isinstance(wrapped.get("data"), dict) and {"event_type", "payload"} <= set(event):
            for thing in pushed(example):
                (user,) = thing.accounts
                made = thing.make(account(user))
                read[event["event_type"]] = made.kind if made is not None else None

    assert {name: kind for name, kind in read.items() if kind is not None} == PUSHED


def test_older_pushes_of_the_guide_are_read() -> None:
    made = [
        thing.make(account(thing.accounts[0]))
        for example in examples("account-activity-introduction")
        for thing in pushed(example)
    ]
    message, deletion = made

    assert (message.kind, message.text, message.author.handle) == (
        MessageKind.DIRECT_MESSAGE,
        "Hello World!",
        "furiouscamper",
    )
    assert isinstance(deletion, WebhookEvent)
    assert (deletion.kind, deletion.subject_id) == (WebhookEventKind.POST_DELETED, "1045405559317569537")


def test_posts_of_the_older_api_are_read_when_they_are_pushed() -> None:
    posts = [
        wire
        for file in sorted(corpus("x", "bear-python-twitter").glob("*.json"))
        for wire in things(json.loads(file.read_text()), lambda one: {"id_str", "user", "text"} <= set(one))
        if "screen_name" in wire["user"] and "id_str" in wire["user"] and "retweeted_status" not in wire
    ]
    for wire in posts:
        (thing,) = pushed({"for_user_id": ME, "tweet_create_events": [wire]})
        message: Any = thing.make(account(ME))

        assert (message.id, message.author.handle) == (wire["id_str"], wire["user"]["screen_name"])
        assert message.reply_to == wire.get("in_reply_to_status_id_str")

    assert len(posts) > 50


def pushed(example: Any) -> list[Any]:
    """Return the things that a push tells."""
    body = json.dumps(example).encode()
    return list(find("x").load_pushes().read(Pushed.read("POST", "", {}, body)))


def account(user: str) -> Any:
    return AccountRef(platform="x", id=user)


async def test_addresses_and_subscriptions_of_the_guides_are_read(connect: Connect) -> None:
    hooks = [one for one in examples("webhooks-quickstart") if isinstance(one.get("data"), list)]
    for one in hooks:
        account = connect(("GET", "/2/webhooks", json_answer(one))).account
        found = await settle(account.webhooks())
        assert [(hook.id, hook.url, hook.valid) for hook in found] == [
            (wire["id"], wire["url"], wire["valid"]) for wire in one["data"]
        ]
    (made,) = [one for one in examples("webhooks-quickstart") if "url" in one.get("data", ())]
    none = json_answer({"data": [], "meta": {"result_count": 0}})
    account = connect(("GET", "/2/webhooks", none), ("POST", "/2/webhooks", json_answer(made))).account
    assert (await settle(account.register_webhook("https://shop.example/x"))).id == made["data"]["id"]

    shown = examples("activity-quickstart")
    (listed,) = [one for one in shown if isinstance(one.get("data"), list)]
    account = connect(("GET", "/2/activity/subscriptions", json_answer(listed))).account
    kinds = await settle(account.subscriptions())
    assert [(one.id, one.event, one.user_id) for one in kinds] == [
        (wire["subscription_id"], wire["event_type"], wire["filter"]["user_id"]) for wire in listed["data"]
    ]
    new = next(one for one in shown if "webhook_id" in one.get("data", ()))
    place = "/2/activity/subscriptions"
    account = connect(("GET", place, json_answer({})), ("POST", place, json_answer(new))).account
    (subscribed,) = await settle(account.subscribe("9", [new["data"]["event_type"]]))
    assert (subscribed.id, subscribed.webhook_id) == (
        new["data"]["subscription_id"],
        new["data"]["webhook_id"],
    )
    assert len(hooks) == 2


async def test_an_edit_of_the_guide_is_read(connect: Connect) -> None:
    (wire, _) = [one["data"] for one in examples("fundamentals-edit-posts")]
    client = connect(("GET", "/2/tweets/[0-9]+", json_answer({"data": wire})))
    read = WirePost.model_validate(wire)

    assert read.versions == wire["edit_history_tweet_ids"]
    assert read.edit_controls is not None
    assert read.edit_controls.edits_remaining == wire["edit_controls"]["edits_remaining"]
    assert read.edit_controls.editable_until == datetime.fromisoformat(
        wire["edit_controls"]["editable_until"]
    )
    assert (await settle(client.posts.get(wire["id"]))).text == wire["text"]
