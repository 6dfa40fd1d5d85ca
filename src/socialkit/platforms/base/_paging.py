"""Paging: the size of a page, and cursors that count."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["no_cursor", "offset_of", "page_size"]

OFFSET: Final = re.compile(r"[0-9]{1,9}")


def page_size(limit: int | None, most: int) -> int:
    """Return how many items to ask for: as many as a page holds, or as are still wanted.

    Example:
        >>> page_size(None, 40), page_size(3, 40), page_size(300, 40), page_size(0, 40)
        (40, 3, 40, 1)
    """
    return most if limit is None else max(1, min(limit, most))


def offset_of(cursor: str | None, *, of: str | None = None) -> int:
    """Return where a page begins that is found by counting; `of` is the whole cursor, for the error.

    Raises:
        ValueError: It is no number that a listing gave.

    Example:
        >>> offset_of(None), offset_of("40")
        (0, 40)
    """
    if cursor is None:
        return 0
    if not OFFSET.fullmatch(cursor):
        raise no_cursor(cursor if of is None else of)
    return int(cursor)


def no_cursor(cursor: str | None) -> ValueError:
    """Return what to say of a cursor that no listing of this kind gave."""
    return ValueError(f"cursor={cursor!r} is not one that this listing gave")
