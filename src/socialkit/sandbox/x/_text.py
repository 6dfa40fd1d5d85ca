"""How the simulated X reads text: weights, links, names."""

import re
import unicodedata

from wcwidth import iter_graphemes

from socialkit.sandbox.x._facts import LINK

_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_URL = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]", re.IGNORECASE)
_BARE = re.compile(
    r"(?<![\w@/.])(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev)(?:/[^\s<>\"']*)?(?![\w@])", re.IGNORECASE
)
_NAME = re.compile(r"(?<![\w@])@([A-Za-z0-9_]{1,15})(?![\w@])")
_TAG = re.compile(r"(?<![\w&])#(\w*[^\W\d_]\w*)")
_CASHTAG = re.compile(r"(?<!\S)\$([A-Za-z]{1,6})(?![\w$])")


def links(text: str) -> list[str]:
    """What X shortens, each once, in order."""
    spans = [match.span() for match in _URL.finditer(text)]
    spans += [
        match.span()
        for match in _BARE.finditer(text)
        if not any(start <= match.start() < end for start, end in spans)
    ]
    return list(dict.fromkeys(text[start:end] for start, end in sorted(spans)))


def weight(text: str) -> int:
    """How long a text is: two for most signs beyond the Latin ones and for a whole emoji, 23 for a link."""
    text = unicodedata.normalize("NFC", text)
    found = links(text)
    for one in found:
        text = text.replace(one, "")
    return LINK * len(found) + sum(_of(one) for one in iter_graphemes(text))


def _of(grapheme: str) -> int:
    light = [any(low <= ord(one) <= high for low, high in _LIGHT) for one in grapheme]
    pictured = not light[0] and unicodedata.category(grapheme[0]) == "So"
    return 2 if pictured else sum(1 if one else 2 for one in light)


def names(text: str) -> list[str]:
    """Whom a text names, in lower case."""
    return [match[1].lower() for match in _NAME.finditer(text)]


def tags(text: str) -> set[str]:
    """The hashtags of a text, in lower case."""
    return {match[1].lower() for match in _TAG.finditer(text)}


def cashtags(text: str) -> int:
    """How many symbols of shares a text holds."""
    return len(_CASHTAG.findall(text))


def escaped(text: str) -> str:
    """Return a text as X shows it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
