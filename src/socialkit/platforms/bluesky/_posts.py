"""`posts` of Bluesky. See https://docs.bsky.app/docs/advanced-guides/posts."""

from __future__ import annotations

from functools import partial
from typing import Final, Generic

from socialkit.errors import WrongAccountError
from socialkit.models import Attempt, Draft, Found, Post, WireModel
from socialkit.operations import ModeT, Page, Run
from socialkit.platforms.base import Core, Posts, Reading, page_size, publish_draft
from socialkit.platforms.bluesky._calls import Calls
from socialkit.platforms.bluesky._map import to_post
from socialkit.platforms.bluesky._publish import Records
from socialkit.platforms.bluesky._reading import reading
from socialkit.platforms.bluesky._records import Address, parse_uri
from socialkit.platforms.bluesky._wire import WireFeed, WirePosts, WireStored
from socialkit.transport import Safety

__all__ = ["BlueskyPosts"]

MOST: Final = 100
"""Posts in one page, at most."""


class BlueskyPosts(Posts[ModeT], Generic[ModeT]):
    """Posts of an account: records in its repository, known by their addresses (`at://…`).

    `iterate` and counts come from the network's view, which hears of a post some seconds after it is out.
    """

    def __init__(self, mode: type[ModeT], core: Core, records: Records) -> None:
        super().__init__(mode, core)
        self._calls = Calls(core)
        self._records = records

    async def _publish(self, draft: Draft, run: Run) -> Post:
        texts = [*(part.text for part in draft.parts), draft.first_comment or ""]
        dids = await self._records.mentioned(texts, run)
        return await publish_draft(draft, run, partial(self._records.publish_part, dids))

    async def _get(self, post: str) -> Post:
        address = self._calls.address(post)
        answer = await self._calls.query("app.bsky.feed.getPosts", WirePosts, uris=post)
        for wire in answer.value.posts:
            return to_post(wire, answer.raw.at("posts", 0), self._core.ref)
        # The view has not heard of it yet, or it is gone: the server that keeps it knows.
        stored = await self._records.stored(address)
        if stored is None:
            message = f"there is no post {post}, or not for this account"
            raise self._calls.missing(message)
        return stored

    async def _page(self, limit: int | None, cursor: str | None) -> Page[Post]:
        did = await self._calls.did()
        answer = await self._calls.query(
            "app.bsky.feed.getAuthorFeed",
            WireFeed,
            actor=did,
            limit=page_size(limit, MOST),
            filter="posts_with_replies",
            cursor=cursor,
        )
        ref = self._core.ref
        posts = [
            to_post(item.post, answer.raw.at("feed", number, "post"), ref)
            for number, item in enumerate(answer.value.feed)
            if item.reason is None and item.post.author.did == did
        ]
        return Page(tuple(posts), answer.value.cursor)

    async def _delete(self, post: str, scheduled: bool, run: Run) -> None:  # noqa: FBT001 - private
        address = await self._own(post)
        # A record that is gone is deleted without a word: whether it was there must be asked before.
        # The rules of its thread stay, as in the network's own app: the answers stay too, and they are about
        # them, such as which are hidden.
        await run.step("record", partial(self._stands, address), returns=str)
        await run.commit("delete", partial(self._deleted, address), returns=bool)

    async def _own(self, post: str) -> Address:
        address, did = self._calls.address(post), await self._calls.did()
        if address.authority in {did, self._core.ref.handle}:
            return address._replace(authority=did)
        message = f"the post is another account's: {address.authority}, not {did}"
        raise WrongAccountError(message, platform=self._core.facts.name)

    async def _stands(self, address: Address) -> str:
        return (await self._calls.record(address, WireStored)).value.uri

    async def _deleted(self, address: Address) -> bool:
        body = {"repo": address.authority, "collection": address.collection, "rkey": address.key}
        await self._calls.procedure(
            "com.atproto.repo.deleteRecord", {**body}, WireModel, safety=Safety.REPEATABLE
        )
        return True

    async def _find(self, attempt: Attempt) -> Found:
        return await self._records.find(attempt)

    async def _find_delete(self, attempt: Attempt) -> Found:
        address = parse_uri(attempt.target or "")
        if address is None:
            return Found.undecided("which record was to be deleted is not known")
        own = address._replace(authority=await self._calls.did())  # the handle in it may be another's by now
        if await self._records.stored(own) is None:
            return Found.published(None, "the record is gone from the account's own server")
        return Found.absent("the record still stands on the account's own server")

    def _reading(self, post: Post) -> Reading:
        return reading(post)
