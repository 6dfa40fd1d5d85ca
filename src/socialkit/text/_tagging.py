"""Parameters on the links of a text, such as those that tell an analytics tool where a visit comes from."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from urllib.parse import quote

from socialkit.text._entities import extract_entities
from socialkit.text._entity import Dialect, Entity, EntityKind

__all__ = ["tag_link", "tag_links"]

_PARTS = re.compile(r"(https?://)([^/?#\s]*)([^?#\s]*)(?:\?([^#\s]*))?(#\S*)?", re.IGNORECASE)
_SCHEMES = ("http://", "https://")
_PORT = re.compile(r":\d*\Z", re.ASCII)
_REST = 256
"""How much may be attached to a link that is tagged: it is read again, in case it became part of it."""
_SPACE = re.compile(r"\s")


def tag_links(
    text: str,
    parameters: Mapping[str, str],
    *,
    hosts: Collection[str] = (),
    dialect: Dialect = Dialect.MASTODON,
) -> str:
    """Add parameters to every link of a text that is written with `http://` or `https://`.

    Nothing else is touched: mentions, hashtags and bare domains stay as they are, and so does a link that
    something is attached to which would become part of it. Doing it twice changes nothing.

    Args:
        text: The text.
        parameters: What to add, in its order.
        hosts: Only links to these domains, and to what lies below them; empty is all.
        dialect: Whose rules say what a link is.

    Example:
        >>> tag_links("New: https://shop.example/a#top (@ada)", {"utm_source": "x"})
        'New: https://shop.example/a?utm_source=x#top (@ada)'
    """
    written: list[str] = []
    position = 0
    for entity in extract_entities(text, dialect) if parameters else ():
        if entity.kind is EntityKind.URL and entity.text.lower().startswith(_SCHEMES):
            tagged = tag_link(entity.text, parameters, hosts=hosts)
            if _still_ends(tagged, text, entity, dialect):
                written += (text[position : entity.start], tagged)
                position = entity.end
    return "".join((*written, text[position:]))


def tag_link(url: str, parameters: Mapping[str, str], *, hosts: Collection[str] = ()) -> str:
    """Add parameters to one link, after those that it has and before its fragment.

    A link that has one of them, or any other whose name starts with `utm_`, is somebody's tagged link: it
    stays as it is.

    Args:
        url: The link; what has no `http://` or `https://` stays as it is.
        parameters: What to add, in its order.
        hosts: Only links to these domains, and to what lies below them; empty is all.

    Example:
        >>> tag_link("https://shop.example?size=m", {"utm_source": "x", "utm_campaign": "new year"})
        'https://shop.example/?size=m&utm_source=x&utm_campaign=new%20year'
    """
    parts = _PARTS.fullmatch(url)
    if parts is None or not parameters or not _is_below(parts[2], hosts):
        return url
    query = parts[4] or ""
    names = {one.partition("=")[0].lower() for one in query.split("&")}
    if any(name.startswith("utm_") or name in parameters for name in names):
        return url
    joint = "&" if query and not query.endswith("&") else ""
    added = "&".join(f"{_coded(name)}={_coded(value)}" for name, value in parameters.items())
    return f"{parts[1]}{parts[2]}{parts[3] or '/'}?{query}{joint}{added}{parts[5] or ''}"


def _coded(text: str) -> str:
    # Platforms take a dot or a tilde at the end of a link for the end of the sentence.
    return quote(text, safe="", errors="replace").replace(".", "%2E").replace("~", "%7E")


def _is_below(authority: str, hosts: Collection[str]) -> bool:
    if not hosts:
        return True
    host = _comparable(_PORT.sub("", authority.rpartition("@")[2]))
    return any(host == one or host.endswith(f".{one}") for one in map(_comparable, hosts))


def _comparable(host: str) -> str:
    """Write a host of any script as the network does, in small ASCII letters."""
    labels = unicodedata.normalize("NFKC", host).lower().rstrip(".").split(".")
    return ".".join(one if one.isascii() else f"xn--{one.encode('punycode').decode()}" for one in labels)


def _still_ends(tagged: str, text: str, link: Entity, dialect: Dialect) -> bool:
    """Tell whether a tagged link ends where it should, in the word that it stands in."""
    rest = text[link.end : link.end + _REST]
    space = _SPACE.search(rest)
    if space is None and len(rest) == _REST:
        return False
    rest = rest[: space.start()] if space else rest
    found = extract_entities(tagged + rest, dialect)
    return bool(found) and found[0].text == tagged
