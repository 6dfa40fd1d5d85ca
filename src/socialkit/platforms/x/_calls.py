"""Reads that several namespaces of X share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Final, TypeVar

from socialkit.errors import UnexpectedResponseError
from socialkit.models import Post
from socialkit.platforms.base import Core
from socialkit.platforms.x._map import Including, to_post
from socialkit.platforms.x._vocabulary import Params, Vocabulary
from socialkit.platforms.x._wire import WireEvents, WireMeta, WireOne, WirePage, WirePost
from socialkit.transport import Answer, Request, segment

__all__ = ["MOST", "Calls", "Course", "between", "filled", "following"]

PageT = TypeVar("PageT", WirePage, WireEvents)

FEWEST, MOST = 5, 100


def between(limit: int | None, fewest: int = FEWEST, most: int = MOST) -> str:
    """Return how many items to ask for: as many as are wanted, within what X takes.

    Example:
        >>> between(None), between(3), between(20), between(400)
        ('100', '5', '20', '100')
    """
    return str(most if limit is None else max(fewest, min(limit, most)))


class Calls:
    """Asks X for posts, in one vocabulary."""

    def __init__(self, core: Core, words: Vocabulary) -> None:
        self.core: Final = core
        self.words: Final = words

    async def post(self, identity: str) -> Post:
        """Return one post."""
        request = Request(method="GET", url=f"2/tweets/{segment(identity)}", params=self.words.post())
        answer = await self.core.pipeline.call(request, WireOne)
        beside = Including(answer.value.includes)
        return to_post(answer.value.data, beside, answer.raw.at("data"), self.core.ref)

    async def conversation_of(self, identity: str) -> str | None:
        """Return the id of the post that began the conversation in which a post stands."""
        fields = ((self.words.fields, "conversation_id,id"),)
        request = Request(method="GET", url=f"2/tweets/{segment(identity)}", params=fields)
        return (await self.core.pipeline.call(request, WireOne)).value.data.conversation_id

    async def posts(self, url: str, params: Params) -> Answer[WirePage]:
        """Return a page of posts with all that stands beside them."""
        request = Request(method="GET", url=url, params=(*self.words.post(), *params))
        return await self.core.pipeline.call(request, WirePage)

    def mapped(self, answer: Answer[WirePage]) -> Iterator[tuple[WirePost, Post]]:
        """Yield the posts of a page, as X sends them and as ours."""
        beside = Including(answer.value.includes)
        for number, wire in enumerate(answer.value.data):
            yield wire, to_post(wire, beside, answer.raw.at("data", number), self.core.ref)

    def own_posts(self) -> str:
        """Return where the account's own posts are."""
        return f"2/users/{segment(self.core.ref.id or '')}/tweets"


def following(answer: Answer[WirePage] | Answer[WireEvents]) -> str | None:
    """Return the cursor of the next page; None at the end."""
    return _next(answer.value.meta)


def _next(meta: WireMeta | None) -> str | None:
    return None if meta is None else meta.next_token or None


class Course:
    """Where a read of all pages is; stops one that would never end, and is paid by the page."""

    def __init__(self) -> None:
        self._seen = set[str]()

    def after(self, token: str) -> Params:
        """Return what asks for the page of a token.

        Raises:
            UnexpectedResponseError: It was asked for before.
        """
        if token in self._seen:
            message = "the platform gave the same cursor twice: the listing would never end"
            raise UnexpectedResponseError(message, platform="x")
        self._seen.add(token)
        return (("pagination_token", token),)


async def filled(ask: Callable[[Params], Awaitable[Answer[PageT]]]) -> Answer[PageT]:
    """Return the first page that holds something, or the last: an empty one that has a token is not the end.

    Args:
        ask: Asks for a page with what asks for a token's.
    """
    course = Course()
    token: Params = ()
    while True:
        answer = await ask(token)
        further = _next(answer.value.meta)
        if answer.value.data or further is None:
            return answer
        token = course.after(further)
