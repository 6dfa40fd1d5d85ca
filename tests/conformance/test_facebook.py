"""Facebook passes the suite of the common interface."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from socialkit.platforms.facebook import FacebookOptions
from socialkit.sandbox import Sandbox, SimPost
from socialkit.sandbox.facebook import FacebookSimulator
from socialkit.testing import PlatformConformance


class TestFacebook(PlatformConformance):
    platform = "facebook"
    enums = frozenset({"media_type", "type", "video_status", "publish_status"})
    many = 105
    notices = False
    first_comments = False
    alt_texts_told = False
    server_limits = False
    options = (
        FacebookOptions(
            kind="reel",
            link="https://shop.example",
            title="Autumn",
            scheduled_at=datetime(2026, 5, 1, 9, tzinfo=UTC),
            place="17",
            tags=["18"],
        ),
    )

    def simulator(self, world: Sandbox) -> FacebookSimulator:
        return cast("FacebookSimulator", world.simulator(self.platform))

    def replies(self, world: Sandbox, message: str) -> list[SimPost]:
        """Return the answers in public, and those that the customer finds among the private messages."""
        meta = self.simulator(world)
        public = [SimPost(id=one.id, account="main", text=one.message) for one in meta.answers(message)]
        private = [
            SimPost(id=one.id, account="main", text=one.text, visibility="direct") for one in meta.messages()
        ]
        return public + private

    def likes(self, world: Sandbox, message: str) -> int:
        return len(self.simulator(world).likers(message))

    def hidden(self, world: Sandbox, message: str) -> bool:
        found = self.simulator(world).comment(message)
        return found is not None and found.hidden

    def deleted(self, world: Sandbox, message: str) -> bool:
        return self.simulator(world).comment(message) is None
