"""How long a text is for a platform."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from socialkit.text._emoji import emoji_sequences
from socialkit.text._entities import extract_entities
from socialkit.text._entity import Dialect, Entity, EntityKind
from socialkit.text._graphemes import count_graphemes
from socialkit.text._weights import count_weighted
from socialkit.text._x import x_links

__all__ = ["TextRules", "TextUnit", "count_units", "countable", "excess", "fits", "measure"]

# It composes with no mark that may follow it, as Unicode's composed form is counted on X.
_FILLER = "q"
# A text without these has no links.
_LINK_SIGNS = {Dialect.MASTODON: ("://",), Dialect.X: (".",), Dialect.BLUESKY: ("://", ".")}


class TextUnit(StrEnum):
    """What a platform counts as one."""

    GRAPHEMES = "graphemes"
    CODE_POINTS = "code_points"
    UTF16 = "utf16"
    """UTF-16 code units, the length of a string in JavaScript."""
    UTF8_BYTES = "utf8_bytes"
    EMOJI_BYTES = "emoji_bytes"
    """Code points, but the bytes of UTF-8 where they make an emoji, as Threads counts."""
    WEIGHTED = "weighted"
    """X's weights: two for Chinese, Japanese, Korean and emoji, one for most others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRules:
    """How a platform counts a text.

    Example:
        >>> mastodon = TextRules(unit=TextUnit.GRAPHEMES, url_length=23, mention_without_host=True)
        >>> measure("Hi @ada@example.org", mastodon)
        7
        >>> x = TextRules(unit=TextUnit.WEIGHTED, url_length=23)
        >>> measure("漢字: example.com", x)
        29
        >>> bluesky = TextRules(dialect=Dialect.BLUESKY, also=((TextUnit.UTF8_BYTES, 3_000),))
        >>> fits("e\u0301" * 300, 300, bluesky), fits("👩\u200d🚀" * 300, 300, bluesky)
        (True, False)
    """

    unit: TextUnit = TextUnit.GRAPHEMES
    url_length: int | None = None
    """Units that each link counts, whatever its length; none if it counts as typed."""
    mention_without_host: bool = False
    """Whether `@user@host` counts as `@user`."""
    dialect: Dialect | None = None
    """Whose links, mentions and hashtags; if not given, X's for weighted text, else Mastodon's."""
    also: tuple[tuple[TextUnit, int], ...] = ()
    """Further units with their limits, which the text keeps too, links and mentions counting as typed."""

    def __post_init__(self) -> None:
        """Refuse a length that cannot be."""
        if self.url_length is not None and self.url_length < 1:
            message = f"url_length must be at least 1, not {self.url_length}"
            raise ValueError(message)
        for unit, limit in self.also:
            if limit < 1:
                message = f"the limit in {unit} must be at least 1, not {limit}"
                raise ValueError(message)

    @property
    def reading(self) -> Dialect:
        """Whose links, mentions and hashtags these rules know."""
        weighted = self.unit is TextUnit.WEIGHTED
        return self.dialect or (Dialect.X if weighted else Dialect.MASTODON)


def measure(text: str, rules: TextRules) -> int:
    """Count a text as a platform with these rules does, in its first unit.

    Links of other schemes and custom emoji shortcodes count as typed, as do bare domains on Mastodon.

    Example:
        >>> measure("See https://example.com/a/very/long/path", TextRules(url_length=23))
        27
    """
    if rules.unit is TextUnit.WEIGHTED:
        text = unicodedata.normalize("NFC", text)
    if _counts_as_typed(text, rules):
        return count_units(text, rules.unit)
    # X writes no account with its host, so its links are all that counts otherwise than typed.
    entities = x_links(text) if rules.reading is Dialect.X else extract_entities(text, rules.reading)
    return count_units(countable(text, 0, len(text), entities, rules), rules.unit)


def fits(text: str, limit: int, rules: TextRules) -> bool:
    """Tell whether a text keeps a limit, and the further ones of its rules.

    Example:
        >>> fits("漢字", 3, TextRules(unit=TextUnit.WEIGHTED))
        False
    """
    return excess(text, limit, rules) is None


def excess(text: str, limit: int, rules: TextRules) -> tuple[int, int] | None:
    """Return the length and the limit of the first unit in which a text is too long, if there is one."""
    if (length := measure(text, rules)) > limit:
        return length, limit
    lengths = ((count_units(text, unit), most) for unit, most in rules.also)
    return next(((length, most) for length, most in lengths if length > most), None)


def countable(text: str, start: int, end: int, entities: Iterable[Entity], rules: TextRules) -> str:
    """Write a stretch of text with each of its entities in the length at which it counts."""
    written: list[str] = []
    position = start
    for entity in entities:
        written.append(text[position : entity.start])
        written.append(_counted_entity(entity, rules))
        position = entity.end
    return "".join((*written, text[position:end]))


def count_units(text: str, unit: TextUnit) -> int:
    """Count a text in one unit."""
    return _COUNTERS[unit](text)


def _counts_as_typed(text: str, rules: TextRules) -> bool:
    links = rules.url_length is not None and any(sign in text for sign in _LINK_SIGNS[rules.reading])
    mentions = rules.mention_without_host and "@" in text
    return not links and not mentions


def _counted_entity(entity: Entity, rules: TextRules) -> str:
    if entity.kind is EntityKind.URL and rules.url_length is not None:
        return _FILLER * rules.url_length
    if entity.kind is EntityKind.MENTION and rules.mention_without_host:
        return "@" + entity.value.partition("@")[0]
    return entity.text


def _count_utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _count_utf8(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _count_emoji_bytes(text: str) -> int:
    if text.isascii():
        return len(text)
    emoji = (text[start:end] for start, end in emoji_sequences(text))
    return len(text) + sum(_count_utf8(one) - len(one) for one in emoji)


_COUNTERS: dict[TextUnit, Callable[[str], int]] = {
    TextUnit.GRAPHEMES: count_graphemes,
    TextUnit.CODE_POINTS: len,
    TextUnit.UTF16: _count_utf16,
    TextUnit.UTF8_BYTES: _count_utf8,
    TextUnit.EMOJI_BYTES: _count_emoji_bytes,
    TextUnit.WEIGHTED: count_weighted,
}
