"""What `check` finds before anything is sent to Threads, and what goes out as it was meant."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.errors import InvalidDraftError
from socialkit.models import Draft, Media, Severity
from socialkit.platforms.threads import Threads, ThreadsOptions
from socialkit.sandbox.threads import ThreadsSimulator
from socialkit.testing import gif, picture, video
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
        (Draft(text=LINKS.rsplit(" ", 1)[0]), []),
        (Draft(text=LINKS.rsplit(" ", 1)[0], options=[ThreadsOptions(link="https://a.example")]), ["text"]),
        (
            Draft(text=LINKS.rsplit(" ", 1)[0], options=[ThreadsOptions(link="https://shop.example/0")]),
            [],
        ),
        (Draft(text="Hi", media=[picture(width=21, height=2)]), ["media[0]"]),
        (Draft(text="Hi", media=[picture(width=20, height=2)]), []),
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
        (only(attachment="a" * 10_001), ["options.attachment"]),
        (only(spoiler=True), ["options.spoiler"]),
        (only(ghost=True, approve_replies=True), ["options.approve_replies"]),
        (with_file(link="https://shop.example"), ["options.link"]),
        (with_file(poll=["Tea", "Coffee"]), ["options.poll"]),
        (with_file(spoiler=True), []),
    ],
)
def test_what_threads_would_refuse_is_found_offline(draft: Draft, fields: list[str]) -> None:
    client = Threads(access_token="made-up", media_host=Nowhere())
    found = [one.field for one in client.posts.check(draft) if one.severity is Severity.ERROR]

    assert list(dict.fromkeys(found)) == fields


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
        poll=["Tea", "Coffee"],
        attachment="Longer",
    )
    post = await settle(client.posts.publish(Draft(text="Hi", quotes=quoted.id, options=[options])))

    truth = network.posts()[-1].raw
    assert (truth["topic_tag"], truth["link_attachment_url"]) == ("Jackets", "https://shop.example/a")
    assert post.quotes == quoted.id


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
