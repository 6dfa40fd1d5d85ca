"""How the simulated X reads texts, judged by X's own vectors."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

import socialkit as sk
from socialkit.sandbox.x._text import cashtags, links, weight
from tests.support import corpus

LINKED: Final = ("urls", "tco_urls_with_params")
PLACED: Final = ("urls_with_indices", "urls_with_directional_markers")
COUNTED: Final = ("WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest")
"""Of the counting that X uses now."""


def vectors(name: str) -> dict[str, list[dict[str, Any]]]:
    read: dict[str, dict[str, list[dict[str, Any]]]]
    read = json.loads(corpus("x", "twitter-text-conformance", f"{name}.json").read_text())
    return read["tests"]


def shortened(text: str) -> list[str]:
    return [text[start:end] for start, end in links(text)]


def test_links_are_those_of_the_vectors() -> None:
    extract, domains = vectors("extract"), vectors("tlds")
    listed = [one for name in LINKED for one in extract[name]] + [
        one for each in domains.values() for one in each
    ]
    placed = [one for name in PLACED for one in extract[name]]

    assert [shortened(one["text"]) for one in listed] == [one["expected"] for one in listed]
    assert [[list(span) for span in links(one["text"])] for one in placed] == [
        [url["indices"] for url in one["expected"]] for one in placed
    ]


def test_weights_and_shares_are_those_of_the_vectors() -> None:
    extract, validate = vectors("extract"), vectors("validate")
    counted = [one for name in COUNTED for one in validate[name]]

    assert [weight(one["text"]) for one in counted] == [one["expected"]["weightedLength"] for one in counted]
    assert [cashtags(one["text"]) for one in extract["cashtags"]] == [
        len(one["expected"]) for one in extract["cashtags"]
    ]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("https://a.com https://a.com", 47),
        ("https://a.com https://a.com/b", 47),
        ("1\ufe0f\u20e3", 2),
        ("bbc.co.uk", 23),
        ("foo.xyz", 23),
        ("https://localhost/a", 19),
        ("http://foo.bar1", 15),
    ],
)
def test_what_is_counted_apart_from_words_is_counted_where_it_stands(text: str, length: int) -> None:
    assert weight(text) == length


def test_links_of_which_one_begins_another_are_each_told_where_they_stand() -> None:
    text = "@t.co t.co & https://a.com https://a.com/b t.co"
    with sk.Sandbox(seed=7) as world, world.connect("x") as client:
        post = client.posts.get(client.posts.publish(text))
        (raw,) = [one.raw for one in world.posts("x")]

        shown = raw["text"]
        assert [shown[one["start"] : one["end"]] for one in raw["entities"]["urls"]] == [
            one["url"] for one in raw["entities"]["urls"]
        ]
        assert len(raw["entities"]["urls"]) == 4
        assert client.posts.differences(post, text) == ()
