"""`posts` of X. See https://docs.x.com/x-api/posts/manage-tweets/introduction."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Generic

from socialkit.errors import NotFoundError
from socialkit.models import Attempt, Draft, Found, Post
from socialkit.operations import ModeT, Page, Run
from socialkit.platforms.base import Core, Posts, Reading, publish_draft
from socialkit.platforms.x._calls import Calls, between, following
from socialkit.platforms.x._edits import Edits
from socialkit.platforms.x._facts import cost_of
from socialkit.platforms.x._text import SHORTENED, as_written, compared
from socialkit.platforms.x._wire import WireDeleted
from socialkit.platforms.x._writing import Writing
from socialkit.transport import Request, Safety, segment

__all__ = ["XPosts"]


class XPosts(Posts[ModeT], Generic[ModeT]):
    """Posts of an account."""

    def __init__(self, mode: type[ModeT], core: Core, calls: Calls) -> None:
        super().__init__(mode, core)
        self._calls = calls
        self._writing = Writing(calls)
        self._edits = Edits(calls, self._writing)

    def cost(self, draft: Draft | str) -> Decimal:
        """Return what publishing a draft costs an app that pays per use, in US dollars, by X's list price.

        A link makes a post thirteen times as dear. What `find` reads is not in it, and nothing is sent.

        Args:
            draft: What is to be published.

        Example:
            >>> from socialkit.platforms import X
            >>> with X(access_token="not-a-real-token") as client:
            ...     print(client.posts.cost("Autumn is here"), client.posts.cost("See https://example.com"))
            0.020 0.205
        """
        return cost_of(self.adapt(draft))

    async def _publish(self, draft: Draft, run: Run) -> Post:
        return await publish_draft(draft, run, self._writing.publish_part)

    async def _get(self, post: str) -> Post:
        return await self._calls.post(post)

    async def _page(self, limit: int | None, cursor: str | None) -> Page[Post]:
        await self._core.known()
        token = () if cursor is None else (("pagination_token", cursor),)
        params = (("exclude", "retweets"), ("max_results", between(limit)), *token)
        answer = await self._calls.posts(self._calls.own_posts(), params)
        return Page(tuple(post for _, post in self._calls.mapped(answer)), following(answer))

    async def _edit(self, post: str, draft: Draft, run: Run) -> Post:
        return await self._edits.edit(post, draft, run)

    async def _find_edit(self, attempt: Attempt) -> Found:
        return await self._edits.find(attempt)

    async def _delete(self, post: str, scheduled: bool, run: Run) -> None:  # noqa: FBT001 - private
        request = Request(method="DELETE", url=f"2/tweets/{segment(post)}", safety=Safety.WRITE)
        await run.commit("delete", partial(self._deleted, request), returns=bool)

    async def _deleted(self, request: Request) -> bool:
        answer = await self._core.pipeline.call(request, WireDeleted)
        if not answer.value.data.deleted:
            message = "X did not delete it"
            raise NotFoundError(message, status=answer.response.status, platform="x")
        return True

    async def _find(self, attempt: Attempt) -> Found:
        return await self._writing.search.find(attempt)

    def _reading(self, post: Post) -> Reading:
        unread = SHORTENED in post.text  # X did not say where a link leads
        alt_texts = tuple(_told(one.alt_text) for one in post.media)
        text = compared(post.text, post.quotes)
        others = () if post.reply_to is None else as_written(text)
        return Reading(None if unread else text, alt_texts, others)

    def _meant_text(self, draft: Draft) -> str:
        return compared(draft.text, draft.quotes)


def _told(alt_text: str | None) -> str:
    # It is asked for each time, and left out of files that have none.
    return alt_text or ""
