"""Reading listings on, as far as a page of the inbox needs: what an inbox is put together from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from socialkit.models import Message
from socialkit.platforms._graph import age_of

__all__ = ["PAGES", "Cut", "Part", "cut_at", "read_on"]

PAGES: Final = 5
"""Of one listing, at most; the first of them among these."""
BEGIN: Final = datetime.min.replace(tzinfo=UTC)
END: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Part:
    """What was read of a listing, and which listings go on."""

    messages: tuple[Message, ...] = ()
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """A listing, the newest first, that goes on behind what was read."""

    go_on: Callable[[], Awaitable[Part]]
    oldest: datetime
    """The time of the last that was read: what follows is older."""


def cut_at(
    cursor: str | None, times: Iterable[datetime | None], go_on: Callable[[str], Awaitable[Part]]
) -> tuple[Cut, ...]:
    """Return where a listing goes on, if it does; one that tells no time may hold anything."""
    if cursor is None:
        return ()
    known = [one for one in times if one is not None]
    return (Cut(lambda: go_on(cursor), min(known, default=END)),)


class Gather(Protocol):
    """Awaits many."""

    async def __call__(self, *calls: Awaitable[Part]) -> list[Part]:
        """Await all."""
        ...


async def read_on(
    parts: Iterable[Part], before: tuple[datetime, str] | None, size: int, gather: Gather
) -> list[Message]:
    """Return the messages of all parts, and of what follows them as far as a page needs it.

    Whatever of a listing is older than all that the page shows stays unread: a call for each long comment
    thread or conversation would be spent for nothing.

    Args:
        parts: What was read of each listing.
        before: Behind what the page begins.
        size: How many messages the page holds.
        gather: Awaits calls.
    """
    found: list[Message] = []
    cuts: list[Cut] = []
    for page in range(PAGES):
        for part in parts:
            found += part.messages
            cuts += part.cuts
        floor = _floor(found, before, size)
        due = [one for one in cuts if one.oldest >= floor]
        if not due or page == PAGES - 1:
            break
        cuts = [one for one in cuts if one.oldest < floor]
        parts = await gather(*(one.go_on() for one in due))
    return found


def _floor(found: list[Message], before: tuple[datetime, str] | None, size: int) -> datetime:
    """Return the time below which nothing is wanted: that of the first message behind the page."""
    ages = sorted({age_of(one) for one in found}, reverse=True)
    rest = [one for one in ages if before is None or one < before]
    return rest[size][0] if len(rest) > size else BEGIN
