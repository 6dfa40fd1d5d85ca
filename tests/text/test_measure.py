"""How long a text is for a platform."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.text import Dialect, TextRules, TextUnit, count_graphemes, fits, measure, weigh
from socialkit.text._emoji import emoji_sequences
from tests.text.strategies import BLUESKY, MASTODON, X, rules, texts

LONG_URL = "https://example.com/" + "a" * 200


@pytest.mark.parametrize(
    ("unit", "length"),
    [
        (TextUnit.GRAPHEMES, 3),
        (TextUnit.CODE_POINTS, 5),
        (TextUnit.UTF16, 7),
        (TextUnit.UTF8_BYTES, 14),
        (TextUnit.EMOJI_BYTES, 13),
        (TextUnit.WEIGHTED, 4),
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


@given(st.text(st.characters(codec="utf-8", exclude_characters=":@.")), rules)
def test_text_without_entities_counts_its_units(text: str, rules: TextRules) -> None:
    expected = {
        TextUnit.GRAPHEMES: count_graphemes(text),
        TextUnit.CODE_POINTS: len(text),
        TextUnit.UTF16: sum(1 + (character > "\uffff") for character in text),
        TextUnit.UTF8_BYTES: len(text.encode()),
        TextUnit.EMOJI_BYTES: len(text)
        + sum(len(text[a:b].encode()) - (b - a) for a, b in emoji_sequences(text)),
        TextUnit.WEIGHTED: weigh(text).length,
    }

    assert measure(text, rules) == expected[rules.unit]


@given(texts, rules)
def test_a_measure_is_never_negative(text: str, rules: TextRules) -> None:
    assert (measure(text, rules) > 0) is bool(text)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("example.com", 23),
        (f"{LONG_URL}.", 24),
        ("漢字", 4),
        ("漢字 example.com 漢字", 33),
        ("@ada@example.org", 16),
        ("e\u0301", 1),
        ("👩\u200d👩\u200d👧!", 3),
        ("https://localhost/a", 19),
    ],
)
def test_x_weighs_letters_and_gives_each_link_one_length(text: str, length: int) -> None:
    assert measure(text, X) == length


def test_a_link_inside_a_hashtag_counts_as_a_link() -> None:
    assert measure("#漢a.com", X) == weigh("#漢a.com").length == 26


@pytest.mark.parametrize(
    "text", ["1\ufe0f\u20e3\u200d👩", "1\u20e3\ufe0f", "👩\u200d1\ufe0f\u20e3", "🇫1\u20e3🇷"]
)
def test_a_keycap_joins_with_nothing(text: str) -> None:
    assert measure(text, X) == weigh(text).length


@pytest.mark.parametrize("mark", ["\u0301", "\u0307", "\u0308", "\u20e3", "\ufe0f"])
def test_a_mark_after_a_link_counts_beside_it(mark: str) -> None:
    assert measure(f"https://example.com/?{mark}", X) == weigh(f"https://example.com/?{mark}").length


@given(texts)
def test_the_quick_weight_is_the_exact_one(text: str) -> None:
    assert measure(text, X) == weigh(text).length


def test_bluesky_counts_a_link_of_any_host_once_its_length_is_given() -> None:
    rules = TextRules(url_length=5, dialect=Dialect.BLUESKY)

    assert measure("https://localhost", rules) == measure("example.com", rules) == 5


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a" * 300, True),
        ("a" * 301, False),
        ("👩\u200d🚀" * 272 + "a" * 8, True),
        ("👩\u200d🚀" * 272 + "a" * 9, False),
        ("é" * 300, True),
    ],
)
def test_bluesky_limits_graphemes_and_bytes(text: str, kept: bool) -> None:
    assert fits(text, 300, BLUESKY) is kept


def test_further_limits_count_links_as_typed() -> None:
    rules = TextRules(url_length=5, also=((TextUnit.CODE_POINTS, 20),))

    assert fits("https://example.com", 5, rules)
    assert not fits("https://example.com/ab", 5, rules)


def test_a_further_limit_cannot_be_nothing() -> None:
    with pytest.raises(ValueError, match="utf8_bytes must be at least 1"):
        TextRules(also=((TextUnit.UTF8_BYTES, 0),))


@given(texts, st.integers(1, 60), rules)
def test_a_text_fits_if_it_keeps_every_limit(text: str, limit: int, rules: TextRules) -> None:
    lengths = [(measure(text, rules), limit)]
    lengths += [(measure(text, TextRules(unit=unit)), most) for unit, most in rules.also]

    assert fits(text, limit, rules) is all(length <= most for length, most in lengths)
