"""Where a URL in a running text ends, by Mastodon's rules.

Mastodon knows every top-level domain by name; here any label that looks like one is taken, so that the
answer does not age. Addresses without a dot, and numeric ones, are no links on Mastodon.
"""

import re

from socialkit.text._characters import is_mark, run_end

__all__ = ["url_end"]

# The longest top-level domain in use, `xn--vermgensberatung-pwb`, has 24 characters.
_ASCII_TLD = re.compile(r"(?:xn--[a-z0-9-]{2,59}+|[a-z]{2,24}+)(?![a-z0-9_-])", re.IGNORECASE | re.ASCII)
_HOST_RUN = re.compile(r"[\w.-]*+")
_NOT_BEFORE = re.compile(r"[A-Za-z0-9@\uff20$#\uff03\u202a-\u202e]")
_PATH_STOP = re.compile(r"[\s<>()?]")
_PATH_TAIL = "!*\"'「」;:=,.$%[]~&|…@"
_PORT = re.compile(r":[0-9]++")
_QUERY_RUN = re.compile(r"[^\s\"<>\\`{}]*+")
_QUERY_TAIL = "!?*'();:+$%[].,~|@^"
_PARENTHESES_DEPTH = 2


def url_end(text: str, start: int, host: int) -> int | None:
    """Return where the URL ends that starts at `start` and has its host at `host`; none if it is no URL."""
    if start and _NOT_BEFORE.match(text, start - 1):
        return None
    end = _host_end(text, host)
    if end is None:
        return None
    if port := _PORT.match(text, end):
        end = port.end()
    if text.startswith("/", end):
        end = _path_end(text, end)
    if text.startswith("?", end):
        end = _query_end(text, end)
    return end


def _host_end(text: str, start: int) -> int | None:
    """Return the end of the longest run of labels that ends in a top-level domain."""
    run = run_end(_HOST_RUN, text, start)
    best: int | None = None
    position = start
    for number, label in enumerate(text[start:run].split(".")):
        if not label or label[0] == "-":
            break
        end = position + _tld_length(label)
        if number and end > position and not text.startswith(("@", "+"), end):
            best = end
        position += len(label) + 1
    return best


def _tld_length(label: str) -> int:
    """Count the characters of a label that form a top-level domain, 0 if it does not start with one."""
    if found := _ASCII_TLD.match(label):
        return found.end()
    native = len(label) > 1 and not label[0].isascii()
    return len(label) if native and all(c.isalpha() or is_mark(c) for c in label) else 0


def _path_end(text: str, start: int) -> int:
    """Return the end of a path: parentheses count if balanced, punctuation at its end does not."""
    opened: list[int] = []
    end = len(text)
    for stop in _PATH_STOP.finditer(text, start):
        if stop[0] == "(" and len(opened) < _PARENTHESES_DEPTH:
            opened.append(stop.start())
        elif stop[0] == ")" and opened:
            opened.pop()
        else:
            end = stop.start()
            break
    end = opened[0] if opened else end
    return start + len(text[start:end].rstrip(_PATH_TAIL))


def _query_end(text: str, start: int) -> int:
    """Return the end of a query, which is where it starts if nothing but punctuation follows."""
    run = _QUERY_RUN.match(text, start)
    return start + len(run[0].rstrip(_QUERY_TAIL)) if run else start
