"""The account behind a client, and what the platform declares."""

from __future__ import annotations

from typing import Any, cast

from socialkit.models import Basis, Capability, Limits, Profile
from socialkit.platforms import find
from socialkit.testing._conformance._suite import Bench, Suite
from socialkit.testing._helpers import settle

__all__ = ["AccountSuite"]


class AccountSuite(Suite):
    """`account`, and the declared facts."""

    def test_a_new_client_has_sent_nothing_and_knows_no_id(self, bench: Bench) -> None:
        assert (bench.client.platform, bench.client.ref.platform) == (self.platform, self.platform)
        assert bench.client.ref.id is None
        assert bench.main.sent.requests == []

    async def test_me_tells_whose_client_it_is(self, bench: Bench) -> None:
        me: Profile = await settle(bench.client.account.me())

        assert me.id
        assert (bench.client.ref.id, bench.client.ref.handle) == (me.id, me.handle)
        assert (me.account, bench.client.account.ref) == (bench.client.ref, bench.client.ref)

    async def test_two_accounts_are_two(self, bench: Bench) -> None:
        me: Profile = await settle(bench.client.account.me())
        other: Profile = await settle(bench.seat("other").client.account.me())

        assert me.id != other.id
        assert bench.client.ref.conflict(other.account) is not None

    async def test_limits_say_where_they_come_from(self, bench: Bench) -> None:
        before: Limits = bench.client.limits
        read: Limits = await settle(bench.client.account.refresh_limits())

        assert (before.basis, before.read_at) == (Basis.DEFAULT, None)
        assert bench.client.limits == read
        assert read.basis is (Basis.SERVER if self.server_limits else Basis.DEFAULT)
        if self.server_limits:
            assert read.read_at == bench.world.clock.now()
        if Capability.PUBLISH in bench.facts.capabilities:
            (problem,) = bench.client.posts.check(self.draft("a" * (read.text + 1)))
            assert problem.basis is read.basis

    def test_a_client_tells_nothing_secret(self, bench: Bench) -> None:
        secrets = bench.world.simulator(self.platform).connection().values()
        inside = cast("dict[str, Any]", bench.client.__dict__)

        assert all(secret not in repr(bench.client) for secret in secrets)
        assert all(secret not in repr(inside) for secret in secrets)

    def test_both_modes_offer_the_same(self, bench: Bench) -> None:
        registration = find(self.platform)
        blocking, awaited = registration.load_client(), registration.load_async_client()

        assert blocking.facts is awaited.facts is bench.facts
        names = {one.__name__ for one in blocking.__mro__ if one.__name__.startswith("Has")}
        pendants = {one.__name__ for one in awaited.__mro__ if one.__name__.startswith("AsyncHas")}
        assert {f"Async{name}" for name in names} == pendants

    def test_what_is_not_offered_says_what_is(self, bench: Bench) -> None:
        assert set(bench.facts.instead) & bench.facts.capabilities == set()
        assert all(bench.facts.instead.values())
