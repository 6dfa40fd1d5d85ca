"""Counting what readers take for one character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.text import count_graphemes, graphemes


@pytest.mark.parametrize(
    "grapheme",
    [
        "a",
        "\n",
        "\r\n",
        "e\u0301",
        "👩\u200d👩\u200d👧\u200d👦",
        "🇫🇷",
        "👍🏽",
        "1\ufe0f\u20e3",
        "กำ",
        "한",
        "漢",
        "बि",
    ],
)
def test_one_grapheme_counts_one(grapheme: str) -> None:
    assert count_graphemes(grapheme) == 1
    assert graphemes(grapheme) == [grapheme]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("plain", 5),
        ("a\r\nb\r\n", 4),
        ("\n\r", 2),
        ("🇫🇷🇩🇪🇮🇹", 3),
        ("سلام", 4),
        ("👨\u200d👩\u200d👧👨\u200d👩\u200d👧", 2),
    ],
)
def test_texts_count_their_graphemes(text: str, count: int) -> None:
    assert count_graphemes(text) == count


@given(st.text())
def test_joined_graphemes_give_the_text(text: str) -> None:
    found = graphemes(text)

    assert "".join(found) == text
    assert len(found) == count_graphemes(text)
    assert "" not in found


@given(st.text(st.sampled_from("ab \r\n\t")))
def test_ascii_has_one_grapheme_a_character_but_for_line_breaks(text: str) -> None:
    assert count_graphemes(text) == len(text.replace("\r\n", "\n"))


def test_a_long_run_of_marks_is_one_grapheme() -> None:
    assert count_graphemes("a" + "\u0301" * 100_000) == 1
