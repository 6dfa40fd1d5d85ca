"""Rules made ready: all their phrases in one dictionary, and which rules each phrase calls up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from socialkit.models import Message
from socialkit.routing._rules import RoutingRule, fits, is_free
from socialkit.text import PhraseHit, PhraseMatch, Phrases

__all__ = ["Program"]


class _Wanted(NamedTuple):
    """A rule's phrases, by their numbers."""

    any_of: frozenset[int]
    all_of: frozenset[int]
    none_of: frozenset[int]
    free: bool
    """Whether nothing but words matters."""

    def met_by(self, found: set[int]) -> bool:
        return (
            (not self.any_of or not self.any_of.isdisjoint(found))
            and self.all_of <= found
            and self.none_of.isdisjoint(found)
        )


class Program:
    """Finds which of many rules catch a message, looking only at those whose words stand in it."""

    __slots__ = ("_calls", "_phrases", "_rules", "_unasked", "_wanted")

    def __init__(self, rules: Sequence[RoutingRule]) -> None:
        self._rules: Final = tuple(rules)
        every = [(one.any_of or ()) for one in rules] + [(one.all_of or ()) for one in rules]
        every += [(one.none_of or ()) for one in rules]
        given = dict.fromkeys(phrase for phrases in every for phrase in phrases)
        numbers = {phrase: number for number, phrase in enumerate(given)}
        self._phrases: Final = Phrases(given)
        self._wanted: Final = [_wanted(rule, numbers) for rule in rules]
        self._unasked: Final[list[int]] = []
        """Rules that may catch a message without any phrase in it."""
        self._calls: Final[list[list[int]]] = [[] for _ in given]
        for place, wanted in enumerate(self._wanted):
            callers = wanted.any_of or sorted(wanted.all_of)[:1]
            for number in callers:
                self._calls[number].append(place)
            if not callers:
                self._unasked.append(place)

    def matching(self, message: Message) -> Iterator[int]:
        """Yield the places of all rules that catch a message, in their order."""
        return (place for place, _ in self._caught(message))

    def first(self, message: Message) -> tuple[int, tuple[PhraseMatch, ...]] | None:
        """Return the place of the first rule that catches a message, and the words that it found."""
        for place, hits in self._caught(message):
            wanted = self._wanted[place]
            shown = list(_shown(wanted, hits))
            return place, tuple(self._phrases.places(message.text, shown)) if shown else ()
        return None

    def _caught(self, message: Message) -> Iterator[tuple[int, list[PhraseHit]]]:
        hits = self._phrases.hits(message.text)
        found = {number for number, _, _ in hits}
        for place in self._called(found):
            wanted = self._wanted[place]
            if wanted.met_by(found) and (wanted.free or fits(self._rules[place], message)):
                yield place, hits

    def _called(self, found: set[int]) -> Iterable[int]:
        if not found:
            return self._unasked
        return sorted({place for number in found for place in self._calls[number]}.union(self._unasked))


def _wanted(rule: RoutingRule, numbers: dict[str, int]) -> _Wanted:
    any_of, all_of, none_of = (
        frozenset(numbers[phrase] for phrase in phrases or ())
        for phrases in (rule.any_of, rule.all_of, rule.none_of)
    )
    return _Wanted(any_of, all_of, none_of, is_free(rule))


def _shown(wanted: _Wanted, hits: Iterable[PhraseHit]) -> Iterator[PhraseHit]:
    """Yield the hits that decided, in the text's order: the first of `any_of`, and of each of `all_of`."""
    asked, missing = bool(wanted.any_of), set(wanted.all_of)
    for hit in hits:
        number = hit[0]
        if (asked and number in wanted.any_of) or number in missing:
            asked = asked and number not in wanted.any_of
            missing.discard(number)
            yield hit
