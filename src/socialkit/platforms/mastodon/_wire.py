"""Answers as Mastodon sends them; only what is read. See https://docs.joinmastodon.org/entities/.

Other servers speak the same API, and old ones still run: they leave fields out, send null or an empty text
for what they do not have, and numbers for ids. Whatever a post is still a post without is `Lenient`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from socialkit.models import Lenient, Timestamp, WireModel

__all__ = [
    "WireAccount",
    "WireAttachment",
    "WireAuthor",
    "WireConfiguration",
    "WireContext",
    "WireHistory",
    "WireIdentified",
    "WireInstance",
    "WireInstanceV1",
    "WireMediaLimits",
    "WireNotification",
    "WirePoll",
    "WirePollLimits",
    "WireQuote",
    "WireScheduled",
    "WireSearch",
    "WireSource",
    "WireStatus",
    "WireStatusesLimits",
    "WireTrendsLink",
    "WireTrendsTag",
    "WireUrls",
    "WireUrlsV1",
]


Count = Annotated[int, Field(ge=0, lt=2**63)]
"""A number of things; some servers send -1 for what they hide."""
Length = Annotated[int, Field(ge=1, le=1_000_000)]
"""A length that a text can have."""
Seconds = Annotated[int, Field(ge=0, le=10**9)]
"""A stretch of time within a calendar."""


class WireIdentified(WireModel):
    """Anything, by its id alone."""

    id: str


class WireAccount(WireModel):
    """An account."""

    id: str
    username: str = ""
    acct: str | None = None
    """`user`, or `user@host` for those of other servers."""
    display_name: str | None = None
    note: Lenient[str] = None
    """HTML."""
    url: Lenient[str] = None
    avatar: Lenient[str] = None
    bot: Lenient[bool] = None
    created_at: Lenient[Timestamp] = None
    followers_count: Lenient[Count] = None
    following_count: Lenient[Count] = None
    statuses_count: Lenient[Count] = None


class WireAuthor(WireModel):
    """An account, as far as a post's author needs it."""

    id: str
    username: str = ""
    acct: str | None = None
    display_name: str | None = None
    url: Lenient[str] = None
    avatar: Lenient[str] = None


class WireAttachment(WireModel):
    """A media attachment."""

    id: str
    type: Lenient[str] = None
    url: Lenient[str] = None
    """Null while it is processed."""
    description: Lenient[str] = None


class WireQuote(WireModel):
    """A quote; a shallow one holds an id only, a hidden one nothing."""

    quoted_status: Lenient[WireIdentified] = None
    quoted_status_id: Lenient[str] = None


class WirePollOption(WireModel):
    """A choice of a poll."""

    title: str
    votes_count: int | None = None
    """Null while the totals are hidden."""


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
    content: str | None = None
    """HTML."""
    url: Lenient[str] = None
    visibility: Lenient[str] = None
    sensitive: Lenient[bool] = None
    spoiler_text: Lenient[str] = None
    language: Lenient[str] = None
    edited_at: Lenient[Timestamp] = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    media_attachments: list[WireAttachment] | None = None
    reblog: Lenient[WireIdentified] = None
    quote: Lenient[WireQuote] = None
    poll: Lenient[WirePoll] = None
    replies_count: Lenient[Count] = None
    reblogs_count: Lenient[Count] = None
    favourites_count: Lenient[Count] = None
    quotes_count: Lenient[Count] = None
    favourited: Lenient[bool] = None


class WireSource(WireModel):
    """The plain text behind a status."""

    id: str
    text: str
    spoiler_text: str | None = None


class WireScheduledParams(WireModel):
    """What a scheduled status will be."""

    text: str | None = None
    visibility: Lenient[str] = None
    spoiler_text: Lenient[str] = None
    in_reply_to_id: str | None = None
    language: Lenient[str] = None
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
    account: WireAuthor | None = None
    """Null for what the server itself has to say, on some."""
    status: WireStatus | None = None


class WireContext(WireModel):
    """What stands above and below a status."""

    descendants: list[WireStatus] | None = None


class WireSearch(WireModel):
    """What a search found."""

    statuses: list[WireStatus] | None = None


class WireHistory(WireModel):
    """One day of a trend; the numbers come as texts."""

    uses: Lenient[Count] = None
    accounts: Lenient[Count] = None


class WireTrendsTag(WireModel):
    """A trending hashtag."""

    name: str
    url: Lenient[str] = None
    history: Lenient[list[WireHistory]] = None


class WireTrendsLink(WireModel):
    """A trending link."""

    url: str
    title: Lenient[str] = None
    history: Lenient[list[WireHistory]] = None


class WireStatusesLimits(WireModel):
    """Limits of statuses."""

    max_characters: Lenient[Length] = None
    max_media_attachments: Lenient[Count] = None
    characters_reserved_per_url: Lenient[Length] = None


class WireMediaLimits(WireModel):
    """Limits of media."""

    supported_mime_types: Lenient[list[str]] = None
    image_size_limit: Lenient[Count] = None
    image_matrix_limit: Lenient[Count] = None
    video_size_limit: Lenient[Count] = None
    video_matrix_limit: Lenient[Count] = None
    description_limit: Lenient[Count] = None


class WirePollLimits(WireModel):
    """Limits of polls; the times are seconds."""

    max_options: Lenient[Count] = None
    max_characters_per_option: Lenient[Count] = None
    min_expiration: Lenient[Seconds] = None
    max_expiration: Lenient[Seconds] = None


class WireUrls(WireModel):
    """Where else a server listens."""

    streaming: Lenient[str] = None


class WireUrlsV1(WireModel):
    """Where else a server listens, in the older form."""

    streaming_api: Lenient[str] = None


class WireConfiguration(WireModel):
    """What a server allows."""

    urls: Lenient[WireUrls] = None
    statuses: Lenient[WireStatusesLimits] = None
    media_attachments: Lenient[WireMediaLimits] = None
    polls: Lenient[WirePollLimits] = None


class WireInstance(WireModel):
    """A server, as `/api/v2/instance` shows it."""

    version: Lenient[str] = None
    configuration: Lenient[WireConfiguration] = None


class WireInstanceV1(WireModel):
    """A server, as `/api/v1/instance` shows it; forks name their limit themselves."""

    version: Lenient[str] = None
    configuration: Lenient[WireConfiguration] = None
    urls: Lenient[WireUrlsV1] = None
    max_toot_chars: Lenient[Length] = None
