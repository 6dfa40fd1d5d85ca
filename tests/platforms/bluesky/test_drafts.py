"""Which drafts are found to be wrong before anything is sent, and which are not."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.models import Draft, Severity
from socialkit.platforms import BlueskyOptions, LinkCard
from socialkit.platforms.bluesky import FACTS
from socialkit.testing._builders import picture, video
from tests.platforms.bluesky.conftest import Network
from tests.support import settle

FAMILY = "👩\u200d👩\u200d👧\u200d👦"
"""One grapheme of 25 bytes."""


POST_URI = "at://did:plc:a/app.bsky.feed.post/3jzfcijpj2z2a"


def fields(draft: Draft) -> list[tuple[str, object, object, str | None]]:
    problems = FACTS.rules.check(draft, "bluesky", FACTS.limits)
    return [
        (one.field, one.limit, one.actual, one.unit) for one in problems if one.severity is Severity.ERROR
    ]


def test_both_limits_of_the_text_are_judged_at_once() -> None:
    assert fields(Draft(text=FAMILY * 120)) == []
    assert fields(Draft(text=FAMILY * 121)) == [("text", 3_000, 3_025, "bytes")]
    assert fields(Draft(text="a" * 301)) == [("text", 300, 301, "graphemes")]
    assert sorted(str(one[3]) for one in fields(Draft(text=FAMILY * 301))) == ["bytes", "graphemes"]


@pytest.mark.parametrize("overflow", ["truncate", "thread"])
def test_a_text_over_its_bytes_is_cut_or_split_too(overflow: Any) -> None:
    draft = Draft(text=" ".join([FAMILY * 10] * 20), overflow=overflow)
    ready = FACTS.rules.prepare(draft, "bluesky", FACTS.limits)

    assert fields(draft) == []
    assert all(len(part.text.encode()) <= 3_000 for part in ready.parts)
    assert (len(ready.parts) > 1) == (overflow == "thread")


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        (Draft(text="x", media=[picture(), video()]), ["media"]),
        (Draft(text="x", reply_to="1"), ["reply_to"]),
        (Draft(text="x", quotes="https://bsky.app/profile/x/post/y"), ["quotes"]),
        (
            Draft(
                text="x",
                media=[picture()],
                options=[BlueskyOptions(card=LinkCard(uri="https://a.example", title="A"))],
            ),
            ["options.card"],
        ),
        (
            Draft(text="x", options=[BlueskyOptions(card=LinkCard(uri="a.example", title="A"))]),
            ["options.card.uri"],
        ),
        (Draft(text="x", options=[BlueskyOptions(langs=["en"] * 4)]), ["options.langs"]),
        (Draft(text="x", options=[BlueskyOptions(labels=["nudity"] * 11)]), ["options.labels"]),
        (
            Draft(text="x", options=[BlueskyOptions(tags=["#a", "a" * 65])]),
            ["options.tags[0]", "options.tags[1]"],
        ),
        (Draft(text="x", options=[BlueskyOptions(replies=["friends"])]), ["options.replies[0]"]),
        (Draft(text="x", options=[BlueskyOptions(replies=[POST_URI])]), ["options.replies[0]"]),
        (Draft(text="x", options=[BlueskyOptions(replies=["followers"] * 2)]), ["options.replies[1]"]),
        (Draft(text="x", options=[BlueskyOptions(langs=["en", "not a lang!!"])]), ["options.langs[1]"]),
        (Draft(text="x", options=[BlueskyOptions(labels=["nudity", "é" * 65])]), ["options.labels[1]"]),
        *(
            (
                Draft(text="x", options=[BlueskyOptions(card=LinkCard(uri=uri, title="A"))]),
                ["options.card.uri"],
            )
            for uri in ("https://a b", "https://", "https:///a", "https://a.example/b c", "ftp://a.example")
        ),
        (
            Draft(text="x", thread=[Draft(text="y", options=[BlueskyOptions(replies=[])])]),
            ["thread[0].options.replies"],
        ),
    ],
)
def test_what_the_network_refuses_is_found(draft: Draft, wrong: list[str]) -> None:
    assert [one[0] for one in fields(draft)] == wrong


@pytest.mark.parametrize(
    "options",
    [
        BlueskyOptions(langs=["en", "pt-BR", "zh-Hant"]),
        BlueskyOptions(labels=["é" * 64, "!no-unauthenticated"]),
        BlueskyOptions(replies=["mentioned", POST_URI.replace("feed.post", "graph.list")]),
        BlueskyOptions(card=LinkCard(uri="HTTPS://münchen.example/ä?b#c", title="A")),
        BlueskyOptions(card=LinkCard(uri="http://localhost:8080", title="A")),
    ],
)
async def test_what_the_network_takes_is_not_refused(network: Network, options: BlueskyOptions) -> None:
    draft = Draft(text="x", language="pt-BR", options=[options])
    post = await settle(network.connect().posts.publish(draft))

    assert fields(draft) == []
    assert [one.id for one in network.world.posts("bluesky")] == [post.id]


def test_a_card_or_a_quote_stands_without_words() -> None:
    quote = Draft(quotes="at://did:plc:a/app.bsky.feed.post/3jzfcijpj2z2a")
    card = Draft(options=[BlueskyOptions(card=LinkCard(uri="https://a.example", title="A"))])

    assert (fields(quote), fields(card)) == ([], [])


def test_a_picture_that_old_servers_refuse_is_a_warning() -> None:
    big = picture().model_copy(update={"size": 1_500_000})
    problems = FACTS.rules.check(Draft(text="x", media=[big]), "bluesky", FACTS.limits)

    assert [(one.field, one.severity, one.limit) for one in problems] == [
        ("media[0]", Severity.WARNING, 1_000_000)
    ]
    assert fields(Draft(text="x", media=[big.model_copy(update={"size": 2_000_001})])) == [
        ("media[0]", 2_000_000, 2_000_001, "bytes")
    ]
