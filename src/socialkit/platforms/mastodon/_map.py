"""From Mastodon's answers to the common models: pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeVar

from socialkit.models import (
    AccountRef,
    Author,
    Basis,
    Limits,
    MediaKind,
    MediaLimit,
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
from socialkit.platforms.mastodon._wire import (
    WireAccount,
    WireAttachment,
    WireAuthor,
    WireConfiguration,
    WireMediaLimits,
    WireNotification,
    WirePollLimits,
    WireQuote,
    WireScheduled,
    WireStatus,
    WireStatusesLimits,
    WireTrendsLink,
    WireTrendsTag,
)
from socialkit.text import html_to_text

__all__ = [
    "ACCOUNT_METRICS",
    "NATIVE",
    "POST_METRICS",
    "VISIBILITY_TO_WIRE",
    "to_limits",
    "to_media",
    "to_message",
    "to_post",
    "to_profile",
    "to_scheduled_post",
    "to_trend",
]

T = TypeVar("T")

VISIBILITIES: Final[Mapping[str, Visibility]] = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
}
VISIBILITY_TO_WIRE: Final[Mapping[Visibility, str]] = {ours: theirs for theirs, ours in VISIBILITIES.items()}

MEDIA_KINDS: Final[Mapping[str, MediaKind]] = {
    "image": MediaKind.IMAGE,
    "gifv": MediaKind.ANIMATION,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
}

NOTICES: Final[Mapping[str, NoticeKind]] = {
    "favourite": NoticeKind.LIKE,
    "reblog": NoticeKind.SHARE,
    "follow": NoticeKind.FOLLOW,
    "follow_request": NoticeKind.FOLLOW_REQUEST,
    "poll": NoticeKind.POLL_ENDED,
    "update": NoticeKind.POST_EDITED,
}

POST_METRICS: Final[Mapping[str, Callable[[WireStatus], int | None] | None]] = {
    "likes": lambda status: status.favourites_count,
    "shares": lambda status: status.reblogs_count,
    "replies": lambda status: status.replies_count,
    "quotes": lambda status: status.quotes_count,
    "saves": None,
    "impressions": None,
    "reach": None,
    "clicks": None,
}
"""Canonical metric to how it is read; None: Mastodon counts no such thing."""

ACCOUNT_METRICS: Final[Mapping[str, Callable[[WireAccount], int | None] | None]] = {
    "followers": lambda account: account.followers_count,
    "following": lambda account: account.following_count,
    "posts": lambda account: account.statuses_count,
    "impressions": None,
    "reach": None,
    "profile_views": None,
}

NATIVE: Final[Mapping[str, str]] = {
    "likes": "favourites_count",
    "shares": "reblogs_count",
    "replies": "replies_count",
    "quotes": "quotes_count",
    "followers": "followers_count",
    "following": "following_count",
    "posts": "statuses_count",
}


def _visibility(value: str | None) -> Visibility | None:
    return VISIBILITIES.get(value) or Visibility(value) if value else None


def _author(wire: WireAuthor | None) -> Author:
    if wire is None:  # what the server itself has to say
        return Author(id="", handle="")
    return _shared_author(
        wire.id, wire.acct or wire.username, wire.display_name or "", wire.url or None, wire.avatar or None
    )


@lru_cache(maxsize=256)
def _shared_author(identity: str, handle: str, name: str, url: str | None, avatar: str | None) -> Author:
    # A page repeats its authors, own posts have but one: making each anew takes a seventh of the mapping.
    return Author(id=identity, handle=handle, name=name, url=url, avatar_url=avatar)


def to_media(wire: WireAttachment) -> PostMedia:
    """Map an attachment; one without an address is still processed."""
    kind = MEDIA_KINDS.get(wire.type or "", MediaKind.UNKNOWN)
    return PostMedia(
        id=wire.id, kind=kind, url=wire.url or None, alt_text=wire.description, ready=bool(wire.url)
    )


def _all_media(wires: list[WireAttachment] | None) -> tuple[PostMedia, ...]:
    return tuple([to_media(one) for one in wires or ()])


def _quoted(quote: WireQuote | None) -> str | None:
    if quote is None:
        return None
    return quote.quoted_status.id if quote.quoted_status is not None else quote.quoted_status_id


def to_post(wire: WireStatus, raw: Raw, account: AccountRef | None) -> Post:
    """Map a status."""
    return Post(
        id=wire.id,
        account=account,
        author=_author(wire.account),
        text=html_to_text(wire.content or ""),
        html=wire.content,
        title=wire.spoiler_text or None,
        url=wire.url or None,
        published_at=wire.created_at,
        edited_at=wire.edited_at,
        visibility=_visibility(wire.visibility),
        language=wire.language or None,
        media=_all_media(wire.media_attachments),
        reply_to=wire.in_reply_to_id or None,
        quotes=_quoted(wire.quote),
        shares=wire.reblog.id if wire.reblog is not None else None,
        like_count=wire.favourites_count,
        share_count=wire.reblogs_count,
        reply_count=wire.replies_count,
        quote_count=wire.quotes_count,
        raw=raw,
    )


def to_scheduled_post(wire: WireScheduled, raw: Raw, account: AccountRef | None) -> Post:
    """Map a scheduled status; its text is plain, since nobody has marked it up yet."""
    return Post(
        id=wire.id,
        account=account,
        text=wire.params.text or "",
        title=wire.params.spoiler_text or None,
        scheduled_at=wire.scheduled_at,
        visibility=_visibility(wire.params.visibility),
        language=wire.params.language or None,
        media=_all_media(wire.media_attachments),
        reply_to=wire.params.in_reply_to_id or None,
        raw=raw,
    )


def to_profile(wire: WireAccount, raw: Raw, account: AccountRef | None) -> Profile:
    """Map an account."""
    return Profile(
        id=wire.id,
        handle=wire.acct or wire.username,
        name=wire.display_name or "",
        url=wire.url or None,
        avatar_url=wire.avatar or None,
        bio=html_to_text(wire.note or ""),
        follower_count=wire.followers_count,
        following_count=wire.following_count,
        post_count=wire.statuses_count,
        created_at=wire.created_at,
        automated=wire.bot,
        account=account,
        raw=raw,
    )


def message_kind(status: WireStatus, kind: str, me: str | None) -> MessageKind:
    """Return what a status is to the account that it names."""
    if status.visibility == "direct":
        return MessageKind.DIRECT_MESSAGE
    if kind == "quote":
        return MessageKind.QUOTE
    if not status.in_reply_to_id:
        return MessageKind.MENTION
    return MessageKind.COMMENT if status.in_reply_to_account_id == me else MessageKind.REPLY


def status_message(
    wire: WireStatus, raw: Raw, account: AccountRef | None, kind: MessageKind, post_id: str | None
) -> Message:
    """Map a status that somebody wrote to the account."""
    return Message(
        id=wire.id,
        kind=kind,
        account=account,
        author=_author(wire.account),
        text=html_to_text(wire.content or ""),
        created_at=wire.created_at,
        post_id=post_id,
        reply_to=wire.in_reply_to_id or None,
        private=wire.visibility == "direct",
        visibility=_visibility(wire.visibility),
        language=wire.language or None,
        url=wire.url or None,
        media=_all_media(wire.media_attachments),
        raw=raw,
    )


def to_message(wire: WireNotification, raw: Raw, account: AccountRef | None) -> Message:
    """Map a notification: somebody's words if it brings some, else a notice."""
    me = account.id if account is not None else None
    status = wire.status
    if status is not None and wire.type in {"mention", "quote"}:
        kind = message_kind(status, wire.type, me)
        about = status.in_reply_to_id if kind is MessageKind.COMMENT else None
        return status_message(status, raw.at("status"), account, kind, about or _quoted(status.quote))
    return Message(
        id=wire.id,
        kind=MessageKind.NOTICE,
        account=account,
        author=_author(wire.account),
        created_at=wire.created_at,
        post_id=status.id if status is not None else None,
        notice=NOTICES.get(wire.type) or NoticeKind(wire.type),
        url=status.url if status is not None else None,
        raw=raw,
    )


def to_trend(wire: WireTrendsTag | WireTrendsLink, raw: Raw) -> Trend:
    """Map a trend; its numbers are those of the latest day that the server gives."""
    today = wire.history[0] if wire.history else None
    return Trend(
        kind=TrendKind.HASHTAG if isinstance(wire, WireTrendsTag) else TrendKind.LINK,
        name=wire.name if isinstance(wire, WireTrendsTag) else wire.title or wire.url,
        url=wire.url or None,
        uses=today.uses if today is not None else None,
        people=today.accounts if today is not None else None,
        raw=raw,
    )


def to_limits(wire: WireConfiguration | None, defaults: Limits, *, text: int | None, now: datetime) -> Limits:
    """Return a server's own limits; what it does not say keeps the documented default."""
    told = wire or WireConfiguration()
    statuses = told.statuses or WireStatusesLimits()
    media = told.media_attachments or WireMediaLimits()
    polls = told.polls or WirePollLimits()

    def known(value: T | None, default: T) -> T:
        return default if value is None else value

    def seconds(value: int | None, default: timedelta | None) -> timedelta | None:
        return default if value is None else timedelta(seconds=value)

    return Limits(
        text=known(statuses.max_characters, known(text, defaults.text)),
        text_unit=defaults.text_unit,
        url_length=known(statuses.characters_reserved_per_url, defaults.url_length),
        media=known(statuses.max_media_attachments, defaults.media),
        alt_text=known(media.description_limit, defaults.alt_text),
        image=MediaLimit(
            bytes=known(media.image_size_limit, defaults.image.bytes),
            pixels=known(media.image_matrix_limit, defaults.image.pixels),
        ),
        video=MediaLimit(
            bytes=known(media.video_size_limit, defaults.video.bytes),
            pixels=known(media.video_matrix_limit, defaults.video.pixels),
            alone=defaults.video.alone,
        ),
        mime_types=frozenset(known(media.supported_mime_types, list(defaults.mime_types))),
        poll_options=known(polls.max_options, defaults.poll_options),
        poll_option_text=known(polls.max_characters_per_option, defaults.poll_option_text),
        poll_shortest=seconds(polls.min_expiration, defaults.poll_shortest),
        poll_longest=seconds(polls.max_expiration, defaults.poll_longest),
        schedule_ahead=defaults.schedule_ahead,
        basis=Basis.SERVER,
        read_at=now.astimezone(UTC),
    )
