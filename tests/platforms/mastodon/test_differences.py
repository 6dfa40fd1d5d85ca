"""What a status shows is compared as Mastodon shows it, and what a server leaves out is no difference."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from socialkit.models import Draft, Media, Post, Raw
from socialkit.operations import Async, Mode, Sync
from socialkit.platforms import MastodonOptions, Poll
from socialkit.platforms.mastodon._map import to_post, to_scheduled_post
from socialkit.platforms.mastodon._wire import WireScheduled, WireStatus
from socialkit.sandbox import Sandbox
from socialkit.testing import picture, settle
from tests.platforms.mastodon.answers import attachment, status

POLL = Poll(choices=["Yes", "No"], duration=timedelta(hours=1))


@pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
def client(request: pytest.FixtureRequest, socialkit_world: Sandbox) -> Any:
    """A client of a simulated server with a customer on it."""
    mode: type[Mode] = request.param
    socialkit_world.connect("mastodon", "customer")
    if mode is Sync:
        return socialkit_world.connect("mastodon")
    return socialkit_world.connect_async("mastodon")


async def read_back(client: Any, draft: Draft) -> Post:
    post: Post = await settle(client.posts.get(await settle(client.posts.publish(draft))))
    return post


def answered(*left_out: str, **changes: Any) -> Post:
    """Return what an answer is mapped to that says something else, or less."""
    document = {name: value for name, value in status(**changes).items() if name not in left_out}
    return to_post(WireStatus.model_validate(document), Raw.of(json.dumps(document).encode()), None)


async def test_a_mention_is_shown_without_its_host(client: Any) -> None:
    draft = Draft(text="@Customer, @customer@mastodon.sandbox.example and @nobody@far.example: thank you!")
    post = await read_back(client, draft)

    assert post.text == "@customer, @customer and @nobody@far.example: thank you!"
    assert client.posts.differences(post, draft) == ()
    assert len(client.posts.differences(post, "@somebody, @customer and @nobody: thank you!")) == 1


async def test_the_link_to_a_quoted_post_is_not_the_text(client: Any) -> None:
    quoted = await settle(client.posts.publish("First"))
    draft = Draft(text="What I said", quotes=quoted.id)
    post = await read_back(client, draft)

    assert post.text.startswith("RE: ")
    assert client.posts.differences(post, draft) == ()


@pytest.mark.parametrize(
    ("text", "media"), [("Look at this", []), ("Look at this", [picture()]), ("", [picture()])]
)
async def test_a_content_warning_is_no_difference(client: Any, text: str, media: list[Media]) -> None:
    options = MastodonOptions(content_warning="Spiders", poll=None if media else POLL)
    draft = Draft(text=text, media=media, options=[options])

    assert client.posts.differences(await read_back(client, draft), draft) == ()


async def test_a_scheduled_post_is_compared_as_it_waits(client: Any, socialkit_world: Sandbox) -> None:
    at = socialkit_world.clock.now() + timedelta(days=1)
    draft = Draft(text="Autumn is here", media=[picture()], options=[MastodonOptions(scheduled_at=at)])
    waiting = await settle(client.posts.publish(draft))

    assert waiting.scheduled_at == at
    assert client.posts.differences(await settle(client.posts.get(waiting)), draft) == ()
    assert len(client.posts.differences(waiting, Draft(text="Winter"))) == 2


def test_what_a_server_leaves_out_is_no_difference(mastodon: Any) -> None:
    draft = Draft(text="Autumn is here", media=[picture()])
    silent = attachment()
    del silent["description"]

    for post in (
        answered("media_attachments"),
        answered(media_attachments=None),
        answered("content", media_attachments=[attachment(description="A black dot")]),
        answered(content=None, media_attachments=[silent]),
        answered(media_attachments=[silent]),
    ):
        assert mastodon.posts.differences(post, draft) == ()


def test_what_a_server_says_is_not_there_is_a_difference(mastodon: Any) -> None:
    draft = Draft(text="Autumn is here", media=[picture()])

    for post, sentence in (
        (answered(media_attachments=[]), "it has 0 files instead of 1"),
        (answered(media_attachments=[attachment()]), "file 1 has no alt text instead of 'A black dot'"),
        (
            answered(content="", media_attachments=[attachment(description="A black dot")]),
            "the text reads '' instead of 'Autumn is here'",
        ),
    ):
        assert mastodon.posts.differences(post, draft) == (sentence,)


def test_files_of_a_scheduled_post_that_are_named_alone_are_not_missing(mastodon: Any) -> None:
    document: dict[str, Any] = {
        "id": "3",
        "scheduled_at": "2999-01-01T00:00:00Z",
        "params": {"text": "Autumn is here", "media_ids": ["m1"]},
        "media_attachments": [],
    }
    wire = WireScheduled.model_validate(document)
    post = to_scheduled_post(wire, Raw.of(json.dumps(document).encode()), None)

    assert mastodon.posts.differences(post, Draft(text="Autumn is here", media=[picture()])) == ()


def test_two_long_texts_are_quoted_where_they_begin_to_differ(mastodon: Any) -> None:
    long = "word " * 30
    (sentence,) = mastodon.posts.differences(answered(content=f"<p>{long}end</p>"), f"{long}fin")

    assert sentence == "the text reads '…word word word end' instead of '…word word word fin'"
