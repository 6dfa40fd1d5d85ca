"""X passes the suite of the common interface."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from socialkit.platforms import XOptions, XPoll
from socialkit.sandbox import Sandbox, SimPost
from socialkit.sandbox.x import XSimulator
from socialkit.testing import PlatformConformance


class TestX(PlatformConformance):
    platform = "x"
    repeatable = frozenset({"hide", "unhide"})
    enums = frozenset({"lang", "reply_settings", "event_type"})
    many = 105
    notices = False
    server_limits = False
    options = (
        XOptions(
            poll=XPoll(choices=["Yes", "No"], duration=timedelta(hours=1)),
            replies="mentionedUsers",
            tagged_users=["7"],
            place="df51dec6f4ee2b2c",
            community="8",
            made_with_ai=True,
            paid_partnership=False,
        ),
    )

    def simulator(self, world: Sandbox) -> XSimulator:
        return cast("XSimulator", world.simulator(self.platform))

    def replies(self, world: Sandbox, message: str) -> list[SimPost]:
        """Return the answers in public, and the private ones to whoever wrote."""
        return super().replies(world, message) + self.simulator(world).messages()

    def hidden(self, world: Sandbox, message: str) -> bool:
        posts = {one.id: one for one in world.posts(self.platform, None)}
        return bool(posts[message].raw["hidden"])
