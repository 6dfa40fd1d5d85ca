"""Listings: every item once, a cursor to resume at, and an end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.errors import ServerError, UnexpectedResponseError
from socialkit.operations import AsyncListing, Listing, Page
from socialkit.testing import collect, take

Shelf = Sequence[Sequence[str]]
NOTHING: Sequence[str] = ()


class Book:
    """A listing over pages that lie ready, in one of the modes; notes what was asked for."""

    def __init__(self, shelf: Shelf, *, is_async: bool) -> None:
        self.shelf = shelf
        self.is_async = is_async
        self.asked: list[str | None] = []
        self.failing = 0

    def page(self, cursor: str | None) -> Page[str]:
        self.asked.append(cursor)
        if self.failing:
            self.failing -= 1
            raise ServerError("out of order", status=500)
        number = int(cursor or 0)
        last = number == len(self.shelf) - 1
        return Page(tuple(self.shelf[number]), None if last else str(number + 1))

    async def page_async(self, cursor: str | None) -> Page[str]:
        await asyncio.sleep(0)
        return self.page(cursor)

    def open(self, cursor: str | None = None, limit: int | None = None) -> Any:
        if self.is_async:
            return AsyncListing(self.page_async, cursor=cursor, limit=limit)
        return Listing(self.page, cursor=cursor, limit=limit)


@pytest.fixture(params=[False, True], ids=["blocking", "async"])
def is_async(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


async def test_every_item_comes_once_in_order(is_async: bool) -> None:
    book = Book([["a", "b"], [], ["c"], []], is_async=is_async)
    listing = book.open()

    assert await collect(listing) == ["a", "b", "c"]
    assert await collect(listing) == []
    assert (listing.ended, listing.cursor) == (True, None)
    assert book.asked == [None, "1", "2", "3"]


async def test_nothing_is_asked_for_before_it_is_needed(is_async: bool) -> None:
    book = Book([["a", "b"], ["c"]], is_async=is_async)
    listing = book.open()
    before = list(book.asked)
    await take(listing, 2)

    assert before == []
    assert book.asked == [None]


async def test_the_cursor_stays_before_a_page_until_all_of_it_was_taken(is_async: bool) -> None:
    listing = Book([["a", "b"], ["c", "d"], ["e"]], is_async=is_async).open()
    cursors: list[str | None] = [listing.cursor]
    for _ in range(5):
        await take(listing, 1)
        cursors.append(listing.cursor)

    assert cursors == [None, None, None, "1", "1", "2"]


@given(
    shelf=st.lists(st.lists(st.integers(0, 9).map(str), max_size=4), min_size=1, max_size=5),
    count=st.integers(0, 12),
    limit=st.none() | st.integers(0, 12),
    is_async=st.booleans(),
)
def test_resuming_at_a_cursor_loses_nothing(
    shelf: Shelf, count: int, limit: int | None, is_async: bool
) -> None:
    everything = [item for page in shelf for item in page]

    async def resume() -> None:
        first = Book(shelf, is_async=is_async).open(limit=limit)
        taken = await take(first, count)
        rest = await collect(Book(shelf, is_async=is_async).open(cursor=first.cursor))

        assert taken == everything[: min(count, len(everything) if limit is None else limit)]
        if not (first.ended and first.cursor is None and limit is None):
            assert everything[len(everything) - len(rest) :] == rest
            assert len(taken) + len(rest) >= len(everything)

    asyncio.run(resume())


async def test_a_page_cut_by_the_limit_comes_again(is_async: bool) -> None:
    book = Book([["a", "b", "c"], ["d", "e", "f"]], is_async=is_async)
    listing = book.open(limit=4)

    assert await collect(listing) == ["a", "b", "c", "d"]
    assert (listing.ended, listing.cursor) == (True, "1")
    assert await collect(book.open(cursor=listing.cursor)) == ["d", "e", "f"]


async def test_a_limit_at_the_end_of_a_page_resumes_after_it(is_async: bool) -> None:
    book = Book([["a", "b"], ["c"]], is_async=is_async)
    listing = book.open(limit=2)

    assert await collect(listing) == ["a", "b"]
    assert (listing.ended, listing.cursor) == (True, "1")
    assert book.asked == [None]


async def test_a_limit_of_nothing_asks_for_nothing(is_async: bool) -> None:
    book = Book([["a"]], is_async=is_async)

    assert await collect(book.open(limit=0)) == []
    assert book.asked == []


def test_a_negative_limit_is_refused(is_async: bool) -> None:
    with pytest.raises(ValueError, match="negative"):
        Book([["a"]], is_async=is_async).open(limit=-1)


async def test_pages_come_one_by_one(is_async: bool) -> None:
    listing = Book([["a", "b"], [], ["c"]], is_async=is_async).open()
    pages = await collect(listing.pages())

    assert [page.items for page in pages] == [("a", "b"), (), ("c",)]
    assert [page.next_cursor for page in pages] == ["1", "2", None]
    assert listing.ended


async def test_pages_respect_the_limit(is_async: bool) -> None:
    listing = Book([["a", "b"], ["c", "d"]], is_async=is_async).open(limit=3)

    assert [page.items for page in await collect(listing.pages())] == [("a", "b"), ("c",)]
    assert listing.cursor == "1"


async def test_the_cursor_moves_when_the_next_page_is_asked_for(is_async: bool) -> None:
    listing = Book([["a"], ["b"], ["c"]], is_async=is_async).open()
    pages = listing.pages()
    await take(pages, 1)
    after_first = listing.cursor
    await take(pages, 1)

    assert (after_first, listing.cursor) == (None, "1")
    if is_async:
        await pages.aclose()


async def test_a_cursor_that_repeats_is_an_error(is_async: bool) -> None:
    def page(cursor: str | None) -> Page[str]:
        return Page(("a",), "1")

    async def page_async(cursor: str | None) -> Page[str]:
        return page(cursor)

    listing: Any = AsyncListing(page_async) if is_async else Listing(page)

    with pytest.raises(UnexpectedResponseError, match="same cursor twice"):
        await collect(listing)


async def test_a_platform_that_sends_empty_pages_for_ever_is_an_error(is_async: bool) -> None:
    book = Book([NOTHING] * 200, is_async=is_async)

    with pytest.raises(UnexpectedResponseError, match="50 empty pages"):
        await collect(book.open())
    assert len(book.asked) == 51


async def test_many_empty_pages_before_an_item_are_followed(is_async: bool) -> None:
    assert await collect(Book([*[NOTHING] * 50, ["a"]], is_async=is_async).open()) == ["a"]


async def test_a_listing_goes_on_after_an_error(is_async: bool) -> None:
    book = Book([["a"], ["b"]], is_async=is_async)
    listing = book.open()
    taken = await take(listing, 1)
    book.failing = 1
    with pytest.raises(ServerError):
        await take(listing, 1)

    assert [*taken, *await collect(listing)] == ["a", "b"]
    assert book.asked == [None, "1", "1"]


async def test_awaiting_a_listing_gives_all_that_are_left() -> None:
    listing = Book([["a", "b"], ["c"]], is_async=True).open()
    await take(listing, 1)

    assert await listing == ["b", "c"]


async def test_pages_begin_with_what_is_left_of_a_page(is_async: bool) -> None:
    listing = Book([["a", "b", "c"], ["d"]], is_async=is_async).open()

    first = await take(listing, 1)
    rest = [page.items for page in await collect(listing.pages())]

    assert (list(first), rest) == (["a"], [("b", "c"), ("d",)])
