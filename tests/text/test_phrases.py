"""Phrases found in texts: what reads alike is alike, and no word is found inside another."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.text import Phrases, _fold
from socialkit.text._fold import Original, fold
from tests.support import corpus
from tests.text.strategies import FRAGMENTS

FOUND = [
    ("discount", "Any DISCOUNT today?", "DISCOUNT"),
    ("discount", "#discount, @discount", "#discount"[1:]),
    ("grüße", "VIELE GRÜSSE", "GRÜSSE"),
    ("λαθος", "ΛΑΘΟΣ τώρα", "ΛΑΘΟΣ"),
    ("istanbul", "İstanbul'da", "İstanbul"),
    ("e\u0301tage", "au 3e ÉTAGE", "ÉTAGE"),
    ("étage", "l'e\u0301tage", "e\u0301tage"),
    ("open", "\uff2f\uff50\uff45\uff4e now", "\uff2f\uff50\uff45\uff4e"),
    ("file", "one ﬁle", "ﬁle"),
    ("can't", "I can\u2019t wait", "can\u2019t"),
    ("avion", "dans l\u2019avion", "avion"),
    ("shop", "the shop's door", "shop"),
    ("价格", "请问价格是多少", "价格"),
    ("いくら", "これはいくらですか", "いくら"),
    ("가격", "가격이 얼마예요", "가격"),
    ("ราคา", "ขอราคาหน่อย", "ราคา"),
    ("कीमत", "इसकी कीमत क्या", "कीमत"),
    ("👎", "no 👎🏿!", "👎🏿"),
    ("☎", "call ☎\ufe0f me", "☎\ufe0f"),
    ("🇨🇭", "made in 🇨🇭🇫🇷", "🇨🇭"),
    ("how much", "how \n much is it", "how \n much"),
    ("how much", "so how, much as", "how, much"),
    ("price", "pri\u200bce", "pri\u200bce"),
    ("price", "\u200bprice\u00ad", "price"),
    ("node.js", "in Node.js they say", "Node.js"),
    ("€", "it is 5€", "€"),
    ("50%", "-50% off", "50%"),
    ("where is it?", "Where is it", "Where is it"),
    ("what? no", "what? No", "what? No"),
    ("2", "½ litre", "½"),
    ("#ad", "Shoes #AD", "#AD"),
    ("#ad", "Shoes \uff03ad", "\uff03ad"),
    ("thanks @acme", "Thanks, @Acme!", "Thanks, @Acme"),
]
"""A phrase, a text, and what of the text is found."""

ABSENT = [
    ("cat", "concatenate"),
    ("open", "open24"),
    ("price", "price_list"),
    ("caf", "café"),
    ("caf", "cafe\u0301"),
    ("can", "I can't"),
    ("late flight", "I was late. Flight is fine"),
    ("late flight", "late? flight"),
    ("flight late", "late flight"),
    ("late flight", "late"),
    ("कीम", "इसकी कीमत"),
    ("👧", "👩\u200d👩\u200d👧"),
    ("👩", "👩\u200d🎨"),
    ("🇭🇫", "🇨🇭🇫🇷"),
    ("50%", "50 people"),
    ("c++", "a c here"),
    ("what? no", "what no"),
    ("1", "1\ufe0f\u20e3"),
    ("#ad", "no ad"),
    ("#ad", "# ad"),
    ("@acme", "#acme"),
    ("thanks @acme", "@thanks acme"),
]


@pytest.mark.parametrize(("phrase", "text", "part"), FOUND)
def test_a_phrase_is_found_where_a_reader_sees_it(phrase: str, text: str, part: str) -> None:
    first = Phrases([phrase]).find(text)[0]

    assert first.phrase == phrase
    assert text[first.start : first.end] == part


@pytest.mark.parametrize(("phrase", "text"), ABSENT)
def test_a_phrase_is_not_found_where_a_reader_sees_another_word(phrase: str, text: str) -> None:
    assert Phrases([phrase]).find(text) == []


@pytest.mark.parametrize("nothing", ["", "  ", "...", "?!", "\u200b", "-", "#"])
def test_a_phrase_without_anything_to_find_is_refused(nothing: str) -> None:
    with pytest.raises(ValueError, match="nothing to look for"):
        Phrases(["refund", nothing])


def test_all_that_overlaps_is_found() -> None:
    phrases = Phrases(["late flight", "flight", "late", "Flight"])

    assert [(one.phrase, one.start) for one in phrases.find("a late flight")] == [
        ("late flight", 2),
        ("late", 2),
        ("flight", 7),
        ("Flight", 7),
    ]


def test_a_short_phrase_at_the_end_of_a_text_is_found_once() -> None:
    phrases = Phrases(["refund", "refund my money"])

    assert [one.phrase for one in phrases.find("please refund")] == ["refund"]


def test_phrases_can_be_pickled() -> None:
    phrases = pickle.loads(pickle.dumps(Phrases(["late flight", "返金"])))

    assert [one.phrase for one in phrases.find("返金, my late flight")] == ["返金", "late flight"]


texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=6), max_size=8).map("".join)


@given(st.lists(texts, max_size=4), texts)
def test_what_is_found_together_is_what_is_found_alone(phrases: list[str], text: str) -> None:
    kept = [phrase for phrase in phrases if findable(phrase)]

    together = sorted(Phrases(kept).find(text))
    assert together == sorted(found for phrase in kept for found in Phrases([phrase]).find(text))


@given(texts, texts, texts)
def test_what_is_found_is_found_again_in_its_own_place(before: str, phrase: str, after: str) -> None:
    if not findable(phrase):
        return
    text = f"{before} {phrase} {after}"

    for found in Phrases([phrase]).find(text):
        assert 0 <= found.start < found.end <= len(text)
        assert Phrases([phrase]).find(text[found.start : found.end])


@given(texts)
def test_a_phrase_is_found_in_itself(phrase: str) -> None:
    if findable(phrase):
        assert Phrases([phrase]).find(phrase)
        assert Phrases([phrase.upper()]).find(phrase.upper())


def findable(phrase: str) -> bool:
    try:
        Phrases([phrase])
    except ValueError:
        return False
    return True


def cases() -> Path:
    """Return where cases made by others lie, or skip the test where they do not."""
    path = corpus().parent / "data" / "phrase_matching_cases.json"
    if not path.is_file():
        pytest.skip("the cases are not present")
    return path


def test_the_cases_of_others_are_found_as_they_say() -> None:
    listed = json.loads(cases().read_text("utf-8"))

    assert len(listed) >= 29
    assert [
        case["name"]
        for case in listed
        if bool(Phrases([case["phrase"]]).find(case["text"])) is not case["found"]
    ] == []


@given(texts)
def test_a_longer_beginning_never_folds_to_less(text: str) -> None:
    lengths = [len(fold(text[:place])) for place in range(len(text) + 1)]

    assert lengths == sorted(lengths)  # what places are found by
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=8).map("".join))
def test_a_text_that_is_folded_in_pieces_is_as_long_as_one_that_is_folded_whole(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_fold, "PIECE", 1)
        original = Original(text)

    places = range(len(text) + 1)
    assert [original._folded_length(place) for place in places] == [
        len(fold(text[:place])) for place in places
    ]


@pytest.mark.parametrize(
    ("piece", "hits"),
    [("漢", 1), ("#漢", 1), ("e\u0301 ", 1), ("한", 1), ("👩\u200d👧 ", 1), ("refund é ", 2)],
)
def test_everything_is_found_in_a_long_text_in_a_time_that_grows_with_it(piece: str, hits: int) -> None:
    # Folding all of it for each thing that is found takes minutes.
    found = Phrases(["漢", "e\u0301", "한", "refund", "👩\u200d👧"]).find(piece * 5_000)

    assert len(found) == 5_000 * hits
    assert found[-1].end > len(piece) * 4_999
