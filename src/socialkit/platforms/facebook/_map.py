"""From Facebook's answers to the common models: pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qs, urlsplit

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
from socialkit.platforms.facebook._wire import (
    WireAttachment,
    WireComment,
    WireCounted,
    WireFile,
    WireId,
    WireMessage,
    WirePage,
    WirePost,
    WireVideo,
)

__all__ = [
    "COMMENT_FIELDS",
    "CONVERSATION_FIELDS",
    "MESSAGE_FIELDS",
    "PAGE_FIELDS",
    "POST_FIELDS",
    "WRITTEN_FIELDS",
    "comment_message",
    "link_named",
    "links_of",
    "post_message",
    "private_message",
    "to_post",
    "to_profile",
    "video_of",
    "video_post",
]

PAGE_FIELDS: Final = (
    "id",
    "name",
    "username",
    "link",
    "about",
    "followers_count",
    "fan_count",
    "picture{url}",
)
WRITTEN_FIELDS: Final = (
    "id",
    "message",
    "created_time",
    "updated_time",
    "permalink_url",
    "from",
    "is_published",
    "is_hidden",
    "scheduled_publish_time",
    "attachments{media_type,type,url,unshimmed_url,target,subattachments}",
)
"""What of a post is read with the write that made it."""
POST_FIELDS: Final = (
    *WRITTEN_FIELDS,
    "shares",
    "reactions.summary(true).limit(0)",
    "comments.summary(true).limit(0)",
)
COMMENT_FIELDS: Final = (
    "id",
    "message",
    "from",
    "created_time",
    "parent",
    "is_hidden",
    "permalink_url",
    "attachment",
)
MESSAGE_FIELDS: Final = ("id", "message", "created_time", "from", "attachments")
CONVERSATION_FIELDS: Final = ("id", "updated_time", f"messages.limit(25){{{','.join(MESSAGE_FIELDS)}}}")

KINDS: Final = {
    "photo": MediaKind.IMAGE,
    "album": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "video_inline": MediaKind.VIDEO,
}
SHOWN: Final = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}
LINK: Final = "link"
CARD: Final = "share"
WRAPPED: Final = "/l.php"
"""The path of the addresses by which Facebook counts who follows a link."""
LINK_OF: Final = "https://www.facebook.com/{}"


def _author(wire: WireId | None) -> Author:
    """Return who wrote something; nobody knows where Facebook does not tell."""
    return Author(id="", handle="") if wire is None else Author(id=wire.id, handle=wire.name, name=wire.name)


def _media(attachments: list[WireAttachment]) -> Iterator[PostMedia]:
    """Yield the files of a post; a link and its card are none."""
    for one in attachments:
        inner = one.subattachments.data if one.subattachments is not None else []
        if inner:
            yield from _media(inner)
        kind = KINDS.get(one.media_type or one.type or "")
        if kind is not None and not inner and one.target is not None and one.target.id:
            yield PostMedia(id=one.target.id, kind=kind, url=one.url)


def _files(wires: list[WireFile]) -> Iterator[PostMedia]:
    """Yield the files of a private message that are of a kind that can be shown."""
    for one in wires:
        kind = SHOWN.get((one.mime_type or "").partition("/")[0])
        if kind is not None:
            content = one.image_data or one.video_data
            yield PostMedia(id=one.id, kind=kind, url=content.url if content is not None else None)


def links_of(wire: WirePost) -> frozenset[str]:
    """Return where the cards of a post lead; empty where it has none, or Facebook does not tell.

    Example:
        >>> shown = {
        ...     "type": "share",
        ...     "url": "https://l.facebook.com/l.php?u=https%3A%2F%2Fshop.example%2F&h=AT1",
        ... }
        >>> sorted(links_of(WirePost.model_validate({"id": "1_2", "attachments": {"data": [shown]}})))
        ['https://shop.example']
    """
    found: set[str] = set()
    for one in wire.attachments.data if wire.attachments is not None else ():
        if LINK in {one.media_type, one.type} or one.type == CARD:
            target = one.target.url if one.target is not None else None
            found |= {link_named(url) for url in (one.unshimmed_url, one.url, target) if url}
    return frozenset(found)


def link_named(url: str) -> str:
    """Return an address as it is compared: out of Facebook's wrapping, and without a slash at its end."""
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that hold no address
        return url
    inner = parse_qs(parts.query).get("u", []) if parts.path == WRAPPED else []
    return (inner[0] if inner else url).rstrip("/")


def video_of(wire: WirePost) -> str | None:
    """Return the id of the video that a post shows; None where it shows none.

    Example:
        >>> shown = {"media_type": "video", "type": "video_autoplay", "target": {"id": "555"}}
        >>> video_of(WirePost.model_validate({"id": "1_2", "attachments": {"data": [shown]}}))
        '555'
    """
    media = _media(wire.attachments.data if wire.attachments is not None else [])
    return next((one.id for one in media if one.kind is MediaKind.VIDEO), None)


def _total(wire: WireCounted | None) -> int | None:
    return None if wire is None or wire.summary is None else wire.summary.total_count


def _shares(wire: WirePost) -> int | None:
    return None if wire.shares is None else wire.shares.count


def to_post(wire: WirePost, raw: Raw, account: AccountRef | None) -> Post:
    """Map a post of the Page."""
    waits = wire.is_published is False and wire.scheduled_publish_time is not None
    edited = wire.updated_time if wire.updated_time != wire.created_time else None
    return Post(
        id=wire.id,
        account=account,
        author=_author(wire.sender) if wire.sender is not None else None,
        text=wire.message,
        url=wire.permalink_url or LINK_OF.format(wire.id),
        published_at=None if waits else wire.created_time,
        edited_at=edited,
        scheduled_at=wire.scheduled_publish_time if waits else None,
        visibility=Visibility.PUBLIC,
        media=tuple(_media(wire.attachments.data if wire.attachments is not None else [])),
        like_count=_total(wire.reactions),
        share_count=_shares(wire),
        reply_count=_total(wire.comments),
        raw=raw,
    )


def video_post(wire: WireVideo, raw: Raw, account: AccountRef | None) -> Post:
    """Map a video whose post is not told yet; when that went out, only the post would tell."""
    waits = not wire.published and wire.scheduled_publish_time is not None
    return Post(
        id=wire.id,
        account=account,
        text=wire.description,
        url=LINK_OF.format(wire.id),
        scheduled_at=wire.scheduled_publish_time if waits else None,
        visibility=Visibility.PUBLIC,
        media=(PostMedia(id=wire.id, kind=MediaKind.VIDEO),),
        raw=raw,
    )


def to_profile(wire: WirePage, raw: Raw, account: AccountRef | None) -> Profile:
    """Map a Page."""
    picture = wire.picture.data if wire.picture is not None else None
    return Profile(
        id=wire.id,
        handle=wire.username or wire.name,
        name=wire.name,
        url=wire.link or LINK_OF.format(wire.id),
        avatar_url=picture.url if picture is not None else None,
        bio=wire.about or "",
        follower_count=wire.followers_count,
        account=account,
        raw=raw,
    )


def comment_message(wire: WireComment, raw: Raw, account: AccountRef | None, post: str) -> Message | None:
    """Map a comment; None for one of which nobody knows the time."""
    if wire.created_time is None:
        return None
    parent = wire.parent.id if wire.parent is not None else None
    return Message(
        id=wire.id,
        kind=MessageKind.COMMENT if parent is None else MessageKind.REPLY,
        account=account,
        author=_author(wire.sender),
        text=wire.message,
        created_at=wire.created_time,
        post_id=post,
        reply_to=parent or post,
        visibility=Visibility.PUBLIC,
        url=wire.permalink_url,
        media=tuple(_media([wire.attachment] if wire.attachment is not None else [])),
        raw=raw,
    )


def post_message(wire: WirePost, raw: Raw, account: AccountRef | None) -> Message | None:
    """Map a post of somebody else that names the Page; None for one of which nobody knows the time."""
    if wire.created_time is None:
        return None
    return Message(
        id=wire.id,
        kind=MessageKind.MENTION,
        account=account,
        author=_author(wire.sender),
        text=wire.message,
        created_at=wire.created_time,
        post_id=wire.id,
        visibility=Visibility.PUBLIC,
        url=wire.permalink_url or LINK_OF.format(wire.id),
        media=tuple(_media(wire.attachments.data if wire.attachments is not None else [])),
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
        author=_author(wire.sender),
        text=wire.message,
        created_at=wire.created_time,
        conversation_id=conversation,
        private=True,
        visibility=Visibility.DIRECT,
        media=tuple(_files(wire.attachments.data if wire.attachments is not None else [])),
        raw=raw,
    )
