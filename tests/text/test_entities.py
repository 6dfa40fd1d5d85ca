"""Finding links, mentions and hashtags."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given

from socialkit.text import EntityKind, extract_entities
from tests.text.strategies import texts


def values(text: str, kind: EntityKind) -> list[str]:
    return [entity.value for entity in extract_entities(text) if entity.kind is kind]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.com", "https://example.com"),
        ("HTTP://EXAMPLE.COM/A", "HTTP://EXAMPLE.COM/A"),
        ("see https://example.com.", "https://example.com"),
        ("https://example.com/page.", "https://example.com/page"),
        ("https://example.com/page, then", "https://example.com/page"),
        ("https://example.com/page…", "https://example.com/page"),
        ("is it https://example.com/?", "https://example.com/"),
        ("(https://example.com/page)", "https://example.com/page"),
        ("https://example.com/Rust_(language)", "https://example.com/Rust_(language)"),
        ("(https://example.com/Rust_(language))", "https://example.com/Rust_(language)"),
        ("https://example.com/a_(b_(c)_d)/e", "https://example.com/a_(b_(c)_d)/e"),
        ("https://example.com/a(b", "https://example.com/a"),
        ("<https://example.com/a>", "https://example.com/a"),
        ('"https://example.com/a"', "https://example.com/a"),
        ("https://example.com:8080/a", "https://example.com:8080/a"),
        ("https://example.com?q=a&b=c!", "https://example.com?q=a&b=c"),
        ("https://example.com/a?b=(c)", "https://example.com/a?b=(c"),
        ("https://example.com/a#part-2.", "https://example.com/a#part-2"),
        ("https://example.com#part", "https://example.com"),
        ("https://a.b.example.co.uk/x", "https://a.b.example.co.uk/x"),
        ("https://xn--mnchen-3ya.de/", "https://xn--mnchen-3ya.de/"),
        ("https://münchen.de/straße", "https://münchen.de/straße"),
        ("https://例え.テスト/日本語", "https://例え.テスト/日本語"),
        ("https://उदाहरण.भारत", "https://उदाहरण.भारत"),
        ("漢字https://example.comと漢字", "https://example.com"),
        ("https://example.com/@ada#x", "https://example.com/@ada#x"),
        ("https://example.com.123/x", "https://example.com"),
        ("see https://example.com/a\u00a0b", "https://example.com/a"),
    ],
)
def test_links_end_where_a_reader_ends_them(text: str, url: str) -> None:
    assert values(text, EntityKind.URL) == [url]


@pytest.mark.parametrize(
    "text",
    [
        "example.com",
        "www.example.com/a",
        "ftp://example.com",
        "https://",
        "https://localhost/a",
        "http://127.0.0.1/",
        "https://-a.example/",
        "https://..example.com/",
        "xhttps://example.com",
        "@https://example.com",
        "https://user@example",
    ],
)
def test_other_addresses_are_no_links(text: str) -> None:
    assert values(text, EntityKind.URL) == []


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("@ada", "ada"),
        ("Hi @ada!", "ada"),
        (".@ada", "ada"),
        ("(@ada)", "ada"),
        ("@ada.", "ada"),
        ("@ada.b-c_", "ada.b-c_"),
        ("@ada@example.org", "ada@example.org"),
        ("@ada@example.org.", "ada@example.org"),
        ("@ada@münchen.example,", "ada@münchen.example"),
        ("@ada's", "ada"),
        ("@ada:", "ada"),
        ("👋@ada", "ada"),
    ],
)
def test_mentions_are_found(text: str, account: str) -> None:
    assert values(text, EntityKind.MENTION) == [account]


@pytest.mark.parametrize(
    "text",
    [
        "foo@bar.com",
        "@",
        "@ ada",
        "@-ada",
        "a/@ada",
        "漢@ada",
        "e\u0301@ada",
        "@@",
        "@ada@",
        "@ada@ b",
        "@adaé",
        "@a://b",
    ],
)
def test_what_only_looks_like_a_mention_is_none(text: str) -> None:
    assert values(text, EntityKind.MENTION) == []


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("#maths", "maths"),
        ("(#maths)", "maths"),
        ("#maths!", "maths"),
        ("#2024goals", "2024goals"),
        ("#1_2", "1_2"),
        ("#ünï", "ünï"),
        ("#漢字。", "漢字"),
        ("#ภาษาไทย", "ภาษาไทย"),
        ("#नमस्ते", "नमस्ते"),
        ("#e\u0301te\u0301", "e\u0301te\u0301"),
        ("#c·d·", "c·d"),
        ("＃漢字", "漢字"),  # noqa: RUF001 - the wide sign is meant
        ("#tag's", "tag"),
        ("#taghttps://example.com", "tag"),
        ("#a#b", "a"),
    ],
)
def test_hashtags_are_found(text: str, tag: str) -> None:
    assert values(text, EntityKind.HASHTAG) == [tag]


@pytest.mark.parametrize("text", ["#", "#123", "# a", "a#b", "/#a", "##", "#·a", "&#39;", "#-a"])
def test_what_only_looks_like_a_hashtag_is_none(text: str) -> None:
    assert values(text, EntityKind.HASHTAG) == []


def test_signs_inside_a_link_belong_to_the_link() -> None:
    found = extract_entities("https://example.com/@ada/#tag?x=https://b.example @eve #real")

    assert [entity.value for entity in found] == [
        "https://example.com/@ada/#tag?x=https://b.example",
        "eve",
        "real",
    ]


def test_indices_count_code_points() -> None:
    (entity,) = extract_entities("👩\u200d👧 #tag")

    assert (entity.start, entity.end, entity.text) == (4, 8, "#tag")


@given(texts)
def test_entities_stand_in_order_and_read_as_the_text(text: str) -> None:
    found = extract_entities(text)

    assert all(text[entity.start : entity.end] == entity.text for entity in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert all(not any(map(str.isspace, entity.text)) for entity in found)


@pytest.mark.parametrize(
    "unit",
    [
        "@",
        "#",
        "@a@",
        "@a.",
        "@a@a.-",
        "#1_",
        "#·",
        "https://",
        "http://a-",
        "http://a.bc/(",
        "http://a.bc/()(",
        "a.",
    ],
)
@pytest.mark.parametrize("start", ["", "http://", "http://a.bc/(", "http://a.bc/?", "@a@", "#"])
def test_hostile_texts_end(start: str, unit: str) -> None:
    text = start + unit * (100_000 // len(unit))

    assert all(entity.end <= len(text) for entity in extract_entities(text))
