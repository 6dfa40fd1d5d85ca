"""Texts brought to one form, in which what reads alike is alike, and cut into words."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from functools import cache
from typing import Final

__all__ = ["ENDS", "Original", "fold", "words", "words_with_places"]

_PICTURES: Final = (
    "\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d"
    "\U0001f000-\U0001f3fa\U0001f400-\U0001faff"
)
"""Where emoji stand, among symbols like them; the tones of skin are left out."""

_FLAG: Final = "[\U0001f1e6-\U0001f1ff]{2}"
_TAGS: Final = "[\U000e0020-\U000e007f]*"

_TOGETHER: Final = (
    "\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3005-\u3007"
    "\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\ua9e0-\ua9ff"
    "\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
"""Scripts that put no space between words (Han, kana, Thai, Lao, Khmer, Burmese), and Hangul, which puts
particles right behind them: here each character is a word."""

_APOSTROPHES: Final = re.compile("[\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4\u0060\uff07]")
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    f"\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d(?![{_PICTURES}])"
)
"""What nobody sees, and what only varies a picture: its form and the tone of its skin.

A joiner stays where it makes one picture of several, since the parts of a picture are not found."""

ENDS: Final = ".!?;\u3002\u061f\u06d4\u0964"
"""What ends a sentence: the words of a phrase do not stand on both sides of it."""

_ENDS: Final = rf"[{ENDS[1:]}]+|\.+(?=\s|$)"

_PLAIN: Final = re.compile(rf"[a-z0-9_]+(?:'t(?![a-z0-9_]))?|[$%+]|{_ENDS}")

PIECE: Final = 64
"""The fewest characters that are folded at once."""

JOINER: Final = "\u200d"

_MARK_PLANES: Final = ((0x300, 0x1F000), (0xE0100, 0xE01F0))
"""Where combining marks stand."""


def fold(text: str) -> str:
    """Return the form in which texts are compared: without case, width, ligatures and what nobody sees.

    Example:
        >>> fold("KEINE STRASSE") == fold("keine Straße")
        True
    """
    if text.isascii():
        return text.lower()
    text = _UNSEEN.sub("", _APOSTROPHES.sub("'", text))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return folded.replace("i\u0307", "i")  # what the Turkish capital with a dot becomes


def words(folded: str) -> list[str]:
    """Cut a folded text into words, pictures, signs of money and ends of sentences."""
    return _PLAIN.findall(folded) if folded.isascii() else _any_script().findall(folded)


def words_with_places(folded: str) -> list[tuple[int, int]]:
    """Return where the same words start and end."""
    pattern = _PLAIN if folded.isascii() else _any_script()
    return [found.span() for found in pattern.finditer(folded)]


class Original:
    """Tells which part of a text became a part of its folded form.

    A text is folded in pieces, so that whoever asks for many parts of a long one does not fold all of it for
    each: strangers write texts in which everything is found.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        self._lengths = [0]
        """What the pieces before fold to, in characters."""
        if not text.isascii():
            self._cut()

    def _cut(self) -> None:
        text, start = self._text, 0
        for place in range(PIECE, len(text)):
            if place - start >= PIECE and text[place - 1] != JOINER and _stands_alone(text[place]):
                self._lengths.append(self._lengths[-1] + len(fold(text[start:place])))
                self._starts.append(place)
                start = place

    def _folded_length(self, place: int) -> int:
        """Return how long the text up to a place is when it is folded."""
        piece = bisect_right(self._starts, place) - 1
        return self._lengths[piece] + len(fold(self._text[self._starts[piece] : place]))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the part of the text begins and ends that became a part of the folded one."""
        text, folded_length = self._text, self._folded_length
        if text.isascii():
            return start, end
        starts = folded_length(start) <= start < folded_length(start + 1)
        if starts and folded_length(end - 1) < end <= folded_length(end):
            first, last = start, end  # nothing before it takes another number of characters
        else:  # a longer beginning never folds to less, so that the places can be found by halving
            places = range(len(text) + 1)
            first = bisect_right(places, start, key=folded_length) - 1
            last = bisect_left(places, end, key=folded_length)
        while last < len(text) and _varies(text[last]):
            last += 1
        return first, last


def _stands_alone(character: str) -> bool:
    """Tell whether a character folds to the same whatever stands before it."""
    first = unicodedata.normalize("NFKD", character)[0]
    joins = unicodedata.combining(first) or "\u1160" <= first <= "\u11ff"  # Korean vowels and endings
    return not joins and unicodedata.category(first)[0] in "LNPSZ" and not _varies(character)


def _varies(character: str) -> bool:
    """Tell whether a character changes the look of the one before it."""
    return unicodedata.category(character)[0] == "M" or "\U0001f3fb" <= character <= "\U0001f3ff"


@cache
def _any_script() -> re.Pattern[str]:
    """Return what finds words of any script; made when first needed, since Python's class lacks marks."""
    marks = f"[{_marks()}]"
    letters = rf"[^\W{_TOGETHER}]"
    return re.compile(
        # Most words are plain: they need not be held against all scripts.
        rf"[a-z0-9_]++(?![^\x00-\x7f])(?:'t(?!\w))?"
        rf"|{letters}+(?:{marks}+{letters}*)*(?:'t(?!\w))?"
        rf"|[{_TOGETHER}]{marks}*"
        rf"|{_FLAG}|[{_PICTURES}]{_TAGS}(?:\u200d[{_PICTURES}])*"
        rf"|[$%+\u00a2-\u00a5\u20a0-\u20cf]|{_ENDS}"
    )


def _marks() -> str:
    """Return all combining marks, as the inside of an expression's class."""
    marks = [
        number
        for first, last in _MARK_PLANES
        for number in range(first, last)
        if unicodedata.category(chr(number))[0] == "M"
    ]
    return "".join(f"\\U{number:08x}" for number in marks)
