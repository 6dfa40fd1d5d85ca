"""Finding what became of a post whose answer was lost: its container tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import JsonValue

from socialkit.errors import NotFoundError
from socialkit.models import Attempt, Draft, Found, Post
from socialkit.platforms._graph import (
    Containers,
    ContainerState,
    GraphCalls,
    WireList,
    cursor_of,
    last_container,
    page_params,
)
from socialkit.platforms.base import FIRST_COMMENT, Core
from socialkit.platforms.instagram._making import CONTAINER
from socialkit.platforms.instagram._map import MEDIA_FIELDS, REPLY_FIELDS, to_post
from socialkit.platforms.instagram._rules import kind_of
from socialkit.platforms.instagram._wire import WireComment, WireMedia

__all__ = ["ANCHOR", "COMMENT", "POST", "Search", "anchor_of", "edge_of"]

ANCHOR: Final = "anchor"
POST: Final = "post"
COMMENT: Final = "comment"
PART: Final = "part 1 "
"""What the steps of the one part of a post begin with."""
MOST: Final = 50
SEARCHED_PAGES: Final = 5
LISTED_AFTER: Final = timedelta(minutes=1)
"""When to look again for a post that is out and not listed yet."""
KEPT: Final = timedelta(hours=24)
"""How long a container lives, published or not."""
THEN: Final = timedelta(minutes=10)
"""How far from its time a lost post may be dated: clocks differ, and a write may land late."""
WAITING: Final = frozenset({ContainerState.IN_PROGRESS, ContainerState.FINISHED, ContainerState.ERROR})


def edge_of(kind: str) -> str:
    """Return the edge of an account on which a kind of post stands."""
    return "stories" if kind == "story" else "media"


def anchor_of(wires: list[WireMedia]) -> str:
    """Return the newest of some posts, as it is written down."""
    if not wires:
        return ""
    time = wires[0].timestamp
    return wires[0].id if time is None else f"{wires[0].id} {time.isoformat()}"


@dataclass(frozen=True, slots=True)
class Before:
    """The newest post that was there before."""

    id: str
    at: datetime | None

    @classmethod
    def read(cls, text: str) -> Before:
        """Return what was written down."""
        name, _, time = text.partition(" ")
        return cls(name, datetime.fromisoformat(time) if time else None)

    def reached(self, post: Post) -> bool:
        """Return whether a post is this one, or older."""
        older = self.at is not None and post.published_at is not None and post.published_at < self.at
        return post.id == self.id or older


class Search:
    """Looks for lost posts and comments of one client."""

    def __init__(self, core: Core, calls: GraphCalls, containers: Containers) -> None:
        self._core = core
        self._calls = calls
        self._containers = containers

    async def find(self, attempt: Attempt) -> Found:
        """Look once for what a publish was to make."""
        draft = attempt.draft
        if draft is None:
            return Found.undecided("what was to be published is not known")
        if attempt.step.startswith(FIRST_COMMENT):
            return await self._first_comment(attempt, draft)
        container = last_container(attempt.results, f"{PART}{CONTAINER}")
        if container is None:
            return Found.undecided("which container it was made of is not known")
        state = await self._state(container)
        if state in WAITING:
            return Found.absent("its container was not published")
        if state not in {ContainerState.PUBLISHED, ContainerState.EXPIRED, None}:
            return Found.undecided(f"its container is {state}, and nobody knows what that means")
        newer = await self._newer(attempt, draft)
        if isinstance(newer, str):
            return Found.undecided(newer)
        found = _chosen(newer, draft, attempt.taken)
        if found.post is not None or state is ContainerState.EXPIRED:
            return found
        return self._unlisted(attempt, draft, state, newer)

    def _unlisted(
        self, attempt: Attempt, draft: Draft, state: ContainerState | None, newer: list[Post]
    ) -> Found:
        """Return what to think of a post that is not listed, by what is known of its container."""
        again = self._core.now() + LISTED_AFTER
        if state is not None:
            because = "its container says that it is out, and it is not among the account's posts yet"
            return Found.undecided(because, ask_again=again)
        if again < attempt.started_at + KEPT:
            # Not found so early is known to be untrue at times, and tells nothing of what became of it:
            # https://github.com/gitroomhq/postiz-app/issues/1562.
            return Found.undecided("its container could not be read", ask_again=again)
        # A container is forgotten after a day, published or not; a story is gone by then as well.
        if kind_of(draft) == "story":
            return Found.undecided("its container and all stories of that day are gone")
        others = [one for one in newer if one.id not in attempt.taken and _is_of_then(one, attempt)]
        if others:
            because = f"its container is gone, and a post of that time has another text: {others[0].id}"
            return Found.undecided(because)
        return Found.absent("it is not among the account's posts since")

    async def _state(self, container: str) -> ContainerState | None:
        """Return how far a container is; None where it is not there any more."""
        try:
            return (await self._containers.look(container)).state
        except NotFoundError:
            return None

    async def _newer(self, attempt: Attempt, draft: Draft) -> list[Post] | str:
        """Return the posts that are newer than the one that was there before, or why nobody knows them."""
        anchor = attempt.results.get(f"{PART}{ANCHOR}")
        if not isinstance(anchor, str):
            return "what was there before is not known: the token may not read posts"
        owner, edge, before = (
            (await self._core.known()).id or "",
            edge_of(kind_of(draft)),
            Before.read(anchor),
        )
        newer: list[Post] = []
        cursor: str | None = None
        for _ in range(SEARCHED_PAGES):
            page, cursor = await self._page(owner, edge, cursor)
            for post in page:
                if before.reached(post):
                    return newer
                newer.append(post)
            if cursor is None:
                return newer
        return "the account published too much since to look through it all"

    async def _page(self, owner: str, edge: str, cursor: str | None) -> tuple[list[Post], str | None]:
        request = self._calls.get(owner, edge, fields=MEDIA_FIELDS, params=page_params(cursor, None, MOST))
        answer = await self._core.pipeline.call(request, WireList[WireMedia])
        ref, wires = self._core.ref, answer.value.data
        posts = [to_post(wire, answer.raw.at("data", n), ref) for n, wire in enumerate(wires)]
        return posts, cursor_of(answer.value.paging)

    async def _first_comment(self, attempt: Attempt, draft: Draft) -> Found:
        above = _id_in(attempt.results.get(f"{PART}{POST}"))
        if above is None:
            return Found.undecided("under which post it was to stand is not known")
        ref, text = await self._core.known(), (draft.first_comment or "").strip()
        params = (("limit", str(MOST)),)
        request = self._calls.get(above, "comments", fields=REPLY_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireComment])
        for number, wire in enumerate(answer.value.data):
            if (
                _is_own(wire, ref.id, ref.handle)
                and (wire.text or "").strip() == text
                and wire.id not in attempt.taken
            ):
                return Found.published(
                    Post(
                        id=wire.id,
                        account=ref,
                        text=text,
                        reply_to=above,
                        published_at=wire.timestamp,
                        raw=answer.raw.at("data", number),
                    )
                )
        if answer.value.paging is not None and answer.value.paging.next:
            return Found.undecided("there are too many comments to look through them all")
        return Found.absent("it is not under the post")


def _is_own(wire: WireComment, identity: str | None, handle: str | None) -> bool:
    if wire.sender is not None and wire.sender.id == identity:
        return True
    return bool(handle) and handle in {wire.username, wire.sender.username if wire.sender else None}


def _is_of_then(post: Post, attempt: Attempt) -> bool:
    """Return whether a post may be of an attempt, by when it went out."""
    at = post.published_at
    return at is None or attempt.started_at - THEN <= at <= attempt.deadline + THEN


def _chosen(newer: Iterable[Post], draft: Draft, taken: Iterable[str]) -> Found:
    """Return the oldest post that fits: the later of two equal ones may be of a later draft."""
    others = frozenset(taken)
    for post in reversed(list(newer)):
        same = post.text.strip() == draft.text.strip() and len(post.media) == len(draft.media)
        if same and post.id not in others:
            return Found.published(post)
    return Found.absent("it is not among the account's posts since")


def _id_in(result: JsonValue) -> str | None:
    return str(result["id"]) if isinstance(result, dict) and "id" in result else None
