"""`posts` of Threads. See https://developers.facebook.com/docs/threads/posts."""

from __future__ import annotations

from functools import partial
from typing import Final, Generic

from socialkit.models import Attempt, Capability, Draft, Found, Post
from socialkit.operations import ModeT, Page, Run, operation, paginated
from socialkit.platforms._graph import GraphCalls, WireList, page_of, page_params
from socialkit.platforms.base import Core, Posts, Reading, acted, in_one_line, publish_draft
from socialkit.platforms.threads._map import POST_FIELDS, REPLY_FIELDS, to_post
from socialkit.platforms.threads._options import ThreadsOptions
from socialkit.platforms.threads._search import Search
from socialkit.platforms.threads._wire import WireDone, WireMedia
from socialkit.platforms.threads._writing import OWN, Writing, listing_of

__all__ = ["ThreadsPosts"]

MOST: Final = 100


class ThreadsPosts(Posts[ModeT], Generic[ModeT]):
    """Posts of an account."""

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls, writing: Writing) -> None:
        super().__init__(mode, core)
        self._calls = calls
        self._writing = writing
        self._search = Search(core, calls, writing)
        core.finders["repost"] = self._search.find_repost

    @paginated
    async def iterate_replies(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Post]:
        """Iterate over the account's own replies, newest first: `iterate` leaves them out.

        `GET /me/replies`
        ([reference](https://developers.facebook.com/docs/threads/reply-management)).

        Args:
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        return await self._listed(limit, cursor, listing_of(reply=True), REPLY_FIELDS)

    @paginated
    async def iterate_ghosts(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Post]:
        """Iterate over the posts that vanish, those that have vanished too: `iterate` leaves them out.

        `GET /me/ghost_posts`
        ([reference](https://developers.facebook.com/docs/threads/retrieve-and-discover-posts/retrieve-posts)).

        Args:
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        return await self._listed(limit, cursor, listing_of(ghost=True))

    @operation
    async def repost(self, post: Post | str) -> Post:
        """Repeat a post for those who follow the account, and return the repost: a post of its own.

        `POST /{post}/repost` ([reference](https://developers.facebook.com/docs/threads/posts/reposts)).

        Args:
            post: Whose words are repeated, or their id.

        Raises:
            NotFoundError: There is no such post.
            OutcomeUnknownError: It may be repeated or not: hand `error.attempt` to `find()`.
        """
        core = self._core
        await core.require(Capability.PUBLISH)
        if isinstance(post, Post):
            await core.mine(post.account)
        target = post if isinstance(post, str) else post.id
        return await core.write("repost", lambda run: self._writing.repost(target, run), target=target)

    async def _publish(self, draft: Draft, run: Run) -> Post:
        if any(_controls(part) for part in draft.parts):
            await self._core.require(Capability.HIDE)  # it takes the same permission
        return await publish_draft(draft, run, self._publish_part)

    async def _publish_part(self, draft: Draft, run: Run, above: Post | None) -> Post:
        reply_to = draft.reply_to if above is None else above.id
        return await self._writing.write(draft, run, reply_to=reply_to)

    async def _get(self, post: str) -> Post:
        answer = await self._core.pipeline.call(self._calls.get(post, fields=POST_FIELDS), WireMedia)
        return to_post(answer.value, answer.raw, self._core.ref)

    async def _page(self, limit: int | None, cursor: str | None) -> Page[Post]:
        return await self._listed(limit, cursor, listing_of())

    async def _listed(
        self, limit: int | None, cursor: str | None, edge: str, fields: tuple[str, ...] = POST_FIELDS
    ) -> Page[Post]:
        params = page_params(cursor, limit, MOST)
        ref = await self._core.known()
        request = self._calls.get(OWN, edge, fields=fields, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireMedia])
        return page_of(answer, lambda wire, raw: to_post(wire, raw, ref))

    async def _delete(self, post: str, scheduled: bool, run: Run) -> None:  # noqa: FBT001 - private
        del scheduled
        request = self._calls.delete(post)
        await run.commit("delete", partial(acted, self._core, request, WireDone), returns=bool)

    async def _find(self, attempt: Attempt) -> Found:
        return await self._search.find(attempt)

    def _reading(self, post: Post) -> Reading:
        # Of the files of a carousel the ids alone are told.
        alone = len(post.media) == 1
        alt_texts = tuple((one.alt_text or "") if alone else one.alt_text for one in post.media)
        return Reading(in_one_line(post.text), alt_texts)


def _controls(part: Draft) -> bool:
    """Return whether a part says who may answer it."""
    options = part.option(ThreadsOptions)
    return options is not None and options.reply_control is not None
