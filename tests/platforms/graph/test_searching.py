"""Lost writes are looked for among what is newer than what was there before, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from socialkit.models import Post
from socialkit.operations import Page
from socialkit.platforms._graph import Anchor, after_anchor, newer_than

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANSWERS = [Post(id=name) for name in ("3", "2", "1")]


def listed(*pages: tuple[int, ...]) -> list[Page[tuple[str, Post]]]:
    """Return pages of posts, of which each went out that many minutes after noon."""
    return [
        Page(
            tuple((f"wire {n}", Post(id=str(n), published_at=NOON + timedelta(minutes=n))) for n in page),
            str(number) if number < len(pages) else None,
        )
        for number, page in enumerate(pages, 1)
    ]


@pytest.mark.parametrize(
    ("anchor", "newer"),
    [("2", ["3"]), ("3", []), ("", ["3", "2", "1"]), ("9", None)],
    ids=["in between", "nothing since", "none before", "gone"],
)
def test_answers_are_newer_than_the_anchor_or_nobody_can_tell(anchor: str, newer: list[str] | None) -> None:
    found = after_anchor(anchor, ANSWERS)

    assert (None if found is None else [one.id for one in found]) == newer


@pytest.mark.parametrize(
    ("anchor", "newer"),
    [
        (Anchor("2", NOON), ["wire 5", "wire 4", "wire 3"]),
        (Anchor("gone", NOON + timedelta(minutes=4)), ["wire 5", "wire 4"]),
        (Anchor(), ["wire 5", "wire 4", "wire 3", "wire 2", "wire 1"]),
    ],
    ids=["the post itself", "an older one, where it was deleted", "none before"],
)
async def test_a_search_ends_where_the_anchor_is_reached(anchor: Anchor, newer: list[str]) -> None:
    pages = listed((5, 4), (), (3, 2, 1))

    async def page(cursor: str | None) -> Page[tuple[str, Post]]:
        return pages[int(cursor or 0)]

    found = await newer_than(Anchor.read(str(anchor)) if anchor.id else anchor, page)

    assert found is not None
    assert [wire for wire, _ in found] == newer


async def test_a_search_that_reaches_no_anchor_in_five_pages_tells_nothing() -> None:
    read: list[str | None] = []

    async def page(cursor: str | None) -> Page[tuple[str, Post]]:
        read.append(cursor)
        return Page((("wire", Post(id=f"{cursor} later")),), "more")

    assert await newer_than(Anchor("1"), page) is None
    assert len(read) == 5
