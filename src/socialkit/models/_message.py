"""What comes in: mentions, comments, replies, private messages, notices."""

from __future__ import annotations

from socialkit.models._account import AccountRef, Author
from socialkit.models._base import EMPTY_RAW, AwareTime, Model, OpenEnum, Raw
from socialkit.models._shared import PostMedia, Visibility

__all__ = ["Message", "MessageKind", "NoticeKind"]


class MessageKind(OpenEnum):
    """What kind of message it is."""

    MENTION = "mention"
    """Somebody else's post that names the account."""
    COMMENT = "comment"
    """Words under a post of the account."""
    REPLY = "reply"
    """Words that answer another comment, naming the account."""
    QUOTE = "quote"
    """A post that quotes one of the account's."""
    DIRECT_MESSAGE = "direct message"
    REVIEW = "review"
    NOTICE = "notice"
    """Nobody's words: a like, a follow, a share. Left out of the inbox unless asked for."""


class NoticeKind(OpenEnum):
    """What a notice tells."""

    LIKE = "like"
    SHARE = "share"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow request"
    POLL_ENDED = "poll ended"
    POST_EDITED = "post edited"


class Message(Model):
    """Something that may need an answer.

    Example:
        >>> from datetime import UTC, datetime
        >>> message = Message(
        ...     id="1",
        ...     kind=MessageKind.MENTION,
        ...     author=Author(id="7", handle="ada"),
        ...     text="Is it in stock?",
        ...     created_at=datetime(2026, 11, 2, 12, tzinfo=UTC),
        ... )
        >>> message.kind.value, message.private
        ('mention', False)
    """

    id: str
    """What to answer: the id of the post, comment or message (of the notice, for a notice)."""
    kind: MessageKind
    account: AccountRef | None = None
    """To which of our accounts it came."""
    author: Author
    text: str = ""
    """The words, without markup; empty for a notice."""
    created_at: AwareTime
    post_id: str | None = None
    """The post under which it stands, or that a notice is about, where known."""
    reply_to: str | None = None
    """The id of what it answers."""
    conversation_id: str | None = None
    notice: NoticeKind | None = None
    """Set exactly for notices."""
    private: bool = False
    """Whether only the account and its author see it."""
    visibility: Visibility | None = None
    language: str | None = None
    url: str | None = None
    media: tuple[PostMedia, ...] = ()
    raw: Raw = EMPTY_RAW
    """What the platform sent."""
