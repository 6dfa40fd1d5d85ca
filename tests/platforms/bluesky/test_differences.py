"""What a record shows is compared as it stands, and what an answer leaves out is no difference."""

from __future__ import annotations

import json
from typing import Any

import pytest

from socialkit.models import Draft, Media, Post, Raw
from socialkit.operations import Async, Sync
from socialkit.platforms import BlueskyOptions, LinkCard
from socialkit.platforms.bluesky._map import record_post, to_post
from socialkit.platforms.bluesky._wire import WirePost, WireStored
from socialkit.sandbox import Sandbox
from socialkit.testing import picture, settle, video
from tests.platforms.bluesky.conftest import Network

URI = "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/3k2aaaaaaaaa2"
IMAGE = {"image": {"$type": "blob", "ref": {"$link": "bafy"}, "mimeType": "image/png", "size": 1}}


@pytest.fixture(params=[Sync, Async], ids=["blocking", "async"])
def client(request: pytest.FixtureRequest, socialkit_world: Sandbox) -> Any:
    network = Network(socialkit_world, request.param)
    network.connect("customer")
    return network.connect()


def stored(record: object) -> Post:
    """Return a post as its server keeps it."""
    document = {"uri": URI, "cid": "bafy", "value": record}
    wire = WireStored.model_validate(document)
    return record_post(wire.value, wire.uri, Raw.of(json.dumps(document).encode()), None)


def shown(record: object) -> Post:
    """Return a post as readers get it."""
    document = {"uri": URI, "cid": "bafy", "author": {"did": "did:plc:x"}, "record": record}
    return to_post(WirePost.model_validate(document), Raw.of(json.dumps(document).encode()), None)


@pytest.mark.parametrize(
    "media", [[picture(), picture(alt_text=None)], [video()], [video(alt_text=None)], []]
)
@pytest.mark.parametrize("quotes", [True, False])
async def test_files_are_compared_beside_a_quote_and_alone(
    client: Any, media: list[Media], quotes: bool
) -> None:
    quoted = await settle(client.posts.publish("First")) if quotes else None
    draft = Draft(text="Look", media=media, quotes=quoted.id if quoted is not None else None)
    post = await settle(client.posts.get(await settle(client.posts.publish(draft))))
    wordy = draft.model_copy(update={"media": [one.model_copy(update={"alt_text": "Hi"}) for one in media]})

    assert client.posts.differences(post, draft) == ()
    assert len(client.posts.differences(post, wordy)) == len(media)
    assert len(client.posts.differences(post, Draft(text="Look", media=[*media, picture()]))) == 1


async def test_a_card_is_no_file(client: Any) -> None:
    card = LinkCard(uri="https://shop.example", title="The shop", thumb=picture())
    draft = Draft(text="New @customer.example jackets", options=[BlueskyOptions(card=card)])
    plain = Draft(text="New jackets", options=[BlueskyOptions(card=card)])
    post = await settle(client.posts.get(await settle(client.posts.publish(plain))))

    assert client.posts.differences(post, plain) == ()
    assert len(client.posts.differences(post, draft)) == 1


@pytest.mark.parametrize("answer", [stored, shown])
@pytest.mark.parametrize(
    "record",
    [
        None,
        {},
        {"embed": {"$type": "app.bsky.embed.images", "images": [IMAGE | {"alt": "A black dot"}]}},
        {"text": "Look", "embed": {"$type": "app.bsky.embed.hologram", "depth": 3}},
        {"text": "Look", "embed": {"$type": "app.bsky.embed.images", "images": "many"}},
        {
            "text": "Look",
            "embed": {
                "$type": "app.bsky.embed.recordWithMedia",
                "record": {"record": {"uri": URI, "cid": "bafy"}},
                "media": {"$type": "app.bsky.embed.hologram"},
            },
        },
    ],
)
def test_what_an_answer_leaves_out_is_no_difference(client: Any, answer: Any, record: object) -> None:
    assert client.posts.differences(answer(record), Draft(text="Look", media=[picture()])) == ()


@pytest.mark.parametrize("answer", [stored, shown])
def test_what_a_record_does_not_hold_is_not_there(client: Any, answer: Any) -> None:
    draft = Draft(text="Look", media=[picture()])
    bare = {"text": "Look", "embed": {"$type": "app.bsky.embed.images", "images": [IMAGE]}}

    assert client.posts.differences(answer({"text": "Look"}), draft) == ("it has 0 files instead of 1",)
    assert client.posts.differences(answer(bare), draft) == (
        "file 1 has no alt text instead of 'A black dot'",
    )
