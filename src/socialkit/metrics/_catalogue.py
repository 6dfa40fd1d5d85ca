"""What each metric means, and what its values may be added over."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from socialkit.models import Model, SubjectKind

__all__ = ["CATALOGUE", "Direction", "Metric", "MetricKind", "Over"]


class MetricKind(StrEnum):
    """What kind of number a metric is."""

    COUNT = "count"
    """Things that happened."""
    GAUGE = "gauge"
    """A level at one time."""
    RATE = "rate"
    """One number over another."""
    AMOUNT = "amount"
    """Money."""


class Over(StrEnum):
    """What values may be added over."""

    SUBJECTS = "subjects"
    """Posts of an account, orders of a shop, the parts of a breakdown."""
    TIME = "time"
    """Windows that do not overlap."""
    ACCOUNTS = "accounts"


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Metric(Model):
    """The definition of a metric.

    Example:
        >>> CATALOGUE["reach"].adds_up
        frozenset()
        >>> weather = Metric(key="sunshine", title="Sunshine", unit="seconds", counts="Time with sun.")
        >>> weather.version
        1
    """

    key: str
    """The name in an observation, such as `likes`."""
    title: str
    unit: str
    """`count`, `seconds`, `ratio`, `money`."""
    counts: str
    """What is counted, in a sentence."""
    kind: MetricKind = MetricKind.COUNT
    adds_up: frozenset[Over] = frozenset()
    """What its values may be added over; empty when no two of them make a sense together."""
    direction: Direction = Direction.UP
    version: int = 1
    """Values of two versions are never added."""
    cumulative: bool = False
    """Whether a reading is the total since the subject began, so that the newest one holds all before it."""
    parts: tuple[str, ...] = ()
    """The metrics whose sum it is, of posts; empty for what platforms give themselves."""
    over: str | None = None
    """Of a rate: by which metric engagement is divided."""
    over_kind: SubjectKind = SubjectKind.POST
    """Of a rate: whose metric that is, the post's or its account's."""


_ALL: Final = frozenset(Over)

INTERACTIONS: Final = ("likes", "replies", "shares", "quotes", "saves")


def _interaction(key: str, title: str, counts: str) -> Metric:
    return Metric(key=key, title=title, unit="count", counts=counts, adds_up=_ALL, cumulative=True)


def _people(key: str, title: str, counts: str, direction: Direction = Direction.UP) -> Metric:
    kind = MetricKind.COUNT if key == "reach" else MetricKind.GAUGE
    return Metric(key=key, title=title, unit="count", counts=counts, kind=kind, direction=direction)


def _rate(over: str, counts: str, kind: SubjectKind = SubjectKind.POST) -> Metric:
    return Metric(
        key=f"engagement_rate_by_{over}",
        title=f"Engagement rate by {over}",
        unit="ratio",
        counts=counts,
        kind=MetricKind.RATE,
        parts=INTERACTIONS,
        over=over,
        over_kind=kind,
    )


_DEFINED: Final = (
    _interaction("likes", "Likes", "Likes and other reactions of one click."),
    _interaction("replies", "Replies", "Answers under a post."),
    _interaction("shares", "Shares", "Reposts and boosts without words of one's own."),
    _interaction("quotes", "Quotes", "Shares with words of one's own."),
    _interaction("saves", "Saves", "Bookmarks."),
    _interaction("clicks", "Clicks", "Clicks on links in a post."),
    _interaction("impressions", "Impressions", "Times shown."),
    _interaction(
        "video_views", "Video views", "Times that a video was played, as its platform counts plays."
    ),
    _people("reach", "Reach", "Different accounts that were shown it."),
    _people("followers", "Followers", "Accounts that follow the account."),
    _people("following", "Following", "Accounts that the account follows.", Direction.NEITHER),
    Metric(
        key="posts",
        title="Posts",
        unit="count",
        counts="Posts that the account has out, as its platform counts them.",
        kind=MetricKind.GAUGE,
        adds_up=frozenset({Over.ACCOUNTS}),
        direction=Direction.NEITHER,
    ),
    Metric(
        key="profile_views",
        title="Profile views",
        unit="count",
        counts="Times that the account's page was opened.",
        adds_up=_ALL,
    ),
    Metric(key="visits", title="Visits", unit="count", counts="Visits of a site.", adds_up=_ALL),
    Metric(
        key="touches",
        title="Touches",
        unit="count",
        counts="Visits with UTM parameters that came before an order.",
        adds_up=_ALL,
        direction=Direction.NEITHER,
    ),
    Metric(key="orders", title="Orders", unit="count", counts="Orders placed.", adds_up=_ALL),
    Metric(
        key="revenue",
        title="Revenue",
        unit="money",
        counts="What orders brought in.",
        kind=MetricKind.AMOUNT,
        adds_up=_ALL,
    ),
    Metric(
        key="engagement",
        title="Engagement",
        unit="count",
        counts="What people did with a post: likes, replies, shares, quotes, saves.",
        adds_up=_ALL,
        cumulative=True,
        parts=INTERACTIONS,
    ),
    _rate("impressions", "Engagement over the times that the posts were shown."),
    _rate("reach", "Engagement over the accounts that were shown each post."),
    _rate("followers", "Engagement over the account's followers, once for each post.", SubjectKind.ACCOUNT),
)

CATALOGUE: Final[Mapping[str, Metric]] = {one.key: one for one in _DEFINED}
"""Every metric that has a definition, by its key."""
