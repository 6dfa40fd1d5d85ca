"""What is kept of others, and how long a platform lets it be kept."""

from __future__ import annotations

from datetime import timedelta

from socialkit.models._base import Model, OpenEnum

__all__ = ["Kept", "RetentionLimit"]


class Kept(OpenEnum):
    """A kind of what is kept of others."""

    MESSAGES = "messages"
    """What others wrote where everybody reads it: comments, mentions, replies, quotes, reviews."""
    PRIVATE_MESSAGES = "private messages"
    RAW = "raw"
    """What a platform sent, word for word, beside what was read of it."""
    OBSERVATIONS = "observations"
    """Measured values."""


class RetentionLimit(Model):
    """How long a platform lets one kind be kept, and where that is written.

    Example:
        >>> limit = RetentionLimit(kind=Kept.MESSAGES, source="https://developer.pixelwall.example/terms")
        >>> limit.longest is None
        True
    """

    kind: Kept
    longest: timedelta | None = None
    """None where the source names no time: that is no leave to keep it for ever, and it is not zero."""
    source: str
    """The page, and when it was read."""
    note: str | None = None
    """What the source says besides."""
