"""`posts` and `media` of Mastodon. See https://docs.joinmastodon.org/methods/statuses/."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final, Generic

from socialkit.errors import NotFoundError
from socialkit.models import (
    Attempt,
    Draft,
    Found,
    Media,
    Post,
    PostMedia,
    require_aware,
)
from socialkit.operations import ModeT, Page, Run, operation, paginated
from socialkit.platforms.base import PLANNED, Core, MediaFiles, Posts, Reading, acted, publish_draft
from socialkit.platforms.mastodon._edits import Edits
from socialkit.platforms.mastodon._map import to_post, to_scheduled_post
from socialkit.platforms.mastodon._paging import cursor_of, page_params
from socialkit.platforms.mastodon._reading import meant_text, reading
from socialkit.platforms.mastodon._search import SCHEDULED, Search, own_statuses
from socialkit.platforms.mastodon._statuses import Statuses
from socialkit.platforms.mastodon._wire import WireScheduled, WireStatus
from socialkit.transport import Request, Safety, segment

__all__ = ["MastodonMedia", "MastodonPosts"]

TIME: Final = "time"
MOST: Final = 40
"""Statuses in one page, at most."""


class MastodonPosts(Posts[ModeT], Generic[ModeT]):
    """Statuses of an account."""

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        self._statuses = Statuses(core)
        self._edits = Edits(core, self._statuses)
        self._search = Search(core)
        core.finders["reschedule"] = self._find_reschedule

    @paginated
    async def iterate_scheduled(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Post]:
        """Iterate over the posts that the server will publish by itself.

        `GET /api/v1/scheduled_statuses`
        ([reference](https://docs.joinmastodon.org/methods/scheduled_statuses/#get)).

        Args:
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        request = Request(
            method="GET", url="api/v1/scheduled_statuses", params=page_params(cursor, limit, MOST)
        )
        answer = await self._core.pipeline.call(request, list[WireScheduled])
        posts = [to_scheduled_post(w, answer.raw.at(n), self._core.ref) for n, w in enumerate(answer.value)]
        return Page(tuple(posts), cursor_of(answer.response))

    @operation
    async def reschedule(self, post: Post | str, at: datetime) -> Post:
        """Move a scheduled post to another time, and return it.

        `PUT /api/v1/scheduled_statuses/{id}`
        ([reference](https://docs.joinmastodon.org/methods/scheduled_statuses/#update)).

        Args:
            post: The scheduled post, or its id.
            at: When it is to be published (aware), at least five minutes ahead.

        Raises:
            NotFoundError: It is not scheduled (any more).
            OutcomeUnknownError: It may have been moved or not: hand `error.attempt` to `find()`.
        """
        if isinstance(post, Post):
            await self._core.mine(post.account)
        target, time = post if isinstance(post, str) else post.id, require_aware(at, "at")
        return await self._core.write(
            "reschedule", lambda run: self._reschedule(target, time, run), target=target
        )

    async def _reschedule(self, target: str, at: datetime, run: Run) -> Post:
        async def chosen() -> str:
            return at.isoformat()

        request = Request(
            method="PUT",
            url=f"api/v1/scheduled_statuses/{segment(target)}",
            json={"scheduled_at": await run.step(TIME, chosen, returns=str)},
            safety=Safety.REPEATABLE,  # the same time twice is the same time
        )
        return await run.commit("reschedule", partial(self._planned, request), returns=Post)

    async def _planned(self, request: Request) -> Post:
        answer = await self._core.pipeline.call(request, WireScheduled)
        return to_scheduled_post(answer.value, answer.raw, self._core.ref)

    async def _find_reschedule(self, attempt: Attempt) -> Found:
        path = f"api/v1/scheduled_statuses/{segment(str(attempt.target))}"
        try:
            post = await self._planned(Request(method="GET", url=path))
        except NotFoundError:
            return Found.undecided("it is not scheduled any more, so its time cannot be read")
        wanted = attempt.results.get(TIME)
        # Servers keep milliseconds.
        if isinstance(wanted, str) and post.scheduled_at is not None:
            apart = abs(post.scheduled_at - datetime.fromisoformat(wanted))
            if apart < timedelta(seconds=1):
                return Found.published(post, "it is scheduled for the new time")
        return Found.absent("it is scheduled for another time")

    async def _publish(self, draft: Draft, run: Run) -> Post:
        return await publish_draft(draft, run, self._statuses.publish_part)

    async def _get(self, post: str) -> Post:
        answer = await self._core.pipeline.call(
            Request(method="GET", url=f"api/v1/statuses/{segment(post)}"), WireStatus
        )
        return to_post(answer.value, answer.raw, self._core.ref)

    async def _get_scheduled(self, post: str) -> Post:
        answer = await self._core.pipeline.call(
            Request(method="GET", url=f"{SCHEDULED}/{segment(post)}"), WireScheduled
        )
        return to_scheduled_post(answer.value, answer.raw, self._core.ref)

    async def _page(self, limit: int | None, cursor: str | None) -> Page[Post]:
        ref = await self._core.known()
        own = (("exclude_reblogs", "true"),) if cursor is None else ()
        request = Request(
            method="GET",
            url=own_statuses(self._core),
            params=(*page_params(cursor, limit, MOST), *own),
        )
        answer = await self._core.pipeline.call(request, list[WireStatus])
        posts = [to_post(wire, answer.raw.at(n), ref) for n, wire in enumerate(answer.value)]
        return Page(tuple(posts), cursor_of(answer.response))

    async def _edit(self, post: str, draft: Draft, run: Run) -> Post:
        return await self._edits.edit(post, draft, run)

    async def _delete(self, post: str, scheduled: bool, run: Run) -> None:  # noqa: FBT001 - private
        kind = "scheduled_statuses" if scheduled else "statuses"
        request = Request(method="DELETE", url=f"api/v1/{kind}/{segment(post)}", safety=Safety.WRITE)
        await run.commit("delete", partial(acted, self._core, request), returns=bool)

    async def _find(self, attempt: Attempt) -> Found:
        return await self._statuses.find(attempt)

    async def _find_edit(self, attempt: Attempt) -> Found:
        return await self._edits.find(attempt)

    async def _find_delete(self, attempt: Attempt) -> Found:
        planned = attempt.results.get(PLANNED)
        if planned is None:
            return await super()._find_delete(attempt)
        if await self._edits.exists(f"{SCHEDULED}/{segment(attempt.target or '')}"):
            return Found.absent("the post is still scheduled")
        since = attempt.platform_time or attempt.started_at
        return await self._search.find_deleted(Post.model_validate(planned), since)

    def _reading(self, post: Post) -> Reading:
        return reading(post)

    def _meant_text(self, draft: Draft) -> str:
        return meant_text(draft)


class MastodonMedia(MediaFiles[ModeT], Generic[ModeT]):
    """Files on Mastodon."""

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        self._statuses = Statuses(core)

    async def _upload(self, media: Media) -> PostMedia:
        return await self._statuses.upload(media)

    async def _get(self, media: str) -> PostMedia:
        return await self._statuses.media(media)
