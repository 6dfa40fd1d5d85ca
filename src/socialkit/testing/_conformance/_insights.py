"""Insights: a value, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from socialkit.errors import NotSupportedError, WrongAccountError
from socialkit.models import Capability, Missing, Observation, SubjectKind
from socialkit.testing._conformance._suite import Bench, Suite
from socialkit.testing._helpers import collect, settle
from socialkit.testing._transports import SilentTransport

__all__ = ["InsightsSuite"]


class InsightsSuite(Suite):
    """`insights` of posts, account and audience."""

    async def test_each_post_has_its_rows_in_order(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.POST_INSIGHTS)
        posts = [await self.published(bench, f"Post {number}") for number in range(3)]
        rows: list[Observation] = await collect(bench.client.insights.posts(reversed(posts)))

        assert list(dict.fromkeys(row.subject for row in rows)) == [post.id for post in reversed(posts)]
        assert {row.subject_kind for row in rows} == {SubjectKind.POST}
        assert {(row.platform, row.account) for row in rows} == {(self.platform, bench.client.ref.key)}
        assert {row.observed_at for row in rows} == {bench.world.clock.now()}
        assert len({row.metric for row in rows}) * 3 == len(rows)

    async def test_a_value_is_missing_exactly_when_a_row_says_why(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.POST_INSIGHTS)
        post = await self.published(bench)
        rows: list[Observation] = await collect(bench.client.insights.posts([post]))

        assert all((row.value is None) == (row.missing is not None) for row in rows)
        assert any(row.value is not None for row in rows)
        assert all(row.native for row in rows if row.value is not None)
        unnamed = [row for row in rows if not row.native]
        assert [row.value for row in unnamed] == [None] * len(unnamed)

    async def test_a_like_is_counted(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.POST_INSIGHTS)
        post = await self.published(bench)
        bench.world.receive(self.platform, kind="like", reply_to=post.id)
        rows: list[Observation] = await collect(bench.client.insights.posts([post.id]))

        assert [row.value for row in rows if row.metric == "likes"] == [1]

    async def test_a_post_that_is_gone_has_rows_that_say_so(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.DELETE, Capability.POST_INSIGHTS)
        gone, kept = await self.published(bench, "Gone"), await self.published(bench, "Kept")
        await settle(bench.client.posts.delete(gone))
        rows: list[Observation] = await collect(bench.client.insights.posts([gone, kept]))

        lost = [row for row in rows if row.subject == gone.id]
        assert lost
        assert all((row.value, row.missing) == (None, Missing.NOT_FOUND) for row in lost)
        assert any(row.value is not None for row in rows if row.subject == kept.id)

    async def test_another_accounts_post_is_refused(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.POST_INSIGHTS)
        post = await self.published(bench)

        with pytest.raises(WrongAccountError):
            await collect(bench.seat("other").client.insights.posts([post]))

    async def test_the_account_has_rows(self, bench: Bench) -> None:
        bench.needs(Capability.ACCOUNT_INSIGHTS)
        me = await settle(bench.client.account.me())
        rows: tuple[Observation, ...] = await settle(bench.client.insights.account())

        assert {(row.subject_kind, row.subject) for row in rows} == {(SubjectKind.ACCOUNT, me.id)}
        followers = [row.value for row in rows if row.metric == "followers"]
        assert followers in ([], [me.follower_count])

    async def test_what_is_not_told_is_refused_before_anything_is_sent(self, bench: Bench) -> None:
        if not hasattr(bench.client, "insights"):
            return
        seat = bench.seat(around=SilentTransport)
        insights = seat.client.insights
        calls: dict[Capability, Callable[[], Any]] = {
            Capability.POST_INSIGHTS: lambda: collect(insights.posts(["1"])),
            Capability.ACCOUNT_INSIGHTS: lambda: settle(insights.account()),
            Capability.AUDIENCE_INSIGHTS: lambda: settle(insights.audience()),
        }

        for capability, call in calls.items():
            if not seat.client.can(capability):
                with pytest.raises(NotSupportedError):
                    await call()
        assert seat.sent.requests == []
