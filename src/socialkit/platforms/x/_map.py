"""From X's answers to the common models: pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
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
from socialkit.platforms.x._ids import EPOCH, KINDS_OF_TYPES, kind_of_key, media_id, time_of
from socialkit.platforms.x._text import SITE, message_text, whole_text
from socialkit.platforms.x._wire import (
    WireEvent,
    WireIncludes,
    WireMedia,
    WirePost,
    WireUpload,
    WireUser,
)

__all__ = [
    "ACCOUNT_METRICS",
    "POST_METRICS",
    "PRIVATE_METRICS",
    "Including",
    "event_message",
    "made_at",
    "message_kind",
    "post_message",
    "sent_message",
    "to_post",
    "to_profile",
    "uploaded",
]

NO_LANGUAGE: Final = frozenset({"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"})
"""What X calls the language of a text that has none."""

Reader = Callable[[WirePost], int | None]


def _public(name: str) -> Reader:
    def read(post: WirePost) -> int | None:
        found: int | None = getattr(post.public_metrics, name, None)
        return found

    return read


def _private(group: str, name: str) -> Reader:
    def read(post: WirePost) -> int | None:
        found: int | None = getattr(getattr(post, group), name, None)
        return found

    return read


POST_METRICS: Final[Mapping[str, Reader | None]] = {
    "likes": _public("like_count"),
    "shares": _public("share_count"),
    "replies": _public("reply_count"),
    "quotes": _public("quote_count"),
    "saves": _public("bookmark_count"),
    "impressions": _public("impression_count"),
    "reach": None,
    "clicks": _private("non_public_metrics", "url_link_clicks"),
    "video_views": _private("film_metrics", "view_count"),
}
"""Canonical metric to how it is read; None: X counts no such thing."""

PRIVATE_METRICS: Final[Mapping[str, Mapping[str, Reader]]] = {
    "non_public_metrics": {
        "impressions": _private("non_public_metrics", "impression_count"),
        "clicks": _private("non_public_metrics", "url_link_clicks"),
        "user_profile_clicks": _private("non_public_metrics", "user_profile_clicks"),
        "engagements": _private("non_public_metrics", "engagements"),
    },
    "organic_metrics": {
        "impressions": _private("organic_metrics", "impression_count"),
        "likes": _private("organic_metrics", "like_count"),
        "replies": _private("organic_metrics", "reply_count"),
        "shares": _private("organic_metrics", "share_count"),
        "clicks": _private("organic_metrics", "url_link_clicks"),
        "user_profile_clicks": _private("organic_metrics", "user_profile_clicks"),
    },
}
"""What only the author is told, by X's own groups. `engagements` is X's own sum, not the canonical one."""


def _of_user(name: str) -> Callable[[WireUser], int | None]:
    def read(user: WireUser) -> int | None:
        found: int | None = getattr(user.public_metrics, name, None)
        return found

    return read


ACCOUNT_METRICS: Final[Mapping[str, Callable[[WireUser], int | None] | None]] = {
    "followers": _of_user("followers_count"),
    "following": _of_user("following_count"),
    "posts": _of_user("post_count"),
    "impressions": None,
    "reach": None,
    "profile_views": None,
}


class Including:
    """What stands beside the posts of an answer, by id."""

    def __init__(self, includes: WireIncludes | None, *, me: WireUser | None = None) -> None:
        found = includes or WireIncludes()
        self._users = {one.id: one for one in (*(found.users or ()), *([] if me is None else [me]))}
        self._media = {one.media_key: one for one in found.media or ()}

    def author(self, identity: str | None) -> Author:
        """Return who wrote something; without a name where the answer does not tell it."""
        user = self._users.get(identity or "")
        if user is None:
            return Author(id=identity or "", handle="")
        return _author(user.id, user.username, user.name, user.profile_image_url)

    def media(self, keys: Iterable[str] | None) -> tuple[PostMedia, ...]:
        """Return files by their keys, in order."""
        return tuple([_to_media(key, self._media.get(key)) for key in keys or ()])


@lru_cache(maxsize=256)
def _author(identity: str, handle: str, name: str, avatar: str | None) -> Author:
    url = f"{SITE}/{handle}" if handle else None
    return Author(id=identity, handle=handle, name=name, url=url, avatar_url=avatar)


def _to_media(key: str, wire: WireMedia | None) -> PostMedia:
    if wire is None:
        return PostMedia(id=media_id(key), kind=kind_of_key(key))
    kind = KINDS_OF_TYPES.get(wire.type or "") or kind_of_key(key)
    return PostMedia(
        id=media_id(key), kind=kind, url=wire.url or wire.preview_image_url, alt_text=wire.alt_text
    )


def uploaded(wire: WireUpload, kind: MediaKind = MediaKind.UNKNOWN, alt_text: str | None = None) -> PostMedia:
    """Map an uploaded file; one that is worked on cannot be attached yet."""
    work = wire.processing_info
    told = kind_of_key(wire.media_key) if wire.media_key else MediaKind.UNKNOWN
    ready = work is None or work.state == "succeeded"
    return PostMedia(
        id=wire.id, kind=kind if told is MediaKind.UNKNOWN else told, alt_text=alt_text, ready=ready
    )


def made_at(wire: WirePost | WireEvent) -> datetime:
    """Return when a thing was made: as X says, or as its id tells; older ids tell but that they are old."""
    return wire.created_at or time_of(wire.id) or EPOCH


def _language(code: str | None) -> str | None:
    return None if not code or code in NO_LANGUAGE else code


def _address(identity: str, author: Author) -> str:
    return f"{SITE}/{author.handle or 'i/web'}/status/{identity}"


def to_post(wire: WirePost, beside: Including, raw: Raw, account: AccountRef | None) -> Post:
    """Map a post."""
    author, counts = beside.author(wire.author_id), wire.public_metrics
    edited = len(wire.versions or ()) > 1
    return Post(
        id=wire.id,
        account=account,
        author=author,
        text=whole_text(wire),
        url=_address(wire.id, author),
        published_at=wire.created_at or time_of(wire.id),
        edited_at=time_of(wire.id) if edited else None,
        visibility=Visibility.PUBLIC,
        language=_language(wire.lang),
        media=beside.media(None if wire.attachments is None else wire.attachments.media_keys),
        reply_to=wire.reference("replied_to"),
        quotes=wire.reference("quoted"),
        shares=wire.reference("retweeted"),
        like_count=counts.like_count if counts is not None else None,
        share_count=counts.share_count if counts is not None else None,
        reply_count=counts.reply_count if counts is not None else None,
        quote_count=counts.quote_count if counts is not None else None,
        raw=raw,
    )


def to_profile(wire: WireUser, raw: Raw, account: AccountRef | None) -> Profile:
    """Map an account."""
    counts = wire.public_metrics
    return Profile(
        id=wire.id,
        handle=wire.username,
        name=wire.name,
        url=f"{SITE}/{wire.username}" if wire.username else None,
        avatar_url=wire.profile_image_url,
        bio=wire.description or "",
        follower_count=counts.followers_count if counts is not None else None,
        following_count=counts.following_count if counts is not None else None,
        post_count=counts.post_count if counts is not None else None,
        created_at=wire.created_at,
        account=account,
        raw=raw,
    )


def message_kind(wire: WirePost, me: str | None) -> MessageKind:
    """Return what a post that names the account is to it."""
    if wire.reference("replied_to") is None:
        return MessageKind.QUOTE if wire.reference("quoted") is not None else MessageKind.MENTION
    return MessageKind.COMMENT if wire.in_reply_to_user_id == me else MessageKind.REPLY


def post_message(
    wire: WirePost,
    beside: Including,
    raw: Raw,
    account: AccountRef | None,
    *,
    kind: MessageKind,
    under: str | None,
) -> Message:
    """Map a post that somebody wrote to the account."""
    author = beside.author(wire.author_id)
    return Message(
        id=wire.id,
        kind=kind,
        account=account,
        author=author,
        text=whole_text(wire),
        created_at=made_at(wire),
        post_id=under,
        reply_to=wire.reference("replied_to"),
        conversation_id=wire.conversation_id,
        visibility=Visibility.PUBLIC,
        language=_language(wire.lang),
        url=_address(wire.id, author),
        media=beside.media(None if wire.attachments is None else wire.attachments.media_keys),
        raw=raw,
    )


def event_message(wire: WireEvent, beside: Including, raw: Raw, account: AccountRef | None) -> Message:
    """Map a private message."""
    return Message(
        id=wire.id,
        kind=MessageKind.DIRECT_MESSAGE,
        account=account,
        author=beside.author(wire.sender_id),
        text=message_text(wire),
        created_at=made_at(wire),
        conversation_id=wire.dm_conversation_id,
        private=True,
        visibility=Visibility.DIRECT,
        media=beside.media(None if wire.attachments is None else wire.attachments.media_keys),
        raw=raw,
    )


def sent_message(identity: str, text: str, raw: Raw, account: AccountRef | None) -> Post:
    """Map a private message of our own."""
    return Post(
        id=identity,
        account=account,
        text=text,
        published_at=time_of(identity),
        visibility=Visibility.DIRECT,
        raw=raw,
    )
