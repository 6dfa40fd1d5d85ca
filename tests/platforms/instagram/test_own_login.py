"""Instagram's own login passes the suite of the common interface too, but for what only Facebook's opens."""

from __future__ import annotations

from typing import Any, cast

import pytest

from socialkit.models import Capability
from socialkit.operations import Async, Sync
from socialkit.platforms.instagram import FACTS_OF
from socialkit.sandbox import Sandbox
from socialkit.testing._conformance._suite import Bench
from tests.conformance.test_instagram import TestInstagram as _Suite


class TestOwnLogin(_Suite):
    @pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
    def bench(self, request: pytest.FixtureRequest, socialkit_world: Sandbox) -> Bench:
        """A new world with accounts of this login, and the mode of its clients."""
        self.simulator(socialkit_world).login = "instagram"
        bench = Bench(socialkit_world, self.platform, request.param)
        bench.facts = FACTS_OF["instagram"]
        return bench

    def test_a_client_tells_nothing_secret(self, bench: Bench) -> None:
        """Look for the secrets; the name of the login, which opens the client too, is none."""
        given = bench.world.simulator(self.platform).connection()
        inside = cast("dict[str, Any]", bench.client.__dict__)
        secrets = [value for name, value in given.items() if name != "login"]

        assert len(secrets) == len(given) - 1
        assert all(secret not in repr(bench.client) + repr(inside) for secret in secrets)

    def test_both_modes_offer_the_same(self, bench: Bench) -> None:
        """Compare with what this login opens: the class declares what the other one does."""
        able = {one for one in Capability if bench.client.can(one)}

        assert able == FACTS_OF["instagram"].capabilities
