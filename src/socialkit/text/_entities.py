"""Links, mentions and hashtags in a running text, by Mastodon's rules, and the way to those of others.

One pass from left to right: what lies inside a link is not looked at again, and no expression backtracks.
"""

import re
from collections.abc import Callable, Iterator

from socialkit.text._bluesky import bluesky_entities
from socialkit.text._characters import is_mark, is_word, run_end
from socialkit.text._entity import Dialect, Entity, EntityKind
from socialkit.text._urls import url_end
from socialkit.text._x import x_entities

__all__ = ["extract_entities"]

_TRIGGER = re.compile(r"https?://|[@#\uff03]", re.IGNORECASE)
_USERNAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*+", re.IGNORECASE | re.ASCII)
_HOST_RUN = re.compile(r"[\w.-]*+")
# An `@` or an accented letter here says that this was no user name, but something longer.
_NOT_AFTER_MENTION = re.compile(r"[@\uff20À-ÖØ-öø-ɏ\u0300-\u036f\u1e00-\u1eff]|://")
_SEPARATORS = "·・\u200c"
_HASHTAG_RUN = re.compile(rf"[\w{_SEPARATORS}]*+")


def extract_entities(text: str, dialect: Dialect = Dialect.MASTODON) -> tuple[Entity, ...]:
    """Find the links, mentions and hashtags of a text, in order and without overlaps.

    On Mastodon links need `http://` or `https://`, and a mention may name a host (`@user@host.tld`). X and
    Bluesky also link bare domains, and symbols of shares; X knows lists (`@user/list`). An e-mail address is
    no mention, and a hashtag of digits alone is none.

    Example:
        >>> found = extract_entities("By @ada@example.org: https://example.com/a_(b). #maths")
        >>> [entity.value for entity in found]
        ['ada@example.org', 'https://example.com/a_(b)', 'maths']
        >>> [entity.value for entity in extract_entities("example.com, $ACME", Dialect.X)]
        ['example.com', 'ACME']
    """
    return tuple(_SCANNERS[dialect](text))


def _mastodon_entities(text: str) -> Iterator[Entity]:
    position = 0
    while trigger := _TRIGGER.search(text, position):
        kind, read = _READERS[trigger[0][0].lower()]
        start, position = trigger.span()
        end = read(text, start, position)
        if end is not None:
            words = text[start:end]
            yield Entity(kind, start, end, words, words if kind is EntityKind.URL else words[1:])
            position = end


def _mention_end(text: str, start: int, name: int) -> int | None:
    username = _USERNAME.match(text, name)
    if username is None or _attached(text, start, "=/"):
        return None
    end = name + len(username[0].rstrip(".-"))
    if text.startswith("@", end):
        end = _host_end(text, end + 1) or end
    return None if _NOT_AFTER_MENTION.match(text, end) else end


def _host_end(text: str, start: int) -> int | None:
    run = text[start : run_end(_HOST_RUN, text, start)]
    host = run.rstrip(".-")
    return start + len(host) if host and is_word(host[0]) else None


def _hashtag_end(text: str, start: int, name: int) -> int | None:
    end = name + len(text[name : run_end(_HASHTAG_RUN, text, name)].rstrip(_SEPARATORS))
    words = text[name:end]
    if not words or not is_word(words[0]) or _attached(text, start, "=/)"):
        return None
    separated = any(c == "_" or c in _SEPARATORS for c in words[1:-1])
    if not separated and not any(c.isalpha() or is_mark(c) for c in words):
        return None
    if text.startswith("://", end):
        scheme = next((s for s in ("https", "http") if words.endswith(s) and words != s), "")
        end -= len(scheme)
    return end


def _attached(text: str, start: int, others: str) -> bool:
    """Tell whether a sign stands right after a word or one of some other characters."""
    return start > 0 and (text[start - 1] in others or is_word(text[start - 1]))


_READERS: dict[str, tuple[EntityKind, Callable[[str, int, int], int | None]]] = {
    "h": (EntityKind.URL, url_end),
    "@": (EntityKind.MENTION, _mention_end),
    "#": (EntityKind.HASHTAG, _hashtag_end),
    "\uff03": (EntityKind.HASHTAG, _hashtag_end),
}
_SCANNERS: dict[Dialect, Callable[[str], Iterator[Entity]]] = {
    Dialect.MASTODON: _mastodon_entities,
    Dialect.X: x_entities,
    Dialect.BLUESKY: bluesky_entities,
}
