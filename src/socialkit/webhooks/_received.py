"""What became of one push."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from socialkit.errors import SocialKitError
from socialkit.models import Message, WebhookEvent

__all__ = ["Received"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a push brought, and what to answer.

    Example:
        >>> Received(body=b"1158201444").status
        200
    """

    status: int = 200
    """The HTTP status to answer."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """The headers to answer with."""
    body: bytes = b""
    """The body to answer with: empty but for handshakes."""
    messages: tuple[Message, ...] = ()
    """What somebody wrote, for a desk; each says to which of our accounts."""
    events: tuple[WebhookEvent, ...] = ()
    """What happened besides."""
    strangers: tuple[str, ...] = ()
    """The platform's ids of accounts that are nobody's here: what was pushed for them is left out."""
    failed: Mapping[str, SocialKitError] = field(default_factory=dict[str, SocialKitError])
    """Accounts of ours that could not be asked for their id, by key, and why: what is theirs is not among
    this. Give `id=` to the account."""
    keys: tuple[str, ...] = field(default=(), repr=False)
    """What `done` remembers."""
