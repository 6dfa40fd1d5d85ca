"""Publishing: what goes out is what the draft says, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from socialkit.errors import (
    InvalidDraftError,
    MediaProcessingError,
    NotFoundError,
    NotSupportedError,
    WrongAccountError,
)
from socialkit.models import Capability, Draft, Media, MediaKind, Outcome, Post, PostMedia
from socialkit.sandbox import Fault
from socialkit.testing._builders import video
from socialkit.testing._conformance._suite import Bench, Suite
from socialkit.testing._helpers import settle
from socialkit.testing._transports import SilentTransport
from socialkit.transport import Retry

__all__ = ["PublishingSuite"]


class PublishingSuite(Suite):
    """`posts.publish`, `edit` and `delete`, and `media`."""

    def with_media(self, *media: Media) -> Draft:
        """Return a draft with files."""
        return self.draft().model_copy(update={"media": media})

    async def test_publish_returns_the_post_that_is_out(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        post: Post = await settle(bench.client.posts.publish(self.draft("Autumn is here 🍂")))

        (truth,) = bench.posts()
        assert (post.id, post.text) == (truth.id, "Autumn is here 🍂")
        assert truth.text == "Autumn is here 🍂"
        assert post.published_at == truth.published_at
        assert (post.thread, post.incomplete) == ((), ())
        assert len(post.raw) > 0

    async def test_a_post_says_whose_it_is(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        post = await self.published(bench)
        me = await settle(bench.client.account.me())

        assert post.account is not None
        assert post.account == bench.client.ref
        assert (post.account.platform, post.account.id) == (self.platform, me.id)

    async def test_publish_reaches_each_visibility_that_is_offered(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        for visibility in sorted(bench.facts.rules.visibilities):
            draft = self.draft().model_copy(update={"visibility": visibility})
            post: Post = await settle(bench.client.posts.publish(draft))

            assert post.visibility in {visibility, None}
        assert len(bench.posts()) == len(bench.facts.rules.visibilities)

    async def test_a_picture_goes_out_with_its_alt_text(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.MEDIA)
        draft = self.with_media(self.picture(alt_text="A black dot on white"))
        post: Post = await settle(bench.client.posts.publish(draft))

        (truth,) = bench.posts()
        assert [one.id for one in post.media] == [one.id for one in truth.media]
        assert [one.kind for one in truth.media] == ["image"]
        if Capability.ALT_TEXT in bench.facts.capabilities:
            assert [one.alt_text for one in truth.media] == ["A black dot on white"]

    async def test_several_pictures_keep_their_order(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.MEDIA, Capability.ALT_TEXT)
        names = [f"Dot {number}" for number in range(min(3, bench.client.limits.media))]
        draft = self.with_media(*(self.picture(alt_text=name) for name in names))
        await settle(bench.client.posts.publish(draft))

        assert [one.alt_text for one in bench.posts()[0].media] == names

    async def test_a_file_can_be_uploaded_by_itself(self, bench: Bench) -> None:
        bench.needs(Capability.MEDIA)
        if not self.uploads:
            pytest.skip(f"{self.platform} takes files with their post alone")
        media: PostMedia = await settle(bench.client.media.upload(self.picture()))
        again: PostMedia = await settle(bench.client.media.get(media))

        assert media.ready
        assert (again.id, again.kind) == (media.id, MediaKind.IMAGE)
        assert bench.posts() == []

    async def test_publish_waits_until_a_video_is_processed(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.MEDIA)
        self.needs_processing(bench)
        before = bench.world.clock.now()
        post: Post = await settle(bench.client.posts.publish(self.with_media(video())))

        assert bench.world.clock.now() > before
        assert [one.kind for one in bench.posts()[0].media] == ["video"]
        assert all(one.ready for one in post.media)

    async def test_nothing_is_published_when_a_video_cannot_be_processed(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.MEDIA)
        self.needs_processing(bench)
        self.fail_processing(bench.world)

        with pytest.raises(MediaProcessingError):
            await settle(bench.client.posts.publish(self.with_media(video())))
        assert bench.posts() == []

    def needs_processing(self, bench: Bench) -> None:
        """Skip where videos are not taken, or are ready at once."""
        if not self.processing or "video/mp4" not in bench.client.limits.mime_types:
            pytest.skip(f"{self.platform} processes no videos")

    async def test_a_first_comment_stands_under_the_post(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        self.needs_first_comments()
        draft = self.draft().model_copy(update={"first_comment": "Shop: https://shop.example"})
        post: Post = await settle(bench.client.posts.publish(draft))

        first, comment = bench.posts()
        assert (post.id, post.incomplete) == (first.id, ())
        assert (comment.text, comment.reply_to) == ("Shop: https://shop.example", first.id)

    @pytest.mark.parametrize(
        ("fault", "outcome"),
        [(Fault.RATE_LIMITED, Outcome.REFUSED), (Fault.DROP_AFTER_COMMIT, Outcome.UNKNOWN)],
    )
    async def test_a_first_comment_that_fails_leaves_the_post_published(
        self, bench: Bench, fault: Fault, outcome: Outcome
    ) -> None:
        bench.needs(Capability.PUBLISH)
        self.needs_first_comments()
        if outcome is Outcome.UNKNOWN:
            self.needs_unknown("publish")
        client = bench.seat(retry=Retry(on_limit="raise")).client
        bench.world.fail(self.platform, "publish", fault, after=1)
        draft = self.draft().model_copy(update={"first_comment": "Shop: https://shop.example"})
        post: Post = await settle(client.posts.publish(draft))

        assert [(one.step, one.outcome) for one in post.incomplete] == [("first comment", outcome)]
        assert post.id == bench.posts()[0].id

    def needs_first_comments(self) -> None:
        """Skip where a first comment is not a post."""
        if not self.first_comments:
            pytest.skip(f"{self.platform} has no first comments that are posts")

    async def test_edit_changes_the_text(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.EDIT)
        post = await self.published(bench, "Autum is here")
        edited: Post = await settle(bench.client.posts.edit(post, self.draft("Autumn is here")))

        assert (edited.id, edited.text) == (post.id, "Autumn is here")
        assert [one.text for one in bench.posts()] == ["Autumn is here"]

    async def test_edit_keeps_files_that_are_not_mentioned_and_removes_them_when_given_none(
        self, bench: Bench
    ) -> None:
        bench.needs(Capability.PUBLISH, Capability.EDIT, Capability.MEDIA)
        post: Post = await settle(bench.client.posts.publish(self.with_media(self.picture())))
        await settle(bench.client.posts.edit(post, "A new text"))
        kept = bench.posts()[0].media
        await settle(bench.client.posts.edit(post, Draft(text="A new text", media=[])))

        assert [one.id for one in kept] == [one.id for one in post.media]
        assert bench.posts()[0].media == ()

    async def test_edit_refuses_more_than_one_post(self, bench: Bench) -> None:
        bench.needs(Capability.EDIT, Capability.THREADS)
        client = bench.seat(around=SilentTransport).client
        draft = Draft(text="One", thread=[Draft(text="Two")])

        with pytest.raises(InvalidDraftError):
            await settle(client.posts.edit("1", draft))

    async def test_delete_removes_the_post(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH, Capability.DELETE)
        kept, gone = await self.published(bench, "Keep"), await self.published(bench, "Go")
        await settle(bench.client.posts.delete(gone))

        assert [one.id for one in bench.posts()] == [kept.id]
        with pytest.raises(NotFoundError):
            await settle(bench.client.posts.get(gone))
        with pytest.raises(NotFoundError):
            await settle(bench.client.posts.delete(gone))

    async def test_another_accounts_post_is_refused_before_anything_is_written(self, bench: Bench) -> None:
        bench.needs(Capability.PUBLISH)
        post = await self.published(bench)
        other = bench.seat("other")
        calls: dict[Capability, Callable[[], Any]] = {
            Capability.EDIT: lambda: other.client.posts.edit(post, self.draft("Mine now")),
            Capability.DELETE: lambda: other.client.posts.delete(post),
        }

        for capability, call in calls.items():
            if capability in bench.facts.capabilities:
                with pytest.raises(WrongAccountError):
                    await settle(call())
        assert other.sent.writes == []
        assert [one.text for one in bench.posts()] == [self.draft().text]

    async def test_what_the_platform_lacks_is_refused_before_anything_is_sent(self, bench: Bench) -> None:
        seat = bench.seat(around=SilentTransport)
        calls: dict[Capability, Callable[[], Any]] = {
            Capability.PUBLISH: lambda: seat.client.posts.publish(self.draft()),
            Capability.EDIT: lambda: seat.client.posts.edit("1", self.draft()),
            Capability.DELETE: lambda: seat.client.posts.delete("1"),
        }

        for capability, call in calls.items():
            assert seat.client.can(capability) == (capability in bench.facts.capabilities)
            if not seat.client.can(capability):
                with pytest.raises(NotSupportedError):
                    await settle(call())
        assert seat.sent.requests == []

    def test_options_of_a_draft_survive_json(self) -> None:
        for options in self.options:
            draft = Draft(
                text="Autumn is here", options=[options], thread=[Draft(text="2", options=[options])]
            )
            restored = Draft.model_validate_json(draft.model_dump_json())

            assert restored == draft
            assert type(restored.options[0]) is type(options)
            assert restored.for_(self.platform).option(type(options)) == options
