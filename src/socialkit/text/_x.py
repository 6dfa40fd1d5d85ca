"""Links, mentions, lists, hashtags and cashtags in a text, by X's rules."""

import re
from collections.abc import Callable, Iterator

from socialkit.text._characters import is_mark
from socialkit.text._entity import Entity, EntityKind
from socialkit.text._x_urls import LATIN_ACCENTS, SPACES_AND_DIRECTIONS, url_spans

__all__ = ["x_entities", "x_links"]

_TRIGGER = re.compile(r"[@\uff20#\uff03$]")
_USERNAME = re.compile(r"[a-z0-9_]{1,20}+", re.IGNORECASE | re.ASCII)
_LIST = re.compile(r"/[a-z][a-z0-9_-]{0,24}+", re.IGNORECASE | re.ASCII)
_NOT_AFTER_MENTION = re.compile(rf"[@\uff20{LATIN_ACCENTS}]|://")
_NOT_BEFORE_MENTION = re.compile(r"[A-Za-z0-9_!#$%&*@\uff20]")
_NOT_BEFORE_REPEAT = re.compile(r"[A-Za-z0-9_+~.@\uff20-]")
_HASHTAG_RUN = re.compile(r"[A-Za-z0-9_]*+")
_NOT_AFTER_HASHTAG = re.compile(r"[#\uff03]|://")
_JOINERS = frozenset(
    "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
)
_VARIATIONS = "\ufe0e\ufe0f"
# Such a sign is the base of a keycap, `#\ufe0f\u20e3`.
_KEYCAP = ("\ufe0f", "\u20e3")
_SPACE = re.compile(f"[{SPACES_AND_DIRECTIONS}]")
_CASHTAG = re.compile(
    rf"[A-Za-z]{{1,6}}(?:[._][A-Za-z]{{1,2}})?(?=\Z|[{SPACES_AND_DIRECTIONS}!'#%&\"()*+,\\./:;<=>?@\[\]^_{{|}}~$-])"
)


def x_links(text: str) -> list[Entity]:
    """Find the links alone, as X does to weigh a text: those in a hashtag too."""
    return [_entity(EntityKind.URL, text, start, end, start) for start, end in url_spans(text)]


def x_entities(text: str) -> Iterator[Entity]:
    """Find what X makes a link of, in order and without overlaps."""
    found = x_links(text)
    urls = len(found)
    for sign in _TRIGGER.finditer(text):
        span = _READERS[sign[0]](text, sign.start())
        if span:
            found.append(_entity(span[0], text, sign.start(), span[1], sign.end()))
    if len(found) > urls:
        found.sort(key=lambda entity: entity.start)
    end = 0
    for entity in found:
        if entity.start >= end:
            yield entity
            end = entity.end


def _entity(kind: EntityKind, text: str, start: int, end: int, value: int) -> Entity:
    return Entity(kind, start, end, text[start:end], text[value:end])


def _mention(text: str, start: int) -> tuple[EntityKind, int] | None:
    if start and _NOT_BEFORE_MENTION.match(text, start - 1) and not _repeats(text, start):
        return None
    name = _USERNAME.match(text, start + 1)
    if name is None:
        return None
    slug = _LIST.match(text, name.end())
    end = slug.end() if slug else name.end()
    if _NOT_AFTER_MENTION.match(text, end):
        return None
    return EntityKind.LIST if slug else EntityKind.MENTION, end


def _repeats(text: str, start: int) -> bool:
    """Tell whether `RT` stands before a mention, as a word of its own."""
    word = start - 2
    if word < 0 or text[word:start].lower() != "rt":
        return False
    return not word or not _NOT_BEFORE_REPEAT.match(text, word - 1)


def _hashtag(text: str, start: int) -> tuple[EntityKind, int] | None:
    if (
        start
        and text[start - 1] not in _VARIATIONS
        and (text[start - 1] == "&" or _in_hashtag(text[start - 1]))
    ):
        return None
    if text.startswith(_KEYCAP, start + 1):
        return None
    end = _hashtag_end(text, start + 1)
    if not any(_is_letter(character) for character in text[start + 1 : end]):
        return None
    return None if _NOT_AFTER_HASHTAG.match(text, end) else (EntityKind.HASHTAG, end)


def _hashtag_end(text: str, start: int) -> int:
    run = _HASHTAG_RUN.match(text, start)
    end = run.end() if run else start
    while end < len(text) and _in_hashtag(text[end]):
        end += 1
    return end


def _is_letter(character: str) -> bool:
    return character.isalpha() or is_mark(character)


def _in_hashtag(character: str) -> bool:
    return _is_letter(character) or character.isdecimal() or character in _JOINERS


def _cashtag(text: str, start: int) -> tuple[EntityKind, int] | None:
    if start and not _SPACE.match(text, start - 1):
        return None
    symbol = _CASHTAG.match(text, start + 1)
    return (EntityKind.CASHTAG, symbol.end()) if symbol else None


_READERS: dict[str, Callable[[str, int], tuple[EntityKind, int] | None]] = {
    "@": _mention,
    "\uff20": _mention,
    "#": _hashtag,
    "\uff03": _hashtag,
    "$": _cashtag,
}
