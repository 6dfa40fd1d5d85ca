"""Listings: all items of a paged answer, resumable, with guards against a platform that never ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from socialkit.errors import UnexpectedResponseError

__all__ = ["AsyncListing", "Listing", "Page"]

T = TypeVar("T")

EMPTY_PAGES: Final = 50
"""How many empty pages in a row are followed: platforms filter after they page."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a listing."""

    items: tuple[T, ...]
    next_cursor: str | None = None
    """Where the next page begins; None after the last."""


class _Course(Generic[T]):
    """Where a listing is; shared by both modes."""

    def __init__(self, cursor: str | None, limit: int | None) -> None:
        if limit is not None and limit < 0:
            message = f"limit={limit} is negative"
            raise ValueError(message)
        self._cursor = cursor
        self._next = cursor
        self._items: tuple[T, ...] = ()
        self._at = 0
        self._left = limit
        self._cut = False
        self._seen = {cursor}
        self._empty = 0
        self._ended = limit == 0

    @property
    def cursor(self) -> str | None:
        """Where to resume: after the last page of which every item was taken.

        A page that was left in the middle, by the caller or by the limit, comes again, so nothing is lost.
        None at the start, and after the platform's last page: `ended` tells the two apart.
        """
        return self._cursor

    @property
    def ended(self) -> bool:
        """Whether the platform has no more pages, or the limit is reached."""
        return self._ended

    def _receive(self, page: Page[T]) -> Page[T]:
        following = page.next_cursor
        if following is not None and following in self._seen:
            message = "the platform gave the same cursor twice: the listing would never end"
            raise UnexpectedResponseError(message)
        self._seen.add(following)
        self._empty = 0 if page.items else self._empty + 1
        if self._empty > EMPTY_PAGES:
            message = f"the platform gave {EMPTY_PAGES} empty pages in a row"
            raise UnexpectedResponseError(message)
        items = page.items if self._left is None else page.items[: self._left]
        self._items, self._at, self._next = items, 0, following
        self._cut = len(items) < len(page.items)
        return Page(items, following)

    def _take(self) -> T:
        item = self._items[self._at]
        self._at += 1
        self._count(1)
        return item

    def _count(self, taken: int) -> None:
        if self._left is not None:
            self._left -= taken

    def _page_done(self) -> None:
        self._cursor = self._cursor if self._cut else self._next
        self._items, self._at = (), 0
        self._ended = self._next is None or self._left == 0

    def _rest(self) -> Page[T]:
        """Return what is left of a page of which single items were taken."""
        return Page(self._items[self._at :], self._next)

    def _has_item(self) -> bool:
        return self._at < len(self._items)


class Listing(_Course[T], Iterator[T]):
    """All items of a paged answer, got page by page as they are taken.

    Example:
        >>> pages = {None: Page(("a", "b"), "2"), "2": Page(("c",))}
        >>> listing = Listing(lambda cursor: pages[cursor])
        >>> next(listing), listing.cursor
        ('a', None)
        >>> next(listing), next(listing), listing.cursor
        ('b', 'c', '2')
    """

    def __init__(
        self, fetch: Callable[[str | None], Page[T]], *, cursor: str | None = None, limit: int | None = None
    ) -> None:
        super().__init__(cursor, limit)
        self._fetch = fetch

    def __iter__(self) -> Listing[T]:
        return self

    def __next__(self) -> T:
        while not self._has_item():
            if self._ended:
                raise StopIteration
            if self._at or self._items:
                self._page_done()
                continue
            page = self._receive(self._fetch(self._next))
            if not page.items:
                self._page_done()
        return self._take()

    def pages(self) -> Iterator[Page[T]]:
        """Return the pages one by one; `cursor` moves when the next one is asked for."""
        while not self._ended:
            page = self._rest() if self._has_item() else None
            if page is None and self._items:
                self._page_done()
                continue
            page = page or self._receive(self._fetch(self._next))
            self._count(len(page.items))
            yield page
            self._page_done()


class AsyncListing(_Course[T], AsyncIterator[T]):
    """All items of a paged answer, got page by page as they are taken.

    `async for` takes them one by one; awaiting the listing itself gives all that are left, as a list.
    """

    def __init__(
        self,
        fetch: Callable[[str | None], Coroutine[Any, Any, Page[T]]],
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> None:
        super().__init__(cursor, limit)
        self._fetch = fetch

    def __aiter__(self) -> AsyncListing[T]:
        return self

    async def __anext__(self) -> T:
        while not self._has_item():
            if self._ended:
                raise StopAsyncIteration
            if self._at or self._items:
                self._page_done()
                continue
            page = self._receive(await self._fetch(self._next))
            if not page.items:
                self._page_done()
        return self._take()

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Return the pages one by one; `cursor` moves when the next one is asked for."""
        while not self._ended:
            page = self._rest() if self._has_item() else None
            if page is None and self._items:
                self._page_done()
                continue
            page = page or self._receive(await self._fetch(self._next))
            self._count(len(page.items))
            yield page
            self._page_done()

    async def _all(self) -> list[T]:
        return [item async for item in self]

    def __await__(self) -> Generator[Any, Any, list[T]]:
        return self._all().__await__()
