"""How X weighs a text: most letters one, Chinese, Japanese, Korean and emoji two, every link the same."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from socialkit.text._emoji import emoji_sequences, join_emoji
from socialkit.text._x_urls import url_spans

__all__ = ["X_WEIGHTS", "WeightedText", "Weights", "count_weighted", "weigh"]

_INVALID = frozenset("\ufffe\ufeff\uffff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How a version of X weighs characters; `X_WEIGHTS` is the current one.

    Example:
        >>> weigh("x" * 150, Weights(limit=140, scale=1, default_weight=1)).valid
        False
    """

    limit: int
    """The longest text, in units of `scale`."""
    scale: int
    """The weight that counts as one."""
    default_weight: int
    """Weight of a character outside the ranges, and of an emoji."""
    url_length: int = 23
    """What each link counts, as X writes it in its own short form."""
    ranges: tuple[tuple[int, int, int], ...] = ()
    """First code point, last code point, weight."""
    emoji: bool = False
    """Whether an emoji of several code points weighs as one character."""


X_WEIGHTS = Weights(
    limit=280,
    scale=100,
    default_weight=200,
    ranges=((0x0000, 0x10FF, 100), (0x2000, 0x200D, 100), (0x2010, 0x201F, 100), (0x2032, 0x2037, 100)),
    emoji=True,
)
"""Version 3 of the configuration that X publishes, of 2018."""


@dataclass(frozen=True, slots=True)
class WeightedText:
    """What a text weighs on X.

    Example:
        >>> weigh("See example.com 👩‍🚀")
        WeightedText(length=30, permillage=107, valid=True, fitting=19)
    """

    length: int
    permillage: int
    """Thousandths of the limit, rounded down."""
    valid: bool
    """Whether X takes the text: neither empty nor too long, and without forbidden characters."""
    fitting: int
    """Code points from the start that fit, as X computes it."""


def weigh(text: str, weights: Weights = X_WEIGHTS) -> WeightedText:
    """Weigh a text as X does.

    The text is taken in Unicode's composed form (NFC). Links count alike with and without a scheme.

    Example:
        >>> weigh("漢字").length
        4
    """
    composed = unicodedata.normalize("NFC", text)
    weight = fitting = 0
    sound = True
    for end, more in _units(composed, weights):
        weight += more
        sound = sound and composed[end - 1] not in _INVALID
        if sound and weight <= weights.limit * weights.scale:
            fitting = end
    return WeightedText(
        length=weight // weights.scale,
        permillage=weight * 1000 // (weights.limit * weights.scale),
        valid=sound and 0 < weight <= weights.limit * weights.scale,
        fitting=max(0, fitting + len(text) - len(composed)),
    )


def _units(text: str, weights: Weights) -> Iterator[tuple[int, int]]:
    """Yield where each link, emoji or other character ends, and its weight."""
    wide = [(start, end, weights.url_length * weights.scale) for start, end in url_spans(text)]
    if weights.emoji:
        wide += [(start, end, weights.default_weight) for start, end in emoji_sequences(text)]
    position = 0
    for start, end, weight in sorted(wide):
        if start >= position:
            for index in range(position, start):
                yield index + 1, _weight(text[index], weights)
            yield end, weight
            position = end
    for index in range(position, len(text)):
        yield index + 1, _weight(text[index], weights)


def _weight(character: str, weights: Weights) -> int:
    for first, last, weight in weights.ranges:
        if first <= ord(character) <= last:
            return weight
    return weights.default_weight


def count_weighted(text: str) -> int:
    """Weigh a text on X whose links are already written in the length that they count."""
    if text.isascii():
        return len(text)
    text = join_emoji(unicodedata.normalize("NFC", text), _HEAVY)
    return len(text) + len(_LIGHT.sub("", text))


# A letter, as an emoji in its place could join with what follows.
_HEAVY = "\u6f22"
_LIGHT = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last, _ in X_WEIGHTS.ranges) + "]++")
