"""Insights: a value, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import pytest

from socialkit.errors import NotSupportedError, WrongAccountError
from socialkit.models import Capability, Missing, Model, Observation, Post, Profile, SubjectKind
from socialkit.testing._conformance._suite import Bench, Suite
from socialkit.testing._helpers import collect, settle
from socialkit.testing._transports import SilentTransport, StrangeTransport
from socialkit.transport import Transport

__all__ = ["InsightsSuite"]

POST_COUNTS: Final[Mapping[str, str]] = {
    "likes": "like_count",
    "quotes": "quote_count",
    "replies": "reply_count",
    "shares": "share_count",
}
"""By metric: the field of `Post` that tells the same."""
PROFILE_COUNTS: Final[Mapping[str, str]] = {
    "followers": "follower_count",
    "following": "following_count",
    "posts": "post_count",
}
"""By metric: the field of `Profile` that tells the same."""


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
        assert me.follower_count is None or followers in ([], [me.follower_count])

    async def test_a_count_of_a_post_that_the_platform_leaves_out_is_missing_and_never_zero(
        self, bench: Bench
    ) -> None:
        bench.needs(Capability.PUBLISH, Capability.POST_INSIGHTS)
        post = await self.published(bench)
        told: list[Observation] = await collect(bench.client.insights.posts([post]))
        gone = native(told)
        client, strange = without(bench, gone)
        rows: list[Observation] = await collect(client.insights.posts([post]))
        if others := native(rows):  # what is told in two places
            gone |= others
            client, strange = without(bench, gone)
            rows = await collect(client.insights.posts([post]))
        again: Post = await settle(client.posts.get(post))

        assert strange.left_out == gone, "`native` names no field of the answers"
        assert counts(rows) == dict.fromkeys(counts(told))
        assert Missing.NOT_FOUND not in {row.missing for row in rows}
        assert told_by(again, POST_COUNTS, told) == {}

    async def test_a_count_of_the_account_that_the_platform_leaves_out_is_missing_and_never_zero(
        self, bench: Bench
    ) -> None:
        bench.needs(Capability.ACCOUNT_INSIGHTS)
        told: tuple[Observation, ...] = await settle(bench.client.insights.account())
        client, strange = without(bench, native(told))
        rows: tuple[Observation, ...] = await settle(client.insights.account())
        again: Profile = await settle(client.account.me())

        assert strange.left_out == native(told), "`native` names no field of the answers"
        assert counts(rows) == dict.fromkeys(counts(told))
        assert Missing.NOT_FOUND not in {row.missing for row in rows}
        assert told_by(again, PROFILE_COUNTS, told) == {}

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


def without(bench: Bench, gone: set[str]) -> tuple[Any, StrangeTransport]:
    """Return a client to whom the platform does not send these fields, and what takes them out."""
    made: list[StrangeTransport] = []

    def around(network: Transport) -> Transport:
        made.append(StrangeTransport(network, gone=gone))
        return made[0]

    return bench.seat(around=around).client, made[0]


def native(rows: Iterable[Observation]) -> set[str]:
    """Return the platform's own names of what it counted."""
    return {row.native for row in rows if row.value is not None}


def counts(rows: Iterable[Observation]) -> dict[str, float | None]:
    """Return what was counted, by metric."""
    return {row.metric: row.value for row in rows}


def told_by(model: Model, fields: Mapping[str, str], rows: Iterable[Observation]) -> dict[str, object]:
    """Return the counts that a model still has, of those that are rows too."""
    values = {fields[row.metric]: getattr(model, fields[row.metric]) for row in rows if row.metric in fields}
    return {name: value for name, value in values.items() if value is not None}
