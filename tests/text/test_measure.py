"""How long a text is for a platform."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.text import TextRules, TextUnit, count_graphemes, measure
from tests.text.strategies import MASTODON, rules, texts

LONG_URL = "https://example.com/" + "a" * 200


@pytest.mark.parametrize(
    ("unit", "length"),
    [
        (TextUnit.GRAPHEMES, 3),
        (TextUnit.CODE_POINTS, 5),
        (TextUnit.UTF16, 7),
        (TextUnit.UTF8_BYTES, 14),
    ],
)
def test_each_unit_counts_its_own(unit: TextUnit, length: int) -> None:
    assert measure("aé👩\u200d👩", TextRules(unit=unit)) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("https://a.io", 23),
        (LONG_URL, 23),
        (f"{LONG_URL}.", 24),
        (f"{LONG_URL} {LONG_URL}", 47),
        (f"({LONG_URL})", 25),
        ("@ada", 4),
        ("@ada@example.org", 4),
        ("@ada@example.org @eve@a.example!", 10),
        ("foo@bar.com", 11),
        ("example.com", 11),
        ("www.example.com/a", 17),
        ("ftp://example.com", 17),
        ("https://localhost", 17),
        (":blobcat:", 9),
        ("#tag", 4),
        ("👨\u200d👩\u200d👧 🇫🇷 e\u0301", 5),
        ("https://example.com/@ada@example.org", 23),
    ],
)
def test_mastodon_counts_links_and_remote_mentions_its_own_way(text: str, length: int) -> None:
    assert measure(text, MASTODON) == length


def test_without_rules_everything_counts_as_typed() -> None:
    assert measure("@ada@example.org https://a.io", TextRules()) == 29


def test_a_lone_surrogate_is_counted() -> None:
    assert measure("\ud800", TextRules(unit=TextUnit.UTF8_BYTES)) == 3
    assert measure("\ud800", TextRules(unit=TextUnit.UTF16)) == 1


@pytest.mark.parametrize("length", [0, -1])
def test_a_link_cannot_count_nothing(length: int) -> None:
    with pytest.raises(ValueError, match="url_length"):
        TextRules(url_length=length)


@given(st.text(st.characters(codec="utf-8", exclude_characters=":@")), rules)
def test_text_without_entities_counts_its_units(text: str, rules: TextRules) -> None:
    expected = {
        TextUnit.GRAPHEMES: count_graphemes(text),
        TextUnit.CODE_POINTS: len(text),
        TextUnit.UTF16: sum(1 + (character > "\uffff") for character in text),
        TextUnit.UTF8_BYTES: len(text.encode()),
    }

    assert measure(text, rules) == expected[rules.unit]


@given(texts, rules)
def test_a_measure_is_never_negative(text: str, rules: TextRules) -> None:
    assert (measure(text, rules) > 0) is bool(text)
