"""Answering and moderating: to the right people, from the right account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from socialkit.errors import InvalidDraftError, NotSupportedError, WrongAccountError
from socialkit.models import Capability, MessageKind, NoticeKind, Post
from socialkit.sandbox import Sandbox
from socialkit.testing._builders import message as some_message
from socialkit.testing._conformance._suite import Bench, Suite
from socialkit.testing._helpers import collect, settle
from socialkit.testing._transports import SilentTransport

__all__ = ["RepliesSuite"]


class RepliesSuite(Suite):
    """`inbox.reply`, `like`, `hide`, `unhide` and `delete`."""

    def is_private(self, world: Sandbox, message: str) -> bool:
        """Return whether the only answer to a message is seen by its author alone."""
        (answer,) = self.replies(world, message)
        return answer.visibility == "direct"

    async def test_a_reply_answers_in_public(self, bench: Bench) -> None:
        bench.needs(Capability.REPLY)
        message = await self.received(bench)
        answer: Post = await settle(bench.client.inbox.reply(message, "It is on its way"))

        (truth,) = self.replies(bench.world, message.id)
        assert answer.id == truth.id
        assert "It is on its way" in truth.text
        assert not self.is_private(bench.world, message.id)

    async def test_a_private_reply_answers_a_public_message_in_private(self, bench: Bench) -> None:
        bench.needs(Capability.REPLY_PRIVATELY)
        message = await self.received(bench)
        await settle(bench.client.inbox.reply(message, "Please tell us your number", private=True))

        assert self.is_private(bench.world, message.id)

    async def test_a_private_message_is_always_answered_in_private(self, bench: Bench) -> None:
        bench.needs(Capability.DIRECT_MESSAGES, Capability.REPLY_PRIVATELY)
        message = await self.received(bench, private=True)
        await settle(bench.client.inbox.reply(message, "Thank you", private=False))

        assert self.is_private(bench.world, message.id)

    async def test_a_private_reply_is_refused_where_there_is_none(self, bench: Bench) -> None:
        bench.needs(Capability.REPLY)
        seat = bench.seat(around=SilentTransport)
        if seat.client.can(Capability.REPLY_PRIVATELY):
            return

        with pytest.raises(NotSupportedError):
            await settle(seat.client.inbox.reply(some_message(), "Hello", private=True))
        with pytest.raises(NotSupportedError):
            await settle(seat.client.inbox.reply(some_message(private=True), "Hello"))

    async def test_a_notice_cannot_be_answered(self, bench: Bench) -> None:
        bench.needs(Capability.REPLY)
        client = bench.seat(around=SilentTransport).client

        with pytest.raises(NotSupportedError):
            await settle(client.inbox.reply(some_message(notice=NoticeKind.LIKE), "Thank you!"))

    async def test_an_answer_that_is_empty_or_too_long_is_refused(self, bench: Bench) -> None:
        bench.needs(Capability.REPLY)
        seat = bench.seat(around=SilentTransport)
        for text in ("", " \n", "a" * (seat.client.limits.text + 1)):
            with pytest.raises(InvalidDraftError) as caught:
                await settle(seat.client.inbox.reply(some_message(), text))
            assert [one.field for one in caught.value.problems] == ["text"]

    async def test_another_accounts_message_is_refused_before_anything_is_written(self, bench: Bench) -> None:
        bench.needs(Capability.REPLY)
        message = await self.received(bench)
        other = bench.seat("other")
        calls: dict[Capability, Callable[[], Any]] = {
            Capability.REPLY: lambda: other.client.inbox.reply(message, "Hello"),
            Capability.LIKE: lambda: other.client.inbox.like(message),
            Capability.HIDE: lambda: other.client.inbox.hide(message),
            Capability.DELETE_COMMENTS: lambda: other.client.inbox.delete(message),
        }

        for capability, call in calls.items():
            if capability in bench.facts.capabilities:
                with pytest.raises(WrongAccountError):
                    await settle(call())
        assert other.sent.writes == []
        assert self.replies(bench.world, message.id) == []

    async def test_what_cannot_be_moderated_is_refused_and_says_what_can_be_done(self, bench: Bench) -> None:
        if not hasattr(bench.client, "inbox"):
            return
        seat = bench.seat(around=SilentTransport)
        message = some_message(kind=MessageKind.COMMENT)
        calls: dict[str, tuple[Capability, Callable[[], Any]]] = {
            "hide": (Capability.HIDE, lambda: seat.client.inbox.hide(message)),
            "unhide": (Capability.HIDE, lambda: seat.client.inbox.unhide(message)),
            "delete": (Capability.DELETE_COMMENTS, lambda: seat.client.inbox.delete(message)),
        }

        for name, (capability, call) in calls.items():
            if not seat.client.can(capability):
                with pytest.raises(NotSupportedError) as caught:
                    await settle(call())
                assert caught.value.instead
                assert caught.value.operation == f"inbox.{name}"
        assert seat.sent.requests == []

    async def test_a_hidden_comment_is_hidden_until_it_is_shown_again(self, bench: Bench) -> None:
        bench.needs(Capability.HIDE)
        message = await self.commented(bench)
        await settle(bench.client.inbox.hide(message))
        hidden = self.hidden(bench.world, message.id)
        await settle(bench.client.inbox.unhide(message))

        assert hidden
        assert not self.hidden(bench.world, message.id)

    async def test_a_deleted_comment_is_gone(self, bench: Bench) -> None:
        bench.needs(Capability.DELETE_COMMENTS)
        message = await self.commented(bench)
        await settle(bench.client.inbox.delete(message))

        assert message.id not in [one.id for one in await collect(bench.client.inbox.iterate())]

    async def test_liking_twice_is_liking_once(self, bench: Bench) -> None:
        bench.needs(Capability.LIKE)
        message = await self.received(bench)
        for _ in range(2):
            await settle(bench.client.inbox.like(message))

        assert self.likes(bench.world, message.id) == 1
