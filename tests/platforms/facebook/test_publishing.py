"""What only Facebook publishes: videos in pieces, reels, stories, cards, first comments, at a time."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from socialkit.errors import (
    BadRequestError,
    ConflictError,
    InvalidDraftError,
    MediaProcessingError,
    OutcomeUnknownError,
)
from socialkit.models import Basis, Draft, FoundState, Media, Outcome, Severity
from socialkit.platforms.facebook import FacebookOptions, FacebookRules
from socialkit.platforms.facebook._facts import LIMITS
from socialkit.sandbox import Fault, Sandbox, SimRequest
from socialkit.sandbox.facebook import FacebookSimulator
from socialkit.testing import mp4, picture, video
from tests.platforms.facebook.conftest import Open
from tests.support import collect, settle

REEL = FacebookOptions(kind="reel", title="Autumn")
STORY = FacebookOptions(kind="story")


def film(size: int) -> Media:
    return Media.from_bytes(mp4() + bytes(size - len(mp4())), filename="film.mp4")


async def lost(world: Sandbox, page: Any, draft: Draft, fault: Fault) -> Any:
    world.fail("facebook", "publish", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(page.posts.publish(draft))
    return caught.value.attempt


async def test_a_long_video_goes_up_in_pieces_that_the_platform_asks_for(
    page: Any, meta: FacebookSimulator
) -> None:
    post = await settle(page.posts.publish(Draft(text="A film", media=[film(9 * 2**20)])))

    (kept,) = meta._state.videos.values()
    assert (kept.size, kept.received, kept.description) == (9 * 2**20, 9 * 2**20, "A film")
    assert (post.id, post.text) == (meta.posts()[0].id, "A film")


@pytest.mark.parametrize("options", [[], [REEL], [STORY]], ids=["video", "reel", "story"])
@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT, Fault.GARBAGE])
async def test_an_upload_goes_on_where_an_answer_was_lost(
    page: Any, world: Sandbox, meta: FacebookSimulator, options: list[FacebookOptions], fault: Fault
) -> None:
    world.fail("facebook", "take_bytes" if options else "post_videos", fault, after=0 if options else 2)
    whole = film(9 * 2**20)
    await settle(
        page.posts.publish(Draft(text="" if STORY in options else "A", media=[whole], options=options))
    )

    (kept,) = meta._state.videos.values()
    assert (kept.size, kept.received) == (whole.size, whole.size)


async def test_an_upload_that_is_lost_again_and_again_is_given_up(page: Any, world: Sandbox) -> None:
    world.fail("facebook", "take_bytes", Fault.DROP_BEFORE_COMMIT, times=9)

    with pytest.raises(MediaProcessingError):
        await settle(page.posts.publish(Draft(text="x", media=[video()], options=[REEL])))


async def test_a_reel_goes_out_with_its_title(page: Any, meta: FacebookSimulator) -> None:
    post = await settle(page.posts.publish(Draft(text="Leaves", media=[video()], options=[REEL])))

    (kept,) = meta._state.videos.values()
    assert (kept.reel, kept.title, kept.received) == (True, "Autumn", len(mp4()))
    assert [one.id for one in meta.posts()] == [post.id]


@pytest.mark.parametrize("media", [picture(), video()], ids=["picture", "video"])
async def test_a_story_is_shown_for_a_day(
    page: Any, world: Sandbox, meta: FacebookSimulator, media: Media
) -> None:
    post = await settle(page.posts.publish(Draft(text="", media=[media], options=[STORY])))

    (story,) = meta.stories()
    assert (story.id, [one.id for one in story.media]) == (post.id, [one.id for one in post.media])
    assert meta.posts() == []
    world.clock.advance(timedelta(days=1, seconds=1))
    assert meta.stories() == []


@pytest.mark.parametrize("options", [[], [REEL]], ids=["video", "reel"])
@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT])
async def test_a_video_says_itself_whether_it_is_out(
    page: Any, world: Sandbox, meta: FacebookSimulator, options: list[FacebookOptions], fault: Fault
) -> None:
    attempt = await lost(world, page, Draft(text="A film", media=[video()], options=options), fault)

    found = await settle(page.posts.find(attempt))
    while found.ask_again is not None:
        world.clock.advance(found.ask_again - world.clock.now())
        found = await settle(page.posts.find(attempt))
    assert found.state is (FoundState.PUBLISHED if fault.commits else FoundState.ABSENT)
    assert [one.id for one in meta.posts()] == ([found.post.id] if fault.commits else [])


@pytest.mark.parametrize("media", [picture(), video()], ids=["picture", "video"])
@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT, Fault.LATE])
async def test_a_story_that_shows_the_file_is_the_lost_one_and_none_proves_nothing(
    page: Any, world: Sandbox, meta: FacebookSimulator, media: Media, fault: Fault
) -> None:
    await settle(page.posts.publish(Draft(text="", media=[picture()], options=[STORY])))
    draft = Draft(text="", media=[media], options=[STORY])
    attempt = await lost(world, page, draft, fault)

    found = await settle(page.posts.find(attempt))
    while found.ask_again is not None:
        world.clock.advance(found.ask_again - world.clock.now())
        found = await settle(page.posts.find(attempt))

    wanted = None if fault is Fault.DROP_BEFORE_COMMIT else meta.stories()[-1]
    assert found.state is (FoundState.PUBLISHED if wanted else FoundState.UNDECIDED)
    assert (found.post and found.post.id, found.post and found.post.published_at) == (
        wanted and wanted.id,
        wanted and wanted.published_at,
    )


async def test_stories_that_may_not_be_read_leave_a_lost_one_undecided(
    opened: Open, world: Sandbox, meta: FacebookSimulator
) -> None:
    page = opened(access_token=meta.issue_token(scopes=("pages_manage_posts",)))
    draft = Draft(text="", media=[picture()], options=[STORY])

    found = await settle(page.posts.find(await lost(world, page, draft, Fault.DROP_AFTER_COMMIT)))

    assert (found.state, found.ask_again) == (FoundState.UNDECIDED, None)
    assert found.because.startswith("the Page's stories may not be read")


async def test_a_first_comment_is_the_page_s_own_under_its_post(page: Any, meta: FacebookSimulator) -> None:
    post = await settle(page.posts.publish(Draft(text="Autumn", first_comment="https://shop.example")))

    assert post.incomplete == ()
    assert [one.message for one in meta.answers(post.id)] == ["https://shop.example"]
    assert await collect(page.inbox.comments(post)) == []


async def test_a_first_comment_whose_answer_was_lost_is_found(page: Any, world: Sandbox) -> None:
    world.fail("facebook", "publish", Fault.DROP_AFTER_COMMIT, after=1)
    post = await settle(page.posts.publish(Draft(text="Autumn", first_comment="Shop")))

    (missing,) = post.incomplete
    assert missing.outcome is Outcome.UNKNOWN
    found = await settle(page.posts.find(missing.attempt))
    assert (found.state, found.post.text, found.post.reply_to) == (FoundState.PUBLISHED, "Shop", post.id)


async def test_a_scheduled_post_waits_and_goes_out_by_itself(
    page: Any, world: Sandbox, meta: FacebookSimulator
) -> None:
    at = world.clock.now() + timedelta(days=2)
    draft = Draft(text="Later", media=[picture()], options=[FacebookOptions(scheduled_at=at)])
    post = await settle(page.posts.publish(draft))

    assert (post.published_at, post.scheduled_at) == (None, at)
    moved = await settle(page.posts.reschedule(post, at + timedelta(hours=1)))
    assert moved.scheduled_at == at + timedelta(hours=1)
    world.clock.advance(timedelta(days=2, hours=2))
    assert [one.published_at for one in meta.posts()] == [at + timedelta(hours=1)]
    assert (await settle(page.posts.get(post.id))).published_at == at + timedelta(hours=1)


async def test_a_lost_scheduled_post_is_found_where_it_waits_and_after_it_went_out(
    page: Any, world: Sandbox
) -> None:
    at = world.clock.now() + timedelta(hours=2)
    draft = Draft(text="Later", options=[FacebookOptions(scheduled_at=at)])
    attempt = await lost(world, page, draft, Fault.DROP_AFTER_COMMIT)

    assert (await settle(page.posts.find(attempt))).post.scheduled_at == at
    world.clock.advance(timedelta(hours=3))
    assert (await settle(page.posts.find(attempt))).post.published_at == at


@pytest.mark.parametrize("options", [[], [FacebookOptions(link="https://shop.example")]])
async def test_what_the_post_before_says_is_a_conflict_and_nothing_is_written(
    page: Any, meta: FacebookSimulator, options: list[FacebookOptions]
) -> None:
    draft = Draft(text="Look", options=options)
    await settle(page.posts.publish(draft))

    with pytest.raises(ConflictError) as caught:
        await settle(page.posts.publish(draft))
    assert (caught.value.code, caught.value.written) == ("506", False)
    assert len(meta.posts()) == 1
    meta.set_repeats(refused=False)
    assert (await settle(page.posts.publish(draft))).id == meta.posts()[1].id


def shot(**given: Any) -> Media:
    return Media.from_bytes(mp4(**given), filename="film.mp4", alt_text="A film")


BAD: list[tuple[Draft, str]] = [
    (Draft(text="", options=[REEL]), "media"),
    (Draft(text="x", media=[picture()], options=[REEL]), "media"),
    (Draft(text="x", media=[picture(), video()]), "media"),
    (Draft(text="x", media=[shot(duration=timedelta(seconds=91))], options=[REEL]), "media[0]"),
    (Draft(text="x", media=[shot(width=960, height=540)], options=[REEL]), "media[0]"),
    (Draft(text="x", media=[shot(width=360, height=640)], options=[REEL]), "media[0]"),
    (Draft(text="x", media=[shot(codec="mp4v")], options=[REEL]), "media[0]"),
    (Draft(text="x", media=[shot(duration=timedelta(minutes=46))]), "media[0]"),
    (Draft(text="", options=[STORY]), "media"),
    (Draft(text="Seen by nobody", media=[picture()], options=[STORY]), "text"),
    (Draft(text="x", media=[picture()], options=[FacebookOptions(link="https://x.example")]), "options.link"),
    (Draft(text="x", options=[FacebookOptions(tags=["1"])]), "options.tags"),
    (Draft(text="x", media=[video()], options=[FacebookOptions(place="17")]), "options.place"),
    (
        Draft(text="x", media=[video()], options=[FacebookOptions(kind="reel", place="17", tags=["1"])]),
        "options.tags",
    ),
    (Draft(text="x", options=[FacebookOptions(title="Lost")]), "options.title"),
    (Draft(text="", media=[picture()], options=[FacebookOptions(kind="story", place="1")]), "options.place"),
    (Draft(text="x", options=[FacebookOptions(link="shop.example")]), "options.link"),
    (Draft(text="x", options=[FacebookOptions(link="https://www.facebook.com/1_2")]), "options.link"),
    (Draft(text="x", options=[FacebookOptions(place="the shop")]), "options.place"),
    (Draft(text="x", options=[FacebookOptions(place="")]), "options.place"),
    (Draft(text="x", options=[FacebookOptions(place="17", tags=["1", "@joe"])]), "options.tags"),
    (Draft(text="", media=[shot(duration=timedelta(seconds=91))], options=[STORY]), "media[0]"),
    (Draft(text="", media=[shot(duration=timedelta(seconds=2))], options=[STORY]), "media[0]"),
    (Draft(text="x", reply_to="1_2"), "reply_to"),
    (Draft(text="x", quotes="1_2"), "quotes"),
]


@pytest.mark.parametrize(("draft", "field"), BAD, ids=[field for _, field in BAD])
def test_what_facebook_refuses_is_found_before_anything_is_sent(draft: Draft, field: str) -> None:
    found = FacebookRules("facebook").check(draft, "facebook", LIMITS)

    assert field in {one.field for one in found}


def test_a_video_has_no_alt_text_and_says_so() -> None:
    def warned(media: Media) -> list[tuple[str, Severity]]:
        found = FacebookRules("facebook").check(Draft(text="x", media=[media]), "facebook", LIMITS)
        return [(one.field, one.severity) for one in found if one.field.endswith("alt_text")]

    described, bare = shot(), video(alt_text=None)

    assert warned(described) == [("media[0].alt_text", Severity.WARNING)]
    assert (warned(bare), len(warned(picture(alt_text="")))) == ([], 1)


def test_a_video_of_the_feed_may_be_what_a_reel_or_a_story_may_not() -> None:
    wide = shot(width=960, height=540, duration=timedelta(seconds=100)).model_copy(update={"alt_text": None})
    reel, story, feed = (
        FacebookRules("facebook").check(Draft(text=text, media=[wide], options=options), "facebook", LIMITS)
        for text, options in (("x", [REEL]), ("", [STORY]), ("x", []))
    )

    refused = ["is smaller than 540x960", "is wider than 9:16", "lasts too long"]
    assert [[one.message for one in some] for some in (reel, story, feed)] == [refused, refused, []]
    assert {one.basis for one in story} == {Basis.DEFAULT}


async def test_limits_that_somebody_knows_better_are_judged_by(opened: Open) -> None:
    page = opened(limits=LIMITS.model_copy(update={"text": 5}))

    assert [one.limit for one in page.posts.check("Autumn")] == [5]
    assert (await settle(page.account.refresh_limits())).text == 5
    with pytest.raises(InvalidDraftError):
        await settle(page.posts.publish("Autumn"))


@pytest.mark.parametrize("ahead", [timedelta(minutes=9), timedelta(days=30)])
async def test_a_time_outside_the_window_is_refused_unsent(
    page: Any, world: Sandbox, ahead: timedelta
) -> None:
    at = world.clock.now() + ahead

    with pytest.raises(InvalidDraftError):
        await settle(page.posts.publish(Draft(text="x", options=[FacebookOptions(scheduled_at=at)])))
    with pytest.raises(InvalidDraftError) as caught:
        await settle(page.posts.reschedule("1_2", at))
    assert [one.field for one in caught.value.problems] == ["at"]


async def test_an_edit_with_a_video_is_refused_unsent(page: Any, meta: FacebookSimulator) -> None:
    post = await settle(page.posts.publish("Autumn"))

    with pytest.raises(InvalidDraftError, match="a video cannot be put into a post"):
        await settle(page.posts.edit(post, Draft(text="Autumn", media=[video()])))
    assert meta._state.photos == {}


async def test_the_simulator_takes_no_more_than_facebook_does(
    opened: Open, meta: FacebookSimulator, world: Sandbox
) -> None:
    page = opened(limits=LIMITS.model_copy(update={"text": 70_000}))
    buyer = opened(access_token=meta.issue_token(scopes=("ads_read",)))
    world.receive("facebook", text="Hello?", private=True)
    (message,) = await collect(page.inbox.iterate())
    kept, gone = date(2023, 2, 2), date(2023, 2, 1)  # the world's clock says 2026-03-02

    for draft in (Draft(text="a" * 63_207), Draft(text="a" * 63_207, media=[video()])):
        with pytest.raises(BadRequestError):
            await settle(page.posts.publish(draft))
    with pytest.raises(BadRequestError) as caught:
        await collect(buyer.ads.insights("17", since=gone, until=kept))
    assert caught.value.code == "3018"
    assert await collect(buyer.ads.insights("17", since=kept, until=kept))
    for asked in (
        {"recipient": f'{{"id": "{message.author.id}"}}', "message": f'{{"text": "{"a" * 2_001}"}}'},
        {"message": "Later", "scheduled_publish_time": str(int(world.clock.now().timestamp()) + 3600)},
        {"message": "With", "tags": "[1]"},
        {"message": "With", "place": "the shop"},
    ):
        edge = "messages" if "recipient" in asked else "feed"
        assert _sent(meta, edge, **asked)["error"]["code"] == 100
    assert meta.posts() == []


async def test_the_simulator_keeps_where_a_post_was_made_and_the_version_that_was_asked(
    opened: Open, meta: FacebookSimulator
) -> None:
    page = opened(api_version="v25.0")
    options = [FacebookOptions(place="17", tags=["1", "2"])]
    post = await settle(page.posts.publish(Draft(text="Here", options=options)))
    reel = FacebookOptions(kind="reel", place="18")
    await settle(page.posts.publish(Draft(text="There", media=[video()], options=[reel])))

    assert meta._state.posts[post.id].with_people == ["1", "2"]
    assert [one.raw["place"] for one in meta.posts()] == [{"id": "17"}, {"id": "18"}]
    told = _sent(meta, "video_reels", version="v25.0", upload_phase="start")
    assert "/video-upload/v25.0/" in told["upload_url"]


def _sent(meta: FacebookSimulator, edge: str, *, version: str = "v26.0", **params: str) -> Any:
    token = meta.connection("main")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    request = SimRequest.of("POST", f"/{version}/me/{edge}?{urlencode(params)}", headers=headers)
    return json.loads(meta.handle(request).body)
