"""How the simulated X reads text: weights, links, names."""

import re
import unicodedata

from wcwidth import iter_graphemes

from socialkit.sandbox.x._facts import LINK
from socialkit.sandbox.x._tlds import NAMES

_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_ACCENTED = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f"
    "\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_TURNS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""What turns the direction of writing."""
_SIGNS = r"!'#%&()*+,\\\-./:;<=>?@\[\]^_{|}~$"
_IN_HOST = rf"[^{_SIGNS}\s\u180e{_TURNS}\ufffe\ufeff\uffff]"
_ABOVE = rf"(?:{_IN_HOST}(?:[_-]|{_IN_HOST}){{0,62}}+(?<![_-])\.)*"
_LABEL = rf"{_IN_HOST}(?:-|{_IN_HOST}){{0,62}}+(?<!-)\."
_NAMED = "|".join(sorted((re.escape(name) for name in NAMES), key=len, reverse=True))
_TOP = rf"(?:xn--[a-z0-9-]++|(?:{_NAMED})(?=[^0-9A-Za-z@+-]|\Z))"
_IN_PATH = rf"a-z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\u2013_~@|&{_ACCENTED}-"
_ROUND = rf"\((?:[{_IN_PATH}]+|[{_IN_PATH}]*\([{_IN_PATH}]+\)[{_IN_PATH}]*)\)"
_PATH = rf"(?:/(?:[{_IN_PATH}]|{_ROUND})*(?<=[a-z\u0400-\u04ff0-9=_#/){_ACCENTED}+-]))?"
_QUERY = r"(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]*[a-z0-9_&=#/-])?"
_BEHIND = rf"(?::[0-9]+)?{_PATH}{_QUERY}"
_LINK = re.compile(
    rf"(?<![A-Za-z0-9@\uff20$#\uff03\ufffe\ufeff\uffff])(?:"
    rf"https?://(?:t\.co/[a-z0-9]{{1,40}}(?![a-z0-9]){_QUERY}|{_ABOVE}{_LABEL}{_TOP}{_BEHIND})"
    rf"|(?<![-_./])(?:[a-z0-9{_ACCENTED}-]{{1,63}}+\.)+{_TOP}{_BEHIND})",
    re.IGNORECASE,
)
_LONGEST_LABEL = 63
_NAME = re.compile(r"(?<![\w@])@([A-Za-z0-9_]{1,15})(?![\w@])")
_TAG = re.compile(r"(?<![\w&])#(\w*[^\W\d_]\w*)")
_CASHTAG = re.compile(
    rf"(?:(?<=[\s{_TURNS}])|^)\$[a-z]{{1,6}}(?:[._][a-z]{{1,2}})?(?=[\s{_SIGNS}]|\Z)", re.IGNORECASE
)


def links(text: str) -> list[tuple[int, int]]:
    """Where what X shortens begins and ends, in order; without a scheme only what is below a known domain."""
    found = _LINK.finditer(text) if "." in text else ()
    return [match.span() for match in found if _is_host(re.split(r"[/:?]", match[0].split("://")[-1])[0])]


def _is_host(host: str) -> bool:
    """Whether the name service takes each label of a host, however it is spelled."""
    spelled = (one if one.isascii() else f"xn--{one.encode('punycode').decode()}" for one in host.split("."))
    return all(len(one) <= _LONGEST_LABEL for one in spelled)


def weight(text: str) -> int:
    """How long a text is: two for most signs beyond the Latin ones and for a whole emoji, 23 for a link."""
    text = unicodedata.normalize("NFC", text)
    found = links(text)
    edges = [0, *(edge for span in found for edge in span), len(text)]
    words = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return LINK * len(found) + sum(_of(one) for piece in words for one in iter_graphemes(piece))


def _of(grapheme: str) -> int:
    light = [any(low <= ord(one) <= high for low, high in _LIGHT) for one in grapheme]
    drawn = unicodedata.category(grapheme[0]) == "So" and not light[0]
    # A sign in a keycap, and one that is asked for as a picture.
    asked = "\u20e3" in grapheme or ("\ufe0f" in grapheme and not grapheme[0].isalnum())
    return 2 if drawn or asked else sum(1 if one else 2 for one in light)


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
