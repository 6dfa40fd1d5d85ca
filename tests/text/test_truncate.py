"""Shortening a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.text import TextRules, TextUnit, extract_entities, fits, graphemes, truncate
from tests.text.strategies import MASTODON, X, rules, texts

PLAIN = TextRules()


@pytest.mark.parametrize(
    ("text", "limit", "shortened"),
    [
        ("it fits", 7, "it fits"),
        (" it fits ", 9, " it fits "),
        ("it does not fit", 10, "it does…"),
        ("it does not fit", 8, "it does…"),
        ("it does not fit", 7, "it…"),
        ("  it does not fit", 10, "it does…"),
        ("First. Second third fourth", 16, "First. Second…"),
        ("hippopotamus", 5, "…"),
        (" \n" * 20, 5, "…"),
        ("漢字漢字漢字漢字", 5, "漢字漢字…"),
        ("안녕하세요 여러분", 8, "안녕하세요…"),
        ("👩\u200d👧 👩\u200d👧 👩\u200d👧", 4, "👩\u200d👧 👩\u200d👧…"),
    ],
)
def test_a_text_is_cut_at_the_end_of_a_word(text: str, limit: int, shortened: str) -> None:
    assert truncate(text, limit, PLAIN) == shortened


def test_a_link_is_kept_whole_or_left_out() -> None:
    text = "see https://example.com/a/very/long/path and more words"

    assert truncate(text, 28, MASTODON) == "see https://example.com/a/very/long/path…"
    assert truncate(text, 27, MASTODON) == "see…"


def test_the_ellipsis_can_be_chosen() -> None:
    assert truncate("it does not fit", 12, PLAIN, ellipsis=" [more]") == "it [more]"
    assert truncate("it does not fit", 7, PLAIN, ellipsis="") == "it does"


def test_an_ellipsis_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="ellipsis"):
        truncate("it does not fit", 2, PLAIN, ellipsis="...")


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        truncate("text", 0, PLAIN)


def test_weighted_texts_end_where_their_weight_does() -> None:
    assert truncate("漢字漢字漢字", 9, X) == "漢字漢…"
    assert truncate("see example.com/a/long/path and more words", 29, X) == "see example.com/a/long/path…"


def test_a_second_limit_is_kept_too() -> None:
    assert truncate("é é é é é", 9, TextRules(also=((TextUnit.UTF8_BYTES, 8),))) == "é é…"


def test_an_ellipsis_may_break_a_further_limit() -> None:
    with pytest.raises(ValueError, match="ellipsis"):
        truncate("éé", 2, TextRules(also=((TextUnit.UTF8_BYTES, 2),)))


@given(texts, st.integers(3, 60), rules)
def test_the_result_fits_and_starts_as_the_text(text: str, limit: int, rules: TextRules) -> None:
    shortened = truncate(text, limit, rules)

    assert fits(shortened, limit, rules)
    if fits(text, limit, rules):
        assert shortened == text
    else:
        kept = shortened.removesuffix("…")
        start = text.find(kept)
        assert start >= 0
        assert not text[:start].strip()
        assert graphemes(text[start:])[: len(graphemes(kept))] == graphemes(kept)


@given(texts, st.integers(3, 60))
def test_no_link_mention_or_hashtag_is_cut(text: str, limit: int) -> None:
    kept = truncate(text, limit, MASTODON).removesuffix("…")

    cut = text.find(kept) + len(kept)
    assert not any(entity.start < cut < entity.end for entity in extract_entities(text))
