"""For whom a report is: which sections they read first, and by which words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

__all__ = ["READERS", "Part", "Reader"]

Reader = Literal["marketing director", "communications director", "HR", "general management"]
"""Whom a report speaks to."""

Part = Literal["aims", "money", "engagement", "pillars", "best", "inbox", "outcomes", "gaps"]


_GAPS: Final = ("What is not known, and why", "A missing value is never counted as zero.")
_RATE: Final = "A rate is a ratio of two sums over the same posts, and says over what."
_ENGAGEMENT: Final = "Engagement counts what people did with a post: likes, replies, shares, quotes, saves."
_RULES: Final = "No rule of attribution is right: side by side they show how much hangs on the choice."

READERS: Final[Mapping[Reader, Mapping[Part, tuple[str, str]]]] = {
    "marketing director": {
        "aims": ("Objectives and KPIs", "Measured in the period, on the way from baseline to target."),
        "money": ("Cost and return on investment", _RULES),
        "engagement": ("Engagement", _RATE),
        "pillars": ("Content mix", "Posts that are out, beside the shares of the strategy."),
        "best": ("Best posts", ""),
        "inbox": ("Inbox", "In time: the first answer, against what the routing rules promise."),
        "outcomes": ("Publishing", ""),
        "gaps": _GAPS,
    },
    "communications director": {
        "pillars": ("What we talked about", "Posts that are out, beside the shares of the strategy."),
        "engagement": ("How people responded", f"{_ENGAGEMENT} {_RATE}"),
        "best": ("What was heard most", ""),
        "inbox": ("Questions and complaints", "In time: the first answer came when it was promised."),
        "outcomes": ("What went out, and what did not", ""),
        "aims": ("Objectives", "Measured in the period, on the way from baseline to target."),
        "money": ("Cost and revenue", _RULES),
        "gaps": _GAPS,
    },
    "HR": {
        "inbox": ("Who answered, and how fast", "In time: the first answer came when it was promised."),
        "outcomes": ("What the team sent", ""),
        "pillars": ("What we tell about ourselves", "Posts that are out, by theme."),
        "best": ("Posts that people liked best", ""),
        "engagement": ("How people responded", f"{_ENGAGEMENT} {_RATE}"),
        "money": ("Work and other costs", "Hours are counted at what they cost."),
        "aims": ("What it is for", "How much of the way to each target is done."),
        "gaps": _GAPS,
    },
    "general management": {
        "aims": ("Do we reach our goals?", "How much of the way to each target is done."),
        "money": (
            "What it costs and brings in",
            f"ROI is profit over cost. {_RULES}",
        ),
        "inbox": ("How we answer people", "In time: the first answer came when it was promised."),
        "outcomes": ("What went out, and what needs a decision", ""),
        "engagement": ("How people responded", f"{_ENGAGEMENT} {_RATE}"),
        "best": ("What people liked best", ""),
        "gaps": _GAPS,
    },
}
"""The parts that each reads, in their order: with a title, and with what they need to be understood."""
