"""Mastodon passes the suite of the common interface."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from socialkit.platforms import MastodonOptions, Poll
from socialkit.sandbox import Sandbox
from socialkit.testing import PlatformConformance


class TestMastodon(PlatformConformance):
    platform = "mastodon"
    repeatable = frozenset({"like"})
    enums = frozenset({"visibility", "type"})
    options = (
        MastodonOptions(
            content_warning="Spiders",
            sensitive=True,
            poll=Poll(choices=["Yes", "No"], duration=timedelta(hours=1), multiple=True, hide_totals=True),
            scheduled_at=datetime(2026, 5, 1, 9, tzinfo=UTC),
            quote_policy="nobody",
        ),
    )

    def likes(self, world: Sandbox, message: str) -> int:
        posts = {one.id: one for one in world.posts(self.platform, None)}
        return int(posts[message].raw["favourites_count"])
