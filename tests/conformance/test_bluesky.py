"""Bluesky passes the suite of the common interface."""

from __future__ import annotations

from typing import cast

from socialkit.models import MessageKind
from socialkit.platforms import BlueskyOptions, LinkCard
from socialkit.sandbox import Sandbox, SimPost
from socialkit.sandbox.bluesky import BlueskySimulator
from socialkit.testing import PlatformConformance
from socialkit.testing._builders import picture


class TestBluesky(PlatformConformance):
    platform = "bluesky"
    repeatable = frozenset({"publish", "reply", "like", "delete", "hide", "unhide"})
    enums = frozenset({"reason", "validationStatus"})
    many = 105
    server_limits = False
    options = (
        BlueskyOptions(
            card=LinkCard(
                uri="https://shop.example", title="The shop", description="Jackets", thumb=picture()
            ),
            langs=["en", "pt-BR"],
            labels=["graphic-media"],
            tags=["autumn"],
            replies=["mentioned", "followers"],
            quotable=False,
        ),
    )

    def simulator(self, world: Sandbox) -> BlueskySimulator:
        return cast("BlueskySimulator", world.simulator(self.platform))

    def revoke(self, world: Sandbox) -> None:
        self.simulator(world).revoke()

    def expire(self, world: Sandbox) -> None:
        self.simulator(world).revoke()  # as long as the password is good, an expired session is renewed

    def replies(self, world: Sandbox, message: str) -> list[SimPost]:
        """Return the answers in public, and those that the customer finds among the private messages."""
        public = super().replies(world, message)
        with world.connect("bluesky", "customer") as customer:
            private = [
                SimPost(id=one.id, account="main", text=one.text, visibility="direct")
                for one in customer.inbox.iterate(kinds=[MessageKind.DIRECT_MESSAGE])
            ]
        return public + private

    def likes(self, world: Sandbox, message: str) -> int:
        posts = {one.id: one for one in world.posts(self.platform, None)}
        return int(posts[message].raw["likeCount"])

    def hidden(self, world: Sandbox, message: str) -> bool:
        posts = world.posts(self.platform)
        gates = [one.raw["threadgate"]["record"] for one in posts if "threadgate" in one.raw]
        return any(message in gate.get("hiddenReplies", []) for gate in gates)
