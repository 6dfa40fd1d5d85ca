"""Facets of Bluesky posts."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given

from socialkit.text import Dialect, EntityKind, FacetKind, detect_facets, extract_entities
from tests.text.strategies import texts


def values(text: str, kind: FacetKind) -> list[str]:
    return [facet.value for facet in detect_facets(text) if facet.kind is kind]


def marked(text: str) -> list[str]:
    """Return what the facets of a text cover."""
    raw = text.encode()
    return [raw[facet.byte_start : facet.byte_end].decode() for facet in detect_facets(text)]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://example.com", "https://example.com"),
        ("HTTPS://example.com", "HTTPS://example.com"),
        ("https://localhost:8080/a", "https://localhost:8080/a"),
        ("https://[::1]/a", "https://[::1]/a"),
        ("https://例え.みんな/日本語", "https://例え.みんな/日本語"),
        ("see example.com...", "https://example.com"),
        ("my-shop.example.com/a?b=c#d", "https://my-shop.example.com/a?b=c#d"),
        ("EXAMPLE.COM", "https://EXAMPLE.COM"),
        ("example.com:8080/a", "https://example.com:8080/a"),
        ("example.com: yes", "https://example.com"),
        ("(example.com/a_(b))", "https://example.com/a_(b)"),
        ("[https://example.com/a].", "https://example.com/a"),
        ("“https://example.com/a”", "https://example.com/a"),
        ("<https://example.com/a>", "https://example.com/a"),
        ("https://example.com/a？", "https://example.com/a"),  # noqa: RUF001 - the wide mark is meant
        ("見てexample.com見て", "https://example.com"),
        ("4ever.example.com", "https://4ever.example.com"),
        ("example.com's page", "https://example.com"),
    ],
)
def test_links_are_found_with_and_without_a_scheme(text: str, link: str) -> None:
    assert values(text, FacetKind.LINK) == [link]


@pytest.mark.parametrize(
    "text",
    [
        "https://",
        "https:///a",
        "xhttps://example.com",
        "archive.example.zipped",
        "a..com",
        "1.am",
        "-example.com",
        "a-.com",
        "path/to/example.com",
        "ada@example.com",
        "first.name@example.com",
        "éexample.com",
        "example.comé",
        "example.com.みんな",
        "performance.now()",
        "example.com_",
        "@example.com_",
    ],
)
def test_what_only_looks_like_a_link_is_none(text: str) -> None:
    assert values(text, FacetKind.LINK) == []


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("@ada.example.com", "ada.example.com"),
        ("hi @ada.test.", "ada.test"),
        ("(@ada.test)", "ada.test"),
        ("“@ada.test”", "ada.test"),
        ("見て@ada.test", "ada.test"),
        ("@Ada-L.Example.com-", "Ada-L.Example.com"),
        ("@ada.test's", "ada.test"),
    ],
)
def test_mentions_need_a_handle_that_can_exist(text: str, handle: str) -> None:
    assert values(text, FacetKind.MENTION) == [handle]


@pytest.mark.parametrize(
    "text",
    [
        "@ada",
        "@",
        "@ada.notatld",
        "@ada..test",
        "x@ada.test",
        "é@ada.test",
        "/@ada.test",
        "@@ada.test",
        "@ada.name@example.com",
        "@.test",
    ],
)
def test_what_only_looks_like_a_mention_is_none(text: str) -> None:
    assert values(text, FacetKind.MENTION) == []


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#maths", ["maths"]),
        ("＃maths", ["maths"]),  # noqa: RUF001 - the wide sign is meant
        ("#maths, #art!?", ["maths", "art"]),
        ("#a#b", ["a#b"]),
        ("#🦋", ["🦋"]),
        ("#漢字。 #漢字", ["漢字", "漢字"]),
        ("#12 #1. #!! # a", []),
        ("a#b (#b", []),
        ("#\ufe0f\u20e3a", []),
        ("#soft\u00adhyphen", ["soft"]),
        ("#" + "a" * 64 + " #" + "b" * 65, ["a" * 64]),
        ("#" + "🦋" * 33, []),
        ("$acme ($BRK1)", ["$ACME", "$BRK1"]),
        ("$ACMECO $1 a$ACME $ACME-X", []),
    ],
)
def test_tags_and_cashtags_are_found(text: str, tags: list[str]) -> None:
    assert values(text, FacetKind.TAG) == tags


def test_facets_are_placed_in_bytes() -> None:
    text = "Ça 👩\u200d🚀 @ada.test: example.com/é #tägé."

    assert marked(text) == ["@ada.test", "example.com/é", "#tägé"]


def test_a_lone_surrogate_takes_three_bytes() -> None:
    (facet,) = detect_facets("\ud800 #a")

    assert (facet.byte_start, facet.byte_end) == (4, 6)


@given(texts)
def test_facets_stand_in_order_and_cover_what_they_name(text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    facets = detect_facets(text)

    for facet in facets:
        covered = raw[facet.byte_start : facet.byte_end].decode("utf-8", "surrogatepass")
        assert covered in text
        assert facet.value in {covered, covered[1:], f"https://{covered}", covered.upper()}
    assert all(a.byte_end <= b.byte_start for a, b in itertools.pairwise(facets))


@given(texts)
def test_entities_are_the_same_in_code_points(text: str) -> None:
    entities = extract_entities(text, Dialect.BLUESKY)

    assert [len(text[: entity.end].encode("utf-8", "surrogatepass")) for entity in entities] == [
        facet.byte_end for facet in detect_facets(text)
    ]
    assert all(entity.kind is not EntityKind.LIST for entity in entities)


@pytest.mark.parametrize(
    "unit",
    [
        "@a.",
        "@a.test",
        "a.",
        "a.b-",
        "a.com/",
        "a.com)",
        "https://.",
        "https://a",
        "#1 ",
        "#a",
        "#1#",
        "$a ",
        "$",
    ],
)
@pytest.mark.parametrize("start", ["", "https://a", "https://a.com/(", "#"])
def test_hostile_texts_end(start: str, unit: str) -> None:
    text = start + unit * (40_000 // len(unit))

    assert all(facet.byte_end <= len(text) for facet in detect_facets(text))
