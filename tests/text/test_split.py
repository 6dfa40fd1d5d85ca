"""Splitting a long text into parts."""

from __future__ import annotations

import contextlib
import itertools
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.text import (
    TextRules,
    TextUnit,
    UnsplittableError,
    count_graphemes,
    extract_entities,
    fits,
    graphemes,
    measure,
    split,
)
from tests.text.strategies import BLUESKY, MASTODON, X, rules, texts

PLAIN = TextRules()
URL = "https://example.com/a/long/path_(with)_parentheses"


def solid(text: str) -> str:
    """Return a text without its whitespace."""
    return "".join(text.split())


def parts_or_none(text: str, limit: int, rules: TextRules) -> tuple[str, ...] | None:
    try:
        return split(text, limit, rules)
    except UnsplittableError:
        return None


def test_a_text_that_fits_comes_back_as_it_is() -> None:
    assert split("  as it is \n", 20, PLAIN) == ("  as it is \n",)


@pytest.mark.parametrize("text", ["", " ", "\n" * 50])
def test_a_text_without_words_has_no_parts(text: str) -> None:
    assert split(text, 10, PLAIN) == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One two.\n\nThree. Four five six.", ("One two.", "Three. Four five six.")),
        ("One two three. Four five six.", ("One two three.", "Four five six.")),
        ("One two three\nfour five six.", ("One two three", "four five six.")),
        ("He asked “why?” then left us", ("He asked “why?”", "then left us")),
        ("one two three four five six", ("one two three four", "five six")),
        ("one two three \t\n\n  four five six  ", ("one two three", "four five six")),
        ("A. two three four five six", ("A. two three four five", "six")),
        ("ثلاثة أربعة؟ خمسة ستة سبعة", ("ثلاثة أربعة؟", "خمسة ستة سبعة")),
    ],
)
def test_paragraphs_go_before_sentences_and_sentences_before_words(text: str, parts: tuple[str, ...]) -> None:
    assert split(text, 22, PLAIN) == parts


def test_links_count_as_the_platform_counts_them() -> None:
    assert split(f"{URL} {URL} {URL}", 47, MASTODON) == (f"{URL} {URL}", URL)


def test_remote_mentions_count_without_their_host() -> None:
    assert split("@ada@example.org @eve@example.org", 4, MASTODON) == ("@ada@example.org", "@eve@example.org")


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("吾輩は猫である。名前はまだ無い。", 9, ("吾輩は猫である。", "名前はまだ無い。")),
        ("漢字漢字漢字漢字漢字漢字", 9, ("漢字漢字漢字漢字漢", "字漢字")),
        ("漢字漢字。", 4, ("漢字漢", "字。")),
        ("漢字漢「引用」漢字", 4, ("漢字漢", "「引用」", "漢字")),
        ("あいうえおかきくっけこ", 8, ("あいうえおかき", "くっけこ")),
        ("漢字漢字漢字 #漢字漢字漢字", 8, ("漢字漢字漢字", "#漢字漢字漢字")),
        ("กขคงจฉชเซฌญ", 8, ("กขคงจฉช", "เซฌญ")),
        ("น้ำน้ำน้ำ", 2, ("น้ำน้ำ", "น้ำ")),
        ("한국어" * 4, 7, ("한국어한국어한", "국어한국어")),
    ],
)
def test_scripts_without_spaces_are_cut_between_graphemes(
    text: str, limit: int, parts: tuple[str, ...]
) -> None:
    assert split(text, limit, PLAIN) == parts


def test_a_cut_inside_korean_prefers_its_spaces() -> None:
    assert split("안녕하세요 여러분 반가워요", 10, PLAIN) == ("안녕하세요 여러분", "반가워요")


def test_a_no_break_space_is_cut_last() -> None:
    assert split("one 20\u00a0km two", 8, PLAIN) == ("one", "20\u00a0km", "two")
    assert split("one\u00a0two\u00a0three", 8, PLAIN) == ("one\u00a0two", "three")


def test_a_zero_width_space_allows_a_cut() -> None:
    assert solid("".join(split("ខ្មែរ\u200bភាសា", 5, PLAIN))) == "ខ្មែរ\u200bភាសា"


@pytest.mark.parametrize(
    "word", ["hippopotamus", "👍" * 12, "#hippopotamus", "@hippopotamus", "#漢字漢字漢字漢字漢字漢字"]
)
def test_a_word_longer_than_the_limit_is_refused(word: str) -> None:
    with pytest.raises(UnsplittableError) as caught:
        split(f"a {word} b", 10, PLAIN)

    assert (caught.value.word, caught.value.length) == (word, count_graphemes(word))
    assert caught.value.limit == 10
    assert word in str(caught.value)


def test_the_refusal_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(UnsplittableError("word", 4, 3)))

    assert (error.word, error.length, error.limit) == ("word", 4, 3)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        split("text", limit, PLAIN)


def test_a_cut_that_would_make_a_link_is_taken_back() -> None:
    text = "https://a.漢字漢1漢字漢"
    rules = TextRules(url_length=23)

    parts = split(text, 13, rules)

    assert "".join(parts) == text
    assert all(measure(part, rules) <= 13 for part in parts)


@given(texts, st.integers(1, 60), rules)
def test_every_part_fits_and_is_not_empty(text: str, limit: int, rules: TextRules) -> None:
    for part in parts_or_none(text, limit, rules) or ():
        assert fits(part, limit, rules)
        assert part.strip()


@given(texts, st.integers(1, 60), rules)
def test_a_refusal_names_a_word_that_is_too_long(text: str, limit: int, rules: TextRules) -> None:
    with contextlib.suppress(UnsplittableError):
        split(text, limit, rules)
        return

    with pytest.raises(UnsplittableError) as caught:
        split(text, limit, rules)

    units = [(measure(caught.value.word, rules), limit)]
    units += [(measure(caught.value.word, TextRules(unit=unit)), most) for unit, most in rules.also]
    assert caught.value.word in text
    assert caught.value.length > caught.value.limit
    assert (caught.value.length, caught.value.limit) in units


@given(texts, st.integers(1, 60), rules)
def test_nothing_but_whitespace_is_dropped(text: str, limit: int, rules: TextRules) -> None:
    parts = parts_or_none(text, limit, rules)

    assert parts is None or solid("".join(parts)) == solid(text)


@given(st.lists(st.text("abc.,é🇫\u0301", max_size=7)), st.integers(8, 30))
def test_words_keep_their_order_and_stay_whole(endings: list[str], limit: int) -> None:
    text = " ".join("a" + ending for ending in endings)

    parts = split(text, limit, PLAIN)

    assert [word for part in parts for word in part.split()] == text.split()


@given(texts, st.integers(1, 60), rules)
def test_no_grapheme_is_cut(text: str, limit: int, rules: TextRules) -> None:
    parts = parts_or_none(text, limit, rules) or ()

    whole = {solid(grapheme) for grapheme in graphemes(text)}
    assert all(solid(grapheme) in whole for part in parts for grapheme in graphemes(part))


@given(texts, st.integers(1, 60), rules)
def test_no_link_mention_or_hashtag_is_cut(text: str, limit: int, rules: TextRules) -> None:
    parts = parts_or_none(text, limit, rules)

    if parts is not None:
        kept = [entity.text for part in parts for entity in extract_entities(part, rules.reading)]
        wanted = [entity.text for entity in extract_entities(text, rules.reading)]
        remaining = iter(kept)
        assert all(entity in remaining for entity in wanted)


def test_weighted_parts_take_half_as_many_wide_letters() -> None:
    assert split("漢字漢字漢字漢字", 8, X) == ("漢字漢字", "漢字漢字")
    assert split("漢字 example.com/long/path 漢字", 30, X) == ("漢字 example.com/long/path", "漢字")


def test_the_tighter_of_two_limits_cuts() -> None:
    assert split("é é é é", 5, TextRules(also=((TextUnit.UTF8_BYTES, 5),))) == ("é é", "é é")
    assert split("e e e e", 5, TextRules(also=((TextUnit.UTF8_BYTES, 9),))) == ("e e e", "e")


def test_a_good_break_counts_by_the_limit_that_binds() -> None:
    rules = TextRules(also=((TextUnit.UTF8_BYTES, 40),))

    assert split("👩\u200d🚀 👩\u200d🚀.\n👩\u200d🚀 👩\u200d🚀", 100, rules)[0] == "👩\u200d🚀 👩\u200d🚀."


def test_a_word_that_composes_into_something_shorter_is_no_obstacle() -> None:
    assert split("b a.app\u0301 bbbbbb", 9, X) == ("b", "a.app\u0301", "bbbbbb")


def test_a_word_with_too_many_bytes_is_refused_in_bytes() -> None:
    with pytest.raises(UnsplittableError) as caught:
        split("a " + "é" * 8, 20, TextRules(also=((TextUnit.UTF8_BYTES, 10),)))

    assert (caught.value.word, caught.value.length, caught.value.limit) == ("é" * 8, 16, 10)


@pytest.mark.parametrize(
    "unit",
    [
        "word and more. ",
        "漢字かな。",
        "ภาษาไทย",
        "é @a@b.cd #tag ",
        "b\u00a0",
        "안녕하세요 ",
        f"{URL} ",
        "a \n\n",
        "👩\u200d👧 ",
    ],
)
@pytest.mark.parametrize("rules", [MASTODON, X, BLUESKY], ids=["mastodon", "x", "bluesky"])
def test_long_texts_are_split(unit: str, rules: TextRules) -> None:
    text = unit * (20_000 // len(unit))

    parts = split(text, 500, rules)

    assert all(fits(part, 500, rules) for part in parts)
    assert solid("".join(parts)) == solid(text)
    assert all(measure(a, rules) + measure(b, rules) > 170 for a, b in itertools.pairwise(parts))
