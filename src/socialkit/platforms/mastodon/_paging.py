"""Mastodon's paging: the `Link` header, its query kept as our cursor."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from socialkit.transport import Response

__all__ = ["cursor_of", "page_params"]

LINK: Final = re.compile(r'<([^<>]*)>\s*;\s*rel="?(\w+)"?')


def cursor_of(response: Response, *, rel: str = "next") -> str | None:
    """Return the query of a neighbouring page's address; None when there is none.

    Only the query is kept, so that a stored cursor can never send credentials to another host.
    """
    for match in LINK.finditer(response.headers.get("link", "")):
        if match.group(2) == rel:
            return urlsplit(match.group(1)).query or None
    return None


def page_params(cursor: str | None, limit: int | None, most: int) -> tuple[tuple[str, str], ...]:
    """Return the parameters of one page."""
    if cursor is not None:
        return tuple(parse_qsl(cursor))
    return (("limit", str(most if limit is None else max(1, min(limit, most)))),)
