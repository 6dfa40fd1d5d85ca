"""An independent reading of Bluesky's JSON: what our models must say, told without our mapping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from socialkit.models import Author, Message, MessageKind, Observation, Post, PostMedia, Profile
from socialkit.platforms import JetstreamEvent

COUNTS = {
    "likes": "likeCount",
    "shares": "repostCount",
    "replies": "replyCount",
    "quotes": "quoteCount",
    "saves": "bookmarkCount",
}
AUDIENCE = {"followers": "followersCount", "following": "followsCount", "posts": "postsCount"}
KINDS = {"com": "commit", "id": "identity", "acc": "account"}
ACTIONS = {"c": "create", "u": "update", "d": "delete"}
NOTICES = {"like": "like", "repost": "share", "follow": "follow"}
WORDS = {"mention": MessageKind.MENTION, "quote": MessageKind.QUOTE}


def time_of(text: str | None) -> datetime | None:
    """Return a time; one without a zone is in that of the network."""
    time = None if text is None else datetime.fromisoformat(text)
    return time if time is None or time.tzinfo else time.replace(tzinfo=UTC)


def page_of(uri: str) -> str | None:
    """Return the web page of a post; other records have none."""
    did, collection, key = uri.removeprefix("at://").split("/")
    return f"https://bsky.app/profile/{did}/post/{key}" if collection == "app.bsky.feed.post" else None


def check_author(author: Author | None, wire: Any) -> None:
    assert author is not None
    assert (author.id, author.handle, author.name) == (
        wire["did"],
        wire["handle"],
        wire.get("displayName", ""),
    )
    assert author.avatar_url == wire.get("avatar")
    assert author.url == f"https://bsky.app/profile/{wire['did']}"


def check_record(thing: Post | Message, uri: str, record: Any) -> None:
    """What stands in the record itself, whoever shows it."""
    assert (thing.id, thing.text, thing.url) == (uri, record["text"], page_of(uri))
    assert thing.language == next(iter(record.get("langs", [])), None)
    assert thing.reply_to == (record["reply"]["parent"]["uri"] if "reply" in record else None)


def files(embed: Any, view: Any) -> Iterator[tuple[str, str, str | None, str | None]]:
    """Yield digest, kind, address and description of each file of a post."""
    if embed is None:
        return
    kind = embed["$type"].removeprefix("app.bsky.embed.")
    if kind == "recordWithMedia":
        yield from files(embed["media"], view and view["media"])
    elif kind == "video":
        url = view and view["playlist"]
        yield embed["video"]["ref"]["$link"], "video", url, embed.get("alt") or None
    elif kind in {"images", "gallery"}:
        name = {"images": "images", "gallery": "items"}[kind]
        for number, one in enumerate(embed[name]):
            url = view and view[name][number]["fullsize"]
            yield one["image"]["ref"]["$link"], "image", url, one["alt"] or None


def check_media(media: Sequence[PostMedia], embed: Any, view: Any) -> None:
    assert [(one.id, one.kind.value, one.url, one.alt_text) for one in media] == list(files(embed, view))


def quote_of(record: Any) -> str | None:
    """Return what a record quotes."""
    embed = record.get("embed", {})
    kind = embed.get("$type")
    if kind == "app.bsky.embed.recordWithMedia":
        embed = embed["record"]
    uri: str | None = embed["record"]["uri"] if "record" in embed else None
    return uri


def check_post(post: Post, wire: Any) -> None:
    record = wire["record"]
    check_record(post, wire["uri"], record)
    check_author(post.author, wire["author"])
    written, seen = time_of(record["createdAt"]), time_of(wire["indexedAt"])
    assert written is not None
    assert seen is not None
    assert post.published_at == min(written, seen)
    counts = (post.like_count, post.share_count, post.reply_count, post.quote_count)
    assert counts == tuple(wire.get(name) for name in list(COUNTS.values())[:4])
    assert post.quotes == quote_of(record)
    check_media(post.media, record.get("embed"), wire.get("embed"))
    assert post.visibility is not None
    assert post.visibility.value == "public"
    assert post.raw["cid"] == wire["cid"]


def check_stored(post: Post, wire: Any) -> None:
    """A record as its server keeps it: it knows no counts and no names."""
    check_record(post, wire["uri"], wire["value"])
    assert post.published_at == time_of(wire["value"]["createdAt"])
    assert post.author is not None
    assert post.author.id == wire["uri"].split("/")[2]
    assert (post.like_count, post.share_count, post.reply_count) == (None, None, None)


def check_profile(profile: Profile, wire: Any) -> None:
    check_author(profile, wire)
    assert profile.bio == wire.get("description", "")
    counts = (profile.follower_count, profile.following_count, profile.post_count)
    assert counts == tuple(wire[name] for name in AUDIENCE.values())
    assert profile.created_at == time_of(wire.get("createdAt"))


def check_message(message: Message, wire: Any, me: str) -> None:
    check_author(message.author, wire["author"])
    assert message.created_at == time_of(wire["indexedAt"])
    assert (message.id, message.private) == (wire["uri"], False)
    reason, record = wire["reason"], wire["record"]
    if reason not in {"mention", "quote", "reply"}:
        assert message.kind is MessageKind.NOTICE
        assert message.notice is not None
        assert message.notice.value == NOTICES.get(reason, reason)
        assert (message.post_id, message.text) == (wire.get("reasonSubject"), "")
        return
    check_record(message, wire["uri"], record)
    below_us = reason == "reply" and record["reply"]["parent"]["uri"].split("/")[2] == me
    answer = MessageKind.COMMENT if below_us else MessageKind.REPLY
    assert message.kind is WORDS.get(reason, answer)


def below(node: Any, depth: int = 1) -> Iterator[tuple[Any, int]]:
    """Yield the posts under a node of a thread, and how far under it they stand."""
    for one in node.get("replies", []):
        if "post" in one:
            yield one["post"], depth
        yield from below(one, depth + 1)


def check_comments(messages: Sequence[Message], thread: Any, post: str, me: str) -> None:
    wanted = {wire["uri"]: (wire, depth) for wire, depth in below(thread) if wire["author"]["did"] != me}
    assert sorted(one.id for one in messages) == sorted(wanted)
    assert [one.created_at for one in messages] == sorted(one.created_at for one in messages)
    for message in messages:
        wire, depth = wanted[message.id]
        check_record(message, wire["uri"], wire["record"])
        check_author(message.author, wire["author"])
        check_media(message.media, wire["record"].get("embed"), wire.get("embed"))
        assert (message.kind is MessageKind.COMMENT) == (depth == 1)
        assert message.post_id == post


def check_observations(rows: Sequence[Observation], subject: str, wire: Any, names: dict[str, str]) -> None:
    mine = {row.metric: row for row in rows if row.subject == subject}
    assert {metric: mine[metric].value for metric in names} == {
        metric: wire.get(name) for metric, name in names.items()
    }
    assert all((row.value is None) == (row.missing is not None) for row in mine.values())


def check_event(event: JetstreamEvent, wire: Any) -> None:
    """An event of today's form, or of the older one with its shorter words."""
    kind = wire.get("kind") or KINDS[wire["type"]]
    assert (event.did, event.time_us, event.kind.value) == (wire["did"], wire["time_us"], kind)
    assert dict(event.raw) == wire
    if kind == "commit":
        commit = wire["commit"]
        assert event.action is not None
        assert event.action.value == (commit.get("operation") or ACTIONS[commit["type"]])
        assert event.uri == f"at://{wire['did']}/{commit['collection']}/{commit['rkey']}"
        assert (event.record, event.cid, event.rev) == (
            commit.get("record"),
            commit.get("cid"),
            commit["rev"],
        )
    else:
        told = wire[kind]
        assert (event.action, event.uri, event.record) == (None, None, None)
        assert (event.active, event.handle, event.seq) == (
            told.get("active"),
            told.get("handle"),
            told["seq"],
        )
