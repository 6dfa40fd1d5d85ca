"""Reading: posts one by one and page by page, and answers of a newer platform."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from socialkit.errors import NotFoundError
from socialkit.models import Capability, Post, Profile, Trend
from socialkit.testing._conformance._suite import Bench, Suite
from socialkit.testing._helpers import collect, settle, take
from socialkit.testing._transports import StrangeTransport

__all__ = ["ReadingSuite"]


class ReadingSuite(Suite):
    """`posts.get` and `iterate`, `listening`, and unknown things in answers."""

    async def several(self, bench: Bench, count: int) -> list[str]:
        """Publish posts a minute apart, and return their ids, newest first."""
        bench.needs(Capability.PUBLISH)
        ids: list[str] = []
        for number in range(count):
            bench.world.clock.advance(60)
            ids.insert(0, (await self.published(bench, f"Post {number}")).id)
        return ids

    async def test_get_returns_the_post(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        post = await self.published(bench)
        again: Post = await settle(bench.client.posts.get(post))
        by_id: Post = await settle(bench.client.posts.get(post.id))

        assert (again.id, again.text, again.account) == (post.id, post.text, bench.client.ref)
        assert by_id == again

    async def test_a_post_that_is_not_there_is_not_found(self, bench: Bench) -> None:
        with pytest.raises(NotFoundError) as caught:
            await settle(bench.client.posts.get("404404404"))
        assert (caught.value.platform, caught.value.operation) == (self.platform, "posts.get")

    async def test_iterate_gives_every_post_newest_first(self, bench: Bench) -> None:
        ids = await self.several(bench, self.many)
        listing = bench.client.posts.iterate()
        posts: list[Post] = await collect(listing)

        assert [one.id for one in posts] == ids
        assert (listing.ended, listing.cursor) == (True, None)
        assert [one.account for one in posts] == [bench.client.ref] * self.many

    async def test_iterate_comes_in_pages(self, bench: Bench) -> None:
        ids = await self.several(bench, self.many)
        pages = await collect(bench.client.posts.iterate().pages())

        assert len(pages) > 1
        assert [post.id for page in pages for post in page.items] == ids

    async def test_iterate_resumes_at_a_cursor_and_loses_nothing(self, bench: Bench) -> None:
        ids = await self.several(bench, self.many)
        first = bench.client.posts.iterate()
        taken: list[Post] = await take(first, self.many - 1)
        rest: list[Post] = await collect(bench.client.posts.iterate(cursor=first.cursor))

        assert first.cursor is not None
        assert len(rest) < self.many
        assert [one.id for one in rest] == ids[-len(rest) :]
        assert {one.id for one in taken} | {one.id for one in rest} == set(ids)

    async def test_iterate_gives_no_more_than_the_limit(self, bench: Bench) -> None:
        ids = await self.several(bench, 4)
        for limit in (0, 1, 3, 10):
            posts: list[Post] = await collect(bench.client.posts.iterate(limit=limit))

            assert [one.id for one in posts] == ids[:limit]

    async def test_iterate_gives_what_is_newer_than_a_time(self, bench: Bench) -> None:
        ids = await self.several(bench, 4)
        since = bench.world.clock.now() - timedelta(seconds=90)
        posts: list[Post] = await collect(bench.client.posts.iterate(since=since))

        assert [one.id for one in posts] == ids[:2]

    async def test_a_time_without_zone_is_refused(self, bench: Bench) -> None:
        naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - what is to be refused
        for listing in (partial(bench.client.posts.iterate, since=naive), partial(self.inbox, bench, naive)):
            with pytest.raises(ValueError, match="time zone"):
                await collect(listing())

    def inbox(self, bench: Bench, since: datetime) -> Any:
        """Return the inbox where there is one, else the posts."""
        space: Any = getattr(bench.client, "inbox", bench.client.posts)
        return space.iterate(since=since)

    async def test_a_post_by_hashtag_is_found(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.SEARCH)
        wanted = await self.published(bench, "Autumn is here #autumn")
        await self.published(bench, "Winter is not")
        posts: list[Post] = await collect(bench.client.listening.search("#autumn"))

        assert [one.id for one in posts] == [wanted.id]

    async def test_a_search_for_nothing_is_refused(self, bench: Bench) -> None:
        bench.needs(Capability.SEARCH)

        with pytest.raises(ValueError, match="query is empty"):
            await collect(bench.client.listening.search("  "))

    async def test_trends_are_listed_up_to_the_limit(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.TRENDS)
        for number in range(3):
            await self.published(bench, f"Autumn is here #autumn{number}")
        trends: list[Trend] = await collect(bench.client.listening.trends())
        first: list[Trend] = await collect(bench.client.listening.trends(limit=1))

        assert {f"autumn{number}" for number in range(3)} <= {one.name.lower() for one in trends}
        assert first == trends[:1]

    async def test_a_profile_is_found_by_its_handle(self, bench: Bench) -> None:
        bench.needs(Capability.PROFILES)
        me: Profile = await settle(bench.client.account.me())
        found: Profile = await settle(bench.client.listening.profile(f"@{me.handle}"))

        assert (found.id, found.handle) == (me.id, me.handle)
        with pytest.raises(NotFoundError):
            await settle(bench.client.listening.profile("nobody_at_all"))

    async def test_answers_of_a_newer_platform_are_read(self, bench: Bench) -> None:
        strange = bench.seat(around=partial(StrangeTransport, enums=self.enums)).client
        me: Profile = await settle(strange.account.me())
        posts: list[Post] = []
        if Capability.PUBLISH in bench.facts.capabilities:
            post: Post = await settle(strange.posts.publish(self.draft()))
            posts = await collect(strange.posts.iterate())

            assert [one.id for one in posts] == [post.id]
            assert "socialkit_made_this_up" in posts[0].raw
        if self.notices and posts:
            bench.world.receive(self.platform, kind="like", reply_to=posts[0].id)
        if Capability.MENTIONS in bench.facts.capabilities:
            bench.world.receive(self.platform, text="Where is my order?")
            assert len(await collect(strange.inbox.iterate(notices=True))) >= 1
        if Capability.POST_INSIGHTS in bench.facts.capabilities:
            assert len(await collect(strange.insights.posts(posts))) >= len(posts)

        assert me.id == strange.ref.id
