"""Many phrases looked for in a text at once, by a dictionary of runs of words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Final, NamedTuple, TypeAlias

from pydantic import AfterValidator

from socialkit.models._told import told
from socialkit.text._fold import ENDS, Original, fold, words, words_with_places

__all__ = ["FindablePhrase", "PhraseHit", "PhraseMatch", "Phrases"]

SIGNS: Final = "#@"
"""What makes a word a hashtag or a name."""

PhraseHit: TypeAlias = tuple[int, int, int]
"""A phrase's number, the place of its first word in the text, and how many words it has."""


class PhraseMatch(NamedTuple):
    """Where a phrase stands in a text."""

    phrase: str
    """The phrase, as it was given."""
    start: int
    """Where it starts in the text, as the text was given."""
    end: int
    """Where it ends."""


class Phrases:
    """Finds any of many phrases in a text, in a time that does not grow with their number.

    Case, width, ligatures, kinds of apostrophes and what nobody sees make no difference. A phrase is found
    where its words stand one after the other, whatever is between them but the end of a sentence; never
    inside a word, except in scripts that put no space between words, and never as a part of a joined emoji.
    `sale` is found in `#sale`, but `#sale` only where it is a hashtag; so with `@`.

    Args:
        phrases: What to look for; the same phrase may stand there twice.

    Raises:
        ValueError: A phrase has no word, emoji or sign of money.

    Example:
        >>> for found in Phrases(["late flight", "refund"]).find("My late  flight... REFUND?"):
        ...     print(found.phrase, found.start, found.end)
        late flight 3 15
        refund 19 25
    """

    __slots__ = ("_lengths", "_numbers", "_signs", "given")

    def __init__(self, phrases: Iterable[str]) -> None:
        self.given: Final[tuple[str, ...]] = tuple(phrases)
        """The phrases; their places are the numbers of hits."""
        self._numbers: dict[str, tuple[int, ...]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._signs: dict[int, tuple[str, ...]] = {}
        """Of phrases that have signs: the one before each of their words."""
        for number, phrase in enumerate(self.given):
            self._add(number, *_words_of(phrase))

    def _add(self, number: int, run: list[str], signs: list[str]) -> None:
        if any(signs):
            self._signs[number] = tuple(signs)
        key = " ".join(run)
        self._numbers[key] = (*self._numbers.get(key, ()), number)
        known = self._lengths.get(run[0], ())
        if len(run) not in known:
            self._lengths[run[0]] = (*known, len(run))

    def hits(self, text: str) -> list[PhraseHit]:
        """Return what is found, in the order of the first words, without saying where in the text."""
        folded = fold(text)
        run = words(folded)
        lengths, numbers = self._lengths, self._numbers
        if lengths.keys().isdisjoint(run):
            return []
        found: list[PhraseHit] = []
        for place, word in enumerate(run):
            for length in lengths.get(word, ()):
                key = word if length == 1 else " ".join(run[place : place + length])
                if place + length <= len(run):  # else the key is that of a shorter phrase
                    found += [(number, place, length) for number in numbers.get(key, ())]
        return list(self._signed(folded, found)) if self._signs else found

    def _signed(self, folded: str, hits: Iterable[PhraseHit]) -> Iterator[PhraseHit]:
        """Yield the hits whose words have the signs in the text that they have in the phrase."""
        places = words_with_places(folded)
        for hit in hits:
            number, first, _ = hit
            wanted = enumerate(self._signs.get(number, ()), first)
            if all(sign in {"", _sign(folded, places[place][0])} for place, sign in wanted):
                yield hit

    def places(self, text: str, hits: Iterable[PhraseHit]) -> Iterator[PhraseMatch]:
        """Yield where in the text the hits of that text stand."""
        places, original = words_with_places(fold(text)), Original(text)
        for number, first, length in hits:
            sign = self._signs.get(number, ("",))[0]
            start, end = original.span(places[first][0] - len(sign), places[first + length - 1][1])
            yield PhraseMatch(self.given[number], start, end)

    def find(self, text: str) -> list[PhraseMatch]:
        """Return everything that is found in a text, also where it overlaps."""
        return list(self.places(text, self.hits(text)))


def _words_of(phrase: str) -> tuple[list[str], list[str]]:
    """Return the words by which a phrase is found, with their signs; ends of sentences count only inside."""
    folded = fold(phrase)
    places = words_with_places(folded)
    counting = [number for number, (start, _) in enumerate(places) if folded[start] not in ENDS]
    if not counting:
        message = f"{phrase[:40]!r} has nothing to look for: no word, emoji or sign of money"
        raise ValueError(message)
    inside = places[counting[0] : counting[-1] + 1]
    return [folded[start:end] for start, end in inside], [_sign(folded, start) for start, _ in inside]


def _sign(folded: str, start: int) -> str:
    """Return the sign before a word; an empty text where there is none."""
    before = folded[max(start - 1, 0) : start]
    return before if before and before in SIGNS else ""


def _findable(phrase: str) -> str:
    _words_of(phrase)
    return phrase


FindablePhrase = Annotated[str, AfterValidator(_findable), told(pattern=r"\S")]
"""A phrase that a person wrote into a model, and that can be looked for."""
