"""Links in a text, by X's rules: with a scheme, or a bare domain below a known top-level domain.

X writes links between words of Chinese, Japanese or Korean too, so a host may follow any of their characters;
without a scheme only its ASCII part is the link. All is read once, from left to right.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from socialkit.text._tlds import tld_end

__all__ = ["LATIN_ACCENTS", "SPACES_AND_DIRECTIONS", "url_spans"]

LATIN_ACCENTS = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272"
    "\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
SPACES_AND_DIRECTIONS = (
    "\t-\r \u0085\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000" + _DIRECTIONS
)
_INVALID = "\ufffe\ufeff\uffff"
_NO_HOST = rf"!'#%&()*+,\\/:;<=>?@\[\]^{{|}}~${SPACES_AND_DIRECTIONS}{_INVALID}"
_HOST = rf"[^{_NO_HOST}]"
_DOTTED_RUN = re.compile(rf"(?<!{_HOST})[^.{_NO_HOST}]*+\.{_HOST}*+")
_NOT_BEFORE = re.compile(rf"[A-Za-z0-9@\uff20$#\uff03{_INVALID}]")
_START = re.compile(rf"(?<!{_NOT_BEFORE.pattern})[^._{_NO_HOST}-]")
_NOT_BEFORE_BARE = "-_./"
_EDGES = "-_"
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_SCHEME_LENGTHS = (8, 7)

_ASCII_LABEL = rf"[a-z0-9{LATIN_ACCENTS}-]"
_ASCII_TAIL = re.compile(rf"{_ASCII_LABEL}++\Z", re.IGNORECASE)
_ASCII_WHOLE = re.compile(rf"{_ASCII_LABEL}++", re.IGNORECASE)

_PORT = re.compile(r":[0-9]++")
_PATH_CHARACTER = rf"[a-z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\u2013_~@|&{LATIN_ACCENTS}-]"
_PATH_RUN = re.compile(rf"{_PATH_CHARACTER}*+", re.IGNORECASE)
_PATH_TAIL = "!*';:,.$%[]\u2013~@|&"
_PARENTHESES = re.compile(
    rf"\((?:{_PATH_CHARACTER}++\)|{_PATH_CHARACTER}*+\({_PATH_CHARACTER}++\){_PATH_CHARACTER}*+\))",
    re.IGNORECASE,
)
_QUERY_RUN = re.compile(r"\?[a-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]*+", re.IGNORECASE | re.ASCII)
_QUERY_TAIL = "!?*'@();:+$%[].,~|"
_SHORT_LINK = re.compile(r"https?://t\.co/([a-z0-9]++)", re.IGNORECASE | re.ASCII)

_MAXIMUM_SLUG = 40
_MAXIMUM_LABEL = 63
_MAXIMUM_URL = 4096
_SCHEME_SIZE = len("https://")


_Span = tuple[int, int]


class _Host(NamedTuple):
    start: int
    end: int
    linkable: bool
    """Not if the label before the top-level domain has an underscore: X reads over such an address."""
    label: int
    """Index of the label in which the host ends."""


def url_spans(text: str) -> Iterator[_Span]:
    """Find the links of a text, as pairs of code point indices."""
    if "." not in text:
        return
    position = 0
    for run in _DOTTED_RUN.finditer(text):
        if run.end() <= position:
            continue
        for spans, after in _addresses(text, run.start(), run.end(), position):
            yield from spans
            position = after


def _addresses(text: str, start: int, end: int, position: int) -> Iterator[tuple[list[_Span], int]]:
    """Yield what is linked of each address in a run of host characters, and where the address ends."""
    labels = _labels(text, start, end)
    scheme = _scheme_start(text, start, position)
    if scheme is not None and (host := _host(text, labels, 0, start)) and host.linkable:
        yield _address_with_scheme(text, scheme, host)
        position, index = _address_end(text, host.end)[1], host.label
    else:
        index = 0
    while index < len(labels) - 1:
        first, last = labels[index]
        found = _START.search(text, max(first, position + 1 if position else 0), last)
        if found is None or text[last - 1] in _EDGES:
            index += 1
            continue
        host = _host(text, labels, index, found.start())
        if host is None:
            index = _chain_end(text, labels, index)
            continue
        yield _bare_address(text, host)
        position, index = _address_end(text, host.end)[1], host.label


def _labels(text: str, start: int, end: int) -> list[_Span]:
    labels: list[_Span] = []
    for label in text[start:end].split("."):
        labels.append((start, start + len(label)))
        start += len(label) + 1
    return labels


def _scheme_start(text: str, host: int, position: int) -> int | None:
    """Return where the scheme before a host starts, if it is one that X links."""
    for length in _SCHEME_LENGTHS:
        start = host - length
        if start >= position and _SCHEME.fullmatch(text, start, host):
            stands_free = start > position and not _NOT_BEFORE.match(text, start - 1)
            return start if stands_free or not start else None
    return None


def _whole(text: str, label: _Span) -> bool:
    start, end = label
    return end > start and text[start] not in _EDGES and text[end - 1] not in _EDGES


def _chain_end(text: str, labels: list[_Span], index: int) -> int:
    """Return the first label after one that cannot stand in the middle of a host."""
    index += 1
    while index < len(labels) and _whole(text, labels[index]):
        index += 1
    return index


def _host(text: str, labels: list[_Span], index: int, start: int) -> _Host | None:
    """Return the longest host that starts at `start`, inside a label."""
    if start >= labels[index][1] or text[start] in _EDGES or text[labels[index][1] - 1] in _EDGES:
        return None
    best: _Host | None = None
    doubtful: _Host | None = None
    before = start
    for number in range(index + 1, min(_chain_end(text, labels, index) + 1, len(labels))):
        end = tld_end(text, *labels[number])
        underscore = text.rfind("_", before, labels[number - 1][1])
        before = labels[number][0]
        if end is None:
            continue
        if underscore < 0:
            best = _Host(start, end, linkable=True, label=number)
        else:
            doubtful = _Host(underscore + 1, end, linkable=False, label=number)
    return best or doubtful


def _address_with_scheme(text: str, scheme: int, host: _Host) -> tuple[list[_Span], int]:
    _, after = _address_end(text, host.end)
    if not _short_enough(text[host.start : host.end], after - scheme):
        return [], after
    if link := _SHORT_LINK.match(text, scheme, after):
        if len(link[1]) > _MAXIMUM_SLUG:
            return [], after
        return [(scheme, _query_end(text, link.end()))], after
    return [(scheme, after)], after


def _bare_address(text: str, host: _Host) -> tuple[list[_Span], int]:
    path, after = _address_end(text, host.end)
    if (
        not host.linkable
        or (host.start and text[host.start - 1] in _NOT_BEFORE_BARE)
        or not _short_enough(text[host.start : host.end], after - host.start + _SCHEME_SIZE)
    ):
        return [], after
    spans = list(_ascii_hosts(text, host.start, host.end))
    if spans and path:
        spans[-1] = (spans[-1][0], after)
    return spans, after


def _ascii_hosts(text: str, start: int, end: int) -> Iterator[_Span]:
    """Find the hosts of ASCII and accented letters inside one that may have letters of any script."""
    labels = _labels(text, start, end)
    index, position = 0, start
    while index < len(labels) - 1:
        tail = _ASCII_TAIL.search(text, max(position, labels[index][0]), labels[index][1])
        best: tuple[int, int] | None = None
        number = index + 1
        while tail is not None and number < len(labels):
            if (stop := tld_end(text, *labels[number])) is not None:
                best = number, stop
            if not _ASCII_WHOLE.fullmatch(text, *labels[number]):
                break
            number += 1
        if tail is not None and best is not None:
            yield tail.start(), best[1]
            index, position = best
        else:
            index = number


def _address_end(text: str, host_end: int) -> tuple[bool, int]:
    """Return whether a path follows a host, and where port, path and query end."""
    port = _PORT.match(text, host_end)
    end = port.end() if port else host_end
    path = text.startswith("/", end)
    if path:
        end = _path_end(text, end)
    return path, _query_end(text, end)


def _path_end(text: str, start: int) -> int:
    """Return the end of a path: parentheses in pairs belong to it, punctuation at its end does not."""
    end = start + 1
    position = start
    while True:
        run = _PATH_RUN.match(text, position)
        stop = run.end() if run else position
        position, end = stop, max(end, position + len(text[position:stop].rstrip(_PATH_TAIL)))
        pair = _PARENTHESES.match(text, position)
        if pair is None:
            return end
        position = end = pair.end()


def _query_end(text: str, start: int) -> int:
    run = _QUERY_RUN.match(text, start)
    return start + len(run[0].rstrip(_QUERY_TAIL)) if run else start


def _short_enough(host: str, length: int) -> bool:
    """Tell whether an address keeps the limits of domain names and of X, written in ASCII."""
    size = length
    for label in host.split("."):
        if len(label) > _MAXIMUM_LABEL:
            return False
        if not label.isascii():
            encoded = len(b"xn--" + label.encode("punycode"))
            if encoded > _MAXIMUM_LABEL:
                return False
            size += encoded - len(label)
    return size <= _MAXIMUM_URL
