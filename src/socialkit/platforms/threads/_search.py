"""Finding what became of a post whose answer was lost: its container says whether it is out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from socialkit.errors import NotFoundError
from socialkit.models import Attempt, Draft, Found, Post
from socialkit.operations import Page
from socialkit.platforms._graph import (
    ANCHOR,
    Anchor,
    ContainerState,
    GraphCalls,
    WireList,
    last_container,
    newer_than,
    page_of,
    page_params,
)
from socialkit.platforms.base import Core, comment_of, in_one_line
from socialkit.platforms.threads._map import POST_FIELDS, REPLY_FIELDS, to_post
from socialkit.platforms.threads._wire import WireMedia
from socialkit.platforms.threads._writing import (
    CONTAINER,
    OWN,
    POST,
    Writing,
    is_ghost,
    kind_of,
    listing_of,
)

__all__ = ["Search"]

MOST: Final = 100
LISTED_LATER: Final = timedelta(minutes=1)
"""How long until a post is looked for again that is out, and not listed yet."""
PART: Final = re.compile(r"part (\d+) ")
FACADE: Final = "REPOST_FACADE"
"""The type of what only repeats another post."""
UNSENT: Final = frozenset(
    {ContainerState.IN_PROGRESS, ContainerState.FINISHED, ContainerState.ERROR, ContainerState.EXPIRED}
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a lost post must look like."""

    text: str
    kind: str
    """Its type, as Threads calls it."""
    reply: bool
    ghost: bool
    taken: frozenset[str]

    @classmethod
    def of(cls, attempt: Attempt, draft: Draft) -> Wanted:
        """Return what the step of an attempt was to make."""
        part, first = _part_of(attempt, draft)
        files = len(part.media)
        one = kind_of(part.media[0]) if files == 1 else "TEXT_POST"
        return cls(
            text=in_one_line(part.text),
            kind="CAROUSEL_ALBUM" if files > 1 else one,
            reply=not first or part.reply_to is not None,
            ghost=is_ghost(part),
            taken=frozenset(attempt.taken),
        )

    def fits(self, wire: WireMedia) -> bool:
        """Return whether a post is the one that is wanted."""
        fits = in_one_line(wire.text) == self.text and wire.media_type == self.kind
        return fits and wire.id not in self.taken


def _part_of(attempt: Attempt, draft: Draft) -> tuple[Draft, bool]:
    """Return the part of a draft that a step was to publish, and whether it is the first."""
    if attempt.kind == "reply":
        return draft, False
    part = PART.match(attempt.step)
    if part is None:
        return comment_of(draft), False
    return draft.parts[int(part[1]) - 1], part[1] == "1"


class Search:
    """Looks for lost posts of one client."""

    def __init__(self, core: Core, calls: GraphCalls, writing: Writing) -> None:
        self._core = core
        self._calls = calls
        self._writing = writing

    async def find(self, attempt: Attempt) -> Found:
        """Look once for what a publish or an answer was to make."""
        prefix = attempt.step.removesuffix(POST)
        results = attempt.results
        container = last_container(results, f"{prefix}{CONTAINER}") or last_container(
            results, f"{prefix}media 1"
        )
        if container is None or attempt.draft is None:
            return Found.undecided("which container it was is not known")
        try:
            state = (await self._writing.containers.look(container)).state
        except NotFoundError:
            return Found.undecided("its container is not there any more")
        if state in UNSENT:
            return Found.absent(f"its container is {state.value}, and not published")
        if state is not ContainerState.PUBLISHED:
            return Found.undecided(f"its container is {state.value}")
        anchor = attempt.results.get(f"{prefix}{ANCHOR}")
        if not isinstance(anchor, str):
            return Found.undecided("it is out, and what was there before is not known")
        return await self._listed(Wanted.of(attempt, attempt.draft), Anchor.read(anchor))

    async def find_repost(self, attempt: Attempt) -> Found:
        """Look once for what a repost was to make."""
        anchor = attempt.results.get(ANCHOR)
        if not isinstance(anchor, str):
            return Found.undecided("what was there before is not known")
        newer = await newer_than(Anchor.read(anchor), partial(self._page, listing_of()))
        if newer is None:
            return Found.undecided("too much was published since to look through it all")
        reposts = [post for wire, post in newer if wire.media_type == FACADE]
        found = [post for post in reposts if post.shares == attempt.target]
        if found:
            return Found.published(found[-1], "a repost of it is newer than what was there before")
        if any(post.shares is None for post in reposts):
            return Found.undecided("there is a repost since, and Threads does not tell of what")
        return Found.absent("no repost of it is newer than what was there before")

    async def _listed(self, wanted: Wanted, anchor: Anchor) -> Found:
        """Find the post among the account's own: the container does not tell its id."""
        edge = listing_of(reply=wanted.reply, ghost=wanted.ghost)
        newer = await newer_than(anchor, partial(self._page, edge))
        if newer is None:
            return Found.undecided("it is out, and too much was published since to look through it all")
        return self._chosen([post for wire, post in newer if wanted.fits(wire)])

    async def _page(self, edge: str, cursor: str | None) -> Page[tuple[WireMedia, Post]]:
        fields = REPLY_FIELDS if edge == listing_of(reply=True) else POST_FIELDS
        params = page_params(cursor, None, MOST)
        request = self._calls.get(OWN, edge, fields=fields, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireMedia])
        ref = self._core.ref
        return page_of(answer, lambda wire, raw: (wire, to_post(wire, raw, ref)))

    def _chosen(self, fitting: list[Post]) -> Found:
        """Return the oldest post that fits: the later of two equal ones may be of a later draft."""
        if fitting:
            return Found.published(fitting[-1], "its container says that it is out")
        again = self._core.now() + LISTED_LATER
        return Found.undecided("it is out, and is not listed yet", ask_again=again)
