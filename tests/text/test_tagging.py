"""Parameters on links."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.text import Dialect, EntityKind, extract_entities, tag_link, tag_links
from tests.text.strategies import texts

UTM = {"utm_source": "x", "utm_campaign": "autumn"}
ADDED = "utm_source=x&utm_campaign=autumn"

LINKS = [
    "https://shop.example.com",
    "https://shop.example.com/a",
    "http://shop.example.com:8080/a/b.html?size=m&size=l#top",
    "https://shop.example.com/a?",
    "https://shop.example.com?q=1",
    "HTTPS://Shop.Example.Com/A_(b)",
    "https://münchen.com/straße?größe=m",
    "https://xn--mnchen-3ya.com/",
    "https://shop.example.com/a?utm_source=mail",
    "https://shop.example.com/#/route?x=1",
]
dialects = st.sampled_from(Dialect)
values = st.text(min_size=1, max_size=12)
parameters = st.dictionaries(
    st.sampled_from(["utm_source", "utm_medium", "utm_campaign"]), values, min_size=1
)
sentences = st.one_of(
    texts,
    st.lists(
        st.sampled_from(
            [*LINKS, *(f"({one})" for one in LINKS), ", ", " ", ").", "@ada", "#tag", "!", "\n", "。"]
        ),
        max_size=12,
    ).map("".join),
)


def links(text: str, dialect: Dialect) -> list[str]:
    return [one.text for one in extract_entities(text, dialect) if one.kind is EntityKind.URL]


@given(sentences, parameters, dialects)
def test_tagging_twice_is_tagging_once(text: str, given_parameters: dict[str, str], dialect: Dialect) -> None:
    once = tag_links(text, given_parameters, dialect=dialect)

    assert tag_links(once, given_parameters, dialect=dialect) == once


@given(sentences, parameters, dialects)
def test_each_link_of_the_tagged_text_is_one_of_before_with_what_was_added(
    text: str, given_parameters: dict[str, str], dialect: Dialect
) -> None:
    before = links(text, dialect)
    after = links(tag_links(text, given_parameters, dialect=dialect), dialect)

    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        assert new in {old, tag_link(old, given_parameters)}


@given(sentences, parameters, dialects)
def test_nothing_but_links_is_touched(text: str, given_parameters: dict[str, str], dialect: Dialect) -> None:
    def others(tagged: str) -> list[str]:
        found = extract_entities(tagged, dialect)
        return [one.text for one in found if one.kind is not EntityKind.URL]

    tagged = tag_links(text, given_parameters, dialect=dialect)

    assert others(tagged) == others(text)
    assert len(tagged) >= len(text)


@given(st.sampled_from(LINKS), parameters)
def test_a_tagged_link_is_the_same_link_with_more_parameters(
    url: str, given_parameters: dict[str, str]
) -> None:
    old, new = urlsplit(url), urlsplit(tag_link(url, given_parameters))
    known = parse_qsl(old.query, keep_blank_values=True)
    added = {} if "utm_" in url else {name: told(value) for name, value in given_parameters.items()}

    assert (new.scheme, new.netloc, new.fragment) == (old.scheme, old.netloc, old.fragment)
    assert new.path == (old.path or ("/" if added else ""))
    assert parse_qsl(new.query, keep_blank_values=True) == [*known, *added.items()]


def told(value: str) -> str:
    return value.encode(errors="replace").decode()


@pytest.mark.parametrize(
    ("url", "tagged"),
    [
        ("https://shop.example.com", f"https://shop.example.com/?{ADDED}"),
        ("https://shop.example.com/a", f"https://shop.example.com/a?{ADDED}"),
        ("https://shop.example.com/a?size=m#top", f"https://shop.example.com/a?size=m&{ADDED}#top"),
        ("https://shop.example.com/a?", f"https://shop.example.com/a?{ADDED}"),
        ("https://shop.example.com/a?size=m&", f"https://shop.example.com/a?size=m&{ADDED}"),
        ("https://shop.example.com#top", f"https://shop.example.com/?{ADDED}#top"),
        ("https://shop.example.com/#/route?x=1", f"https://shop.example.com/?{ADDED}#/route?x=1"),
        ("https://shop.example.com/a%20b?q=%C3%A9", f"https://shop.example.com/a%20b?q=%C3%A9&{ADDED}"),
    ],
)
def test_what_a_link_has_is_kept_byte_for_byte(url: str, tagged: str) -> None:
    assert tag_link(url, UTM) == tagged


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example.com/?utm_source=mail",
        "https://shop.example.com/?UTM_Source=mail",
        "https://shop.example.com/?a=1&utm_id=7#top",
        "shop.example.com",
        "ftp://shop.example.com/a",
        "mailto:ada@shop.example.com",
        "",
    ],
)
def test_a_link_of_another_kind_or_tagged_by_somebody_stays(url: str) -> None:
    assert tag_link(url, UTM) == url


def test_a_link_with_a_parameter_of_the_same_name_stays() -> None:
    assert (
        tag_link("https://shop.example.com/?ref=mail", {"ref": "x"}) == "https://shop.example.com/?ref=mail"
    )
    assert (
        tag_link("https://shop.example.com/?a=ref", {"ref": "x"}) == "https://shop.example.com/?a=ref&ref=x"
    )


@pytest.mark.parametrize(
    ("url", "hosts", "is_ours"),
    [
        ("https://shop.example.com/a", ["shop.example.com"], True),
        ("https://WWW.Shop.example.com:443/a", ["Shop.Example.com"], True),
        ("https://shop.example.com./a", ["shop.example.com"], True),
        ("https://workshop.example.com/a", ["shop.example.com"], False),
        ("https://shop.example.com.evil.example/a", ["shop.example.com"], False),
        ("https://shop.example.com@evil.example/a", ["shop.example.com"], False),
        ("https://evil.example/?u=https://shop.example.com", ["shop.example.com"], False),
        ("https://evil.example/#@shop.example.com", ["shop.example.com"], False),
        ("https://münchen.com/", ["xn--mnchen-3ya.com"], True),
        ("https://xn--mnchen-3ya.com/", ["MÜNCHEN.com"], True),
        ("https://mu\u0308nchen.com/", ["münchen.com"], True),
        ("https://other.example/", ["shop.example.com", "other.example"], True),
    ],
)
def test_only_links_to_the_hosts_named_are_tagged(url: str, hosts: list[str], is_ours: bool) -> None:
    assert (tag_link(url, UTM, hosts=hosts) != url) == is_ours


@pytest.mark.parametrize(
    "value", ["new year", "v1.", "a&b=c#d", "50%", "größe", "~", "(a)", "a|b", "日本", "\ud800"]
)
@pytest.mark.parametrize("dialect", Dialect)
def test_any_value_stays_inside_the_link(value: str, dialect: Dialect) -> None:
    tagged = tag_links("See https://shop.example.com/a.", {"utm_campaign": value}, dialect=dialect)
    [link] = links(tagged, dialect)

    assert tagged == f"See {link}."
    assert parse_qsl(urlsplit(link).query) == [("utm_campaign", told(value))]


@pytest.mark.parametrize(
    ("text", "tagged"),
    [
        ("See (https://shop.example.com/a), now", f"See (https://shop.example.com/a?{ADDED}), now"),
        ("https://a.example https://b.example", f"https://a.example/?{ADDED} https://b.example/?{ADDED}"),
        ("@ada@shop.example.com and ada@shop.example.com", "@ada@shop.example.com and ada@shop.example.com"),
        ("shop.example.com/a", "shop.example.com/a"),
        ("#https://shop.example.com", "#https://shop.example.com"),
        ("no link at all", "no link at all"),
        ("", ""),
    ],
)
def test_links_are_tagged_where_they_stand(text: str, tagged: str) -> None:
    assert tag_links(text, UTM) == tagged


def test_a_link_that_would_swallow_what_is_attached_to_it_stays() -> None:
    text = "(https://shop.example.com/a)now and https://shop.example.com/b"

    assert tag_links(text, UTM) == f"(https://shop.example.com/a)now and https://shop.example.com/b?{ADDED}"


def test_without_parameters_nothing_changes() -> None:
    assert tag_links("https://shop.example.com", {}) == "https://shop.example.com"
    assert tag_link("https://shop.example.com", {}) == "https://shop.example.com"


def test_a_link_in_an_endless_word_stays() -> None:
    text = "(https://shop.example.com/a)" + "now" * 10_000

    assert tag_links(text, UTM) == text
    assert (
        tag_links(f"https://shop.example.com/b {text}", UTM) == f"https://shop.example.com/b?{ADDED} {text}"
    )
