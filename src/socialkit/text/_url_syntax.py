"""Whether a whole string is a web address: RFC 3986, with hosts in any script as people type them."""

import re

__all__ = ["is_url"]

_PARTS = re.compile(r"(?:([^:/?#]+)://)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_SCHEMES = frozenset({"http", "https"})
_UNRESERVED = r"\-a-z0-9\u0400-\u04ff._~!$&'()*+,;=:"
_USER = re.compile(rf"(?:[{_UNRESERVED}]|%[0-9a-f]{{2}})*+", re.IGNORECASE)
_PATH = re.compile(rf"(?:/(?:[{_UNRESERVED}|@]|%[0-9a-f]{{2}})*+)*+", re.IGNORECASE)
_QUERY = re.compile(rf"(?:[{_UNRESERVED}|@/?]|%[0-9a-f]{{2}})*+", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:([^@]*)@)?(\[[a-f0-9:.]+\]|[^:@\[\]]+)(?::[0-9]{1,5})?", re.IGNORECASE)
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
_LABEL = re.compile(r"(?![_-])[a-z0-9_\u0080-\U0010ffff-]++(?<![_-])", re.IGNORECASE)
_SPACE = re.compile(r"\s")


def is_url(text: str, *, scheme_required: bool = True) -> bool:
    """Tell whether a text is one web address, from its first to its last character.

    The host may be in any script or an IP address; only labels before the domain may have underscores.

    Example:
        >>> is_url("https://example.com/a?b#c"), is_url("example.com"), is_url("ftp://example.com")
        (True, False, False)
    """
    parts = _PARTS.fullmatch(text)
    if parts is None or _SPACE.search(text):
        return False
    scheme, authority, path, query, fragment = parts.groups(default="")
    if not (scheme.lower() in _SCHEMES or (not scheme and not scheme_required)):
        return False
    tails = _QUERY.fullmatch(query) and _QUERY.fullmatch(fragment)
    return bool(tails and _PATH.fullmatch(path) and _is_authority(authority))


def _is_authority(text: str) -> bool:
    parts = _AUTHORITY.fullmatch(text)
    if parts is None or not _USER.fullmatch(parts[1] or ""):
        return False
    host = parts[2]
    return host.startswith("[") or _IPV4.fullmatch(host) is not None or _is_domain(host)


def _is_domain(host: str) -> bool:
    labels = host.split(".")
    named = len(labels) > 1 and "_" not in labels[-2] + labels[-1] and not labels[-1][:1].isdecimal()
    return named and all(map(_LABEL.fullmatch, labels))
