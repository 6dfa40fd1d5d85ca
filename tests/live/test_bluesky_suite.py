"""Bluesky passes the suite of the common interface on the network's own servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final, cast

import pytest

from socialkit.operations import Async, Sync
from socialkit.platforms.bluesky._records import LIKE, THREADGATE
from socialkit.sandbox import Sandbox
from socialkit.testing import PlatformConformance
from socialkit.testing._conformance._suite import Bench
from tests.live.conftest import Prove
from tests.live.line import Line
from tests.live.servers.bluesky import BlueskyNetwork
from tests.live.world import LiveWorld

pytestmark = pytest.mark.live


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
        world = LiveWorld(network, line, prove)
        yield Bench(cast("Sandbox", world), self.platform, request.param)
        await world.close()
