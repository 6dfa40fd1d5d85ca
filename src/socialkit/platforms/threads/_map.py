"""From Threads' answers to the common models: pure functions."""

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
from socialkit.platforms.threads._wire import WireMedia, WireUser

__all__ = ["POST_FIELDS", "REPLY_FIELDS", "USER_FIELDS", "to_message", "to_post", "to_profile"]

USER_FIELDS: Final = (
    "id",
    "username",
    "name",
    "threads_profile_picture_url",
    "threads_biography",
    "is_verified",
)
POST_FIELDS: Final = (
    "id",
    "media_type",
    "media_url",
    "thumbnail_url",
    "gif_url",
    "permalink",
    "owner",
    "username",
    "text",
    "timestamp",
    "alt_text",
    "children",
    "quoted_post",
    "reposted_post",
    "has_replies",
)
REPLY_FIELDS: Final = (
    *(one for one in POST_FIELDS if one != "owner"),  # whose a reply is only its name says
    *("root_post", "replied_to", "is_reply_owned_by_me", "hide_status"),
)

KINDS: Final = {"IMAGE": MediaKind.IMAGE, "VIDEO": MediaKind.VIDEO, "AUDIO": MediaKind.AUDIO}
"""Of posts with one file; what the files of a carousel are is not told."""


def _media(wire: WireMedia) -> tuple[PostMedia, ...]:
    """Return the files of a post: the one of a post with one file goes by the post's own id."""
    if wire.children is not None and wire.children.data:
        return tuple(PostMedia(id=one.id) for one in wire.children.data)
    kind = KINDS.get(wire.media_type)
    if kind is None:
        return ()
    return (PostMedia(id=wire.id, kind=kind, url=wire.media_url, alt_text=wire.alt_text),)


def _author(wire: WireMedia) -> Author:
    """Return who wrote something: of others Threads tells the name and no id."""
    return Author(id="" if wire.owner is None else wire.owner.id, handle=wire.username)


def to_post(wire: WireMedia, raw: Raw, account: AccountRef | None) -> Post:
    """Map a post, or a reply of the account's own."""
    return Post(
        id=wire.id,
        account=account,
        author=_author(wire) if wire.username else None,
        text=wire.text,
        url=wire.permalink,
        published_at=wire.timestamp,
        visibility=Visibility.PUBLIC,
        media=_media(wire),
        reply_to=None if wire.replied_to is None else wire.replied_to.id,
        quotes=None if wire.quoted_post is None else wire.quoted_post.id,
        shares=None if wire.reposted_post is None else wire.reposted_post.id,
        raw=raw,
    )


def to_profile(wire: WireUser, raw: Raw, account: AccountRef | None) -> Profile:
    """Map the account itself; how many follow it stands in its insights alone."""
    return Profile(
        id=wire.id,
        handle=wire.username,
        name=wire.name or "",
        url=f"https://www.threads.com/@{wire.username}" if wire.username else None,
        avatar_url=wire.threads_profile_picture_url,
        bio=wire.threads_biography or "",
        account=account,
        raw=raw,
    )


def to_message(
    wire: WireMedia, raw: Raw, account: AccountRef | None, *, post: str | None = None
) -> Message | None:
    """Map what somebody else wrote; None for what nobody knows the time of.

    Args:
        wire: What they wrote.
        raw: The same as it came.
        account: To whom.
        post: The post under which it stands; None for a mention.
    """
    if wire.timestamp is None:
        return None
    above = None if wire.replied_to is None else wire.replied_to.id
    root = post if wire.root_post is None or post is None else wire.root_post.id
    kind = MessageKind.MENTION
    if post is not None:
        kind = MessageKind.COMMENT if above in {None, root} else MessageKind.REPLY
    return Message(
        id=wire.id,
        kind=kind,
        account=account,
        author=_author(wire),
        text=wire.text,
        created_at=wire.timestamp,
        post_id=wire.id if post is None else root,
        reply_to=above if above is not None else post,
        visibility=Visibility.PUBLIC,
        url=wire.permalink,
        media=_media(wire),
        raw=raw,
    )
