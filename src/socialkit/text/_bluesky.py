"""Links, mentions, hashtags and cashtags in a text, by Bluesky's rules, and their facets.

Bluesky links nothing by itself: what its own client finds while one types, others have to send as facets.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from socialkit.text._characters import is_word
from socialkit.text._entity import Entity, EntityKind
from socialkit.text._tlds import is_tld

__all__ = ["Facet", "FacetKind", "bluesky_entities", "detect_facets"]

_SIGN = re.compile(r"[@#\uff03$]")
# A domain is looked for once in each run of its characters, where the run starts.
_TRIGGER = re.compile(
    r"[Hh][Tt][Tt][Pp][Ss]?://|[@#\uff03$]"
    r"|[A-Za-z0-9](?<![A-Za-z0-9.-].)[A-Za-z0-9-]*+(?:\.[A-Za-z0-9-]++)++",
    re.DOTALL,
)
_INNER_DOT = re.compile(r"\.[A-Za-z0-9]")
_SPACES = "\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_SPACE = re.compile(f"[{_SPACES}]")
_NOT_BEFORE = frozenset("@\uff20#\uff03$&%+=~_")
_NOT_BEFORE_BARE = frozenset("-./")
_NOT_AFTER_HOST = frozenset("@_")
_CALL = "("
# From here on come the scripts that write a link between their words without a space.
_FIRST_SPACELESS = "\u2e80"

_NO_LABEL = re.compile(r"\A(?:-|\Z)|-\Z")
_HANDLE_RUN = re.compile(r"[a-z0-9.-]*+", re.IGNORECASE | re.ASCII)
_TEST_DOMAIN = "test"
_BODY = re.compile(r"[^\s<>\"`\u00ab\u00bb\u201c\u201d]*+")
_PORT = re.compile(r":[0-9]++")
_PATH_STARTS = ("/", "?", "#")
_TRAILING = frozenset(".,:;!?'…–—‘’、。，．：；？！｡､؟؛،।")  # noqa: RUF001 - these marks are meant
_PAIRS = {")": "(", "]": "[", "}": "{"}

_TAG_RUN = re.compile(rf"[^{_SPACES}\u00ad\u2060\u200b-\u200d\u20e2]*+")
_VARIATION = "\ufe0f"
_MAXIMUM_TAG = 64
_DIGITS = frozenset("0123456789")
_CASHTAG = re.compile(rf"[A-Za-z][A-Za-z0-9]{{0,4}}(?=\Z|[{_SPACES}.,;:!?)\"'\u2019])")


class FacetKind(StrEnum):
    """What a facet makes of its text."""

    MENTION = "mention"
    LINK = "link"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Facet:
    """A stretch of a Bluesky post that is more than text, in bytes of UTF-8.

    Example:
        >>> detect_facets("Ça, example.com")
        (Facet(kind=<FacetKind.LINK: 'link'>, byte_start=5, byte_end=16, value='https://example.com'),)
    """

    kind: FacetKind
    byte_start: int
    """Index of the first byte."""
    byte_end: int
    """Index after the last byte."""
    value: str
    """The handle without its `@`, still to be resolved to a DID; the URL; the tag without its `#`.

    The symbol of a share is a tag that keeps its sign: `$ACME`.
    """


class _Found(NamedTuple):
    kind: EntityKind
    end: int
    value: str


def detect_facets(text: str) -> tuple[Facet, ...]:
    """Find the mentions, links and tags that Bluesky's own client would link, in order, without overlaps.

    Links may lack a scheme where their domain is below a known top-level domain.

    Example:
        >>> [facet.value for facet in detect_facets("Ask @ada.example.com about #maths: example.com/x")]
        ['ada.example.com', 'maths', 'https://example.com/x']
    """
    facets: list[Facet] = []
    ascii_only = text.isascii()
    position = size = 0
    for start, (kind, end, value) in _found(text):
        if ascii_only:
            first, size = start, end
        else:
            first = size + _bytes(text[position:start])
            position, size = end, first + _bytes(text[start:end])
        sign = "$" if kind is EntityKind.CASHTAG else ""
        facets.append(Facet(_FACET_KINDS[kind], first, size, sign + value))
    return tuple(facets)


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def bluesky_entities(text: str) -> Iterator[Entity]:
    """Find what Bluesky's own client makes a link of, in order and without overlaps."""
    for start, (kind, end, value) in _found(text):
        yield Entity(kind, start, end, text[start:end], value)


def _found(text: str) -> Iterator[tuple[int, _Found]]:
    position = 0
    # Most texts have no link: looking for signs alone is much faster.
    pattern = _TRIGGER if "://" in text or _INNER_DOT.search(text) else _SIGN
    while trigger := pattern.search(text, position):
        start, position = trigger.span()
        found = _READERS.get(trigger[0], _link)(text, start, position)
        if found is not None:
            position = found.end
            yield start, found


def _link(text: str, start: int, end: int) -> _Found | None:
    if start and _attached(text[start - 1]):
        return None
    if text[end - 1] == "/":
        if end == len(text) or not (is_word(text[end]) or text[end] == "["):
            return None
        end = _trimmed(text, end, _body_end(text, end))
        return _Found(EntityKind.URL, end, text[start:end])
    # Without a scheme, `path/to/example.com` and `performance.now()` are something else.
    if (start and text[start - 1] in _NOT_BEFORE_BARE) or text.startswith(_CALL, end):
        return None
    if not _is_domain(text[start:end]) or _goes_on(text, end):
        return None
    if port := _PORT.match(text, end):
        end = port.end()
    if text.startswith(_PATH_STARTS, end):
        end = _trimmed(text, end, _body_end(text, end))
    return _Found(EntityKind.URL, end, f"https://{text[start:end]}")


def _attached(before: str) -> bool:
    return before in _NOT_BEFORE or (before < _FIRST_SPACELESS and is_word(before))


def _is_domain(host: str, also: str = "") -> bool:
    """Tell whether a host stands below a top-level domain, or another that is given, and is no number."""
    *labels, last = host.split(".")
    if not labels or not (is_tld(last) or last.lower() == also) or any(map(_NO_LABEL.search, labels)):
        return False
    return not "".join(labels).isdecimal()


def _goes_on(text: str, end: int) -> bool:
    """Tell whether a host is part of something longer, as an address or a host in another script."""
    after = text[end : end + 2]
    if not after:
        return False
    if after[0] == ".":
        return is_word(after[1:]) if after[1:] else False
    return after[0] in _NOT_AFTER_HOST or (after[0] < _FIRST_SPACELESS and is_word(after[0]))


def _body_end(text: str, start: int) -> int:
    run = _BODY.match(text, start)
    return run.end() if run else start


def _trimmed(text: str, start: int, end: int) -> int:
    """Leave out what ends the sentence rather than the link, closing brackets without partner too."""
    surplus: dict[str, int] = {}
    while end > start:
        last = text[end - 1]
        if last in _PAIRS:
            if last not in surplus:
                surplus[last] = text.count(last, start, end) - text.count(_PAIRS[last], start, end)
            if surplus[last] <= 0:
                break
            surplus[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return end


def _mention(text: str, start: int, name: int) -> _Found | None:
    if start and (_attached(text[start - 1]) or text[start - 1] in _NOT_BEFORE_BARE):
        return None
    run = _HANDLE_RUN.match(text, name)
    handle = run[0].rstrip(".-") if run else ""
    end = name + len(handle)
    if not _is_domain(handle, _TEST_DOMAIN) or _goes_on(text, end):
        return None
    return _Found(EntityKind.MENTION, end, handle)


def _hashtag(text: str, start: int, name: int) -> _Found | None:
    if (start and not _SPACE.match(text, start - 1)) or text.startswith(_VARIATION, name):
        return None
    run = _TAG_RUN.match(text, name)
    tag = run[0] if run else ""
    # Nearly all tags begin with a letter: then the rest need not be looked at.
    if not tag[:1].isalpha() and all(one in _DIGITS or _is_punctuation(one) for one in tag):
        return None
    length = len(tag)
    while _is_punctuation(tag[length - 1]):
        length -= 1
    tag = tag[:length]
    return _Found(EntityKind.HASHTAG, name + length, tag) if _units(tag) <= _MAXIMUM_TAG else None


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] == "P"


def _cashtag(text: str, start: int, name: int) -> _Found | None:
    if start and text[start - 1] != "(" and not _SPACE.match(text, start - 1):
        return None
    symbol = _CASHTAG.match(text, name)
    return _Found(EntityKind.CASHTAG, symbol.end(), symbol[0].upper()) if symbol else None


_READERS: dict[str, Callable[[str, int, int], _Found | None]] = {
    "@": _mention,
    "#": _hashtag,
    "\uff03": _hashtag,
    "$": _cashtag,
}
_FACET_KINDS = {
    EntityKind.URL: FacetKind.LINK,
    EntityKind.MENTION: FacetKind.MENTION,
    EntityKind.HASHTAG: FacetKind.TAG,
    EntityKind.CASHTAG: FacetKind.TAG,
}
