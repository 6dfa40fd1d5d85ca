"""Outcomes: whatever goes wrong, a write ends in the right error, and `find` tells the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest

from socialkit.errors import (
    AuthenticationError,
    MediaProcessingError,
    OutcomeUnknownError,
    RateLimitedError,
    WrongAccountError,
)
from socialkit.models import Attempt, Capability, Found, FoundState, Post
from socialkit.sandbox import Fault
from socialkit.testing._conformance._suite import Bench, Suite, failure
from socialkit.testing._helpers import collect, settle
from socialkit.transport import Retry

__all__ = ["OutcomeSuite"]

LOOKS: Final = 5
"""How often `find` may put somebody off."""

WRITES: Final = {
    "publish": Capability.PUBLISH,
    "reply": Capability.REPLY,
    "edit": Capability.EDIT,
    "delete": Capability.DELETE,
    "like": Capability.LIKE,
    "hide": Capability.HIDE,
    "unhide": Capability.HIDE,
    "delete comment": Capability.DELETE_COMMENTS,
}
"""By the kind that an attempt has; the first word is the operation's name."""


@dataclass(frozen=True)
class Deed:
    """A write, and how often the simulator says that it was done."""

    do: Callable[[], Any]
    times: Callable[[], int]


class OutcomeSuite(Suite):
    """Every fault on every write."""

    async def deed(self, bench: Bench, write: str) -> Deed:
        """Prepare a write."""
        client, world = bench.client, bench.world
        if write == "publish":
            draft = self.draft("Autumn is here")
            return Deed(lambda: client.posts.publish(draft), lambda: len(bench.posts()))
        if write == "edit":
            post = await self.published(bench, "Autum is here")
            after = self.draft("Autumn is here")
            return Deed(lambda: client.posts.edit(post, after), lambda: bench.posts()[0].text == after.text)
        if write == "delete":
            post = await self.published(bench)
            return Deed(lambda: client.posts.delete(post), lambda: not bench.posts())
        moderated = write in {"hide", "unhide", "delete comment"}
        message = await (self.commented(bench) if moderated else self.received(bench))
        if write == "reply":
            return Deed(
                lambda: client.inbox.reply(message, "Thank you!"),
                lambda: len(self.replies(world, message.id)),
            )
        if write == "like":
            return Deed(lambda: client.inbox.like(message), lambda: self.likes(world, message.id))
        if write == "delete comment":
            return Deed(lambda: client.inbox.delete(message), lambda: self.deleted(world, message.id))
        if write == "unhide":
            await settle(client.inbox.hide(message))
            return Deed(lambda: client.inbox.unhide(message), lambda: not self.hidden(world, message.id))
        return Deed(lambda: client.inbox.hide(message), lambda: self.hidden(world, message.id))

    async def looked_up(self, bench: Bench, attempt: Attempt) -> Found:
        """Ask what became of a write, and again when `find` says so."""
        found: Found = await settle(bench.client.posts.find(attempt))
        for _ in range(LOOKS):
            if found.state is not FoundState.UNDECIDED or found.ask_again is None:
                break
            bench.world.clock.advance(found.ask_again - bench.world.clock.now())
            found = await settle(bench.client.posts.find(attempt))
        return found

    @pytest.mark.parametrize("write", WRITES)
    @pytest.mark.parametrize("fault", list(Fault), ids=[fault.value for fault in Fault])
    async def test_a_write_that_goes_wrong_ends_in_the_right_error(
        self, bench: Bench, write: str, fault: Fault
    ) -> None:
        bench.needs(WRITES[write])
        deed = await self.deed(bench, write)
        bench.world.fail(self.platform, write.partition(" ")[0], fault)
        error = await failure(self.done(deed))

        if fault is Fault.RATE_LIMITED or write in self.repeatable:
            assert error is None
            assert deed.times() == 1
            return
        assert type(error) is OutcomeUnknownError
        assert (error.written, error.repeatable, error.platform) == (None, False, self.platform)
        assert (error.attempt.kind, error.attempt.platform) == (write, self.platform)
        attempt = Attempt.model_validate_json(error.attempt.model_dump_json())
        assert attempt == error.attempt
        found = await self.looked_up(bench, attempt)
        assert bool(deed.times()) == fault.commits
        assert found.state is (FoundState.PUBLISHED if deed.times() else FoundState.ABSENT)
        assert deed.times() <= 1

    async def done(self, deed: Deed) -> None:
        """Do it, in either mode."""
        await settle(deed.do())

    @pytest.mark.parametrize("write", WRITES)
    async def test_a_write_that_goes_well_is_done_once(self, bench: Bench, write: str) -> None:
        bench.needs(WRITES[write])
        deed = await self.deed(bench, write)
        assert deed.times() == 0
        await settle(deed.do())

        assert deed.times() == 1

    async def test_a_spent_limit_is_raised_when_asked_for(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        client = bench.seat(retry=Retry(on_limit="raise")).client
        bench.world.fail(self.platform, "publish", Fault.RATE_LIMITED)

        with pytest.raises(RateLimitedError) as caught:
            await settle(client.posts.publish(self.draft()))
        assert (caught.value.written, caught.value.repeatable) == (False, True)
        assert caught.value.operation == "posts.publish"
        assert bench.posts() == []

    async def test_a_spent_limit_is_waited_for_on_the_worlds_clock(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        before = bench.world.clock.now()
        bench.world.fail(self.platform, "publish", Fault.RATE_LIMITED)
        await self.published(bench)

        assert bench.world.clock.now() > before
        assert len(bench.posts()) == 1

    async def test_absent_is_not_said_while_a_write_may_still_land(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        self.needs_unknown("publish")
        bench.world.fail(self.platform, "publish", Fault.DROP_BEFORE_COMMIT)
        with pytest.raises(OutcomeUnknownError) as caught:
            await self.published(bench)
        attempt = caught.value.attempt
        found: Found = await settle(bench.client.posts.find(attempt))

        assert found.state is FoundState.UNDECIDED
        late = timedelta() if bench.facts.authoritative else bench.facts.settles_after
        if late is not None:
            assert found.ask_again is not None
            # Platforms tell their time in whole seconds.
            assert timedelta() <= found.ask_again - attempt.deadline - late <= timedelta(seconds=2)

    async def test_an_equal_post_from_before_is_not_taken_for_the_lost_one(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        self.needs_unknown("publish")
        await self.published(bench)
        bench.world.fail(self.platform, "publish", Fault.DROP_BEFORE_COMMIT)
        with pytest.raises(OutcomeUnknownError) as caught:
            await self.published(bench)
        found = await self.looked_up(bench, caught.value.attempt)

        assert found.state is FoundState.ABSENT

    async def test_a_lost_post_with_a_file_is_found(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.MEDIA)
        self.needs_unknown("publish")
        bench.world.fail(self.platform, "publish", Fault.DROP_AFTER_COMMIT)
        draft = self.draft().model_copy(update={"media": (self.picture(),)})
        with pytest.raises(OutcomeUnknownError) as caught:
            await settle(bench.client.posts.publish(draft))
        attempt = Attempt.model_validate_json(caught.value.attempt.model_dump_json())
        found = await self.looked_up(bench, attempt)

        assert attempt == caught.value.attempt
        assert found.state is FoundState.PUBLISHED
        assert found.post is not None
        assert [found.post.id] == [one.id for one in bench.posts()]

    async def test_find_refuses_another_accounts_attempt(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        self.needs_unknown("publish")
        bench.world.fail(self.platform, "publish", Fault.DROP_AFTER_COMMIT)
        with pytest.raises(OutcomeUnknownError) as caught:
            await self.published(bench)

        with pytest.raises(WrongAccountError):
            await settle(bench.seat("other").client.posts.find(caught.value.attempt))

    @pytest.mark.parametrize("fault", list(Fault), ids=[fault.value for fault in Fault])
    async def test_nothing_is_published_when_an_upload_goes_wrong(self, bench: Bench, fault: Fault) -> None:
        bench.needs(Capability.PUBLISH, Capability.MEDIA)
        bench.world.fail(self.platform, "upload", fault)
        draft = self.draft().model_copy(update={"media": (self.picture(),)})
        error = await failure(self.done(Deed(lambda: bench.client.posts.publish(draft), lambda: 0)))

        if fault is Fault.RATE_LIMITED:
            assert error is None
            assert len(bench.posts()) == 1
        else:
            assert type(error) is MediaProcessingError
            assert (error.written, error.repeatable) == (False, True)
            assert bench.posts() == []

    @pytest.mark.parametrize("fault", list(Fault), ids=[fault.value for fault in Fault])
    async def test_a_read_that_goes_wrong_is_repeated(self, bench: Bench, fault: Fault) -> None:
        bench.needs(Capability.PUBLISH)
        post = await self.published(bench)
        bench.world.fail(self.platform, "get", fault)
        again: Post = await settle(bench.client.posts.get(post))

        assert again.id == post.id

    @pytest.mark.parametrize("end", ["revoked", "expired"])
    async def test_a_token_that_is_over_is_an_authentication_error(self, bench: Bench, end: str) -> None:
        client = bench.client
        await settle(client.account.me())
        (self.revoke if end == "revoked" else self.expire)(bench.world)

        with pytest.raises(AuthenticationError):
            await settle(client.account.me())
        with pytest.raises(AuthenticationError):
            await collect(client.posts.iterate())
        if Capability.PUBLISH in bench.facts.capabilities:
            with pytest.raises(AuthenticationError):
                await settle(client.posts.publish(self.draft()))
            assert bench.posts() == []
