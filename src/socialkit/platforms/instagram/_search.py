"""Finding what became of a post whose answer was lost: its container tells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import NotFoundError
from socialkit.models import AccountRef, Attempt, Draft, Found, Post, Raw
from socialkit.operations import Page
from socialkit.platforms._graph import (
    ANCHOR,
    Anchor,
    Containers,
    ContainerState,
    GraphCalls,
    WireList,
    last_container,
    newer_than,
    page_of,
    page_params,
)
from socialkit.platforms.base import FIRST_COMMENT, Core, in_one_line
from socialkit.platforms.instagram._making import CONTAINER
from socialkit.platforms.instagram._map import MEDIA_FIELDS, REPLY_FIELDS, to_post
from socialkit.platforms.instagram._rules import kind_of
from socialkit.platforms.instagram._wire import WireComment, WireMedia

__all__ = ["COMMENT", "POST", "Search", "edge_of"]

POST: Final = "post"
COMMENT: Final = "comment"
PART: Final = "part 1 "
"""What the steps of the one part of a post begin with."""
MOST: Final = 50
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
            because = f"its container is {state}, and nobody knows what that means"
            return Found.undecided(because, ask_again=self._core.now() + LISTED_AFTER)
        newer = await self._newer(attempt, draft)
        if isinstance(newer, str):
            return Found.undecided(newer)
        found = _chosen(newer, draft, attempt.taken)
        if state is ContainerState.EXPIRED and found.post is not None:
            found = _of_somebody(found.post)
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
        owner = (await self._core.known()).id or ""
        newer = await newer_than(Anchor.read(anchor), partial(self._page, owner, edge_of(kind_of(draft))))
        if newer is None:
            return "the account published too much since to look through it all"
        return [post for _, post in newer]

    async def _page(self, owner: str, edge: str, cursor: str | None) -> Page[tuple[WireMedia, Post]]:
        request = self._calls.get(owner, edge, fields=MEDIA_FIELDS, params=page_params(cursor, None, MOST))
        answer = await self._core.pipeline.call(request, WireList[WireMedia])
        ref = self._core.ref
        return page_of(answer, lambda wire, raw: (wire, to_post(wire, raw, ref)))

    async def _first_comment(self, attempt: Attempt, draft: Draft) -> Found:
        above = _id_in(attempt.results.get(f"{PART}{POST}"))
        if above is None:
            return Found.undecided("under which post it was to stand is not known")
        ref, text = await self._core.known(), (draft.first_comment or "").strip()
        params = (("limit", str(MOST)),)
        request = self._calls.get(above, "comments", fields=REPLY_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireComment])
        for number, wire in enumerate(answer.value.data):
            same = _is_own(wire, ref.id, ref.handle) and (wire.text or "").strip() == text
            if same and wire.id not in attempt.taken:
                raw = answer.raw.at("data", number)
                return Found.published(_to_comment(wire, raw, ref, above=above, text=text))
        if answer.value.paging is not None and answer.value.paging.next:
            return Found.undecided("there are too many comments to look through them all")
        return Found.absent("it is not under the post")


def _to_comment(wire: WireComment, raw: Raw, ref: AccountRef, *, above: str, text: str) -> Post:
    return Post(id=wire.id, account=ref, text=text, reply_to=above, published_at=wire.timestamp, raw=raw)


def _is_own(wire: WireComment, identity: str | None, handle: str | None) -> bool:
    if wire.sender is not None and wire.sender.id == identity:
        return True
    return bool(handle) and handle in {wire.username, wire.sender.username if wire.sender else None}


def _is_of_then(post: Post, attempt: Attempt) -> bool:
    """Return whether a post may be of an attempt, by when it went out."""
    at = post.published_at
    return at is None or attempt.started_at - THEN <= at <= attempt.deadline + THEN


def _of_somebody(post: Post) -> Found:
    """Return what to think of a post like ours, where our container says that it was not published."""
    because = f"its container expired unpublished, and there is a post of the same text: {post.id}"
    return Found.undecided(because)


def _chosen(newer: Iterable[Post], draft: Draft, taken: Iterable[str]) -> Found:
    """Return the oldest post that fits: the later of two equal ones may be of a later draft."""
    others, text = frozenset(taken), in_one_line(draft.text)
    for post in reversed(list(newer)):
        same = in_one_line(post.text) == text and len(post.media) == len(draft.media)
        if same and post.id not in others:
            return Found.published(post)
    return Found.absent("it is not among the account's posts since")


def _id_in(result: JsonValue) -> str | None:
    return str(result["id"]) if isinstance(result, dict) and "id" in result else None
