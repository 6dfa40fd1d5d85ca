"""A text as pieces that must stay whole, with what each costs and how good a cut before it is."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import accumulate
from typing import NamedTuple

from socialkit.text._entities import extract_entities
from socialkit.text._entity import Entity
from socialkit.text._graphemes import graphemes
from socialkit.text._measure import TextRules, count_units, countable, fits, measure

__all__ = ["Break", "Piece", "Pieces"]

# A break that would leave a part emptier than this is no better than a cut between two graphemes.
_MINIMUM_FILL = 1 / 3

_CLOSING = "、。，．：；？！）］｝｠〉》」』】〕〙〗〟｡｣､･"  # noqa: RUF001 - these marks are meant
_FOLLOWING_KANA = "・ー゛゜ヽヾゝゞ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
_FOLLOWING_THAI = "ะาำๅๆฯ"
_LEADING_THAI = "เแโใไ"
_OPENING = "（［｛｟〈《「『【〔〘〖〝｢"  # noqa: RUF001 - these marks are meant
_NOT_BEFORE = frozenset(_CLOSING + _FOLLOWING_KANA + _FOLLOWING_THAI)
_NOT_AFTER = frozenset(_OPENING + _LEADING_THAI)
_ZERO_WIDTH_SPACE = "\u200b"
_NO_BREAK_SPACES = "\u00a0\u2007\u202f"
# Scripts that write words without spaces, and their punctuation: Thai, Hangul, Kana, Han.
_SPACELESS = re.compile(
    r"[\u0e01-\u0e5b\u1100-\u11ff\u2e80-\u2fff\u3001-\u30ff\u3105-\u318f\u31a0-\u31bf\u31f0-\u9fff"
    r"\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3b\uff3d"
    r"\uff5b-\uff9f\U00020000-\U0003ffff]"
)
_SENTENCE_END = re.compile(r"[.!?…。！？｡؟۔।]['\"’”)\]»」』）】]*+\Z")  # noqa: RUF001 - these marks are meant
_SENTENCE_TAIL = 8
_LINE_BREAK = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")
_PARAGRAPH_SEPARATOR = "\u2029"


class Break(IntEnum):
    """How good a place to cut is."""

    GLUED = 0
    """At a no-break space, where nothing else is left."""
    INSIDE = 1
    """Between two graphemes of a script that writes without spaces."""
    SPACE = 2
    SENTENCE = 3
    """After a sentence, or at the end of a line."""
    PARAGRAPH = 4


class Piece(NamedTuple):
    """A stretch of text that is never cut."""

    start: int
    end: int
    sizes: tuple[int, ...]
    """In each unit of the rules."""
    gaps: tuple[int, ...]
    """Sizes of the whitespace before."""
    rank: Break
    """How good a cut before the piece is."""


class Pieces:
    """The pieces of a text, and where to cut between them."""

    def __init__(self, text: str, rules: TextRules) -> None:
        self._text = text
        self._rules = rules
        self._pieces = list(_pieces(text, rules))
        self._reaches = [
            list(accumulate(piece.gaps[unit] + piece.sizes[unit] for piece in self._pieces))
            for unit in range(1 + len(rules.also))
        ]

    def __len__(self) -> int:
        return len(self._pieces)

    def text(self, first: int, after: int) -> str:
        """Return the text from one piece to the one before another."""
        return self._text[self._pieces[first].start : self._pieces[after - 1].end] if after > first else ""

    def cut(self, first: int, limit: int, *, highest: Break = Break.PARAGRAPH, ending: str = "") -> int:
        """Return the piece before which to cut a part that starts at `first`, or `first` if none fits."""
        limits = (limit, *(most for _, most in self._rules.also))
        taken = (measure(ending, self._rules), *(count_units(ending, unit) for unit, _ in self._rules.also))
        after = self._best(first, [most - size for most, size in zip(limits, taken, strict=True)], highest)
        # A part alone may read otherwise than within its text: what was no link there can be one here.
        while after > first and not fits(self.text(first, after) + ending, limit, self._rules):
            after -= 1
        return after

    def _best(self, first: int, rooms: Sequence[int], highest: Break) -> int:
        starts = [
            reach[first] - size for reach, size in zip(self._reaches, self._pieces[first].sizes, strict=True)
        ]
        ends = [room + start for room, start in zip(rooms, starts, strict=True)]
        furthest = min(bisect_right(reach, end) for reach, end in zip(self._reaches, ends, strict=True))
        if furthest <= first or furthest == len(self):
            return max(first, furthest)
        earliest = min(
            bisect_left(reach, start + room * _MINIMUM_FILL)
            for reach, start, room in zip(self._reaches, starts, rooms, strict=True)
        )
        best, best_rank = furthest, -1
        for index in range(furthest, first, -1):
            rank = min(self._pieces[index].rank, highest)
            if rank > Break.INSIDE and index - 1 < earliest:
                rank = Break.INSIDE
            if rank > best_rank:
                best, best_rank = index, rank
            if rank == highest:
                break
        return best


def _pieces(text: str, rules: TextRules) -> Iterator[Piece]:
    entities = extract_entities(text, rules.reading)
    index = previous = 0
    for start, end in _spans(text, entities):
        following = index
        while following < len(entities) and entities[following].start < end:
            following += 1
        counted = countable(text, start, end, entities[index:following], rules)
        gap = text[previous:start]
        sizes = (
            count_units(counted, rules.unit),
            *(count_units(text[start:end], unit) for unit, _ in rules.also),
        )
        gaps = (count_units(gap, rules.unit), *(count_units(gap, unit) for unit, _ in rules.also))
        yield Piece(start, end, sizes, gaps, _rank(text, previous, start))
        index, previous = following, end


def _spans(text: str, entities: Sequence[Entity]) -> Iterator[tuple[int, int]]:
    """Find the stretches between whitespace, or between graphemes of scripts that do without."""
    if text.isascii():
        yield from (word.span() for word in re.finditer(r"\S+", text))
        return
    start: int | None = None
    position = index = 0
    previous = ""
    for grapheme in graphemes(text):
        while index < len(entities) and entities[index].end <= position:
            index += 1
        if grapheme.isspace():
            if start is not None:
                yield start, position
            start = None
        elif start is None:
            start = position
        elif _separable(previous, grapheme) and not (
            index < len(entities) and entities[index].start < position
        ):
            yield start, position
            start = position
        previous = grapheme
        position += len(grapheme)
    if start is not None:
        yield start, position


def _separable(before: str, after: str) -> bool:
    """Tell whether a cut between two graphemes that are not whitespace cuts no word."""
    if before == _ZERO_WIDTH_SPACE:
        return True
    return bool(
        _SPACELESS.match(after)
        and _SPACELESS.match(before)
        and after[0] not in _NOT_BEFORE
        and before[0] not in _NOT_AFTER
    )


def _rank(text: str, end: int, start: int) -> Break:
    """Say how good a cut between the end of a piece and the start of the next one is."""
    gap = text[end:start]
    finished = _SENTENCE_END.search(text, max(0, end - _SENTENCE_TAIL), end) is not None
    if not gap:
        return Break.SENTENCE if finished else Break.INSIDE
    lines = 0 if gap == " " else len(_LINE_BREAK.findall(gap))
    if lines > 1 or _PARAGRAPH_SEPARATOR in gap:
        return Break.PARAGRAPH
    if lines or (finished and gap.strip(_NO_BREAK_SPACES)):
        return Break.SENTENCE
    return Break.SPACE if gap.strip(_NO_BREAK_SPACES) else Break.GLUED
