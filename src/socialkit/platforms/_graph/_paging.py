"""Pages of Graph APIs: cursors that the platform makes, and addresses of neighbours that hold the token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from socialkit.models import Lenient, Raw, WireModel
from socialkit.operations import Page
from socialkit.platforms.base import no_cursor, page_size
from socialkit.transport import Answer

__all__ = ["WireList", "WirePaging", "cursor_of", "edge_read", "page_of", "page_params", "things_of"]

T = TypeVar("T")
M = TypeVar("M")

KEPT: Final = frozenset({"after", "offset", "until", "since", "__paging_token", "__after_id"})
"""What of a neighbour's address says where it begins. The rest is what we asked, and the token."""


class WireCursors(WireModel):
    """Where a page begins and ends."""

    before: Lenient[str] = None
    after: Lenient[str] = None


class WirePaging(WireModel):
    """The neighbours of a page."""

    cursors: Lenient[WireCursors] = None
    next: Lenient[str] = None
    previous: Lenient[str] = None


class WireList(WireModel, Generic[T]):
    """A page of things."""

    data: list[T]
    paging: Lenient[WirePaging] = None


def edge_read(value: object) -> object:
    """Return an edge as a page of it; what is none is an empty one."""
    return cast("object", value) if isinstance(value, dict) else {"data": []}


def cursor_of(paging: WirePaging | None) -> str | None:
    """Return where the next page begins; None when there is none.

    A page may be short, or empty, before the end: only a missing `next` ends a listing. Of its address no
    more than the place is kept, so that a stored cursor holds no token and leads to no other host.

    Example:
        >>> cursor_of(WirePaging(next="https://graph.example/1/feed?access_token=x&limit=25&after=QVFI"))
        'after=QVFI'
    """
    if paging is None or not paging.next:
        return None
    try:
        pairs = [pair for pair in parse_qsl(urlsplit(paging.next).query) if pair[0] in KEPT]
    except ValueError:  # brackets that hold no address
        pairs = []
    if not pairs and paging.cursors is not None and paging.cursors.after:
        pairs = [("after", paging.cursors.after)]
    return urlencode(pairs) or None


def page_params(cursor: str | None, limit: int | None, most: int) -> tuple[tuple[str, str], ...]:
    """Return the parameters of one page.

    Raises:
        ValueError: The cursor is none of ours.
    """
    size = ("limit", str(page_size(limit, most)))
    if cursor is None:
        return (size,)
    pairs = tuple(parse_qsl(cursor))
    if not pairs or any(name not in KEPT for name, _ in pairs):
        raise no_cursor(cursor)
    return (size, *pairs)


def things_of(answer: Answer[WireList[T]], to: Callable[[T, Raw], M | None]) -> list[M]:
    """Return the things of a page, each with what was sent for it; none where `to` gives None."""
    told = (to(wire, answer.raw.at("data", number)) for number, wire in enumerate(answer.value.data))
    return [one for one in told if one is not None]


def page_of(answer: Answer[WireList[T]], to: Callable[[T, Raw], M | None]) -> Page[M]:
    """Return a page as `things_of` maps it, and where the next one begins."""
    return Page(tuple(things_of(answer, to)), cursor_of(answer.value.paging))
