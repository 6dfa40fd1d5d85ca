"""Metrics of Instagram as data, as of 2026-09: what lives for which kind of post, and what ended.

See https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from socialkit.platforms._graph import MetricFact, of_period

__all__ = ["ACCOUNT_METRICS", "DIMENSIONS", "ENDED_METRICS", "METRICS", "POST_METRICS"]

ENDED: Final = date(2025, 4, 21)

VIEWS: Final = MetricFact(native="views", canonical="impressions")
REACH: Final = MetricFact(native="reach", canonical="reach")
LIKES: Final = MetricFact(native="likes", canonical="likes")
SAVED: Final = MetricFact(native="saved", canonical="saves")
SHARES: Final = MetricFact(native="shares", canonical="shares")
VISITS: Final = MetricFact(native="profile_visits", canonical="profile_views")
LINKS: Final = MetricFact(native="link_clicks", canonical="clicks")
SHARED: Final = (VIEWS, REACH, SHARES)

POST_METRICS: Final[Mapping[str, tuple[MetricFact, ...]]] = {
    "FEED": of_period("lifetime", *SHARED, LIKES, SAVED, VISITS),
    "REELS": of_period("lifetime", *SHARED, LIKES, SAVED),
    "STORY": of_period("lifetime", *SHARED, VISITS, LINKS, MetricFact(native="replies", canonical="replies")),
}
"""By `media_product_type`: one that a kind of post does not have refuses the whole call."""
ACCOUNT_METRICS: Final = of_period(
    "day",
    VIEWS,
    REACH,
    LIKES,
    MetricFact(native="comments", canonical="replies"),
    MetricFact(native="shares", canonical="shares"),
    MetricFact(native="saves", canonical="saves"),
)
OWN_METRICS: Final = (
    MetricFact(native="total_interactions"),  # not the sum of the others, as recorded in 2026-07
    MetricFact(native="reposts"),
    MetricFact(native="follows"),
    MetricFact(native="accounts_engaged"),
    MetricFact(native="profile_links_taps"),
    MetricFact(native="ig_reels_avg_watch_time", unit="milliseconds"),
    MetricFact(native="ig_reels_video_view_total_time", unit="milliseconds"),
    MetricFact(native="navigation"),
    MetricFact(native="profile_activity"),
    # Of the rest the reference alone tells: none was recorded with a value of its own.
    MetricFact(native="reels_skip_rate", unit="rate", verified=False),
    MetricFact(native="follows_and_unfollows", verified=False),  # both ways in one, and from 100 followers on
    MetricFact(native="follower_count", verified=False),  # those that are new, a day: `followers` are all
    MetricFact(native="online_followers"),  # by the hour, as recorded for a lifetime
    MetricFact(
        native="engaged_audience_demographics", verified=False
    ),  # of whoever reacted, not of followers
    MetricFact(native="crossposted_views", verified=False),  # refused where nothing was shared to Facebook
    MetricFact(native="facebook_views", verified=False),
    MetricFact(native="total_likes", verified=False),  # these three count ads too
    MetricFact(native="total_comments", verified=False),
    MetricFact(native="total_views", verified=False),
)
"""Not asked for: nothing canonical means what these count.

Nor are `replies` of an account, which belong to stories: its canonical replies are the comments.
"""
ENDED_METRICS: Final = (
    MetricFact(native="impressions", dead_since=ENDED),
    MetricFact(native="plays", dead_since=ENDED),
    MetricFact(native="clips_replays_count", dead_since=ENDED),
    MetricFact(native="ig_reels_aggregated_all_plays_count", dead_since=ENDED),
    MetricFact(native="video_views", dead_since=ENDED),
    MetricFact(native="engagement", dead_since=ENDED),
    MetricFact(native="taps_forward", dead_since=ENDED),
    MetricFact(native="taps_back", dead_since=ENDED),
    MetricFact(native="exits", dead_since=ENDED),
)
MEASURED_METRICS: Final = (*POST_METRICS.values(), ACCOUNT_METRICS, OWN_METRICS, ENDED_METRICS)
METRICS: Final = tuple(
    {(one.native, one.period): one for facts in MEASURED_METRICS for one in facts}.values()
)
"""Instagram's metrics: alive and dead, of posts and of the account."""
DIMENSIONS: Final = ("age", "city", "country", "gender")
"""By what followers are broken down, one at a time."""
