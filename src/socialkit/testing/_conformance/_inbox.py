"""The inbox: what came in, of which kind, from when."""

from __future__ import annotations

from datetime import timedelta

from socialkit.models import Capability, Message, MessageKind, NoticeKind
from socialkit.testing._conformance._suite import Bench, Suite
from socialkit.testing._helpers import collect, settle, take

__all__ = ["InboxSuite"]


class InboxSuite(Suite):
    """`inbox.iterate` and `comments`."""

    async def test_a_mention_comes_in(self, bench: Bench) -> None:
        bench.needs(Capability.MENTIONS)
        wanted = bench.world.receive(self.platform, text="Where is my order?", author="customer")
        (message,) = await collect(bench.client.inbox.iterate())

        assert (message.id, message.kind) == (wanted, MessageKind.MENTION)
        assert "Where is my order?" in message.text
        assert message.author.handle.startswith("customer")
        assert message.account == bench.client.ref
        assert not message.private
        assert len(message.raw) > 0

    async def test_a_comment_names_the_post_above_it(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.COMMENTS)
        post = await self.published(bench)
        wanted = bench.world.receive(self.platform, text="How much?", reply_to=post.id)
        (message,) = await collect(bench.client.inbox.iterate())

        assert (message.id, message.kind, message.post_id) == (wanted, MessageKind.COMMENT, post.id)

    async def test_a_direct_message_is_private(self, bench: Bench) -> None:
        bench.needs(Capability.DIRECT_MESSAGES)
        wanted = bench.world.receive(self.platform, text="My number is 12", private=True)
        (message,) = await collect(bench.client.inbox.iterate())

        assert (message.id, message.kind) == (wanted, MessageKind.DIRECT_MESSAGE)
        assert message.private

    async def test_notices_are_left_out_unless_asked_for(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        if not self.notices or not hasattr(bench.client, "inbox"):
            return
        post = await self.published(bench)
        bench.world.receive(self.platform, kind="like", reply_to=post.id)
        silent: list[Message] = await collect(bench.client.inbox.iterate())
        (notice,) = await collect(bench.client.inbox.iterate(notices=True))
        (again,) = await collect(bench.client.inbox.iterate(kinds=[MessageKind.NOTICE]))

        assert silent == []
        assert (notice.kind, notice.notice, notice.post_id) == (MessageKind.NOTICE, NoticeKind.LIKE, post.id)
        assert again == notice

    async def test_the_inbox_is_newest_first_and_cut_at_a_time_and_a_limit(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.COMMENTS)
        post = await self.published(bench)
        ids: list[str] = []
        for number in range(4):
            bench.world.clock.advance(60)
            ids.insert(0, bench.world.receive(self.platform, text=f"Hello {number}", reply_to=post.id))
        inbox = bench.client.inbox
        since = bench.world.clock.now() - timedelta(seconds=90)

        assert [one.id for one in await collect(inbox.iterate())] == ids
        assert [one.id for one in await collect(inbox.iterate(since=since))] == ids[:2]
        assert [one.id for one in await collect(inbox.iterate(limit=3))] == ids[:3]

    async def test_only_the_kinds_that_are_wanted_come(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.COMMENTS, Capability.MENTIONS)
        post = await self.published(bench)
        comment = bench.world.receive(self.platform, text="How much?", reply_to=post.id)
        bench.world.receive(self.platform, text="Hello")
        messages: list[Message] = await collect(bench.client.inbox.iterate(kinds=[MessageKind.COMMENT]))

        assert [one.id for one in messages] == [comment]

    async def test_a_stream_gives_each_message_once_whatever_its_line_does(self, bench: Bench) -> None:
        bench.needs(Capability.STREAM, Capability.MENTIONS)
        since, wanted = bench.world.clock.now(), list[str]()
        wanted.append(bench.world.receive(self.platform, text="One"))
        stream = bench.client.inbox.stream(since=since)
        found: list[Message] = await take(stream, 1)
        bench.world.interrupt(self.platform)
        wanted.append(bench.world.receive(self.platform, text="Two"))
        found += await take(stream, 1)
        await settle(stream.close())
        wanted.append(bench.world.receive(self.platform, text="Three"))
        found += await collect(bench.client.inbox.stream(cursor=stream.cursor, limit=1))

        assert [one.id for one in found] == wanted
        assert [one.account for one in found] == [bench.client.ref] * len(found)

    async def test_comments_are_those_of_others_oldest_first(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.COMMENTS)
        post, elsewhere = await self.published(bench), await self.published(bench, "Elsewhere")
        ids: list[str] = []
        for number in range(3):
            bench.world.clock.advance(60)
            ids.append(bench.world.receive(self.platform, text=f"Hello {number}", reply_to=post.id))
        bench.world.receive(self.platform, text="Not here", reply_to=elsewhere.id)
        if Capability.REPLY in bench.facts.capabilities:
            first = (await collect(bench.client.inbox.comments(post)))[0]
            await settle(bench.client.inbox.reply(first, "Thank you!"))
        comments: list[Message] = await collect(bench.client.inbox.comments(post))

        assert [one.id for one in comments] == ids
        assert {one.kind for one in comments} == {MessageKind.COMMENT}
        assert await collect(bench.client.inbox.comments(post.id)) == comments
