"""What is wrong with rules as a whole, shown by made-up messages.

A rule catches more messages the more of its words stand in them, and fewer only by words it refuses. So
the messages with no more words than one of its phrases needs tell whether an earlier rule takes them all:
where one does, only words that the earlier rule refuses can help, and they are tried.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from socialkit.models import AccountRef, Author, Message, MessageKind, Model
from socialkit.routing._program import Program
from socialkit.routing._rules import RoutingRule, fits

__all__ = ["Finding", "FindingKind", "analysed"]

SOME_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)
NOBODY: Final = Author(id="witness", handle="witness")
NO_WORDS: Final = "…"
MOST_TRIES: Final = 256
"""How many messages are tried for one phrase before it is believed to decide something."""


class FindingKind(StrEnum):
    """What is wrong."""

    UNREACHABLE = "unreachable"
    """A rule never decides: others come first."""
    SHADOWED = "shadowed"
    """A phrase of a rule never makes it decide: others come first."""
    DISAGREEING = "disagreeing"
    """Two rules catch the same words, and would do different things."""
    GRAVER_LATER = "graver later"
    """A grave rule stands behind a milder one, which takes what has the words of both."""
    UNCOVERED = "uncovered"
    """No rule catches messages of a kind."""


class Finding(Model):
    """Something that is probably not meant, with a message that shows it.

    Example:
        >>> from socialkit.routing import Router
        >>> rules = [
        ...     RoutingRule(key="prices", any_of=["price"], department="sales"),
        ...     RoutingRule(key="complaints", any_of=["price is wrong"], department="service"),
        ... ]
        >>> router = Router(rules=rules, default=RoutingRule(key="rest", department="shop"))
        >>> finding = router.analyse()[0]
        >>> finding.kind.value, finding.rules
        ('unreachable', ('complaints', 'prices'))
        >>> print(finding)
        'complaints' never decides: 'price is wrong' goes to 'prices'
    """

    kind: FindingKind
    rules: tuple[str, ...]
    """Keys: the rule in question, and the one that decides about the witness."""
    phrase: str | None = None
    """The phrase in question."""
    witness: Message
    """A made-up message: route it and see."""
    because: str
    """All of it in a sentence."""

    def __str__(self) -> str:
        return self.because


T = TypeVar("T")


class _Place(NamedTuple):
    """All of a message that is not its words."""

    kind: MessageKind
    account: AccountRef
    language: str | None

    def message(self, parts: Iterable[str]) -> Message:
        """Return a message whose words are these phrases, a sentence each, so that they stay apart."""
        return Message(
            id="witness",
            kind=self.kind,
            account=self.account,
            author=NOBODY,
            text=". ".join(dict.fromkeys(parts)) or NO_WORDS,
            created_at=SOME_DAY,
            private=self.kind is MessageKind.DIRECT_MESSAGE,
            language=self.language,
        )


def analysed(rules: Sequence[RoutingRule], default: RoutingRule, program: Program) -> tuple[Finding, ...]:
    """Return everything that is found."""
    analysis = _Analysis(rules, default, program)
    return tuple(analysis.findings())


class _Analysis:
    def __init__(self, rules: Sequence[RoutingRule], default: RoutingRule, program: Program) -> None:
        self._rules, self._default, self._program = rules, default, program
        self._places = list(_places(rules))
        self._told: set[tuple[int, int]] = set()
        self._lost = [self._lost_of(number) for number in range(len(rules))]

    def findings(self) -> Iterator[Finding]:
        for number, rule in enumerate(self._rules):
            lost = self._lost[number]
            if self._unreachable(number):
                yield self._never(number, next(iter(lost.values())))
                continue
            yield from (self._shadowed(number, phrase or "", message) for phrase, message in lost.items())
            yield from self._disagreeing(number, [one for one in _phrases(rule) if one not in lost])
            yield from self._milder_first(number)
        yield from self._uncovered()

    # What never decides ---------------------------------------------------------------------------------

    def _lost_of(self, number: int) -> dict[str | None, Message]:
        """Return the phrases of a rule that never make it decide, each with a message that they do not."""
        tried = {phrase: self._never_decides(number, phrase) for phrase in _phrases(self._rules[number])}
        return {phrase: message for phrase, message in tried.items() if message is not None}

    def _unreachable(self, number: int) -> bool:
        return len(self._lost[number]) == len(_phrases(self._rules[number]))

    def _never_decides(self, number: int, phrase: str | None) -> Message | None:
        """Return a message that a phrase of a rule ought to have decided, if none is that it does decide."""
        rule = self._rules[number]
        parts = _parts(rule, phrase)
        shown: Message | None = None
        for place in self._places_of(rule):
            if self._escapes(number, place, parts):
                return None
            shown = shown or place.message(parts)
        return shown

    def _escapes(self, number: int, place: _Place, parts: list[str]) -> bool:
        """Tell whether some message with these phrases is decided by the rule, or may be."""
        waiting, tried = [parts], 0
        while waiting:
            words = waiting.pop()
            caught = list(self._program.matching(place.message(words)))
            if number not in caught:
                continue
            if caught[0] == number:
                return True
            tried += 1
            if tried > MOST_TRIES:
                return True
            waiting += [[*words, refused] for refused in self._rules[caught[0]].none_of or ()]
        return False

    def _never(self, number: int, message: Message) -> Finding:
        key, decides = self._rules[number].key, self._decides(message)
        because = f"{key!r} never decides: {message.text!r} goes to {decides.key!r}"
        return Finding(
            kind=FindingKind.UNREACHABLE, rules=(key, decides.key), witness=message, because=because
        )

    def _shadowed(self, number: int, phrase: str, message: Message) -> Finding:
        key, decides = self._rules[number].key, self._decides(message)
        because = f"{phrase!r} never decides for {key!r}: {message.text!r} goes to {decides.key!r}"
        return Finding(
            kind=FindingKind.SHADOWED,
            rules=(key, decides.key),
            phrase=phrase,
            witness=message,
            because=because,
        )

    # What comes into each other's way --------------------------------------------------------------------

    def _disagreeing(self, number: int, phrases: Iterable[str | None]) -> Iterator[Finding]:
        """Yield what catches a message that has the words of this rule alone, and would not do the same."""
        rule = self._rules[number]
        for phrase, place in itertools.product(phrases, self._places_of(rule)):
            message = place.message(_parts(rule, phrase))
            caught = list(self._program.matching(message))
            if number not in caught:
                continue
            behind = [(number, other) for other in caught[1:]]
            pairs = behind if caught[0] == number else [(caught[0], number)]
            yield from (self._disagreement(*pair, message) for pair in pairs if self._is_news(*pair))

    def _is_news(self, first: int, second: int) -> bool:
        one, other = self._rules[first], self._rules[second]
        by_words = _by_words(one) and _by_words(other)
        if not by_words or _outcome(one) == _outcome(other):
            return False
        if (first, second) in self._told or self._unreachable(second):
            return False
        self._told.add((first, second))
        return True

    def _disagreement(self, first: int, second: int, message: Message) -> Finding:
        one, other = self._rules[first].key, self._rules[second].key
        because = f"{one!r} and {other!r} both catch {message.text!r}, and disagree: it goes to {one!r}"
        return Finding(kind=FindingKind.DISAGREEING, rules=(other, one), witness=message, because=because)

    def _milder_first(self, number: int) -> Iterator[Finding]:
        rule = self._rules[number]
        for earlier in range(number):
            other = self._rules[earlier]
            if other.severity.rank < rule.severity.rank and (earlier, number) not in self._told:
                message = self._of_both(earlier, number)
                if message is not None:
                    self._told.add((earlier, number))
                    yield self._graver(rule, other, message)

    def _of_both(self, earlier: int, number: int) -> Message | None:
        """Return a message with the words of two rules that the earlier one decides."""
        one, other = self._rules[earlier], self._rules[number]
        parts = [part for rule in (one, other) for part in _parts(rule, _phrases(rule)[0])]
        for place in self._places_of(one):
            message = place.message(parts)
            caught = list(self._program.matching(message))
            if number in caught and caught[0] == earlier:
                return message
        return None

    def _graver(self, rule: RoutingRule, milder: RoutingRule, message: Message) -> Finding:
        because = (
            f"{rule.key!r} is graver than {milder.key!r} and comes later: {message.text!r} "
            f"goes to {milder.key!r}"
        )
        return Finding(
            kind=FindingKind.GRAVER_LATER, rules=(rule.key, milder.key), witness=message, because=because
        )

    # What nothing catches ---------------------------------------------------------------------------------

    def _uncovered(self) -> Iterator[Finding]:
        for kind in MessageKind:
            if kind is MessageKind.NOTICE or any(not one.kinds or kind in one.kinds for one in self._rules):
                continue
            message = _Place(kind, AccountRef(platform="platform"), None).message([])
            because = f"no rule catches a {kind.value}: all go to {self._default.key!r}"
            yield Finding(
                kind=FindingKind.UNCOVERED, rules=(self._default.key,), witness=message, because=because
            )

    # Below ------------------------------------------------------------------------------------------------

    def _places_of(self, rule: RoutingRule) -> Iterator[_Place]:
        return (place for place in self._places if fits(rule, place.message([])))

    def _decides(self, message: Message) -> RoutingRule:
        caught = next(self._program.matching(message), None)
        return self._default if caught is None else self._rules[caught]


def _phrases(rule: RoutingRule) -> Sequence[str | None]:
    """Return what each makes a rule decide: its phrases, or nothing where it needs none of several."""
    return rule.any_of or (None,)


def _parts(rule: RoutingRule, phrase: str | None) -> list[str]:
    """Return the words that a rule needs, if this phrase is to be the one of several."""
    return [*([] if phrase is None else [phrase]), *(rule.all_of or ())]


def _by_words(rule: RoutingRule) -> bool:
    """Tell whether a rule needs words; one that does not is made for what others leave."""
    return bool(rule.any_of or rule.all_of)


def _outcome(rule: RoutingRule) -> tuple[object, ...]:
    return (
        rule.department,
        rule.stance,
        rule.suggested_reply,
        rule.severity,
        rule.escalate,
        rule.freeze,
    )


def _places(rules: Sequence[RoutingRule]) -> Iterator[_Place]:
    """Yield one place of each sort that the rules tell apart."""
    kinds = _named(one.kinds for one in rules)
    other = next((kind for kind in MessageKind if kind not in kinds and kind is not MessageKind.NOTICE), None)
    languages = [*_named(one.languages for one in rules), None]
    every = [*kinds, *([] if other is None else [other])]
    for kind, account, language in itertools.product(every, _accounts(rules), languages):
        yield _Place(kind, account, language)


def _accounts(rules: Sequence[RoutingRule]) -> Iterator[AccountRef]:
    """Yield accounts of each sort that the rules tell apart."""
    platforms, brands = _named(one.platforms for one in rules), _named(one.brands for one in rules)
    for key in _named(one.accounts for one in rules):
        brand, platform, name = key.split("/")
        yield AccountRef(platform=platform, brand=brand, name=name)
    for platform, brand in itertools.product([*platforms, "platform"], [*brands, "brand"]):
        yield AccountRef(platform=platform, brand=brand, name="account")


def _named(lists: Iterable[Sequence[T] | None]) -> list[T]:
    return list(dict.fromkeys(one for names in lists for one in names or ()))
