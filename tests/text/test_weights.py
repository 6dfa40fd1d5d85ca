"""What a text weighs on X."""

from __future__ import annotations

import pytest
from hypothesis import given

from socialkit.text import X_WEIGHTS, Weights, weigh
from tests.text.strategies import texts

OLD = Weights(limit=140, scale=1, default_weight=1)
WITHOUT_EMOJI = Weights(limit=280, scale=100, default_weight=200, ranges=X_WEIGHTS.ranges)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("plain", 5),
        ("Ünï", 3),
        ("“quoted” so…", 13),
        ("漢", 2),
        ("한", 2),
        ("ไ", 1),
        ("e\u0301", 1),
        ("👍", 2),
        ("👍🏽", 2),
        ("🔥🏽", 4),
        ("👩\u200d👩\u200d👧", 2),
        ("🏳\ufe0f\u200d🌈", 2),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("🇫🇷", 2),
        ("🇫🇷🇫", 4),
        ("1\ufe0f\u20e3", 2),
        ("1", 1),
        ("©", 1),
        ("©\ufe0f", 2),
        ("©👍🏽", 3),
        ("👍\u200dx", 4),
        ("example.com and https://example.com/x", 51),
    ],
)
def test_letters_emoji_and_links_weigh_their_own(text: str, length: int) -> None:
    assert weigh(text).length == length


def test_older_rules_count_code_points_or_each_part_of_an_emoji() -> None:
    assert weigh("漢👍🏽", OLD).length == 3
    assert weigh("漢👍🏽", WITHOUT_EMOJI).length == 6


@pytest.mark.parametrize(
    ("text", "valid", "fitting"),
    [
        ("a" * 280, True, 280),
        ("a" * 281, False, 280),
        ("漢" * 141, False, 140),
        ("a" * 258 + " example.com", False, 259),
        ("a" * 256 + " example.com", True, 268),
        ("", False, 0),
        ("ab\ufeffc", False, 2),
        ("e\u0301" * 280, True, 560),
        ("👍🏽" * 141, False, 280),
    ],
)
def test_a_text_is_valid_if_all_of_it_fits(text: str, valid: bool, fitting: int) -> None:
    weight = weigh(text)

    assert (weight.valid, weight.fitting) == (valid, fitting)


def test_the_share_of_the_limit_is_rounded_down() -> None:
    assert [weigh("a" * length).permillage for length in (1, 279, 280, 281)] == [3, 996, 1000, 1003]


@given(texts)
def test_what_is_valid_fits(text: str) -> None:
    weight = weigh(text)

    assert not weight.valid or weight.fitting == len(text)
    assert weight.valid or weight.length > 280 or not text or set(text) & set("\ufffe\ufeff\uffff")
    assert 0 <= weight.fitting <= len(text)
