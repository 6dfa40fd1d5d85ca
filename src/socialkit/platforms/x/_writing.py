"""Writing a post: its body, its files, and what was there before. See https://docs.x.com/x-api/posts."""

from __future__ import annotations

from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import APIError, ConflictError, SocialKitError
from socialkit.models import Author, Draft, FoundState, Post, PostMedia, Raw, Visibility
from socialkit.operations import Run
from socialkit.platforms.base import refused_for_good
from socialkit.platforms.x._calls import Calls
from socialkit.platforms.x._errors import DUPLICATES
from socialkit.platforms.x._ids import age, time_of
from socialkit.platforms.x._media import Files
from socialkit.platforms.x._options import XOptions
from socialkit.platforms.x._search import ANCHOR, POST, Search, Wanted
from socialkit.platforms.x._wire import WireCreated, WirePage
from socialkit.transport import Request, Safety

__all__ = ["Writing", "post_body"]

NEWEST: Final = (("max_results", "5"),)


def post_body(draft: Draft, media: list[str], reply_to: str | None) -> dict[str, JsonValue]:
    """Return the body that publishes one part."""
    options = draft.option(XOptions) or XOptions()
    body: dict[str, JsonValue] = {}
    if draft.text or not media:
        body["text"] = draft.text
    if media:
        tagged: dict[str, JsonValue] = (
            {"tagged_user_ids": [*options.tagged_users]} if options.tagged_users else {}
        )
        body["media"] = {"media_ids": [*media], **tagged}
    poll = options.poll
    optional: dict[str, JsonValue] = {
        "reply": None if reply_to is None else {"in_reply_to_tweet_id": reply_to},
        "quote_tweet_id": draft.quotes,
        "reply_settings": options.replies,
        "community_id": options.community,
        "geo": None if options.place is None else {"place_id": options.place},
        "made_with_ai": options.made_with_ai,
        "paid_partnership": options.paid_partnership,
        "poll": None
        if poll is None
        else {"options": [*poll.choices], "duration_minutes": int(poll.duration.total_seconds() // 60)},
    }
    return body | {name: value for name, value in optional.items() if value is not None}


class Writing:
    """Writes posts for one client; used by its posts and its inbox."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._core = calls.core
        self._files = Files(calls.core)
        self.search: Final = Search(calls)

    async def publish_part(self, draft: Draft, run: Run, previous: Post | None) -> Post:
        """Publish one part: remember what was there, upload, post."""
        anchor = await self._remembered(run) if previous is None else previous.id
        media = [await self._files.prepared(run, number, one) for number, one in enumerate(draft.media, 1)]
        reply_to = previous.id if previous is not None else draft.reply_to
        create = partial(self._create, draft, media, reply_to, anchor)
        return await run.commit(POST, create, returns=Post)

    async def _remembered(self, run: Run) -> str | None:
        """Note the newest own post, so that a lost one is looked for after it and never mistaken."""
        if self._core.ref.id is None:
            return None
        try:
            return await run.step(ANCHOR, self._newest, returns=str)
        except APIError as error:
            if not refused_for_good(error):
                raise  # nothing is written yet, and without this nobody could look for it later
            return None

    async def _newest(self) -> str:
        request = Request(method="GET", url=self._calls.own_posts(), params=NEWEST)
        answer = await self._core.pipeline.call(request, WirePage)
        return max((one.id for one in answer.value.data), key=age, default="")

    async def send(self, draft: Draft, more: dict[str, JsonValue]) -> Post:
        """Write a post without files, with more in its body than a draft has."""
        request = Request(
            method="POST", url="2/tweets", json=post_body(draft, [], None) | more, safety=Safety.WRITE
        )
        answer = await self._core.pipeline.call(request, WireCreated)
        return self._made(draft, [], None, answer.value.data.id, answer.raw.at("data"))

    async def _create(self, draft: Draft, media: list[str], reply_to: str | None, anchor: str | None) -> Post:
        body = post_body(draft, media, reply_to)
        request = Request(method="POST", url="2/tweets", json=body, safety=Safety.WRITE)
        try:
            answer = await self._core.pipeline.call(request, WireCreated)
        except ConflictError as error:
            if error.code not in DUPLICATES or anchor is None:
                raise
            return await self._duplicated(Wanted.of(draft, tuple(media), reply_to), anchor, error)
        return self._made(draft, media, reply_to, answer.value.data.id, answer.raw.at("data"))

    async def _duplicated(self, wanted: Wanted, anchor: str, refusal: ConflictError) -> Post:
        """Return the post that X says is there already, where it is this one.

        It came since this write began, so it is what an earlier try of it left behind. One from before is
        another's, and the refusal stands.
        """
        try:
            found = await self.search.among_newer(wanted, anchor)
        except SocialKitError:
            raise refusal from None
        if found.state is FoundState.PUBLISHED and found.post is not None:
            return found.post
        raise refusal

    def _made(self, draft: Draft, media: list[str], reply_to: str | None, identity: str, raw: Raw) -> Post:
        """Return a new post: X answers with its id and a text whose links it replaced."""
        ref = self._core.ref
        files = [
            PostMedia(id=one, kind=file.kind, alt_text=file.alt_text)
            for one, file in zip(media, draft.media, strict=True)
        ]
        return Post(
            id=identity,
            account=ref,
            author=Author(id=ref.id or "", handle=ref.handle or ""),
            text=draft.text,
            url=f"https://x.com/{ref.handle or 'i/web'}/status/{identity}",
            published_at=time_of(identity),
            visibility=Visibility.PUBLIC,
            media=tuple(files),
            reply_to=reply_to,
            quotes=draft.quotes,
            raw=raw,
        )
