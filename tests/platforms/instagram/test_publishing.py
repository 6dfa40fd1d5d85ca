"""What only Instagram publishes: containers of pictures, reels, carousels and stories."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

import socialkit as sk
from socialkit import FolderMediaHost
from socialkit.errors import (
    BadRequestError,
    ConfigurationError,
    InvalidDraftError,
    MediaProcessingError,
    NotFoundError,
    NotSupportedError,
    OutcomeUnknownError,
    RateLimitedError,
    ServerError,
)
from socialkit.models import Capability, Draft, FoundState, Media, Outcome, Severity
from socialkit.platforms.instagram import FACTS, InstagramOptions, InstagramRules, ProductTag, UserTag
from socialkit.platforms.instagram._facts import LIMITS
from socialkit.sandbox import Fault, Sandbox, SimRequest
from socialkit.sandbox.instagram import InstagramSimulator
from socialkit.testing import mp4, picture, video
from socialkit.testing._transports import RecordingTransport
from socialkit.transport import Request, Response, Retry
from tests.platforms.instagram.conftest import Open
from tests.support import collect, settle

STORY = InstagramOptions(kind="story")


def dot(**given: Any) -> Media:
    return Media.from_url("https://shop.example/dot.jpg", **given)


def draft(text: str = "Autumn", **given: Any) -> Draft:
    return Draft(text=text, media=[dot()]).model_copy(update=given)


async def lost(world: Sandbox, client: Any, what: Draft, fault: Fault) -> Any:
    world.fail("instagram", "publish", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.publish(what))
    return caught.value.attempt


async def looked_up(world: Sandbox, client: Any, attempt: Any) -> Any:
    found = await settle(client.posts.find(attempt))
    while found.ask_again is not None:
        world.clock.advance(found.ask_again - world.clock.now())
        found = await settle(client.posts.find(attempt))
    return found


async def test_either_login_publishes_and_reads_back(either: Any, meta: InstagramSimulator) -> None:
    post = await settle(either.posts.publish(draft()))

    (truth,) = meta.posts()
    assert (post.id, post.published_at, post.author.handle) == (truth.id, truth.published_at, "main")
    assert either.login == meta.login


async def test_a_carousel_waits_for_each_of_its_files(shop: Any, meta: InstagramSimulator) -> None:
    film = Media.from_url("https://shop.example/film.mp4")
    post = await settle(shop.posts.publish(draft(media=(dot(alt_text="One"), film, dot()))))

    (truth,) = meta.posts()
    assert [(one.kind, one.alt_text) for one in truth.media] == [
        ("image", "One"),
        ("video", None),
        ("image", None),
    ]
    assert [one.id for one in post.media] == [one.id for one in truth.media]


async def test_a_reel_has_what_its_options_say(shop: Any, meta: InstagramSimulator) -> None:
    options = InstagramOptions(
        kind="reel",
        tags=[UserTag(username="ada")],
        cover_at=timedelta(seconds=1.5),
        share_to_feed=False,
        trial="manual",
    )
    behind = Media.from_url("https://shop.example/film?id=17")
    await settle(shop.posts.publish(draft(media=(behind,), options=(options,))))

    (made,) = meta._state.containers.values()
    assert made.values["video_url"] == "https://shop.example/film?id=17"
    assert (made.values["thumb_offset"], made.values["share_to_feed"]) == ("1500", "false")
    assert made.values["trial_params"] == '{"graduation_strategy":"MANUAL"}'
    assert made.values["user_tags"] == '[{"username":"ada"}]'


async def test_a_local_video_is_sent_as_bytes_and_with_a_host_by_its_address(
    opened: Open, meta: InstagramSimulator, tmp_path: Path
) -> None:
    host = FolderMediaHost(tmp_path, "https://media.shop.example")
    await settle(opened().posts.publish(draft(media=(video(),))))
    await settle(opened(media_host=host).posts.publish(draft(media=(video(),))))

    sent, fetched = meta._state.containers.values()
    assert (sent.received, sent.values["upload_type"]) == (len(mp4()), "resumable")
    assert fetched.values["video_url"].startswith("https://media.shop.example/")


async def test_a_local_picture_needs_a_host(opened: Open, meta: InstagramSimulator, tmp_path: Path) -> None:
    jpeg = picture().model_copy(update={"mime_type": "image/jpeg", "filename": "dot.jpg"})
    with pytest.raises(InvalidDraftError, match="media_host="):
        await settle(opened().posts.publish(draft(media=(jpeg,))))
    assert meta._state.containers == {}


@pytest.mark.parametrize("media", [dot(), video()], ids=["picture", "video"])
async def test_a_story_is_shown_for_a_day_and_found_when_lost(
    shop: Any, world: Sandbox, meta: InstagramSimulator, media: Media
) -> None:
    what = Draft(text="", media=[media], options=[STORY])
    attempt = await lost(world, shop, what, Fault.DROP_AFTER_COMMIT)

    found = await looked_up(world, shop, attempt)
    assert found.state is FoundState.PUBLISHED
    assert [one.id for one in meta.stories()] == [found.post.id]
    assert [one.id for one in await collect(shop.posts.iterate_stories())] == [found.post.id]
    assert meta.posts() == []
    world.clock.advance(timedelta(days=1, seconds=1))
    assert meta.stories() == []


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT])
@pytest.mark.parametrize("later", [timedelta(), timedelta(days=2)], ids=["at once", "two days later"])
async def test_the_container_tells_and_after_a_day_the_listing(
    shop: Any, world: Sandbox, meta: InstagramSimulator, fault: Fault, later: timedelta
) -> None:
    await settle(shop.posts.publish(draft()))
    attempt = await lost(world, shop, draft(), fault)
    world.clock.advance(later)

    found = await looked_up(world, shop, attempt)

    assert found.state is (FoundState.PUBLISHED if fault.commits else FoundState.ABSENT)
    assert len(meta.posts()) == 1 + fault.commits
    assert found.post is None or found.post.id == meta.posts()[1].id


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT])
async def test_a_lost_story_that_is_over_is_never_called_absent(
    shop: Any, world: Sandbox, fault: Fault
) -> None:
    attempt = await lost(world, shop, Draft(text="", media=[dot()], options=[STORY]), fault)
    world.clock.advance(timedelta(days=2))

    found = await looked_up(world, shop, attempt)

    assert found.state is (FoundState.UNDECIDED if fault.commits else FoundState.ABSENT)


async def test_a_blocked_action_is_looked_for_and_not_reported_as_refused(
    shop: Any, meta: InstagramSimulator
) -> None:
    meta.block_next()

    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(shop.posts.publish(draft()))
    found = await settle(shop.posts.find(caught.value.attempt))
    assert (found.state, found.post.id) == (FoundState.PUBLISHED, meta.posts()[0].id)


@pytest.mark.parametrize("code", [None, "10", "368", "25/2207050"])
async def test_a_publish_that_some_line_doubles_is_not_reported_as_refused(
    shop: Any, meta: InstagramSimulator, code: str | None
) -> None:
    twice = Doubling(shop._core.pipeline.transport, code)
    shop._core.pipeline.transport = twice

    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(shop.posts.publish(draft()))
    found = await settle(shop.posts.find(caught.value.attempt))
    assert (found.state, [one.id for one in meta.posts()]) == (FoundState.PUBLISHED, [found.post.id])


class Doubling(RecordingTransport):
    """Hands a publish over twice, and gives the second answer, or a refusal with a code in its stead."""

    def __init__(self, inner: Any, code: str | None = None) -> None:
        super().__init__(inner)
        self.code = code

    async def send(self, request: Request, /) -> Response:
        if not request.url.endswith("/media_publish"):
            return await super().send(request)
        await super().send(request)
        if self.code is None:
            return await super().send(request)
        code, _, subcode = self.code.partition("/")
        error = {"message": "No", "code": int(code), "error_subcode": int(subcode or 0)}
        return Response(400, {"content-type": "application/json"}, json.dumps({"error": error}).encode())


async def test_a_refusal_after_which_nobody_can_look_decides_nothing(
    shop: Any, meta: InstagramSimulator
) -> None:
    blind = DoublingBlind(shop._core.pipeline.transport)
    shop._core.pipeline.transport = blind

    with pytest.raises(OutcomeUnknownError, match="nobody could look") as caught:
        await settle(shop.posts.publish(draft()))
    shop._core.pipeline.transport = blind._inner
    found = await settle(shop.posts.find(caught.value.attempt))
    assert (found.state, [one.id for one in meta.posts()]) == (FoundState.PUBLISHED, [found.post.id])


class DoublingBlind(Doubling):
    """Answers for Instagram that it broke, once a post is out and its container is asked for."""

    async def send(self, request: Request, /) -> Response:
        out = any(one.url.endswith("/media_publish") for one in self.requests)
        if out and request.method == "GET":
            return Response(503, {}, b"")
        return await super().send(request)


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT])
async def test_a_container_that_cannot_be_read_within_its_day_decides_nothing(
    shop: Any, world: Sandbox, meta: InstagramSimulator, fault: Fault
) -> None:
    await settle(shop.posts.publish(draft("Before")))
    attempt = await lost(world, shop, draft(), fault)
    meta._state.containers.clear()
    world.clock.advance(timedelta(hours=1))
    early = await settle(shop.posts.find(attempt))
    world.clock.advance(timedelta(hours=24))
    late = await settle(shop.posts.find(attempt))

    told = FoundState.PUBLISHED if fault.commits else FoundState.UNDECIDED
    assert (early.state, early.ask_again is None) == (told, fault.commits)
    assert late.state is (FoundState.PUBLISHED if fault.commits else FoundState.ABSENT)


async def test_a_lost_post_whose_text_is_another_one_is_never_called_absent(
    shop: Any, world: Sandbox, meta: InstagramSimulator
) -> None:
    attempt = await lost(world, shop, draft(), Fault.DROP_AFTER_COMMIT)
    next(iter(meta._state.media.values())).caption = "Autumn, as Instagram has it"
    world.clock.advance(timedelta(hours=1))
    early = await settle(shop.posts.find(attempt))
    world.clock.advance(timedelta(hours=24))
    await settle(shop.posts.publish(draft("Another day")))
    late = await settle(shop.posts.find(attempt))

    assert [one.state for one in (early, late)] == [FoundState.UNDECIDED] * 2
    assert (early.ask_again is None, late.ask_again) == (False, None)


async def test_a_lost_post_is_found_whatever_its_white_space_became(
    shop: Any, world: Sandbox, meta: InstagramSimulator
) -> None:
    what = draft("Autumn\r\n\r\nCafe\u0301")
    attempt = await lost(world, shop, what, Fault.DROP_AFTER_COMMIT)
    (truth,) = meta._state.media.values()
    truth.caption = "Autumn\n\nCaf\u00e9"

    found = await settle(shop.posts.find(attempt))

    assert (found.state, found.post.id) == (FoundState.PUBLISHED, truth.id)


async def test_a_post_like_ours_is_not_taken_for_one_whose_container_expired(
    shop: Any, world: Sandbox
) -> None:
    attempt = await lost(world, shop, draft(), Fault.DROP_BEFORE_COMMIT)
    another = await settle(shop.posts.publish(draft()))
    world.clock.advance(timedelta(days=2))

    found = await settle(shop.posts.find(attempt))

    assert (found.state, found.post, found.ask_again) == (FoundState.UNDECIDED, None, None)
    assert another.id in found.because


@pytest.mark.parametrize("status", [{"status_code": "HELD"}, {"status_code": ""}, {}])
async def test_a_container_that_says_what_nobody_knows_is_asked_again(
    shop: Any, world: Sandbox, status: dict[str, str]
) -> None:
    attempt = await lost(world, shop, draft(), Fault.DROP_BEFORE_COMMIT)
    shop._core.pipeline.transport = Saying(shop._core.pipeline.transport, status)

    found = await settle(shop.posts.find(attempt))

    assert (found.state, found.ask_again) == (FoundState.UNDECIDED, world.clock.now() + timedelta(minutes=1))


class Saying(RecordingTransport):
    """Says for Instagram how far a container is."""

    def __init__(self, inner: Any, status: dict[str, str]) -> None:
        super().__init__(inner)
        self._status = status

    async def send(self, request: Request, /) -> Response:
        if "status_code" not in str(dict(request.params).get("fields", "")):
            return await super().send(request)
        return Response(200, {"content-type": "application/json"}, json.dumps(self._status).encode())


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.SERVER_ERROR, Fault.TRUNCATED])
async def test_bytes_whose_answer_is_lost_publish_nothing_and_are_sent_anew(
    opened: Open, world: Sandbox, meta: InstagramSimulator, fault: Fault
) -> None:
    shop = opened()
    world.fail("instagram", "take_bytes", fault)
    with pytest.raises(MediaProcessingError, match="nothing was published"):
        await settle(shop.posts.publish(draft(media=(video(),))))

    assert meta.posts() == []
    post = await settle(shop.posts.publish(draft(media=(video(),))))
    assert [one.id for one in meta.posts()] == [post.id]


async def test_bytes_that_were_not_taken_publish_nothing(opened: Open, meta: InstagramSimulator) -> None:
    shop = opened()
    shop._core.pipeline.transport = Untaken(shop._core.pipeline.transport)

    with pytest.raises(MediaProcessingError, match=r"dot.mp4 was not taken"):
        await settle(shop.posts.publish(draft(media=(video(),))))
    assert meta.posts() == []


class Untaken(RecordingTransport):
    """Answers for the host that takes bytes that it did not."""

    async def send(self, request: Request, /) -> Response:
        if "/ig-api-upload/" in request.url:
            return Response(200, {}, b'{"success": false, "message": "Try again"}')
        return await super().send(request)


def test_what_instagram_does_not_see_yet_is_postponed_and_refused_by_nobody(
    world: Sandbox, meta: InstagramSimulator
) -> None:
    with sk.Journal.open("sqlite://") as journal:
        client = world.connect("instagram")
        slow = Slow(client._core.pipeline.transport)
        client._core.pipeline.transport = slow
        publisher = sk.Publisher(client, journal)
        publisher.plan(draft(media=(video(),)), to="instagram")
        publisher.run_due()
        (waits,) = publisher.deliveries()
        assert (waits.state, meta.posts()) == (sk.DeliveryState.PLANNED, [])
        assert "9007/2207027" in (waits.because or "")
        slow.seen = True
        world.clock.advance(timedelta(minutes=1))
        publisher.run_due()

        assert [one.state for one in publisher.deliveries()] == [sk.DeliveryState.CONFIRMED]
        assert len(meta.posts()) == 1


class Slow(RecordingTransport):
    """Does not find a container when it is read first, and holds it for unready until `seen`."""

    seen = False

    async def send(self, request: Request, /) -> Response:
        if request.url.endswith("/media_publish") and not self.seen:
            return Response(400, {}, b'{"error": {"message": "x", "code": 9007, "error_subcode": 2207027}}')
        first = not any("status_code" in str(one.params) for one in self.requests)
        told = await super().send(request)
        if first and "status_code" in str(request.params):
            return Response(400, {}, b'{"error": {"message": "x", "code": 100, "error_subcode": 33}}')
        return told


@pytest.mark.parametrize(
    ("retriable", "error"),
    [(True, MediaProcessingError), (False, BadRequestError)],
    ids=["passing", "for good"],
)
async def test_the_host_that_takes_bytes_says_why_not_and_whether_to_try_again(
    opened: Open, meta: InstagramSimulator, retriable: bool, error: type[Exception]
) -> None:
    shop = opened()
    shop._core.pipeline.transport = Broken(shop._core.pipeline.transport, retriable=retriable)

    with pytest.raises(error, match="Request processing failed"):
        await settle(shop.posts.publish(draft(media=(video(),))))
    assert meta.posts() == []


class Broken(RecordingTransport):
    """Refuses bytes in the words of the host that takes them."""

    def __init__(self, inner: Any, *, retriable: bool) -> None:
        super().__init__(inner)
        self._retriable = retriable

    async def send(self, request: Request, /) -> Response:
        if "/ig-api-upload/" not in request.url:
            return await super().send(request)
        why = {"type": "ProcessingFailedError", "message": "Request processing failed"}
        told = {"debug_info": {"retriable": self._retriable, **why}}
        return Response(400, {"content-type": "application/json"}, json.dumps(told).encode())


@pytest.mark.parametrize("code", [(9007, 2207027), (24, 2207008)], ids=["not ready", "not there"])
async def test_a_container_that_is_not_seen_yet_is_published_a_little_later(
    opened: Open, meta: InstagramSimulator, code: tuple[int, int]
) -> None:
    shop = opened()
    shop._core.pipeline.transport = NotThere(shop._core.pipeline.transport, 2, code)

    post = await settle(shop.posts.publish(draft()))

    assert [one.id for one in meta.posts()] == [post.id]


class NotThere(RecordingTransport):
    """Refuses some publishes for Instagram: the container is not there yet."""

    def __init__(self, inner: Any, times: int, code: tuple[int, int]) -> None:
        super().__init__(inner)
        self._left, self._code = times, code

    async def send(self, request: Request, /) -> Response:
        if not request.url.endswith("/media_publish") or not self._left:
            return await super().send(request)
        self._left -= 1
        error = {"message": "Not yet", "code": self._code[0], "error_subcode": self._code[1]}
        told = json.dumps({"error": error}).encode()
        return Response(400, {"content-type": "application/json"}, told)


def test_a_cover_beyond_the_video_is_a_mistake_of_ours_and_not_a_fault_of_theirs() -> None:
    assert FACTS.errors.find(400, "1/2207057") is BadRequestError
    assert FACTS.errors.find(400, "1") is ServerError


async def test_products_are_tagged_on_a_picture_and_refused_unsent_with_the_own_login(
    either: Any, meta: InstagramSimulator
) -> None:
    goods = InstagramOptions(products=[ProductTag(product_id="19", x=0.5, y=0.25)])
    if meta.login == "instagram":
        with pytest.raises(InvalidDraftError, match="own login"):
            await settle(either.posts.publish(draft(options=(goods,))))
        assert meta._state.containers == {}
        return
    await settle(either.posts.publish(draft(options=(goods,))))

    (made,) = meta._state.containers.values()
    assert made.values["product_tags"] == '[{"product_id":"19","x":0.5,"y":0.25}]'


async def test_a_video_that_cannot_be_worked_up_publishes_nothing(
    shop: Any, meta: InstagramSimulator
) -> None:
    meta.fail_processing()
    films = (dot(), Media.from_url("https://shop.example/film.mov"))

    with pytest.raises(MediaProcessingError, match="nothing was published"):
        await settle(shop.posts.publish(draft(media=films)))
    assert meta.posts() == []


async def test_a_first_comment_is_the_account_s_own_and_found_when_lost(
    shop: Any, world: Sandbox, meta: InstagramSimulator
) -> None:
    await settle(shop.posts.publish(draft(first_comment="Shop")))
    world.fail("instagram", "publish", Fault.DROP_AFTER_COMMIT, after=1)
    post = await settle(shop.posts.publish(draft(first_comment="Shop")))

    (missing,) = post.incomplete
    assert missing.outcome is Outcome.UNKNOWN
    found = await settle(shop.posts.find(missing.attempt))
    assert (found.state, found.post.reply_to) == (FoundState.PUBLISHED, post.id)
    assert [one.text for one in meta.answers(post.id)] == ["Shop"]
    assert await collect(shop.inbox.comments(post)) == []


async def test_the_day_s_posts_are_counted_and_spent(opened: Open, world: Sandbox) -> None:
    shop = opened(retry=Retry(on_limit="raise"))
    await settle(shop.posts.publish(draft()))
    limit = await settle(shop.account.publishing_limit())

    assert (limit.used, limit.left, limit.per) == (1, limit.total - 1, timedelta(days=1))
    for _ in range(limit.left):
        await settle(shop.posts.publish(draft()))
    with pytest.raises(RateLimitedError) as caught:
        await settle(shop.posts.publish(draft()))
    assert (caught.value.code, caught.value.written) == ("9/2207042", False)
    world.clock.advance(timedelta(days=1, seconds=1))
    assert (await settle(shop.account.publishing_limit())).used == 0


async def test_posts_are_deleted_where_somebody_chose_to_and_with_facebook_s_login_alone(
    opened: Open, kind: Any, world: Sandbox, meta: InstagramSimulator
) -> None:
    usual, shop = opened(), opened(deletes=True)
    post = await settle(shop.posts.publish(draft(first_comment="Shop")))
    assert [usual.can(Capability.DELETE), shop.can(Capability.DELETE)] == [False, True]
    with pytest.raises(NotSupportedError, match="deletes=True"):
        await settle(usual.posts.delete(post))
    with pytest.raises(ConfigurationError, match='login="facebook"'):
        kind(access_token="made-up", login="instagram", deletes=True)

    await settle(shop.posts.delete(post))
    assert meta.posts() == []
    with pytest.raises(NotFoundError):
        await settle(shop.posts.delete(post))


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT])
async def test_a_deletion_whose_answer_is_lost_is_found_out(
    opened: Open, world: Sandbox, meta: InstagramSimulator, fault: Fault
) -> None:
    shop = opened(deletes=True)
    post = await settle(shop.posts.publish(draft()))
    world.fail("instagram", "delete", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(shop.posts.delete(post))

    found = await looked_up(world, shop, caught.value.attempt)

    assert found.state is (FoundState.PUBLISHED if fault.commits else FoundState.ABSENT)
    assert len(meta.posts()) == 1 - fault.commits


async def test_an_answer_that_nothing_was_done_confirms_nothing(
    opened: Open, meta: InstagramSimulator
) -> None:
    shop = opened(deletes=True)
    post = await settle(shop.posts.publish(draft()))
    shop._core.pipeline.transport = Failing(shop._core.pipeline.transport)

    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(shop.posts.delete(post))
    assert (await settle(shop.posts.find(caught.value.attempt))).state is not FoundState.PUBLISHED
    assert len(meta.posts()) == 1


class Failing(RecordingTransport):
    """Answers deletions for Instagram with 200, and that they were no success."""

    async def send(self, request: Request, /) -> Response:
        if request.method == "DELETE":
            return Response(200, {}, b'{"success": false}')
        return await super().send(request)


async def test_comments_are_switched_off(shop: Any, meta: InstagramSimulator) -> None:
    post = await settle(shop.posts.publish(draft()))
    await settle(shop.posts.switch_comments(post, on=False))

    assert not meta._state.media[post.id].comments_on


GOOD = ProductTag(product_id="19", x=0.5, y=0.25)
FILM = video(alt_text=None)
JPEG = picture(width=2, height=1).model_copy(update={"mime_type": "image/jpeg", "url": "https://x.example"})
BAD: list[tuple[Draft, str]] = [
    (Draft(text="Alone"), "media"),
    (draft("a" * 2201), "text"),
    (draft("🍂" * 1101), "text"),
    (draft("#a " * 31), "text"),
    (draft("@a " * 21), "text"),
    (draft(media=(picture(),)), "media[0]"),
    (draft(media=(JPEG,)), "media[0]"),
    (draft(media=(dot(),) * 11), "media"),
    (draft(options=(InstagramOptions(kind="reel"),), media=(dot(), dot())), "media"),
    (draft(options=(STORY,)), "text"),
    (draft("", options=(STORY,), media=(dot(), dot())), "media"),
    (draft("", options=(STORY,), first_comment="x"), "first_comment"),
    (draft(options=(InstagramOptions(audio_name="x"),)), "options.audio_name"),
    (draft(options=(InstagramOptions(tags=[UserTag(username="ada")]),)), "options.tags"),
    (draft(options=(InstagramOptions(collaborators=["a", "b", "c", "d"]),)), "options.collaborators"),
    (draft(options=(InstagramOptions(products=[GOOD] * 6),)), "options.products"),
    (draft(media=(dot(), dot()), options=(InstagramOptions(products=[GOOD]),)), "options.products"),
    (draft(media=(FILM,), options=(InstagramOptions(cover_at=timedelta(seconds=6)),)), "options.cover_at"),
    (draft(media=(FILM,), options=(InstagramOptions(cover_at=-timedelta(seconds=1)),)), "options.cover_at"),
    (draft(media=(FILM,), options=(InstagramOptions(cover_url="https://x.example/ü"),)), "options.cover_url"),
    (
        draft(
            media=(FILM,),
            options=(InstagramOptions(cover_url="https://x.example/a.jpg", cover_at=timedelta(seconds=1)),),
        ),
        "options.cover_at",
    ),
    (draft(media=(Media.from_url("https://shop.example/blätter.jpg"),)), "media[0]"),
    *(
        (draft(media=(FILM,), options=(given,)), f"options.{name}")
        for given, name in (
            (InstagramOptions(cover_url="nope"), "cover_url"),
            (InstagramOptions(cover_url=""), "cover_url"),
            (InstagramOptions(tags=[UserTag(username="@ada")]), "tags"),
            (InstagramOptions(tags=[UserTag(username="")]), "tags"),
            (InstagramOptions(tags=[UserTag(username="ada", x=0.5, y=0.5)]), "tags"),
            (InstagramOptions(collaborators=["@ada"]), "collaborators"),
            (InstagramOptions(collaborators=[""]), "collaborators"),
            (InstagramOptions(location="Paris"), "location"),
            (InstagramOptions(location=""), "location"),
            (InstagramOptions(sponsors=["shop"]), "sponsors"),
            (InstagramOptions(audio_name=" "), "audio_name"),
        )
    ),
    (draft("".join(f"#tag{number}" for number in range(31))), "text"),
    (draft(reply_to="1"), "reply_to"),
    (draft(quotes="1"), "quotes"),
]


@pytest.mark.parametrize(("what", "field"), BAD, ids=[f"{n} {field}" for n, (_, field) in enumerate(BAD)])
def test_what_instagram_refuses_is_found_before_anything_is_sent(what: Draft, field: str) -> None:
    found = InstagramRules("instagram").check(what, "instagram", LIMITS)

    assert field in {one.field for one in found if one.severity is Severity.ERROR}


FULL = InstagramOptions(
    tags=[UserTag(username="ada.l_1")],
    collaborators=["a", "b", "c"],
    sponsors=["17", "18"],
    location="7640348500",
    cover_url="HTTPS://shop.example/cover.jpg?w=9",
    audio_name="Autumn leaves",
)


@pytest.mark.parametrize(
    "what",
    [
        draft("🍂" * 1100),
        draft("#a " * 30),
        draft(media=(dot(),) * 10),
        draft(media=(FILM,), options=(FULL,)),
    ],
)
def test_what_just_fits_has_no_problem(what: Draft) -> None:
    found = InstagramRules("instagram").check(what, "instagram", LIMITS)

    assert [one for one in found if one.severity is Severity.ERROR] == []


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (draft(media=(FILM,)), []),
        (draft("", media=(dot(),), options=(STORY,)), []),
        (draft(media=(video(alt_text="A leaf"),)), ["left out"]),
        (draft(media=(dot(),)), ["missing"]),
        (draft(media=(dot(), FILM)), ["missing"]),
    ],
)
def test_a_description_is_missed_only_where_one_is_taken(what: Draft, said: list[str]) -> None:
    found = InstagramRules("instagram").check(what, "instagram", LIMITS)
    warnings = [one.message for one in found if one.field.endswith("alt_text")]

    assert len(warnings) == len(said)
    assert all(word in warning for word, warning in zip(said, warnings, strict=True))


@pytest.mark.parametrize(
    ("name", "warned"), [("a.png", 1), ("a.PDF?w=9", 1), ("a.jpg", 0), ("a", 0), ("a.mp4", 0)]
)
def test_an_address_that_is_named_as_another_type_of_file_is_warned_of(name: str, warned: int) -> None:
    what = draft(media=(Media.from_url(f"https://shop.example/{name}"),))
    found = InstagramRules("instagram").check(what, "instagram", LIMITS)

    assert [one.severity for one in found if one.field == "media[0]"] == [Severity.WARNING] * warned


PICTURE = {"image_url": "https://shop.example/dot.jpg"}
REEL = {"media_type": "REELS", "video_url": "https://shop.example/film.mp4", "image_url": ""}


@pytest.mark.parametrize(
    ("fits", "values", "code"),
    [
        (True, {"caption": "#a " * 30 + "@a " * 20, "collaborators": '["a", "b", "c"]'}, None),
        (True, {"media_type": "STORIES"}, None),
        (False, {"caption": "#a " * 31}, (36004, 2207010)),
        (False, {"caption": "@a " * 21}, (36004, 2207010)),
        (False, {"collaborators": '["a", "b", "c", "d"]'}, (100, None)),
        (False, {"media_type": "STORIES", "caption": "Leaves"}, (100, None)),
        (True, {"product_tags": "[1, 2, 3, 4, 5]", "branded_content_sponsor_ids": "[1, 2]"}, None),
        (False, {"product_tags": "[1, 2, 3, 4, 5, 6]"}, (100, None)),
        (False, {"branded_content_sponsor_ids": "[1, 2, 3]"}, (100, None)),
        (False, {"media_type": "STORIES", "collaborators": '["a"]'}, (100, None)),
        (False, {"media_type": "STORIES", "location_id": "17"}, (100, None)),
        (True, {"location_id": "17"}, None),
        (False, {"location_id": "Paris"}, (100, None)),
        (True, {"media_type": "STORIES", "user_tags": '[{"username": "ada"}]'}, None),
        (True, {"is_carousel_item": "true"}, None),
        (False, {"is_carousel_item": "true", "caption": "Leaves"}, (100, None)),
        (False, {"is_carousel_item": "true", "location_id": "17"}, (100, None)),
        (True, {"user_tags": '[{"username": "ada", "x": 0, "y": 1}]'}, None),
        (False, {"user_tags": '[{"username": "ada"}]'}, (100, 2207035)),
        (True, {**REEL, "thumb_offset": "1500", "cover_url": "https://shop.example/c.jpg"}, None),
        (False, {**REEL, "thumb_offset": "abc"}, (1, 2207057)),
        (False, {**REEL, "thumb_offset": "-1"}, (1, 2207057)),
        (False, {**REEL, "cover_url": "nope"}, (9004, 2207052)),
        (True, {**REEL, "trial_params": '{"graduation_strategy": "MANUAL"}'}, None),
        (False, {**REEL, "trial_params": '{"graduation_strategy": "SOON"}'}, (100, None)),
        (False, {"caption": "".join(f"#tag{number}" for number in range(31))}, (36004, 2207010)),
    ],
)
def test_the_simulated_instagram_refuses_what_is_documented_as_too_much(
    meta: InstagramSimulator, fits: bool, values: dict[str, str], code: tuple[int, int | None] | None
) -> None:
    request = SimRequest.of(
        "POST",
        f"/v26.0/{meta._state.user('main', ours=True).id}/media",
        headers={
            "authorization": f"Bearer {meta.issue_token()}",
            "content-type": "application/x-www-form-urlencoded",
        },
        body=urlencode({**PICTURE, **values}).encode(),
    )
    answer = meta.handle(request)
    error = json.loads(answer.body).get("error")

    assert (answer.status == 200) is fits
    assert (None if error is None else (error["code"], error.get("error_subcode"))) == code


async def test_no_quota_is_said_to_lose_more_than_instagram_counts(
    shop: Any, meta: InstagramSimulator
) -> None:
    needs = {one.name: one.need(draft()) for one in FACTS.quotas}
    await settle(shop.posts.publish(draft()))

    assert needs == {"posts": 1, "containers": 1}
    assert len(meta._state.containers) == needs["containers"]
