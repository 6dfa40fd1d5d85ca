"""Threads: parts in order, and an honest account of what is out when one fails."""

from __future__ import annotations

import pytest

from socialkit.errors import IncompleteError, MediaProcessingError, OutcomeUnknownError, RateLimitedError
from socialkit.models import Capability, Draft, FoundState, Post
from socialkit.sandbox import Fault
from socialkit.testing._builders import picture
from socialkit.testing._conformance._suite import Bench, Suite
from socialkit.testing._helpers import settle
from socialkit.transport import Retry

__all__ = ["ThreadSuite"]


class ThreadSuite(Suite):
    """Drafts of several parts."""

    def thread(self, *later: Draft) -> Draft:
        """Return a draft of several parts."""
        return self.draft("One").model_copy(
            update={"thread": later or (self.draft("Two"), self.draft("Three"))}
        )

    async def test_each_part_answers_the_one_before(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.THREADS)
        post: Post = await settle(bench.client.posts.publish(self.thread()))

        one, two, three = bench.posts()
        assert [part.id for part in (post, *post.thread)] == [one.id, two.id, three.id]
        assert [part.text for part in (one, two, three)] == ["One", "Two", "Three"]
        assert [part.reply_to for part in (one, two, three)] == [None, one.id, two.id]

    async def test_a_long_text_becomes_a_thread_when_the_draft_says_so(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.THREADS)
        words = " ".join(["word"] * bench.client.limits.text)
        draft = self.draft(words).model_copy(update={"overflow": "thread"})
        post: Post = await settle(bench.client.posts.publish(draft))

        assert len(post.thread) >= 4
        assert " ".join(one.text for one in bench.posts()) == words

    async def test_a_refused_part_says_what_is_out(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.THREADS)
        client = bench.seat(retry=Retry(on_limit="raise")).client
        bench.world.fail(self.platform, "publish", Fault.RATE_LIMITED, after=1)

        with pytest.raises(IncompleteError) as caught:
            await settle(client.posts.publish(self.thread()))
        assert [one.id for one in caught.value.published] == [one.id for one in bench.posts()]
        assert [one.text for one in bench.posts()] == ["One"]
        assert caught.value.failed_step.startswith("part 2")
        assert isinstance(caught.value.__cause__, RateLimitedError)
        assert caught.value.written is True

    async def test_a_part_whose_file_fails_says_which_step_it_was(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.THREADS, Capability.MEDIA)
        bench.world.fail(self.platform, "upload", Fault.SERVER_ERROR)
        second = self.draft("Two").model_copy(update={"media": (picture(),)})

        with pytest.raises(IncompleteError) as caught:
            await settle(bench.client.posts.publish(self.thread(second)))
        assert caught.value.failed_step == "part 2 media 1"
        assert isinstance(caught.value.__cause__, MediaProcessingError)
        assert [one.text for one in bench.posts()] == ["One"]

    async def test_a_part_whose_outcome_is_unknown_says_what_is_out_and_can_be_found(
        self, bench: Bench
    ) -> None:
        bench.needs(Capability.PUBLISH, Capability.THREADS)
        self.needs_unknown("publish")
        bench.world.fail(self.platform, "publish", Fault.DROP_AFTER_COMMIT, after=1)

        with pytest.raises(OutcomeUnknownError) as caught:
            await settle(bench.client.posts.publish(self.thread()))
        one, two = bench.posts()
        assert [post.id for post in caught.value.published] == [one.id]
        assert caught.value.attempt.step.startswith("part 2")
        found = await settle(bench.client.posts.find(caught.value.attempt))
        assert (found.state, found.post.id) == (FoundState.PUBLISHED, one.id)
        assert [post.id for post in found.post.thread] == [two.id]
