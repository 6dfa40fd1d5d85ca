"""Inboxes that are put together from several listings: one page of all, the newest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from socialkit.models import Message
from socialkit.operations import Page
from socialkit.platforms.base import no_cursor, page_size

__all__ = ["age_of", "merged", "place_of"]

Place = tuple[datetime, str]
"""Where a message stands: its time, and its id among those of one time."""


def place_of(cursor: str | None) -> Place | None:
    """Return behind what a page begins; None for the first one.

    Raises:
        ValueError: The cursor is none of ours.

    Example:
        >>> place_of("2026-03-02T09:00:00+00:00 17")
        (datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.timezone.utc), '17')
    """
    if cursor is None:
        return None
    time, _, name = cursor.partition(" ")
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        raise no_cursor(cursor) from None
    if at.tzinfo is None or not name:
        raise no_cursor(cursor)
    return at.astimezone(UTC), name


def merged(read: Iterable[Message], before: Place | None, *, limit: int | None, most: int) -> Page[Message]:
    """Return one page of messages, each of them once.

    Args:
        read: From all listings; of two with one id the later one stays.
        before: Behind what it begins.
        limit: At most this many.
        most: At most this many in any case.
    """
    found = sorted({one.id: one for one in read}.values(), key=age_of, reverse=True)
    rest = [one for one in found if before is None or age_of(one) < before]
    size = page_size(limit, most)
    chosen = tuple(rest[:size])
    last = chosen[-1] if len(rest) > size else None
    return Page(chosen, None if last is None else f"{last.created_at.isoformat()} {last.id}")


def age_of(message: Message) -> Place:
    """Return by what messages are sorted: the time, and the id among those of one time."""
    return message.created_at, message.id
