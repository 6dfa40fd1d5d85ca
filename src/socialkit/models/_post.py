"""What is out: posts, and what could not be done beside them."""

from __future__ import annotations

from datetime import datetime

from socialkit.models._account import AccountRef, Author
from socialkit.models._base import EMPTY_RAW, Model, OpenEnum, Raw
from socialkit.models._probe import MediaKind

__all__ = ["Incomplete", "Outcome", "Post", "PostMedia", "Visibility"]


class Visibility(OpenEnum):
    """Who sees a post."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    """Everybody who has the link; not in public listings."""
    FOLLOWERS = "followers"
    DIRECT = "direct"
    """Only those it names."""


class Outcome(OpenEnum):
    """How a write ended."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class PostMedia(Model):
    """A file attached to a published post."""

    id: str
    kind: MediaKind = MediaKind.UNKNOWN
    url: str | None = None
    """None while the platform still processes it."""
    alt_text: str | None = None
    ready: bool = True
    """False while the platform still processes it: it cannot be attached yet."""


class Incomplete(Model):
    """A secondary step beside a published post that did not succeed."""

    step: str
    """Which one, such as `first comment`."""
    outcome: Outcome
    """REFUSED, or UNKNOWN when no answer decided it."""
    because: str


class Post(Model):
    """A published (or natively scheduled) post.

    Counts are None where the platform did not give them; None is never zero.
    """

    id: str
    account: AccountRef | None = None
    """Through which of our accounts it was written or read."""
    author: Author | None = None
    text: str = ""
    """The text as people read it, without markup."""
    html: str | None = None
    """The text as the platform marks it up, where it does."""
    title: str | None = None
    """A headline or content warning above the text."""
    url: str | None = None
    """Where people find it."""
    published_at: datetime | None = None
    """None while it is only scheduled."""
    edited_at: datetime | None = None
    scheduled_at: datetime | None = None
    """When the platform itself will publish it; None once it is out."""
    visibility: Visibility | None = None
    language: str | None = None
    media: tuple[PostMedia, ...] = ()
    reply_to: str | None = None
    """The id of the post that it answers."""
    quotes: str | None = None
    """The id of the post that it quotes."""
    shares: str | None = None
    """The id of the post that it repeats unchanged."""
    like_count: int | None = None
    share_count: int | None = None
    reply_count: int | None = None
    quote_count: int | None = None
    thread: tuple[Post, ...] = ()
    """The parts after the first, when it was published as a thread."""
    incomplete: tuple[Incomplete, ...] = ()
    """Secondary steps that did not succeed; the post itself is out."""
    raw: Raw = EMPTY_RAW
    """What the platform sent."""
