"""From Instagram's answers to the common models: pure functions."""

from __future__ import annotations

from typing import Final

from socialkit.models import (
    AccountRef,
    Author,
    MediaKind,
    Message,
    MessageKind,
    Post,
    PostMedia,
    Profile,
    Raw,
    Visibility,
)
from socialkit.platforms.instagram._wire import WireComment, WireId, WireMedia, WireMessage, WireUser

__all__ = [
    "COMMENT_FIELDS",
    "CONVERSATION_FIELDS",
    "FOUND_FIELDS",
    "MEDIA_FIELDS",
    "PROFILE_FIELDS",
    "REPLY_FIELDS",
    "TAGGED_FIELDS",
    "USER_FIELDS",
    "comment_message",
    "media_message",
    "private_message",
    "to_post",
    "to_profile",
]

PROFILE_FIELDS: Final = (
    "id",
    "username",
    "name",
    "biography",
    "website",
    "profile_picture_url",
    "followers_count",
    "follows_count",
    "media_count",
)
USER_FIELDS: Final = ("user_id", "account_type", *PROFILE_FIELDS)
"""With Instagram's own login."""
FILE_FIELDS: Final = ("id", "media_type", "media_url", "thumbnail_url", "alt_text")
FOUND_FIELDS: Final = (
    "id",
    "caption",
    "media_type",
    "media_url",
    "permalink",
    "timestamp",
    "like_count",
    "comments_count",
)
"""What is told of posts under a hashtag: never who wrote them."""
TAGGED_FIELDS: Final = (*FOUND_FIELDS, "username")
MEDIA_FIELDS: Final = (
    *TAGGED_FIELDS,
    "media_product_type",
    "thumbnail_url",
    "shortcode",
    "owner",
    "is_comment_enabled",
    "alt_text",
    f"children{{{','.join(FILE_FIELDS)}}}",
)
REPLY_FIELDS: Final = ("id", "text", "timestamp", "username", "from", "hidden", "parent_id", "like_count")
COMMENT_FIELDS: Final = (*REPLY_FIELDS, f"replies.limit(50){{{','.join(REPLY_FIELDS)}}}")
MESSAGE_FIELDS: Final = ("id", "message", "created_time", "from")
CONVERSATION_FIELDS: Final = ("id", "updated_time", f"messages.limit(20){{{','.join(MESSAGE_FIELDS)}}}")
"""Instagram tells no more than the newest twenty messages of a conversation."""

KINDS: Final = {"IMAGE": MediaKind.IMAGE, "VIDEO": MediaKind.VIDEO}
PROFILE_OF: Final = "https://www.instagram.com/{}/"


def _author(wire: WireId | None, username: str | None) -> Author:
    """Return who wrote something; nobody knows where Instagram does not tell."""
    name = (wire.username if wire is not None else None) or username or ""
    return Author(id="" if wire is None else wire.id, handle=name, name=name)


def _media(wire: WireMedia) -> tuple[PostMedia, ...]:
    """Return the files of a post: a picture or reel is its own one file."""
    inner = wire.children.data if wire.children is not None else []
    files = inner or [wire]
    return tuple(
        PostMedia(
            id=one.id,
            kind=KINDS.get(one.media_type or "", MediaKind.UNKNOWN),
            url=one.media_url or one.thumbnail_url,
            alt_text=one.alt_text or None,
        )
        for one in files
    )


def to_post(wire: WireMedia, raw: Raw, account: AccountRef | None) -> Post:
    """Map a post, reel, carousel or story."""
    author = _author(wire.owner, wire.username) if wire.owner is not None or wire.username else None
    return Post(
        id=wire.id,
        account=account,
        author=author,
        text=wire.caption or "",
        url=wire.permalink,
        published_at=wire.timestamp,
        visibility=Visibility.PUBLIC,
        media=_media(wire),
        like_count=wire.like_count,
        reply_count=wire.comments_count,
        raw=raw,
    )


def to_profile(wire: WireUser, identity: str, raw: Raw, account: AccountRef | None) -> Profile:
    """Map an account."""
    handle = wire.username or wire.name or identity
    return Profile(
        id=identity,
        handle=handle,
        name=wire.name or handle,
        url=PROFILE_OF.format(wire.username) if wire.username else None,
        avatar_url=wire.profile_picture_url,
        bio=wire.biography or "",
        follower_count=wire.followers_count,
        following_count=wire.follows_count,
        post_count=wire.media_count,
        account=account,
        raw=raw,
    )


def comment_message(
    wire: WireComment, raw: Raw, account: AccountRef | None, post: str | None, above: str | None = None
) -> Message | None:
    """Map a comment; None for one of which nobody knows the time.

    Args:
        wire: The comment.
        raw: What was sent.
        account: Through which account it was seen.
        post: The post that it stands under, where that is told.
        above: The comment that it answers, where the answer stands inside that one.
    """
    if wire.timestamp is None:
        return None
    parent = wire.parent_id or above
    return Message(
        id=wire.id,
        kind=MessageKind.COMMENT if parent is None else MessageKind.REPLY,
        account=account,
        author=_author(wire.sender, wire.username),
        text=wire.text or "",
        created_at=wire.timestamp,
        post_id=post,
        reply_to=parent or post,
        visibility=Visibility.PUBLIC,
        raw=raw,
    )


def media_message(wire: WireMedia, raw: Raw, account: AccountRef | None) -> Message | None:
    """Map a post of somebody else that names the account; None for one of which nobody knows the time."""
    if wire.timestamp is None:
        return None
    return Message(
        id=wire.id,
        kind=MessageKind.MENTION,
        account=account,
        author=_author(wire.owner, wire.username),
        text=wire.caption or "",
        created_at=wire.timestamp,
        post_id=wire.id,
        visibility=Visibility.PUBLIC,
        url=wire.permalink,
        media=_media(wire),
        raw=raw,
    )


def private_message(
    wire: WireMessage, raw: Raw, account: AccountRef | None, conversation: str
) -> Message | None:
    """Map a private message; None for one of which nobody knows the time."""
    if wire.created_time is None:
        return None
    return Message(
        id=wire.id,
        kind=MessageKind.DIRECT_MESSAGE,
        account=account,
        author=_author(wire.sender, None),
        text=wire.message or "",
        created_at=wire.created_time,
        conversation_id=conversation,
        private=True,
        visibility=Visibility.DIRECT,
        raw=raw,
    )
