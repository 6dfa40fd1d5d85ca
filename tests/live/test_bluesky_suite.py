"""Bluesky passes the suite of the common interface on the network's own servers."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, cast

import pytest

from socialkit.models import Post
from socialkit.operations import Async, Sync
from socialkit.platforms.bluesky._records import LIKE, THREADGATE
from socialkit.sandbox import Sandbox
from socialkit.testing import PlatformConformance, collect
from socialkit.testing._conformance._suite import Bench
from tests.live.conftest import Prove
from tests.live.line import Line
from tests.live.servers.bluesky import BlueskyNetwork
from tests.live.world import LiveWorld

pytestmark = pytest.mark.live


NO_VIDEOS: Final = "the network has no service that takes videos"
NO_MESSAGES: Final = "the network has no service for private messages"
PASSED_OVER: Final[Mapping[str, str]] = {
    "test_publish_waits_until_a_video_is_processed": NO_VIDEOS,
    "test_nothing_is_published_when_a_video_cannot_be_processed": NO_VIDEOS,
    "test_a_direct_message_is_private": NO_MESSAGES,
    "test_a_private_reply_answers_a_public_message_in_private": NO_MESSAGES,
    "test_a_private_message_is_always_answered_in_private": NO_MESSAGES,
    "test_trends_are_listed_up_to_the_limit": "the network has no service that finds trends",
}
"""Tests of the suite that cannot be asked of these servers, and why."""


def test_what_is_passed_over_is_in_the_suite() -> None:
    assert all(hasattr(PlatformConformance, name) for name in PASSED_OVER)


class TestBlueskyNetwork(PlatformConformance):
    platform = "bluesky"
    repeatable = frozenset({"publish", "reply", "like", "delete", "hide", "unhide"})
    enums = frozenset({"reason", "validationStatus"})
    many = 105
    server_limits = False

    @pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
    async def bench(
        self, request: pytest.FixtureRequest, network: BlueskyNetwork, line: Line, prove: Prove
    ) -> AsyncIterator[Bench]:
        name = request.node.originalname
        if name in PASSED_OVER:
            pytest.skip(PASSED_OVER[name])
        world = LiveWorld(network, line, prove)
        yield Bench(cast("Sandbox", world), self.platform, request.param)
        await world.close()

    # What the servers themselves say -----------------------------------------------------------------

    def revoke(self, world: Sandbox) -> None:
        """Take back the password, and with it what renews the session; its token is good until it ends."""
        real = live(world)
        real.network.revoke(real.member("main"))
        real.line.token = real.member("main").access[:-8] + "AAAAAAAA"

    def expire(self, world: Sandbox) -> None:
        """Let the session have ended, and take back what would renew it."""
        real = live(world)
        real.network.revoke(real.member("main"))
        real.line.token = real.network.token(real.member("main"), ends=datetime.now(UTC) - timedelta(hours=1))

    def likes(self, world: Sandbox, message: str) -> int:
        records = live(world).records("main", LIKE)
        assert live(world).view(message)["likeCount"] == len(records)
        return len(records)

    def hidden(self, world: Sandbox, message: str) -> bool:
        gates = live(world).records("main", THREADGATE)
        return any(message in one["value"].get("hiddenReplies", ()) for one in gates)

    async def test_a_post_by_hashtag_is_found(self, bench: Bench) -> None:
        tag = f"#autumn{secrets.token_hex(4)}"  # the network is everybody's, other tests' too
        wanted = await self.published(bench, f"Autumn is here {tag}")
        await self.published(bench, "Winter is not")
        posts: list[Post] = await collect(bench.client.listening.search(tag))

        assert [one.id for one in posts] == [wanted.id]


def live(world: Sandbox) -> LiveWorld:
    """Return a world as what it is here."""
    return cast("LiveWorld", world)
