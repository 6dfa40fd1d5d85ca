"""What others talk about."""

from __future__ import annotations

from socialkit.models._base import EMPTY_RAW, Model, OpenEnum, Raw

__all__ = ["Trend", "TrendKind"]


class TrendKind(OpenEnum):
    """What is trending."""

    HASHTAG = "hashtag"
    LINK = "link"
    TOPIC = "topic"


class Trend(Model):
    """Something many people talk about now.

    Example:
        >>> trend = Trend(kind=TrendKind.HASHTAG, name="autumn", uses=420)
        >>> f"#{trend.name}: {trend.uses} uses"
        '#autumn: 420 uses'
    """

    kind: TrendKind
    name: str
    """The hashtag without `#`, the title of the link, or the topic."""
    url: str | None = None
    uses: int | None = None
    """How often it was used in the window that the platform looks at; None when it does not say."""
    people: int | None = None
    """How many people used it in that window."""
    raw: Raw = EMPTY_RAW
    """What the platform sent."""
