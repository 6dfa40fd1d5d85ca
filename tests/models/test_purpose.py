"""Purposes, and the link parameters that follow from them, down to what a platform gets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import socialkit as sk
from socialkit.models import UTM, Draft, Purpose, Variant
from socialkit.platforms import BlueskyOptions, LinkCard, bluesky, mastodon
from tests.support import settle

LINK = "https://shop.example.com/jackets"
AUTUMN = Purpose(campaign="autumn", pillar="craft", objective="traffic")


def prepared(draft: Draft, target: str = "mastodon", **limits: Any) -> Draft:
    facts = {"mastodon": mastodon.FACTS, "bluesky": bluesky.FACTS}[target.rpartition("/")[0][5:] or target]
    return facts.rules.prepare(draft, target, facts.limits.model_copy(update=limits))


def tag(platform: str = "mastodon", campaign: str = "autumn") -> str:
    return f"{LINK}?utm_source={platform}&utm_medium=social&utm_campaign={campaign}"


@pytest.mark.parametrize(
    ("utm", "purpose", "parameters"),
    [
        (UTM(), None, {"utm_source": "x", "utm_medium": "social"}),
        (UTM(), AUTUMN, {"utm_source": "x", "utm_medium": "social", "utm_campaign": "autumn"}),
        (UTM(medium=None, campaign=None), AUTUMN, {"utm_source": "x"}),
        (
            UTM(source="twitter", campaign="{campaign}-{pillar}", term="{objective}", content="a {b"),
            AUTUMN,
            {
                "utm_source": "twitter",
                "utm_medium": "social",
                "utm_campaign": "autumn-craft",
                "utm_term": "traffic",
                "utm_content": "a {b",
            },
        ),
        (
            UTM(campaign="{campaign}-{pillar}"),
            Purpose(campaign="autumn"),
            {"utm_source": "x", "utm_medium": "social"},
        ),
        (
            UTM(campaign="{platform}"),
            Purpose(campaign="{pillar}"),
            {"utm_source": "x", "utm_medium": "social", "utm_campaign": "x"},
        ),
        (UTM(source=None, medium=None), Purpose(campaign="{pillar}"), {"utm_campaign": "{pillar}"}),
        (UTM(source=None, medium=None, campaign=None), AUTUMN, {}),
    ],
)
def test_placeholders_are_filled_and_a_parameter_without_a_value_is_left_out(
    utm: UTM, purpose: Purpose | None, parameters: dict[str, str]
) -> None:
    assert utm.parameters("x", purpose) == parameters


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"campaign": "{brand}"}, "there is no placeholder {brand}: use {campaign}, {objective}"),
        ({"campaign": "{}"}, "there is no placeholder {}"),
        ({"source": " "}, "is empty: leave it out instead"),
        ({"hosts": ["https://shop.example.com"]}, "is no host: give it alone, such as 'shop.example'"),
        ({"hosts": ["shop.example.com/a"]}, "is no host"),
        ({"hosts": [""]}, "is no host"),
        ({"hosts": ["."]}, "is no host"),
        ({"id": "7"}, "id"),
    ],
)
def test_wrong_parameters_are_refused(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told.replace("{", r"\{").replace("}", r"\}")):
        UTM.model_validate(fields)


def test_links_of_all_that_is_published_are_tagged_for_the_platform_and_campaign() -> None:
    draft = Draft(
        text=f"Autumn: {LINK}",
        thread=[Draft(text=f"More: {LINK}"), Draft(text=f"Sale: {LINK}", purpose=Purpose(campaign="sale"))],
        first_comment=f"Shop: {LINK}",
        purpose=AUTUMN,
        utm=UTM(),
    )
    ready = prepared(draft)

    assert [part.text for part in ready.parts] == [
        f"Autumn: {tag()}",
        f"More: {tag()}",
        f"Sale: {tag(campaign='sale')}",
    ]
    assert ready.first_comment == f"Shop: {tag()}"
    assert prepared(draft, "bluesky").text == f"Autumn: {tag('bluesky')}"


def test_a_draft_that_is_ready_asks_for_no_parameters_any_more() -> None:
    draft = Draft(text=LINK, thread=[Draft(text=LINK, utm=UTM(medium=None))], utm=UTM())

    assert [part.utm for part in prepared(draft).parts] == [None, None]


def test_without_parameters_no_link_is_touched() -> None:
    draft = Draft(text=LINK, first_comment=LINK, purpose=AUTUMN)

    assert (prepared(draft).text, prepared(draft).first_comment) == (LINK, LINK)


def test_variants_and_parts_have_parameters_of_their_own_or_none() -> None:
    draft = Draft(
        text=LINK,
        thread=[Draft(text=LINK, utm=None), Draft(text=LINK, utm=UTM(source="part", medium=None))],
        utm=UTM(source="all", medium=None),
        variants={
            "mastodon": Variant(utm=UTM(source="fediverse", medium=None)),
            "acme/mastodon/quiet": Variant(utm=None),
        },
    )

    def sources(target: str) -> list[str]:
        return [
            part.text.removeprefix(LINK).removeprefix("?utm_source=")
            for part in prepared(draft, target).parts
        ]

    assert sources("mastodon") == ["fediverse", "", "part"]
    assert sources("acme/mastodon/quiet") == ["", "", "part"]
    assert sources("bluesky") == ["all", "", "part"]


def test_only_own_links_are_tagged_when_hosts_are_named() -> None:
    draft = Draft(
        text=f"https://news.example.com/a {LINK}", utm=UTM(hosts=["shop.example.com"]), purpose=AUTUMN
    )

    assert prepared(draft).text == f"https://news.example.com/a {tag()}"


def test_the_link_of_a_card_is_tagged_too() -> None:
    card = LinkCard(uri=LINK, title="Jackets")
    draft = Draft(text="Jackets", options=[BlueskyOptions(card=card)], utm=UTM(), purpose=AUTUMN)
    options = prepared(draft, "bluesky").option(BlueskyOptions)

    assert options is not None
    assert options.card is not None
    assert (options.card.uri, options.card.title) == (tag("bluesky"), "Jackets")


def test_parameters_count_before_a_text_is_measured() -> None:
    draft = Draft(text=f"{'a' * 230} {LINK}", purpose=AUTUMN)
    tagged = draft.model_copy(update={"utm": UTM()})

    assert sk.check(draft, "bluesky")["bluesky"] == ()
    [problem] = sk.check(tagged, "bluesky")["bluesky"]
    assert (problem.field, problem.actual) == ("text", 231 + len(tag("bluesky")))
    # A link is 23 long on Mastodon, whatever it holds.
    assert sk.check(tagged, "mastodon")["mastodon"] == ()


@given(
    st.lists(st.sampled_from([LINK, "https://a.example.com#b", "word", " ", "@ada", "(", ")", ".", "\n"])),
    st.sampled_from(["refuse", "truncate", "thread"]),
    st.sampled_from(["mastodon", "bluesky"]),
)
def test_preparing_what_was_prepared_changes_nothing(words: list[str], overflow: Any, target: str) -> None:
    draft = Draft(text="".join(words), first_comment=LINK, overflow=overflow, utm=UTM(), purpose=AUTUMN)
    ready = prepared(draft, target, text=300)

    assert prepared(ready, target, text=300) == ready


@pytest.mark.parametrize("platform", ["mastodon", "bluesky"])
@pytest.mark.parametrize("mode", ["connect", "connect_async"])
async def test_the_tagged_link_is_what_is_published(platform: str, mode: str) -> None:
    draft = Draft(text=f"Jackets: {LINK}", utm=UTM(), purpose=AUTUMN)
    with sk.Sandbox(seed=7) as world:
        client = getattr(world, mode)(platform)
        await settle(client.posts.publish(draft))

        assert [post.text for post in world.posts(platform)] == [f"Jackets: {tag(platform)}"]
