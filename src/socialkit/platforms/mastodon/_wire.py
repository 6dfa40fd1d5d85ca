"""Answers as Mastodon sends them; only what is read. See https://docs.joinmastodon.org/entities/."""

from __future__ import annotations

from socialkit.models import Timestamp, WireModel

__all__ = [
    "WireAccount",
    "WireAttachment",
    "WireContext",
    "WireHistory",
    "WireIdentified",
    "WireInstance",
    "WireInstanceV1",
    "WireNotification",
    "WireQuote",
    "WireScheduled",
    "WireSearch",
    "WireSource",
    "WireStatus",
    "WireTrendsLink",
    "WireTrendsTag",
]


class WireIdentified(WireModel):
    """Anything, by its id alone."""

    id: str


class WireAccount(WireModel):
    """An account."""

    id: str
    username: str = ""
    acct: str
    """`user`, or `user@host` for those of other servers."""
    display_name: str = ""
    note: str = ""
    """HTML."""
    url: str | None = None
    avatar: str | None = None
    bot: bool | None = None
    created_at: Timestamp | None = None
    followers_count: int | None = None
    following_count: int | None = None
    statuses_count: int | None = None


class WireAuthor(WireModel):
    """An account, as far as a post's author needs it."""

    id: str
    acct: str
    display_name: str = ""
    url: str | None = None
    avatar: str | None = None


class WireAttachment(WireModel):
    """A media attachment."""

    id: str
    type: str = "unknown"
    url: str | None = None
    """Null while it is processed."""
    description: str | None = None


class WireQuote(WireModel):
    """A quote; a shallow one holds an id only, a hidden one nothing."""

    quoted_status: WireIdentified | None = None
    quoted_status_id: str | None = None


class WirePollOption(WireModel):
    """A choice of a poll."""

    title: str


class WirePoll(WireModel):
    """A poll."""

    expires_at: Timestamp | None = None
    expired: bool = False
    multiple: bool = False
    options: list[WirePollOption] = []


class WireStatus(WireModel):
    """A status."""

    id: str
    created_at: Timestamp
    account: WireAuthor
    content: str = ""
    """HTML."""
    url: str | None = None
    visibility: str | None = None
    spoiler_text: str = ""
    language: str | None = None
    edited_at: Timestamp | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    media_attachments: list[WireAttachment] = []
    reblog: WireIdentified | None = None
    quote: WireQuote | None = None
    poll: WirePoll | None = None
    replies_count: int | None = None
    reblogs_count: int | None = None
    favourites_count: int | None = None
    quotes_count: int | None = None
    favourited: bool | None = None


class WireSource(WireModel):
    """The plain text behind a status."""

    id: str
    text: str
    spoiler_text: str = ""


class WireScheduledParams(WireModel):
    """What a scheduled status will be."""

    text: str | None = None
    visibility: str | None = None
    spoiler_text: str | None = None
    in_reply_to_id: str | None = None
    language: str | None = None
    media_ids: list[str] | None = None


class WireScheduled(WireModel):
    """A status that the server will publish."""

    id: str
    scheduled_at: Timestamp
    params: WireScheduledParams
    media_attachments: list[WireAttachment] | None = None


class WireNotification(WireModel):
    """A notification."""

    id: str
    type: str
    created_at: Timestamp
    account: WireAuthor
    status: WireStatus | None = None


class WireContext(WireModel):
    """What stands above and below a status."""

    descendants: list[WireStatus] = []


class WireSearch(WireModel):
    """What a search found."""

    statuses: list[WireStatus] = []


class WireHistory(WireModel):
    """One day of a trend; the numbers come as texts."""

    uses: int | None = None
    accounts: int | None = None


class WireTrendsTag(WireModel):
    """A trending hashtag."""

    name: str
    url: str | None = None
    history: list[WireHistory] = []


class WireTrendsLink(WireModel):
    """A trending link."""

    url: str
    title: str = ""
    history: list[WireHistory] = []


class WireStatusesLimits(WireModel):
    """Limits of statuses."""

    max_characters: int | None = None
    max_media_attachments: int | None = None
    characters_reserved_per_url: int | None = None


class WireMediaLimits(WireModel):
    """Limits of media."""

    supported_mime_types: list[str] | None = None
    image_size_limit: int | None = None
    image_matrix_limit: int | None = None
    video_size_limit: int | None = None
    video_matrix_limit: int | None = None
    description_limit: int | None = None


class WirePollLimits(WireModel):
    """Limits of polls; the times are seconds."""

    max_options: int | None = None
    max_characters_per_option: int | None = None
    min_expiration: int | None = None
    max_expiration: int | None = None


class WireConfiguration(WireModel):
    """What a server allows."""

    statuses: WireStatusesLimits = WireStatusesLimits()
    media_attachments: WireMediaLimits = WireMediaLimits()
    polls: WirePollLimits = WirePollLimits()


class WireInstance(WireModel):
    """A server, as `/api/v2/instance` shows it."""

    version: str = ""
    configuration: WireConfiguration = WireConfiguration()


class WireInstanceV1(WireModel):
    """A server, as `/api/v1/instance` shows it; forks name their limit themselves."""

    version: str = ""
    configuration: WireConfiguration = WireConfiguration()
    max_toot_chars: int | None = None
