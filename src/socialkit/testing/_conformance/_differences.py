"""Reading back: a post is what its draft said, and what differs is told."""

from __future__ import annotations

from socialkit.models import Capability, Draft, Post, Variant
from socialkit.testing._conformance._suite import Bench, Suite
from socialkit.testing._helpers import settle
from socialkit.testing._transports import SilentTransport

__all__ = ["DifferenceSuite"]

RICH = "Autumn &  <em>is</em> here 🍂:\n\nhttps://shop.example/jackets/waxed?size=m #autumn"
"""A text that platforms mark up, shorten and link."""


class DifferenceSuite(Suite):
    """`posts.differences`."""

    async def read_back(self, bench: Bench, draft: Draft) -> Post:
        """Publish a draft, and return all its parts as they are read afterwards."""
        post: Post = await settle(bench.client.posts.publish(draft))
        first, *rest = [await settle(bench.client.posts.get(one.id)) for one in (post, *post.thread)]
        whole: Post = first.model_copy(update={"thread": tuple(rest)})
        return whole

    def told(self, bench: Bench, post: Post, draft: Draft | str) -> tuple[str, ...]:
        """Return the differences, found without a request."""
        found: tuple[str, ...] = bench.seat(around=SilentTransport).client.posts.differences(post, draft)
        return found

    async def test_a_post_that_is_read_back_is_what_its_draft_said(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.MEDIA)
        dots = [self.picture(alt_text="One  dot"), self.picture(alt_text=None)][: bench.client.limits.media]
        draft = self.draft(RICH).model_copy(update={"media": tuple(dots)})
        published: Post = await settle(bench.client.posts.publish(draft))

        assert self.told(bench, published, draft) == ()
        assert self.told(bench, await settle(bench.client.posts.get(published)), draft) == ()

    async def test_a_draft_is_compared_as_the_platform_got_it(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        words = " ".join(["word"] * bench.client.limits.text)
        cut = self.draft(words).model_copy(update={"overflow": "truncate"})
        varied = self.draft("For others").model_copy(
            update={"variants": {self.platform: Variant(text="For this one")}}
        )

        for draft in (cut, varied):
            post = await self.read_back(bench, draft)
            assert self.told(bench, post, draft) == ()

    async def test_another_text_is_told(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        post = await self.read_back(bench, self.draft("Open on Sunday"))

        (sentence,) = self.told(bench, post, self.draft("Open on Monday"))
        assert sentence == "the text reads 'Open on Sunday' instead of 'Open on Monday'"

    async def test_a_missing_file_is_told(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.MEDIA)
        post = await self.read_back(bench, self.draft())

        there = len(self.draft().media)
        assert self.told(bench, post, self.with_one_more()) == (
            f"it has {files(there)} instead of {there + 1}",
        )

    async def test_a_file_too_many_is_told(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.MEDIA)
        post = await self.read_back(bench, self.with_one_more())

        meant = len(self.draft().media)
        assert self.told(bench, post, self.draft()) == (f"it has {files(meant + 1)} instead of {meant}",)

    def with_one_more(self) -> Draft:
        """Return the smallest draft with a picture beside what it has."""
        draft = self.draft()
        return draft.model_copy(update={"media": (*draft.media, self.picture())})

    async def test_a_missing_alt_text_is_told_where_the_platform_tells_them(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.MEDIA, Capability.ALT_TEXT)
        mute = self.draft().model_copy(update={"media": (self.picture(alt_text=None),)})
        other = self.draft().model_copy(update={"media": (self.picture(alt_text="A grey cat"),)})
        draft = self.draft().model_copy(update={"media": (self.picture(alt_text="A black cat"),)})
        found = [self.told(bench, await self.read_back(bench, one), draft) for one in (mute, other)]

        if self.alt_texts_told:
            assert found == [
                ("file 1 has no alt text instead of 'A black cat'",),
                ("the alt text of file 1 reads 'A grey cat' instead of 'A black cat'",),
            ]
        else:
            assert found == [(), ()]

    async def test_a_thread_is_compared_part_by_part(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.THREADS)
        draft = self.draft("One").model_copy(update={"thread": (self.draft("Two"), self.draft("Three"))})
        other = draft.model_copy(update={"thread": (self.draft("Zwei"), self.draft("Three"))})
        post = await self.read_back(bench, draft)
        shorter = post.model_copy(update={"thread": post.thread[:1]})
        alone = post.model_copy(update={"thread": ()})

        assert self.told(bench, post, draft) == ()
        assert self.told(bench, post, other) == ("part 2: the text reads 'Two' instead of 'Zwei'",)
        assert self.told(bench, shorter, draft) == ("part 3 is missing",)
        assert self.told(bench, alone, draft) == ()
        assert self.told(bench, post, "One") == ("part 2 is not in the draft", "part 3 is not in the draft")


def files(count: int) -> str:
    """Return how many files there are, in words."""
    return f"{count} {'file' if count == 1 else 'files'}"
