"""From Bluesky's answers to the common models: pure functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from pydantic import JsonValue

from socialkit.models import (
    AccountRef,
    Author,
    MediaKind,
    Message,
    MessageKind,
    NoticeKind,
    Post,
    PostMedia,
    Profile,
    Raw,
    Trend,
    TrendKind,
    Visibility,
)
from socialkit.platforms.bluesky._records import POST, Address, parse_uri
from socialkit.platforms.bluesky._wire import (
    WireAuthor,
    WireConvo,
    WireEmbed,
    WireMessage,
    WireNotification,
    WirePost,
    WireProfile,
    WireRecord,
    WireTrend,
    WireView,
)

__all__ = [
    "ACCOUNT_METRICS",
    "NATIVE",
    "POST_METRICS",
    "WORDS",
    "post_message",
    "record_post",
    "stored_raw",
    "to_chat_message",
    "to_chat_post",
    "to_message",
    "to_post",
    "to_profile",
    "to_trend",
]

SITE: Final = "https://bsky.app"
NOBODY: Final = Author(id="", handle="")
NO_RECORD: Final = WireRecord.model_construct()
START: Final = datetime(1970, 1, 1, tzinfo=UTC)

NOTICES: Final[Mapping[str, NoticeKind]] = {
    "like": NoticeKind.LIKE,
    "repost": NoticeKind.SHARE,
    "follow": NoticeKind.FOLLOW,
}
WORDS: Final = frozenset({"mention", "reply", "quote"})

POST_METRICS: Final[Mapping[str, Callable[[WirePost], int | None] | None]] = {
    "likes": lambda post: post.like_count,
    "shares": lambda post: post.repost_count,
    "replies": lambda post: post.reply_count,
    "quotes": lambda post: post.quote_count,
    "saves": lambda post: post.bookmark_count,
    "impressions": None,
    "reach": None,
    "clicks": None,
}
"""Canonical metric to how it is read; None: Bluesky counts no such thing."""

ACCOUNT_METRICS: Final[Mapping[str, Callable[[WireProfile], int | None] | None]] = {
    "followers": lambda profile: profile.followers_count,
    "following": lambda profile: profile.follows_count,
    "posts": lambda profile: profile.posts_count,
    "impressions": None,
    "reach": None,
    "profile_views": None,
}

NATIVE: Final[Mapping[str, str]] = {
    "likes": "likeCount",
    "shares": "repostCount",
    "replies": "replyCount",
    "quotes": "quoteCount",
    "saves": "bookmarkCount",
    "followers": "followersCount",
    "following": "followsCount",
    "posts": "postsCount",
}


def _profile_url(did: str) -> str:
    # By the lasting identifier: a handle may be somebody else's tomorrow.
    return f"{SITE}/profile/{did}"


def _post_url(uri: str) -> str | None:
    address = parse_uri(uri)
    if address is None or address.collection != POST:
        return None
    return f"{_profile_url(address.authority)}/post/{address.key}"


def _author(wire: WireAuthor) -> Author:
    return _shared_author(wire.did, wire.handle, wire.display_name or "", wire.avatar or None)


@lru_cache(maxsize=256)
def _shared_author(did: str, handle: str, name: str, avatar: str | None) -> Author:
    # A page repeats its authors; an account's own posts have but one.
    return Author(id=did, handle=handle, name=name, url=_profile_url(did), avatar_url=avatar)


def _all_media(embed: WireEmbed | None, view: WireView | None) -> tuple[PostMedia, ...]:
    if embed is None:
        return ()
    embed, view = embed.media or embed, view and (view.media or view)
    if embed.video is not None:
        url = view.playlist if view is not None else None
        return (PostMedia(id=embed.video.id, kind=MediaKind.VIDEO, url=url, alt_text=embed.alt or None),)
    shown = (view.images or view.items or []) if view is not None else []
    urls = [one.fullsize for one in shown]
    return tuple(
        [
            PostMedia(
                id=one.image.id if one.image is not None else "",
                kind=MediaKind.IMAGE,
                url=urls[number] if number < len(urls) else None,
                alt_text=one.alt or None,
            )
            for number, one in enumerate(embed.images or embed.items or ())
        ]
    )


def _quoted(embed: WireEmbed | None) -> str | None:
    quoted = embed.record if embed is not None else None
    if quoted is None:
        return None
    return quoted.record.uri if quoted.record is not None else quoted.uri


def _written_at(record: WireRecord, indexed_at: datetime | None) -> datetime | None:
    # Authors date their posts themselves; the network sorts one from the future by when it saw it.
    times = [time for time in (record.created_at, indexed_at) if time is not None]
    return min(times, default=None)


def to_post(wire: WirePost, raw: Raw, account: AccountRef | None) -> Post:
    """Map a post as readers get it."""
    record = wire.record or NO_RECORD
    return Post(
        id=wire.uri,
        account=account,
        author=_author(wire.author),
        text=record.text or "",
        url=_post_url(wire.uri),
        published_at=_written_at(record, wire.indexed_at),
        visibility=Visibility.PUBLIC,
        language=record.langs[0] if record.langs else None,
        media=_all_media(record.embed, wire.embed),
        reply_to=record.reply.parent.uri if record.reply is not None else None,
        quotes=_quoted(record.embed),
        like_count=wire.like_count,
        share_count=wire.repost_count,
        reply_count=wire.reply_count,
        quote_count=wire.quote_count,
        raw=raw,
    )


def record_post(record: WireRecord | None, uri: str, raw: Raw, account: AccountRef | None) -> Post:
    """Map a post as its server keeps it: without counts, and without its author's name but our own."""
    address = parse_uri(uri)
    owner = address.authority if address is not None else ""
    known = account is not None and account.id == owner
    author = WireAuthor(did=owner, handle=(account.handle or "") if account is not None and known else "")
    return to_post(WirePost(uri=uri, cid="", author=author, record=record), raw, account)


def stored_raw(address: Address, cid: str, value: JsonValue) -> Raw:
    """Return a record that was just written in the shape in which its server gives it."""
    return Raw.of(json.dumps({"uri": str(address), "cid": cid, "value": value}).encode())


def to_profile(wire: WireProfile, raw: Raw, account: AccountRef | None) -> Profile:
    """Map an account."""
    return Profile(
        **_author(wire).model_dump(),
        bio=wire.description or "",
        follower_count=wire.followers_count,
        following_count=wire.follows_count,
        post_count=wire.posts_count,
        created_at=wire.created_at,
        account=account,
        raw=raw,
    )


def to_message(wire: WireNotification, raw: Raw, account: AccountRef | None) -> Message:
    """Map what happened: somebody's words if it brings some, else a notice."""
    me, record = account.id if account is not None else None, wire.record
    if record is not None and wire.reason in WORDS:
        kind, about = _words(wire, record, me)
        return _message(record, wire.uri, wire.author, wire.indexed_at, raw, account, kind, about)
    subject = wire.reason_subject
    return Message(
        id=wire.uri,
        kind=MessageKind.NOTICE,
        account=account,
        author=_author(wire.author),
        created_at=wire.indexed_at,
        post_id=subject,
        notice=NOTICES.get(wire.reason) or NoticeKind(wire.reason),
        url=_post_url(subject) if subject is not None else None,
        raw=raw,
    )


def _words(wire: WireNotification, record: WireRecord, me: str | None) -> tuple[MessageKind, str | None]:
    if wire.reason == "quote":
        return MessageKind.QUOTE, wire.reason_subject or _quoted(record.embed)
    parent = parse_uri(record.reply.parent.uri) if record.reply is not None else None
    if record.reply is not None and parent is not None and parent.authority == me:
        # One that names us besides comes as a mention alone.
        return MessageKind.COMMENT, record.reply.parent.uri
    if wire.reason == "mention":
        return MessageKind.MENTION, None
    if record.reply is None:
        return MessageKind.REPLY, wire.reason_subject
    return MessageKind.REPLY, record.reply.root.uri


def post_message(
    wire: WirePost, raw: Raw, account: AccountRef | None, kind: MessageKind, post_id: str | None
) -> Message:
    """Map a post that somebody wrote under one of ours."""
    record = wire.record or WireRecord()
    time = _written_at(record, wire.indexed_at) or START
    message = _message(record, wire.uri, wire.author, time, raw, account, kind, post_id)
    return message.model_copy(update={"media": _all_media(record.embed, wire.embed)})


def _message(
    record: WireRecord,
    uri: str,
    author: WireAuthor,
    time: datetime,
    raw: Raw,
    account: AccountRef | None,
    kind: MessageKind,
    post_id: str | None,
) -> Message:
    return Message(
        id=uri,
        kind=kind,
        account=account,
        author=_author(author),
        text=record.text or "",
        created_at=time,
        post_id=post_id,
        reply_to=record.reply.parent.uri if record.reply is not None else None,
        visibility=Visibility.PUBLIC,
        language=record.langs[0] if record.langs else None,
        url=_post_url(uri),
        media=_all_media(record.embed, None),
        raw=raw,
    )


def to_chat_message(wire: WireMessage, convo: WireConvo, raw: Raw, account: AccountRef | None) -> Message:
    """Map a private message."""
    sender = wire.sender.did if wire.sender is not None else ""
    member = next((one for one in convo.members if one.did == sender), None)
    return Message(
        id=wire.id,
        kind=MessageKind.DIRECT_MESSAGE,
        account=account,
        author=Author(id=sender, handle="") if member is None else _author(member),
        text=wire.text or "",
        created_at=wire.sent_at or START,
        conversation_id=convo.id,
        private=True,
        visibility=Visibility.DIRECT,
        url=f"{SITE}/messages/{convo.id}",
        raw=raw,
    )


def to_chat_post(wire: WireMessage, convo: str, raw: Raw, account: AccountRef, reply_to: str) -> Post:
    """Map a private message of our own."""
    return Post(
        id=wire.id,
        account=account,
        author=Author(id=account.id or "", handle=account.handle or ""),
        text=wire.text or "",
        url=f"{SITE}/messages/{convo}",
        published_at=wire.sent_at,
        visibility=Visibility.DIRECT,
        reply_to=reply_to,
        raw=raw,
    )


def to_trend(wire: WireTrend, raw: Raw) -> Trend:
    """Map a trend; its link lies on the network's own site."""
    link = wire.link or ""
    return Trend(
        kind=TrendKind.TOPIC,
        name=wire.display_name or wire.topic,
        url=(f"{SITE}{link}" if link.startswith("/") else link) or None,
        uses=wire.post_count,
        raw=raw,
    )
