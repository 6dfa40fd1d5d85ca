"""Threads passes the suite of the common interface."""

from __future__ import annotations

from typing import cast

from socialkit.platforms.threads import ThreadsOptions
from socialkit.sandbox import Sandbox
from socialkit.sandbox.threads import ThreadsSimulator
from socialkit.testing import PlatformConformance


class TestThreads(PlatformConformance):
    platform = "threads"
    enums = frozenset({"media_type", "hide_status", "media_product_type", "reply_audience"})
    many = 105
    notices = False
    server_limits = False
    uploads = False
    options = (
        ThreadsOptions(
            link="https://shop.example",
            topic="Autumn",
            reply_control="followers_only",
            approve_replies=True,
            poll=["Tea", "Coffee"],
            gif="17",
            attachment="A longer text",
            spoiler=True,
            ghost=True,
            place="18",
            countries=["FR"],
        ),
    )

    def hidden(self, world: Sandbox, message: str) -> bool:
        return cast("ThreadsSimulator", world.simulator(self.platform)).is_hidden(message)
