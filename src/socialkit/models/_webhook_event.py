"""What platforms push besides messages."""

from __future__ import annotations

from socialkit.models._account import AccountRef
from socialkit.models._base import EMPTY_RAW, AwareTime, Model, OpenEnum, Raw

__all__ = ["WebhookEvent", "WebhookEventKind"]


class WebhookEventKind(OpenEnum):
    """What happened; what this version does not know has the platform's own name."""

    MESSAGE_EDITED = "message edited"
    """Somebody changed their words to the account: `subject_id` says which."""
    MESSAGE_DELETED = "message deleted"
    POST_PUBLISHED = "post published"
    POST_DELETED = "post deleted"
    ACCOUNT_CHANGED = "account changed"
    """The account itself: its profile, or what it may do."""
    ACCOUNT_REPORTED = "account reported"
    """Somebody complained about the account to the platform's moderators."""


class WebhookEvent(Model):
    """Something that a platform pushed and that is nobody's words.

    Example:
        >>> event = WebhookEvent(kind="post deleted", native="pin.removed", subject_id="17")
        >>> event.kind is WebhookEventKind.POST_DELETED, WebhookEvent(kind="x", native="x").kind.known
        (True, False)
    """

    kind: WebhookEventKind
    native: str
    """What the platform calls it."""
    account: AccountRef | None = None
    """To which of our accounts it happened."""
    subject_id: str | None = None
    """The id of the post, message or account that it is about, where it is about one."""
    at: AwareTime | None = None
    """When it happened; None where the platform does not tell."""
    raw: Raw = EMPTY_RAW
    """What the platform sent."""
