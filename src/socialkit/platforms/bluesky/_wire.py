"""Answers as Bluesky sends them; only what is read. See https://docs.bsky.app/docs/category/http-reference.

A server behind another may be older or newer than its lexicons: whatever a post is still a post without is
`Lenient`.
"""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from socialkit.models import Lenient, Timestamp, WireModel

__all__ = [
    "WireAuthor",
    "WireConvo",
    "WireConvoAnswer",
    "WireConvos",
    "WireDid",
    "WireEmbed",
    "WireFeed",
    "WireGate",
    "WireJob",
    "WireJobAnswer",
    "WireLink",
    "WireMessage",
    "WireMessages",
    "WireNode",
    "WireNotification",
    "WireNotifications",
    "WirePost",
    "WirePosts",
    "WireProfile",
    "WireRecord",
    "WireRef",
    "WireReply",
    "WireSearch",
    "WireStored",
    "WireThread",
    "WireToken",
    "WireTrend",
    "WireTrends",
    "WireUploaded",
    "WireView",
    "WireWritten",
]


class Wire(WireModel):
    """The base of all: names in camel case."""

    model_config = ConfigDict(alias_generator=to_camel)


class WireRef(Wire):
    """A strong reference, or the answer to a write."""

    uri: str
    cid: str


class WireLink(Wire):
    """The name of a file's content."""

    link: str = Field(alias="$link")


class WireBlob(Wire):
    """A file; before 2023 its content stood in `cid`."""

    ref: Lenient[WireLink] = None
    cid: Lenient[str] = None
    mime_type: Lenient[str] = None

    @property
    def id(self) -> str:
        """What names its content."""
        return self.ref.link if self.ref is not None else self.cid or ""


class WireImage(Wire):
    """A picture of a record."""

    image: Lenient[WireBlob] = None
    alt: Lenient[str] = None


class WireQuoted(Wire):
    """What a record quotes; with files beside it, it lies one level deeper."""

    uri: Lenient[str] = None
    record: Lenient[WireRef] = None


class WireEmbed(Wire):
    """What a record has besides its text."""

    images: Lenient[list[WireImage]] = None
    items: Lenient[list[WireImage]] = None
    video: Lenient[WireBlob] = None
    alt: Lenient[str] = None
    record: Lenient[WireQuoted] = None
    media: Lenient[WireEmbed] = None


class WireReply(Wire):
    """Where an answer stands."""

    root: WireRef
    parent: WireRef


class WireRecord(Wire):
    """A post as its author wrote it."""

    type: Lenient[str] = Field(default=None, alias="$type")
    text: Lenient[str] = None
    created_at: Lenient[Timestamp] = None
    langs: Lenient[list[str]] = None
    reply: Lenient[WireReply] = None
    embed: Lenient[WireEmbed] = None


class WireAuthor(Wire):
    """Somebody, as it stands beside each post: no more is read, because a page repeats it a hundred times."""

    did: str
    handle: str = ""
    display_name: Lenient[str] = None
    avatar: Lenient[str] = None


class WireProfile(WireAuthor):
    """Somebody, whole."""

    description: Lenient[str] = None
    followers_count: Lenient[int] = None
    follows_count: Lenient[int] = None
    posts_count: Lenient[int] = None
    created_at: Lenient[Timestamp] = None


class WireViewImage(Wire):
    """A picture as readers get it."""

    fullsize: Lenient[str] = None


class WireView(Wire):
    """What a post has besides its text, as readers get it."""

    images: Lenient[list[WireViewImage]] = None
    items: Lenient[list[WireViewImage]] = None
    playlist: Lenient[str] = None
    media: Lenient[WireView] = None


class WireViewer(Wire):
    """What the account has to do with a post."""

    like: Lenient[str] = None


class WirePost(Wire):
    """A post as readers get it."""

    uri: str
    cid: str
    author: WireAuthor
    record: Lenient[WireRecord] = None
    embed: Lenient[WireView] = None
    indexed_at: Lenient[Timestamp] = None
    reply_count: Lenient[int] = None
    repost_count: Lenient[int] = None
    like_count: Lenient[int] = None
    quote_count: Lenient[int] = None
    bookmark_count: Lenient[int] = None
    viewer: Lenient[WireViewer] = None


class WirePosts(Wire):
    """Posts by address; those that are not there are left out."""

    posts: list[WirePost]


class WireSearch(WirePosts):
    """A page of found posts."""

    cursor: Lenient[str] = None


class WireFeedItem(Wire):
    """A line of a feed; with a reason it is there because somebody repeated or pinned it."""

    post: WirePost
    reason: Lenient[dict[str, Any]] = None


class WireFeed(Wire):
    """A page of a feed."""

    feed: list[WireFeedItem]
    cursor: Lenient[str] = None


class WireNode(Wire):
    """A post of a thread with its answers; one that is gone or blocked has no post."""

    post: Lenient[WirePost] = None
    replies: Lenient[list[WireNode]] = None


class WireThread(Wire):
    """A thread."""

    thread: WireNode


class WireStored(Wire):
    """A record as its server has it."""

    uri: str
    cid: Lenient[str] = None
    value: Lenient[WireRecord] = None


class WireGate(Wire):
    """The rules of a thread, as its server has them: kept whole, for they are written back."""

    cid: Lenient[str] = None
    value: dict[str, Any]


class WireWritten(Wire):
    """The answer to several writes at once."""

    results: list[WireRef | dict[str, Any]]


class WireUploaded(Wire):
    """The answer to an upload; what it says of the file goes into records as it is."""

    blob: dict[str, Any]


class WireDid(Wire):
    """Whose handle it is."""

    did: str
    handle: str | None = None


class WireToken(Wire):
    """A token for another service."""

    token: str


class WireJob(Wire):
    """How far a video is."""

    job_id: str
    state: str = ""
    blob: Lenient[dict[str, Any]] = None
    error: Lenient[str] = None
    message: Lenient[str] = None


class WireJobAnswer(Wire):
    """The job, wrapped as the lexicon says or bare as the service sends it."""

    job_status: Lenient[WireJob] = None
    job_id: Lenient[str] = None
    state: Lenient[str] = None
    blob: Lenient[dict[str, Any]] = None
    error: Lenient[str] = None
    message: Lenient[str] = None

    @property
    def job(self) -> WireJob | None:
        """How far it is."""
        if self.job_status is not None and self.job_status.job_id:
            return self.job_status
        if not self.job_id:
            return None
        said = {"state": self.state or "", "blob": self.blob, "error": self.error, "message": self.message}
        return WireJob.model_validate({"jobId": self.job_id, **said})


class WireNotification(Wire):
    """Something that happened."""

    uri: str
    cid: str
    author: WireAuthor
    reason: str
    reason_subject: Lenient[str] = None
    record: Lenient[WireRecord] = None
    indexed_at: Timestamp


class WireNotifications(Wire):
    """A page of what happened."""

    notifications: list[WireNotification]
    cursor: Lenient[str] = None


class WireSender(Wire):
    """Who wrote a message."""

    did: str


class WireMessage(Wire):
    """A private message; one that is deleted, or that the service itself wrote, has no text."""

    id: str
    text: Lenient[str] = None
    sender: Lenient[WireSender] = None
    sent_at: Lenient[Timestamp] = None


class WireMessages(Wire):
    """A page of a conversation, newest first."""

    messages: list[WireMessage]
    cursor: Lenient[str] = None


class WireConvo(Wire):
    """A conversation."""

    id: str
    members: list[WireAuthor] = []
    last_message: Lenient[WireMessage] = None


class WireConvos(Wire):
    """Conversations, the latest first."""

    convos: list[WireConvo]


class WireConvoAnswer(Wire):
    """One conversation."""

    convo: WireConvo


class WireTrend(Wire):
    """What many talk about."""

    topic: str
    display_name: Lenient[str] = None
    link: Lenient[str] = None
    post_count: Lenient[int] = None


class WireTrends(Wire):
    """What many talk about, the most first."""

    trends: list[WireTrend]
