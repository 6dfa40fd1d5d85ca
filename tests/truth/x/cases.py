"""Which operation reads which recorded answer, how it is called, and what must come out."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from socialkit.models import Attempt, Author, Draft, FoundState, Message, MessageKind, Post, Profile
from socialkit.testing import picture
from tests.support import settle
from tests.transport.fakes import NOON, json_answer
from tests.truth.recordings import first_page
from tests.truth.x.recordings import ME, Connect, Recording, Route

ID = r"[0-9]+"
Call = Callable[[Connect, Recording], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """One operation on one kind of recorded answer."""

    operation: str
    method: str
    path: str
    call: Call
    """Hands the recording to a client, calls the operation, and checks what comes out."""
    fits: Callable[[Recording], bool]

    def takes(self, one: Recording) -> bool:
        named = one.method == self.method and re.fullmatch(self.path, one.path) is not None
        return named and self.fits(one)

    def __str__(self) -> str:
        return f"{self.operation} {self.method} {self.path.replace(ID, ':id')}"


CASES: list[Case] = []


def always(_one: Recording) -> bool:
    return True


def case(
    operation: str, method: str, path: str, fits: Callable[[Recording], bool] = always
) -> Callable[[Call], Call]:
    """Enter a function in the table."""

    def enter(call: Call) -> Call:
        CASES.append(Case(operation, method, path, call, fits))
        return call

    return enter


def the(one: Recording, path: str | None = None) -> Route:
    """Return the recorded answer as a route."""
    return (one.method, re.escape(one.path) if path is None else path, one.response)


MENTION = Message(id="9", kind=MessageKind.COMMENT, author=Author(id="7", handle="ada"), created_at=NOON)


# What must come out ------------------------------------------------------------------------


def check_post(post: Post, wire: Any) -> None:
    """Compare a post with what X sent."""
    references = {one["type"]: one["id"] for one in wire.get("referenced_tweets", ())}
    assert (post.id, post.author.id if post.author else None) == (wire["id"], wire.get("author_id", ""))
    assert post.reply_to == references.get("replied_to")
    assert (post.quotes, post.shares) == (references.get("quoted"), references.get("retweeted"))
    counts = wire.get("public_metrics", {})
    assert (post.like_count, post.share_count) == (counts.get("like_count"), counts.get("retweet_count"))
    assert (post.reply_count, post.quote_count) == (counts.get("reply_count"), counts.get("quote_count"))
    if "created_at" in wire:
        assert post.published_at == datetime.fromisoformat(wire["created_at"])
    keys = wire.get("attachments", {}).get("media_keys", [])
    assert [one.id for one in post.media] == [key.partition("_")[2] for key in keys]
    assert post.raw["id"] == wire["id"]
    check_text(post, wire)


def check_text(post: Post, wire: Any) -> None:
    """Compare a text: everything but its links stands there unescaped, and links lead where they led."""
    note = wire.get("note_tweet", wire)
    urls = note.get("entities", wire.get("entities", {})).get("urls", [])
    for one in urls:
        assert one["url"] == one.get("expanded_url", one["url"]) or one["url"] not in post.text
    rest = html.unescape(re.sub(r"https://t\.co/\w*", " ", note["text"]))
    words = [word for word in rest.split() if "…" not in word]
    assert [word for word in words if word not in post.text] == []


def check_profile(profile: Profile, wire: Any) -> None:
    counts = wire.get("public_metrics", {})
    assert (profile.id, profile.handle, profile.name) == (wire["id"], wire["username"], wire["name"])
    told = (profile.follower_count, profile.following_count, profile.post_count)
    assert told == tuple(counts.get(f"{name}_count") for name in ("followers", "following", "tweet"))


# Cases ---------------------------------------------------------------------------------------


@case("account.me", "GET", "/2/users/me")
async def read_me(connect: Connect, one: Recording) -> None:
    client = connect(the(one))

    check_profile(await settle(client.account.me()), one.json["data"])
    assert client.ref.id == one.json["data"]["id"]


@case("listening.profile", "GET", r"/2/users/by/username/\w+")
async def read_profile(connect: Connect, one: Recording) -> None:
    name = one.json["data"]["username"]

    check_profile(await settle(connect(the(one)).listening.profile(name)), one.json["data"])


@case("posts.get", "GET", f"/2/tweets/{ID}")
async def read_post(connect: Connect, one: Recording) -> None:
    check_post(await settle(connect(the(one)).posts.get(one.json["data"]["id"])), one.json["data"])


@case("posts.iterate", "GET", f"/2/users/{ID}/tweets")
async def read_posts(connect: Connect, one: Recording) -> None:
    page = await first_page(connect(the(one, f"/2/users/{ID}/tweets")).posts.iterate())

    for post, wire in zip(page.items, one.json["data"], strict=True):
        check_post(post, wire)
    assert page.next_cursor == one.json["meta"].get("next_token")


@case("listening.search", "GET", "/2/tweets/search/recent")
async def read_found(connect: Connect, one: Recording) -> None:
    page = await first_page(connect(the(one)).listening.search("tea"))

    users = {user["id"]: user["username"] for user in one.json.get("includes", {}).get("users", [])}
    for post, wire in zip(page.items, one.json["data"], strict=True):
        check_post(post, wire)
        assert post.author is not None
        assert post.author.handle == users.get(wire.get("author_id"), "")
    assert page.next_cursor == one.json.get("meta", {}).get("next_token")


@case("listening.volume", "GET", "/2/tweets/counts/recent")
async def read_volume(connect: Connect, one: Recording) -> None:
    document = one.json | {"meta": {"total_tweet_count": 1}}  # one page of it
    answer = Recording(one.name, one.method, one.path, 200, json.dumps(document).encode())
    found = await settle(connect(the(answer)).listening.volume("tea"))

    assert sum(row.posts for row in found) == sum(row["tweet_count"] for row in one.json["data"])
    assert len(found) == len(one.json["data"])


@case("account.usage", "GET", "/2/usage/tweets")
async def read_usage(connect: Connect, one: Recording) -> None:
    usage, wire = await settle(connect(the(one)).account.usage()), one.json["data"]

    assert (usage.posts, usage.cap) == (int(wire["project_usage"]), int(wire["project_cap"]))


@case("posts.publish", "POST", "/2/tweets")
async def read_new(connect: Connect, one: Recording) -> None:
    post = await settle(connect(the(one)).posts.publish("Hello"))

    assert (post.id, post.text, post.raw["id"]) == (one.json["data"]["id"], "Hello", one.json["data"]["id"])


@case("posts.delete", "DELETE", f"/2/tweets/{ID}")
async def read_deleted(connect: Connect, one: Recording) -> None:
    await settle(connect(the(one, f"/2/tweets/{ID}")).posts.delete("9"))


@case("inbox.hide", "PUT", f"/2/tweets/{ID}/hidden", lambda one: one.json["data"]["hidden"])
@case("inbox.unhide", "PUT", f"/2/tweets/{ID}/hidden", lambda one: not one.json["data"]["hidden"])
async def read_hidden(connect: Connect, one: Recording) -> None:
    inbox = connect(the(one, f"/2/tweets/{ID}/hidden")).inbox

    await settle((inbox.hide if one.json["data"]["hidden"] else inbox.unhide)(MENTION))


@case("inbox.iterate", "GET", f"/2/users/{ID}/mentions")
async def read_mentions(connect: Connect, one: Recording) -> None:
    client = connect(the(one, f"/2/users/{ID}/mentions"))
    page = await first_page(client.inbox.iterate())

    assert [(message.id, message.created_at) for message in page.items] == [
        (wire["id"], datetime.fromisoformat(wire["created_at"])) for wire in one.json["data"]
    ]


@case("inbox.iterate", "GET", "/2/dm_events")
async def read_messages(connect: Connect, one: Recording) -> None:
    page = await first_page(connect(the(one)).inbox.iterate(kinds=[MessageKind.DIRECT_MESSAGE]))

    assert [(message.id, message.text, message.author.id) for message in page.items] == [
        (wire["id"], wire["text"], wire["sender_id"]) for wire in one.json.get("data", ())
    ]


@case("inbox.reply", "POST", r"/2/dm_conversations/(?:with/)?[0-9-]+/messages")
async def read_sent(connect: Connect, one: Recording) -> None:
    inbox = connect(the(one, "/2/dm_conversations/with/7/messages")).inbox
    answer = await settle(inbox.reply(MENTION, "Hello", private=True))

    assert (answer.id, answer.text) == (one.json["data"]["dm_event_id"], "Hello")


@case("posts.find", "GET", r"/2/dm_conversations/(?:with/)?[0-9-]+/dm_events")
async def find_message(connect: Connect, one: Recording) -> None:
    client, wire = connect(the(one, ".*/dm_events")), one.json["data"][0]
    me = wire.get("sender_id", ME)
    attempt = Attempt(
        platform="x",
        account=client.ref.model_copy(update={"id": None}),
        kind="reply",
        step="message",
        key="k",
        started_at=NOON,
        deadline=NOON,
        draft=Draft(text=wire["text"]),
        message=MENTION,
        private=True,
        results={"latest message": ""},
    )
    who = {"data": {"id": me, "name": "", "username": "shop"}}
    found = await settle(
        connect(the(one, ".*/dm_events"), ("GET", "/2/users/me", json_answer(who))).posts.find(attempt)
    )

    # Without its sender nobody knows whose a message is.
    told = FoundState.PUBLISHED if "sender_id" in wire else FoundState.UNDECIDED
    assert (found.state, found.post.id if found.post else None) == (
        told,
        wire["id"] if "sender_id" in wire else None,
    )


@case("posts.find", "GET", f"/2/users/{ID}/liked_tweets")
async def find_like(connect: Connect, one: Recording) -> None:
    client = connect(the(one, f"/2/users/{ID}/liked_tweets"))
    attempt = Attempt(
        platform="x",
        account=client.ref,
        kind="like",
        step="like",
        key="k",
        started_at=NOON,
        deadline=NOON,
        target=one.json["data"][0]["id"],
    )

    assert (await settle(client.posts.find(attempt))).state is FoundState.PUBLISHED


@case("media.upload", "POST", f"/2/media/upload/{ID}/finalize")
async def read_uploaded(connect: Connect, one: Recording) -> None:
    media = await settle(connect(the(one)).media.upload(picture(alt_text=None)))

    assert media.ready


@case("media.get", "GET", "/2/media/upload")
async def read_media(connect: Connect, one: Recording) -> None:
    media = await settle(connect(the(one)).media.get("1"))

    assert (media.id, media.ready, media.kind.value) == (one.json["data"]["id"], True, "video")
