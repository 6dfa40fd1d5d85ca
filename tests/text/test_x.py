"""Links, mentions, lists, hashtags and cashtags on X."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given

from socialkit.text import Dialect, EntityKind, extract_entities
from tests.text.strategies import texts

KINDS = {EntityKind.MENTION, EntityKind.LIST}


def values(text: str, *kinds: EntityKind) -> list[str]:
    return [entity.value for entity in extract_entities(text, Dialect.X) if entity.kind in kinds]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("https://shop.example.com", ["https://shop.example.com"]),
        ("HTTPS://SHOP.EXAMPLE.COM/A", ["HTTPS://SHOP.EXAMPLE.COM/A"]),
        ("look: example.com.", ["example.com"]),
        ("example.com/a_(b)/c, then", ["example.com/a_(b)/c"]),
        ("example.com/a_(b_(c))", ["example.com/a_(b_(c))"]),
        ("example.com/a_(b_(c_(d)))", ["example.com/a_"]),
        ("example.com/a()", ["example.com/a"]),
        ("(example.com/a)", ["example.com/a"]),
        ("example.com/a?b=c!", ["example.com/a?b=c"]),
        ("https://example.com?b=c#d", ["https://example.com?b=c#d"]),
        ("example.com?b=c", ["example.com"]),
        ("https://example.com:8080/a", ["https://example.com:8080/a"]),
        ("https://example.com/straße/дом", ["https://example.com/straße/дом"]),
        ("https://example.com/漢字", ["https://example.com/"]),
        ("漢字example.com漢字", ["example.com"]),
        ("漢字https://漢字.example.com漢字", ["https://漢字.example.com"]),
        ("一example.com二example.org三", ["example.com", "example.org"]),
        ("https://例え.みんな/a", ["https://例え.みんな/a"]),
        ("https://example.xn--p1ai/a", ["https://example.xn--p1ai/a"]),
        ("a.b.example.co.uk/x", ["a.b.example.co.uk/x"]),
        ("example.com@", []),
        ("example.com-", []),
        ("example.comfort2", []),
        ("example.notatld", []),
        ("ada@example.com", []),
        ("first.last@example.com", []),
        ("@example.com #example.com $example.com", []),
        ("@漢example.com", ["example.com"]),
        ("foo_example.com", []),
        ("https://foo_example.com/https://example.org", []),
        ("https://a_b.example.com", ["https://a_b.example.com"]),
        ("a_b.example.com", ["b.example.com"]),
        ("https://-a.example.com https://a-.example.com", []),
        ("https://.example.com", []),
        ("https://example.com/https://example.org", ["https://example.com/https://example.org"]),
        ("xhttps://example.com", []),
        ("\u202aexample.com\u202c", ["example.com"]),
        ("a.漢.b.example.com", ["b.example.com"]),
        ("漢字.みんな", []),
        ("https://t.co/Abc123-more", ["https://t.co/Abc123"]),
        ("https://t.co/Abc123?x=1", ["https://t.co/Abc123?x=1"]),
        ("https://t.co/" + "a" * 41, []),
        ("https://" + "a" * 63 + ".com", ["https://" + "a" * 63 + ".com"]),
        ("https://" + "a" * 64 + ".com", []),
        ("https://" + "é" * 60 + ".com", []),
        ("https://" + "漢" * 70 + ".com", []),
        ("https://example.com/" + "a" * 4076, ["https://example.com/" + "a" * 4076]),
        ("https://example.com/" + "a" * 4077, []),
        ("example.com. foo-.bar.example.org", ["example.com"]),
    ],
)
def test_links_are_found_with_and_without_a_scheme(text: str, urls: list[str]) -> None:
    assert values(text, EntityKind.URL) == urls


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@ada_1", ["ada_1"]),
        ("hello,@ada", ["ada"]),
        ("漢@ada漢", ["ada"]),
        ("＠ada", ["ada"]),  # noqa: RUF001 - the wide sign is meant
        ("RT@ada", ["ada"]),
        ("(rt@ada)", ["ada"]),
        ("start@ada", []),
        ("b.rt@ada", []),
        ("@rt@ada", []),
        ("ada@example", []),
        ("!@ada &@ada #@ada", []),
        ("@ada@eve", []),
        ("@ada://", []),
        ("@adaé", []),
        ("@", []),
        ("@ada/engines", ["ada/engines"]),
        ("@ada/engines-2_b!", ["ada/engines-2_b"]),
        ("@ada/2engines", ["ada"]),
        ("@ada/", ["ada"]),
        ("@" + "a" * 25, ["a" * 20]),
        ("@ada/" + "b" * 30, ["ada/" + "b" * 25]),
    ],
)
def test_mentions_and_lists_are_found(text: str, names: list[str]) -> None:
    found = [entity for entity in extract_entities(text, Dialect.X) if entity.kind in KINDS]

    assert [entity.value for entity in found] == names
    assert all((entity.kind is EntityKind.LIST) is ("/" in entity.value) for entity in found)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#maths", ["maths"]),
        ("#2024goals #1_2", ["2024goals"]),
        ("#a/#b", ["a", "b"]),
        ("#a#b", []),
        ("a#b &#b", []),
        ("##b", ["b"]),
        ("＃漢字・カナ。", ["漢字・カナ"]),  # noqa: RUF001 - the wide sign is meant
        ("#नमस्ते", ["नमस्ते"]),
        ("#می\u200cشود", ["می\u200cشود"]),
        ("#\ufe0f\u20e3 #\u20e3a", []),
        ("✌\ufe0f#peace", ["peace"]),
        ("#a://b", []),
        ("#½ #Ⅷ", []),
        ("#a½", ["a"]),
        ("#·", []),
    ],
)
def test_hashtags_are_found(text: str, tags: list[str]) -> None:
    assert values(text, EntityKind.HASHTAG) == tags


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("$ACME", ["ACME"]),
        ("buy $acme, sell $BRK.A!", ["acme", "BRK.A"]),
        ("$ACME.", ["ACME"]),
        ("$ACME_", ["ACME"]),
        ("$ACME.ABC", ["ACME"]),
        ("$ACMECOM $ACM3 $5 $", []),
        ("a$ACME ($ACME)", []),
        ("$ACME漢", []),
        ("$example.com", []),
    ],
)
def test_cashtags_are_found(text: str, symbols: list[str]) -> None:
    assert values(text, EntityKind.CASHTAG) == symbols


def test_what_lies_in_a_link_is_nothing_else() -> None:
    found = extract_entities("https://example.com/@ada/#tag @eve #real $ACME", Dialect.X)

    assert [entity.value for entity in found] == ["https://example.com/@ada/#tag", "eve", "real", "ACME"]


def test_indices_count_code_points() -> None:
    (entity,) = extract_entities("👩\u200d👧 example.com", Dialect.X)

    assert (entity.start, entity.end, entity.text) == (4, 15, "example.com")


@given(texts)
def test_entities_stand_in_order_and_read_as_the_text(text: str) -> None:
    found = extract_entities(text, Dialect.X)

    assert all(text[entity.start : entity.end] == entity.text for entity in found)
    assert all(entity.text.endswith(entity.value) for entity in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert not any(unicodedata.category(c)[0] == "Z" for entity in found for c in entity.text)


HOSTILE = [
    "@a/",
    "a.com",
    "a.com漢",
    "a_b.com",
    "a-.",
    "漢.",
    "é.com.",
    "http://",
    "http://a.co/(",
    "http://a.co/()",
    "(a(",
    "a.co?!",
    "xn--a.",
    "みんな",
    "#(a.com",
    "#漢",
    "rt@a",
    "$a ",
]


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("start", ["", "http://a.", "http://a.com/(", "漢", "#"])
def test_hostile_texts_end(start: str, unit: str) -> None:
    text = start + unit * (40_000 // len(unit))

    assert all(entity.end <= len(text) for entity in extract_entities(text, Dialect.X))
