"""`posts` of Instagram. See https://developers.facebook.com/docs/instagram-platform/content-publishing."""

from __future__ import annotations

from functools import partial
from typing import Final, Generic

from socialkit.errors import NotFoundError, SocialKitError
from socialkit.models import Attempt, Draft, Found, MediaKind, Post
from socialkit.operations import ModeT, Page, Run, operation, paginated
from socialkit.platforms._graph import (
    Anchor,
    GraphCalls,
    WireList,
    page_of,
    page_params,
    remembered,
)
from socialkit.platforms.base import (
    Core,
    Posts,
    Reading,
    acted,
    in_one_line,
    of_type,
    publish_draft,
)
from socialkit.platforms.instagram._making import Making
from socialkit.platforms.instagram._map import MEDIA_FIELDS, to_post
from socialkit.platforms.instagram._owners import Owners
from socialkit.platforms.instagram._rules import kind_of
from socialkit.platforms.instagram._search import COMMENT, POST, Search, edge_of
from socialkit.platforms.instagram._wire import WireMade, WireMedia
from socialkit.transport import Safety

__all__ = ["InstagramPosts"]

MOST: Final = 50
OWNED: Final = "owner"
"""The step that makes sure whose a post is before it is deleted."""
READ_AGAIN: Final = (1.0, 3.0)
"""Seconds before a new post is read again that Instagram does not find yet:
https://github.com/gitroomhq/postiz-app/issues/1562."""


class InstagramPosts(Posts[ModeT], Generic[ModeT]):
    """Pictures, reels, carousels and stories of an account."""

    def __init__(
        self, mode: type[ModeT], core: Core, calls: GraphCalls, uploads: str, owners: Owners
    ) -> None:
        super().__init__(mode, core)
        self._calls = calls
        self._owners = owners
        self._making = Making(core, calls, uploads)
        self._search = Search(core, calls, self._making.containers)

    @paginated
    async def iterate_stories(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Post]:
        """Iterate over the stories that are shown now, those of the last 24 hours.

        `GET /{account}/stories` ([reference](https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/stories)).

        Args:
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        return await self._listed("stories", limit, cursor)

    @operation
    async def switch_comments(self, post: Post | str, *, on: bool) -> None:
        """Let people comment on a post, or not any more.

        `POST /{post}` ([reference](https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media)).
        Asking twice is asking once.

        Args:
            post: The post, or its id.
            on: Whether they may.

        Raises:
            NotFoundError: There is no such post.
            WrongAccountError: It is another account's.
        """
        post = of_type(post, Post | str, "post")
        if isinstance(post, Post):
            await self._core.mine(post.account)
        target = post if isinstance(post, str) else post.id
        await self._owners.prove(target)
        request = self._calls.post(target, values={"comment_enabled": on}, safety=Safety.REPEATABLE)
        await acted(self._core, request, WireMade)

    # Publishing --------------------------------------------------------------------------

    async def _publish(self, draft: Draft, run: Run) -> Post:
        return await publish_draft(draft, run, self._publish_part)

    async def _publish_part(self, draft: Draft, run: Run, above: Post | None) -> Post:
        if above is not None:
            return await run.commit(COMMENT, partial(self._comment, above.id, draft.text), returns=Post)
        owner = (await self._core.known()).id or ""
        await remembered(run, partial(self._newest, owner, edge_of(kind_of(draft))))
        container = await self._making.container(draft, owner, run)
        publish = partial(self._release, owner, container, draft)
        post: Post = await run.commit(POST, publish, returns=Post)
        return await self._whole(post)

    async def _newest(self, owner: str, edge: str) -> str:
        request = self._calls.get(owner, edge, fields=("id", "timestamp"), params=(("limit", "1"),))
        found = (await self._core.pipeline.call(request, WireList[WireMedia])).value.data
        return str(Anchor(found[0].id, found[0].timestamp)) if found else ""

    async def _release(self, owner: str, container: str, draft: Draft) -> Post:
        made = await self._making.containers.publish(owner, container)
        return Post(id=made, account=self._core.ref, text=draft.text)

    async def _whole(self, known: Post) -> Post:
        """Return a new post as Instagram tells it; where it cannot be read, what is known of it."""
        for wait in READ_AGAIN:
            try:
                return await self._get(known.id)
            except NotFoundError:
                await self._core.transport.sleep(wait)
            except SocialKitError:
                break
        return known

    async def _comment(self, above: str, text: str) -> Post:
        request = self._calls.post(above, "comments", values={"message": text})
        answer = await self._core.pipeline.call(request, WireMedia)
        return Post(id=answer.value.id, account=self._core.ref, text=text, reply_to=above, raw=answer.raw)

    async def _delete(self, post: str, scheduled: bool, run: Run) -> None:  # noqa: FBT001 - private
        del scheduled
        await run.step(OWNED, partial(self._owned, post), returns=bool)
        await run.commit(
            "delete", partial(acted, self._core, self._calls.delete(post), WireMade), returns=bool
        )

    async def _owned(self, post: str) -> bool:
        await self._owners.prove(post)
        return True

    # Reading -----------------------------------------------------------------------------

    async def _get(self, post: str) -> Post:
        answer = await self._core.pipeline.call(self._calls.get(post, fields=MEDIA_FIELDS), WireMedia)
        await self._owners.judge(answer.value)
        return to_post(answer.value, answer.raw, self._core.ref)

    async def _page(self, limit: int | None, cursor: str | None) -> Page[Post]:
        return await self._listed("media", limit, cursor)

    async def _listed(self, edge: str, limit: int | None, cursor: str | None) -> Page[Post]:
        params = page_params(cursor, limit, MOST)
        owner = (await self._core.known()).id or ""
        request = self._calls.get(owner, edge, fields=MEDIA_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireMedia])
        ref = self._core.ref
        return page_of(answer, lambda wire, raw: to_post(wire, raw, ref))

    async def _find(self, attempt: Attempt) -> Found:
        return await self._search.find(attempt)

    def _reading(self, post: Post) -> Reading:
        # A post that could not be read back has no files here, and videos have no alt texts there.
        told = tuple(None if one.kind is MediaKind.VIDEO else one.alt_text or "" for one in post.media)
        return Reading(in_one_line(post.text), told or None)
