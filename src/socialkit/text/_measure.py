"""How long a text is for a platform."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from socialkit.text._entities import Entity, EntityKind, extract_entities
from socialkit.text._graphemes import count_graphemes

__all__ = ["TextRules", "TextUnit", "count_units", "countable", "measure"]


class TextUnit(StrEnum):
    """What a platform counts as one."""

    GRAPHEMES = "graphemes"
    CODE_POINTS = "code_points"
    UTF16 = "utf16"
    """UTF-16 code units, the length of a string in JavaScript."""
    UTF8_BYTES = "utf8_bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRules:
    """How a platform counts a text.

    Example:
        >>> mastodon = TextRules(unit=TextUnit.GRAPHEMES, url_length=23, mention_without_host=True)
        >>> measure("Hi @ada@example.org", mastodon)
        7
    """

    unit: TextUnit = TextUnit.GRAPHEMES
    url_length: int | None = None
    """Units that each http or https URL counts, whatever its length; none if it counts as typed."""
    mention_without_host: bool = False
    """Whether `@user@host` counts as `@user`."""

    def __post_init__(self) -> None:
        """Refuse a length that cannot be."""
        if self.url_length is not None and self.url_length < 1:
            message = f"url_length must be at least 1, not {self.url_length}"
            raise ValueError(message)


def measure(text: str, rules: TextRules) -> int:
    """Count a text as a platform with these rules does.

    Bare domains, links of other schemes and custom emoji shortcodes count as typed.

    Example:
        >>> measure("See https://example.com/a/very/long/path", TextRules(url_length=23))
        27
    """
    if _counts_as_typed(text, rules):
        return count_units(text, rules.unit)
    return count_units(countable(text, 0, len(text), extract_entities(text), rules), rules.unit)


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
    links = rules.url_length is not None and "://" in text
    mentions = rules.mention_without_host and "@" in text
    return not links and not mentions


def _counted_entity(entity: Entity, rules: TextRules) -> str:
    if entity.kind is EntityKind.URL and rules.url_length is not None:
        return "x" * rules.url_length
    if entity.kind is EntityKind.MENTION and rules.mention_without_host:
        return "@" + entity.value.partition("@")[0]
    return entity.text


def _count_utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _count_utf8(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


_COUNTERS: dict[TextUnit, Callable[[str], int]] = {
    TextUnit.GRAPHEMES: count_graphemes,
    TextUnit.CODE_POINTS: len,
    TextUnit.UTF16: _count_utf16,
    TextUnit.UTF8_BYTES: _count_utf8,
}
