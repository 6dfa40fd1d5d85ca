"""Finding what became of a lost write: it is newer than what was there before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from socialkit.errors import APIError
from socialkit.models import Found, Post
from socialkit.operations import Page, Run
from socialkit.platforms.base import refused_for_good

__all__ = ["ANCHOR", "Anchor", "after_anchor", "found_state", "newer_than", "remembered"]

W = TypeVar("W")

ANCHOR: Final = "anchor"
"""The step that notes what was there before."""
SEARCHED_PAGES: Final = 5
"""Pages of own posts that a search looks through."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The newest own post that was there before.

    Example:
        >>> Anchor.read("17 2026-03-02T09:00:00+00:00").reached(Post(id="17"))
        True
    """

    id: str = ""
    at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.id} {self.at.isoformat()}" if self.id and self.at is not None else self.id

    @classmethod
    def read(cls, text: str) -> Anchor:
        """Return what was written down."""
        name, _, time = text.partition(" ")
        return cls(name, datetime.fromisoformat(time) if time else None)

    def reached(self, post: Post) -> bool:
        """Return whether a post is this one, or older."""
        older = self.at is not None and post.published_at is not None and post.published_at < self.at
        return post.id == self.id or older


async def remembered(run: Run, newest: Callable[[], Awaitable[str]]) -> str | None:
    """Note the newest own thing, so that a lost one is looked for after it and never mistaken.

    Returns:
        What was noted; None where the token may not read it.
    """
    try:
        return await run.step(ANCHOR, newest, returns=str)
    except APIError as error:
        if not refused_for_good(error):
            raise  # nothing is written yet, and without this nobody could look for it later
        return None


async def newer_than(
    anchor: Anchor, page: Callable[[str | None], Awaitable[Page[tuple[W, Post]]]]
) -> list[tuple[W, Post]] | None:
    """Return what was published after an anchor, the newest first; None where it is too much.

    Args:
        anchor: What was there before.
        page: Reads a page of posts, each with what the platform sent, from a cursor on.
    """
    newer: list[tuple[W, Post]] = []
    cursor: str | None = None
    for _ in range(SEARCHED_PAGES):
        found = await page(cursor)
        for wire, post in found.items:
            if anchor.reached(post):
                return newer
            newer.append((wire, post))
        cursor = found.next_cursor
        if cursor is None:
            return newer
    return None


def after_anchor(anchor: str, answers: list[Post]) -> list[Post] | None:
    """Return the answers that are newer than the anchor; None where it is not among them any more.

    Args:
        anchor: The id of the newest answer that was there before; empty where there was none.
        answers: Own answers, the newest first.

    Example:
        >>> [one.id for one in after_anchor("2", [Post(id="3"), Post(id="2"), Post(id="1")]) or ()]
        ['3']
    """
    places = [number for number, one in enumerate(answers) if one.id == anchor]
    if anchor and not places:
        return None
    return answers[: places[0]] if places else answers


def found_state(*, hidden: bool, wanted: bool, what: str) -> Found:
    """Return what became of hiding something, or of showing it again, by what it is now."""
    because = f"the {what} is {'hidden' if hidden else 'shown'}"
    return Found.published(None, because) if hidden is wanted else Found.absent(because)
