"""Texts: what X makes of them, and what they are read as again."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialkit.models import Draft
from socialkit.platforms.x._text import compared, shown_text, whole_text
from socialkit.platforms.x._wire import WirePost
from socialkit.sandbox import Sandbox

PIECES: Final = st.sampled_from(
    [
        *(
            "Autumn",
            "&",
            "&amp;",
            "<b>",
            "#tea",
            "@ada",
            "漢字",
            "👩‍🚀",
            "e\u0301",
            "$ABC",
            "\n",
            "  ",
            "a/",
            "/",
        ),
        *("https://shop.example/a?b=1&c=2", "https://shop.example", "http://shop.com/x#y", "shop.com"),
        *("https://shop.example/a", "t.co", "1/2", "x://y", "…"),
    ]
)
TEXTS: Final = st.lists(PIECES, min_size=1, max_size=8).map(" ".join).filter(lambda text: text.strip() != "")


@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_a_text_that_is_read_back_is_the_one_that_was_sent(text: str) -> None:
    with Sandbox(seed=7) as world, world.connect("x") as client:
        if any(one.field == "text" for one in client.posts.check(text)):
            return
        post = client.posts.publish(text)

        assert client.posts.differences(client.posts.get(post), text) == ()
        assert client.posts.differences(client.posts.get(post), Draft(text=f"{text} too")) != ()


URL: Final = {"url": "https://t.co/a", "expanded_url": "https://shop.example/jackets", "start": 0, "end": 0}
OWN: Final = {**URL, "url": "https://t.co/b", "expanded_url": "https://x.com/shop/status/9/photo/1"}
QUOTED: Final = {**URL, "url": "https://t.co/c", "expanded_url": "https://twitter.com/ada/status/8"}


@pytest.mark.parametrize(
    ("text", "more", "read"),
    [
        ("Fish &amp; chips &lt;3", {}, "Fish & chips <3"),
        ("See https://t.co/a now", {"entities": {"urls": [URL]}}, "See https://shop.example/jackets now"),
        ("Look https://t.co/b", {"entities": {"urls": [OWN]}}, "Look"),
        ("Look", {"entities": {"urls": [{**URL, "url": ""}, {**OWN, "url": ""}]}}, "Look"),
        (
            "Look https://t.co/c",
            {"entities": {"urls": [QUOTED]}, "referenced_tweets": [{"type": "quoted", "id": "8"}]},
            "Look",
        ),
        ("Look https://t.co/c", {"entities": {"urls": [QUOTED]}}, "Look https://twitter.com/ada/status/8"),
        ("Cut off…", {"note_tweet": {"text": "Cut off no more &amp; whole"}}, "Cut off no more & whole"),
        (
            "Cut off…",
            {"note_post": {"text": "See https://t.co/a", "entities": {"urls": [URL]}}},
            "See https://shop.example/jackets",
        ),
    ],
)
def test_a_text_is_read_as_people_see_it(text: str, more: dict[str, object], read: str) -> None:
    assert whole_text(WirePost.model_validate({"id": "9", "text": text, **more})) == read


def test_a_link_of_which_x_does_not_say_where_it_leads_compares_with_nothing() -> None:
    assert shown_text(WirePost(id="9", text="See https://t.co/a")) is None
    assert shown_text(WirePost(id="9", text="See it")) == "See it"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("@ada @ben Thanks", "Thanks", False),
        ("@ada Thanks", "@ben Thanks", False),
        ("Thanks @ada", "Thanks", False),
        ("shop.example/", "https://shop.example", True),
        ("https://shop.example/a", "https://shop.example/b", False),
        ("https://shop.example/%61%2fb", "https://shop.example/a%2Fb", True),
        ("https://shop.example/a%2Fb", "https://shop.example/a/b", False),
        ("Caf\u00e9", "Cafe\u0301", True),
        ("One\n\ntwo", "One two", True),
    ],
)
def test_what_x_changes_makes_no_difference(one: str, other: str, same: bool) -> None:
    assert (compared(one) == compared(other)) is same
