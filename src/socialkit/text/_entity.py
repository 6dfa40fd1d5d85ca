"""What a platform makes of a stretch of text, and whose rules say so."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Dialect", "Entity", "EntityKind"]


class Dialect(StrEnum):
    """Whose rules find links, mentions and hashtags."""

    MASTODON = "mastodon"
    X = "x"
    BLUESKY = "bluesky"


class EntityKind(StrEnum):
    """What a platform makes of a stretch of text."""

    URL = "url"
    MENTION = "mention"
    HASHTAG = "hashtag"
    CASHTAG = "cashtag"
    """The symbol of a share, as `$ACME`."""
    LIST = "list"
    """A list of accounts on X, as `@ada/engines`."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A link, mention or tag, and where it stands.

    Example:
        >>> from socialkit.text import extract_entities
        >>> extract_entities("thanks @ada!")
        (Entity(kind=<EntityKind.MENTION: 'mention'>, start=7, end=11, text='@ada', value='ada'),)
    """

    kind: EntityKind
    start: int
    """Index of the first code point."""
    end: int
    """Index after the last code point."""
    text: str
    """As written, `text[start:end]`."""
    value: str
    """The URL, or what follows the sign: account, `account/list`, hashtag, symbol.

    A Bluesky link has its scheme even where the text has none, and a Bluesky cashtag is in capitals.
    """
