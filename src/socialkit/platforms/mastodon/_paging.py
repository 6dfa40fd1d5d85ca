"""Mastodon's paging: the `Link` header, its query kept as our cursor."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from socialkit.platforms.base import no_cursor, page_size
from socialkit.transport import Response

__all__ = ["cursor_of", "page_params"]

LINK: Final = re.compile(r"<([^<>]*)>([^<]*)")
"""An address and what is said of it, up to the next address."""
RELATION: Final = re.compile(r';\s*rel\s*=\s*"?(\w+)"?', re.IGNORECASE)


def cursor_of(response: Response, *, rel: str = "next") -> str | None:
    """Return the query of a neighbouring page's address; None when there is none.

    Only the query is kept, so that a stored cursor can never send credentials to another host.
    """
    for match in LINK.finditer(response.headers.get("link", "")):
        said = RELATION.search(match.group(2))
        if said is not None and said.group(1).lower() == rel:
            return _query(match.group(1))
    return None


def _query(address: str) -> str | None:
    try:
        query = urlsplit(address).query
    except ValueError:  # brackets that hold no address
        return None
    return query if parse_qsl(query) else None


def page_params(cursor: str | None, limit: int | None, most: int) -> tuple[tuple[str, str], ...]:
    """Return the parameters of one page."""
    if cursor is not None:
        pairs = tuple(parse_qsl(cursor))
        if not pairs:  # without parameters the server would begin again at the first page
            raise no_cursor(cursor)
        return pairs
    return (("limit", str(page_size(limit, most))),)
