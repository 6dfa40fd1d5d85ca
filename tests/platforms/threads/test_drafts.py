"""What `check` finds before anything is sent to Threads, and what goes out as it was meant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import InvalidDraftError, OutcomeUnknownError
from socialkit.models import UTM, Draft, Media, MediaKind, Severity
from socialkit.platforms.threads import FACTS, Threads, ThreadsOptions
from socialkit.platforms.threads._rules import LIMITS
from socialkit.sandbox import Fault, Sandbox
from socialkit.sandbox.threads import ThreadsSimulator
from socialkit.sandbox.threads._text import length
from socialkit.testing import gif, picture, video
from socialkit.text import TextRules, TextUnit, measure
from tests.support import settle

LINKS = " ".join(f"https://shop.example/{number}" for number in range(6))


def only(**options: Any) -> Draft:
    return Draft(text="Hi", options=[ThreadsOptions(**options)])


def with_file(**options: Any) -> Draft:
    return Draft(text="Hi", media=[picture()], options=[ThreadsOptions(**options)])


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (Draft(text="🍂" * 126), ["text"]),
        (Draft(text="🍂" * 125), []),
        (Draft(text="é" * 500), []),
        (Draft(text=LINKS), ["text"]),
        (Draft(text="Hi", first_comment=LINKS), ["first_comment"]),
        (Draft(text="Hi", first_comment="\ud800"), ["first_comment"]),
        (Draft(text=LINKS.rsplit(" ", 1)[0]), []),
        (Draft(text=LINKS.rsplit(" ", 1)[0], options=[ThreadsOptions(link="https://a.example")]), ["text"]),
        (
            Draft(text=LINKS.rsplit(" ", 1)[0], options=[ThreadsOptions(link="https://shop.example/0")]),
            [],
        ),
        (Draft(options=[ThreadsOptions(link="https://a.example")]), []),
        (Draft(options=[ThreadsOptions(poll=["Tea", "Coffee"])]), ["text"]),
        (only(poll=["Tea", "Coffee"], link="https://a.example"), ["options.link"]),
        (only(poll=["Tea", "Coffee"], attachment="Longer"), ["options.attachment"]),
        (only(countries=["FR", "fr"]), ["options.countries[1]"]),
        (only(countries=["FRA"]), ["options.countries[0]"]),
        (
            Draft(text="Hi", media=[Media.from_bytes(gif(frames=2), filename="a.gif", alt_text="A")]),
            ["media[0]"],
        ),
        (only(poll=["Tea"]), ["options.poll"]),
        (only(poll=["Tea", "Coffee", "Milk", "Water", "Beer"]), ["options.poll"]),
        (only(poll=["Tea", "C" * 26]), ["options.poll[1]"]),
        (only(poll=["Tea", " "]), ["options.poll[1]"]),
        (only(topic="A&B"), ["options.topic"]),
        (only(topic=""), ["options.topic"]),
        (only(topic="T" * 51), ["options.topic"]),
        (only(topic=" "), ["options.topic"]),
        (only(topic="a\nb"), ["options.topic"]),
        (only(topic="T" * 50), []),
        (only(link="not a url"), ["options.link"]),
        (only(link="ftp://a.example"), ["options.link"]),
        (only(link=""), ["options.link"]),
        (only(link="https://a.example/[x]?y=ä"), []),
        (only(gif="", place=" ", attachment=""), ["options.gif", "options.attachment", "options.place"]),
        (only(attachment="a" * 10_001), ["options.attachment"]),
        (only(spoiler=True), ["options.spoiler"]),
        (only(ghost=True), []),
        (only(ghost=True, approve_replies=True), ["options.approve_replies"]),
        (only(ghost=True, poll=["Tea", "Coffee"]), ["options.poll"]),
        (
            only(ghost=True, topic="Tea", reply_control="everyone", place="7", countries=["FR"]),
            ["options.topic", "options.reply_control", "options.place", "options.countries"],
        ),
        (only(ghost=True).model_copy(update={"reply_to": "7"}), ["options.ghost"]),
        (only(ghost=True).model_copy(update={"quotes": "7"}), ["quotes"]),
        (Draft(text="One", thread=[only(ghost=True)]), ["thread[0].options.ghost"]),
        (only(ghost=True).model_copy(update={"thread": (Draft(text="Two"),)}), []),
        (with_file(ghost=True), ["options.ghost"]),
        (with_file(link="https://shop.example"), ["options.link"]),
        (with_file(poll=["Tea", "Coffee"]), ["options.poll"]),
        (with_file(spoiler=True), []),
    ],
)
def test_what_threads_would_refuse_is_found_offline(draft: Draft, fields: list[str]) -> None:
    client = Threads(access_token="made-up", media_host=Nowhere())
    found = [one.field for one in client.posts.check(draft) if one.severity is Severity.ERROR]

    assert list(dict.fromkeys(found)) == fields


FILM = Media(
    filename="film.mp4",
    kind=MediaKind.VIDEO,
    mime_type="video/mp4",
    size=1_000_000_000,
    width=1_920,
    height=1_080,
    duration=timedelta(seconds=300),
    frame_rate=60.0,
    video_codec="h264",
    audio_codec="aac",
    alt_text="A film",
    content=b"x",
)
STILL = Media(
    filename="still.jpg",
    kind=MediaKind.IMAGE,
    mime_type="image/jpeg",
    size=8_000_000,
    width=5_000,
    height=500,
    alt_text="A still",
    content=b"x",
)


@pytest.mark.parametrize(
    ("media", "given"),
    [
        (FILM, {}),
        (FILM, {"mime_type": "video/quicktime", "video_codec": "h265", "audio_codec": None}),
        (FILM, {"frame_rate": 23.0, "duration": timedelta(milliseconds=1), "size": 1_000}),
        (FILM, {"width": 100, "height": 10_000}),
        (FILM, {"width": 1_920, "height": 192}),
        (STILL, {}),
        (STILL, {"width": 30, "height": 300, "mime_type": "image/png"}),  # it is scaled
    ],
)
def test_files_at_the_edge_of_what_threads_takes_are_taken(media: Media, given: dict[str, Any]) -> None:
    assert judged(media.model_copy(update=given)) == []


@pytest.mark.parametrize(
    ("media", "given", "problem"),
    [
        (FILM, {"size": 1_000_000_001}, "is too large: 1000000001, at most 1000000000 bytes"),
        (FILM, {"mime_type": "video/webm"}, "has a type that is not taken: video/webm"),
        (FILM, {"width": 1_921}, "is too wide: 1921, at most 1920 pixels"),
        (FILM, {"width": 98, "height": 10_000}, "is narrower than 1:100: 98x10000"),
        (FILM, {"height": 190}, "is wider than 10:1: 1920x190"),
        (FILM, {"duration": timedelta(seconds=300.5)}, "lasts too long: 300.5, at most 300.0 seconds"),
        (
            FILM,
            {"size": 999_000_000, "duration": timedelta(seconds=79)},
            "has too many bits: 101164557, at most 100000000 bits a second",
        ),
        (FILM, {"frame_rate": 22.0}, "has fewer than 23 frames a second: 22.0"),
        (FILM, {"frame_rate": 61.0}, "has too many frames: 61.0, at most 60.0 frames a second"),
        (
            FILM,
            {"video_codec": "vp9"},
            "has pictures of an encoding that is not taken (h264, h265 are): vp9",
        ),
        (FILM, {"audio_codec": "opus"}, "has sound of an encoding that is not taken (aac are): opus"),
        (STILL, {"size": 8_000_001}, "is too large: 8000001, at most 8000000 bytes"),
        (STILL, {"mime_type": "image/webp"}, "has a type that is not taken: image/webp"),
        (STILL, {"width": 5_100}, "is wider than 10:1: 5100x500"),
        (STILL, {"width": 500, "height": 5_100}, "is narrower than 1:10: 500x5100"),
    ],
)
def test_files_beyond_what_threads_takes_are_found_before_anything_is_sent(
    media: Media, given: dict[str, Any], problem: str
) -> None:
    assert judged(media.model_copy(update=given)) == [f"media[0] {problem}"]


def test_what_a_film_does_not_tell_is_said_and_no_fault() -> None:
    dumb = FILM.model_copy(update={"duration": None, "frame_rate": None, "video_codec": None})
    (problem,) = Threads(access_token="made-up", media_host=Nowhere()).posts.check(Draft(media=[dumb]))

    assert problem.severity is Severity.WARNING
    assert "was not judged by duration, frame rate, encoding" in problem.message


def test_limits_that_a_client_is_given_hold_in_place_of_the_documented_ones() -> None:
    wider = LIMITS.model_copy(update={"video": LIMITS.video.model_copy(update={"longest": None})})
    long = FILM.model_copy(update={"duration": timedelta(minutes=6)})
    client = Threads(access_token="made-up", media_host=Nowhere(), limits=wider)

    assert judged(long) != []
    assert client.posts.check(Draft(media=[long])) == ()


def judged(media: Media) -> list[str]:
    client = Threads(access_token="made-up", media_host=Nowhere())
    return [str(one).removeprefix("threads: ") for one in client.posts.check(Draft(media=[media]))]


def test_the_simulated_threads_counts_each_sign_as_check_does() -> None:
    signs = [*map(chr, (*range(0x80, 0x100), *range(0x2000, 0x3300), *range(0xFE00, 0xFE10)))]
    signs += [
        *map(chr, range(0x1F000, 0x1FB00)),
        "1\ufe0f\u20e3",
        "1\ufe0f",
        "\u00a9\ufe0f",
        "🇫🇷",
        "👨‍👩‍👧",
        "👍🏽",
    ]
    counted = {sign: (measure(sign, TextRules(unit=TextUnit.EMOJI_BYTES)), length(sign)) for sign in signs}

    assert {sign: both for sign, both in counted.items() if both[0] != both[1]} == {}
    assert (counted["🍂"], counted["✓"], counted["\ufe0f"]) == ((4, 4), (1, 1), (1, 1))


class Nowhere:
    """A media host that is never asked: nothing is sent."""

    def put(self, media: Media, /) -> Any:
        raise AssertionError(media.filename)

    def remove(self, media: Media, /) -> None:
        raise AssertionError(media.filename)


async def test_a_local_file_without_a_media_host_is_refused_before_anything_is_sent(opened: Any) -> None:
    bare = opened(media_host=None)

    with pytest.raises(InvalidDraftError) as caught:
        await settle(bare.posts.publish(Draft(text="Hi", media=[picture()])))
    assert [one.field for one in caught.value.problems] == ["media[0]"]
    assert "media_host=" in str(caught.value.problems[0])


async def test_options_reach_the_platform(client: Any, network: ThreadsSimulator) -> None:
    quoted = await settle(client.posts.publish("Quote me"))
    options = ThreadsOptions(
        link="https://shop.example/a",
        topic="Jackets",
        reply_control="followers_only",
        attachment="Longer",
        countries=["FR", "BE"],
    )
    post = await settle(client.posts.publish(Draft(text="Hi", quotes=quoted.id, options=[options])))

    truth = network.posts()[-1].raw
    assert (truth["topic_tag"], truth["link_attachment_url"]) == ("Jackets", "https://shop.example/a")
    assert post.quotes == quoted.id
    assert network.containers()[-1].content.countries == ("FR", "BE")


async def test_a_link_alone_is_a_post(client: Any, network: ThreadsSimulator) -> None:
    await settle(client.posts.publish(Draft(options=[ThreadsOptions(link="https://shop.example/a")])))

    assert network.posts()[-1].raw["link_attachment_url"] == "https://shop.example/a"


def test_the_link_of_the_card_is_tagged_as_those_of_the_text_are() -> None:
    card = ThreadsOptions(link="https://shop.example/a")
    utm = UTM(source="threads", medium="social", campaign="autumn", hosts=["shop.example"])
    draft = Draft(text="See https://shop.example/a", options=[card], utm=utm)
    ready = FACTS.rules.prepare(draft, "threads", FACTS.limits)
    tagged = ready.option(ThreadsOptions)

    assert tagged is not None
    assert tagged.link is not None
    assert "utm_campaign=autumn" in tagged.link
    assert ready.text == f"See {tagged.link}"


async def test_several_files_become_one_carousel_in_their_order(
    client: Any, network: ThreadsSimulator
) -> None:
    files = [picture(alt_text="One"), video(alt_text="Two"), picture(alt_text=None)]
    post = await settle(client.posts.publish(Draft(text="Three", media=files)))

    (truth,) = network.posts()
    assert [(one.kind, one.alt_text) for one in truth.media] == [
        ("image", "One"),
        ("video", "Two"),
        ("image", None),
    ]
    assert [one.id for one in post.media] == [one.id for one in truth.media]
    assert [one.kind.value for one in post.media] == ["image", "video", "image"]


async def test_a_file_with_an_address_of_its_own_needs_no_media_host(
    opened: Any, network: ThreadsSimulator
) -> None:
    rome = Media.from_url("https://shop.example/rome.png", alt_text="Rome")
    await settle(opened(media_host=None).posts.publish(Draft(text="Rome", media=[rome])))

    assert network.posts()[0].raw["media_url"] == "https://shop.example/rome.png"


async def test_a_video_with_an_address_of_its_own_is_sent_as_one_and_found_again(
    opened: Any, world: Sandbox, network: ThreadsSimulator
) -> None:
    client, film = opened(media_host=None), Media.from_url("https://shop.example/rome.MP4", alt_text="Rome")
    world.fail("threads", "threads_publish", Fault.DROP_AFTER_COMMIT)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.publish(Draft(text="Rome", media=[film])))
    found = await settle(client.posts.find(caught.value.attempt))

    assert [one.kind for one in network.posts()[0].media] == ["video"]
    assert found.post is not None
    assert found.post.id == network.posts()[0].id


def test_parts_after_the_first_and_comments_count_as_replies() -> None:
    replies = next(one for one in FACTS.quotas if one.name == "replies")

    assert replies.need(Draft(text="One")) == 0
    assert replies.need(Draft(text="One", thread=[Draft(text="Two")], first_comment="Shop")) == 2


@pytest.mark.parametrize("url", ["http://shop.example/rome.png", "http://shop.example/rome.mp4"])
async def test_an_address_that_check_takes_is_fetched_though_it_is_not_https(
    opened: Any, network: ThreadsSimulator, url: str
) -> None:
    client, draft = opened(media_host=None), Draft(media=[Media.from_url(url, alt_text="Rome")])
    problems = client.posts.check(draft)
    post = await settle(client.posts.publish(draft))

    assert problems == ()
    assert [one.id for one in network.posts()] == [post.id]
