"""Metrics of Instagram as data, as of 2026-09: what lives for which kind of post, and what ended.

See https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from socialkit.platforms._graph import MetricFact

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
    "FEED": (*SHARED, LIKES, SAVED, VISITS),
    "REELS": (*SHARED, LIKES, SAVED),
    "STORY": (*SHARED, VISITS, LINKS, MetricFact(native="replies", canonical="replies")),
}
"""By `media_product_type`: one that a kind of post does not have refuses the whole call."""
ACCOUNT_METRICS: Final = (
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
)
"""Not asked for: nothing canonical means what these count."""
ENDED_METRICS: Final = (
    MetricFact(native="impressions", dead_since=ENDED),
    MetricFact(native="plays", dead_since=ENDED),
    MetricFact(native="clips_replays_count", dead_since=ENDED),
    MetricFact(native="ig_reels_aggregated_all_plays_count", dead_since=ENDED),
    MetricFact(native="video_views", dead_since=ENDED),
    MetricFact(native="engagement", dead_since=ENDED),
)
MEASURED_METRICS: Final = (*POST_METRICS.values(), ACCOUNT_METRICS, OWN_METRICS, ENDED_METRICS)
METRICS: Final = tuple({one.native: one for facts in MEASURED_METRICS for one in facts}.values())
"""Instagram's metrics: alive and dead."""
DIMENSIONS: Final = ("age", "city", "country", "gender")
"""By what followers are broken down, one at a time."""
