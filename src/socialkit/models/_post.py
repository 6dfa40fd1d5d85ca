"""What is out: posts, and what could not be done beside them."""

from __future__ import annotations

from socialkit.models._account import AccountRef, Author
from socialkit.models._attempt import Attempt
from socialkit.models._base import EMPTY_RAW, AwareTime, Model, OpenEnum, Raw
from socialkit.models._shared import PostMedia, Visibility

__all__ = ["Incomplete", "Outcome", "Post"]


class Outcome(OpenEnum):
    """How a write ended."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"
    """Its turn never came: something before it went wrong."""


class Incomplete(Model):
    """What belongs to a published post and is not there, or not known to be.

    Example:
        >>> missing = Incomplete(step="first comment", outcome=Outcome.REFUSED, because="it is too long")
        >>> f"{missing.step} {missing.outcome.value}: {missing.because}"
        'first comment refused: it is too long'
    """

    step: str
    """Which one, such as `first comment` or `part 2`."""
    outcome: Outcome
    """REFUSED, UNKNOWN when no answer decided it, or NOT_SENT when its turn never came."""
    because: str
    attempt: Attempt | None = None
    """What to hand to `posts.find()`; set exactly when the outcome is UNKNOWN."""


class Post(Model):
    """A published (or natively scheduled) post.

    Counts are None where the platform did not give them; None is never zero.

    Example:
        >>> post = Post(id="1", text="Autumn is here", like_count=3)
        >>> post.like_count, post.share_count
        (3, None)
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
    published_at: AwareTime | None = None
    """None while it is only scheduled."""
    edited_at: AwareTime | None = None
    scheduled_at: AwareTime | None = None
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
    """What is missing beside it: secondary steps that did not succeed, and parts that never went out."""
    raw: Raw = EMPTY_RAW
    """What the platform sent."""
