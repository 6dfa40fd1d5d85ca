"""`inbox` of Facebook: comments, posts that name the Page, private messages.

See https://developers.facebook.com/docs/pages-api/comments-mentions and
https://developers.facebook.com/docs/messenger-platform/conversations.
"""

from __future__ import annotations

from functools import partial
from typing import Final, Generic

from pydantic import JsonValue

from socialkit.errors import NotFoundError, NotSupportedError, ServerError
from socialkit.models import Attempt, Found, Limits, Message, MessageKind, Post, Raw
from socialkit.operations import ModeT, Page, Run
from socialkit.platforms._graph import (
    CommentInbox,
    GraphCalls,
    WireList,
    cursor_of,
    found_state,
    merged,
    page_of,
    page_params,
    place_of,
    things_of,
)
from socialkit.platforms.base import Core, acted, page_size
from socialkit.platforms.facebook._answers import CONVERSATIONS, Answers, conversations
from socialkit.platforms.facebook._facts import PRIVATE_TEXT
from socialkit.platforms.facebook._listings import Part, cut_at, read_on
from socialkit.platforms.facebook._map import (
    COMMENT_FIELDS,
    MESSAGE_FIELDS,
    WRITTEN_FIELDS,
    comment_message,
    post_message,
    private_message,
)
from socialkit.platforms.facebook._uploads import OWN
from socialkit.platforms.facebook._videos import Videos
from socialkit.platforms.facebook._wire import (
    WireComment,
    WireCommented,
    WireId,
    WireMade,
    WireMessage,
    WirePost,
    WireSent,
)
from socialkit.transport import Request

__all__ = ["FacebookInbox"]

MOST: Final = 100
"""Of posts on one page of them, of comments under each, of mentions."""
POSTS: Final = 500
"""Of the Page, under which comments are read: a call for each hundred."""
TOO_MUCH: Final = "1"
"""What Facebook answers to a read that is too large for it, among other things."""
FEWER: Final = 4
"""By how much less is asked for then."""
MESSAGES: Final = 25
"""Of a conversation, on one page of them."""
LIKES_PAGES: Final = 5
OTHERS: Final = ("tagged", "visitor_posts")
"""Edges of posts by others: that name the Page, and that stand on it."""
ANSWER: Final = "answer"
"""The one thing that can be done to a private message."""
NEITHER: Final = "it is no comment and no post, and no look at it tells what was done to it"
COMMENTS: Final = frozenset({MessageKind.COMMENT, MessageKind.REPLY})
COMMENTED_FIELDS: Final = (
    "id",
    f"comments.filter(stream).order(reverse_chronological).limit({MOST}){{{','.join(COMMENT_FIELDS)}}}",
)


class FacebookInbox(CommentInbox[ModeT], Generic[ModeT]):
    """Comments under the Page's posts, posts on it or that name it, and its private messages.

    Facebook has no one listing of them. `iterate` reads the newest 500 comments under each of the newest 500
    posts, the newest 500 posts on the Page, as many that name it, and the newest 125 messages of each of the
    newest 125 conversations; of long ones no more than is newer than what it gives. What lies further back
    is found with `comments(post)`, or is pushed by webhooks.
    """

    _done = WireMade

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls, *, app: str | None = None) -> None:
        super().__init__(mode, core, calls)
        self._answers = Answers(core, calls, app=app)

    async def _page(
        self, kinds: frozenset[MessageKind], limit: int | None, cursor: str | None
    ) -> Page[Message]:
        before = place_of(cursor)
        await self._core.known()
        sources = [
            *([self._commented()] if kinds & COMMENTS else []),
            *([self._others(edge) for edge in OTHERS] if MessageKind.MENTION in kinds else []),
            *([self._private()] if MessageKind.DIRECT_MESSAGE in kinds else []),
        ]
        gather = self._core.transport.gather
        read = await read_on(await gather(*sources), before, page_size(limit, MOST), gather)
        # Who names the Page in a post on it stands in two of the listings.
        return merged(read, before, limit=limit, most=MOST)

    async def _commented(self) -> Part:
        parts: list[Part] = []
        cursor: str | None = None
        size, read = MOST, 0
        while read < POSTS:
            params = page_params(cursor, size, MOST)
            request = self._calls.get(OWN, "published_posts", fields=COMMENTED_FIELDS, params=params)
            try:
                answer = await self._core.pipeline.call(request, WireList[WireCommented])
            except ServerError as error:
                size //= FEWER
                if not size or (error.code or "").partition("/")[0] != TOO_MUCH:
                    raise
                continue
            parts += [
                self._comments_of(post.id, post.comments, answer.raw, "data", number, "comments")
                for number, post in enumerate(answer.value.data)
                if post.comments is not None
            ]
            cursor, read = cursor_of(answer.value.paging), read + size
            if cursor is None:
                break
        return _together(parts)

    def _comments_of(self, post: str, page: WireList[WireComment], raw: Raw, *path: str | int) -> Part:
        found = [
            comment_message(wire, raw.at(*path, "data", number), self._core.ref, post)
            for number, wire in enumerate(page.data)
            if not self._is_own(wire.sender)
        ]
        times = [one.created_time for one in page.data]
        cuts = cut_at(cursor_of(page.paging), times, partial(self._more_comments, post))
        return Part(tuple(one for one in found if one is not None), cuts)

    async def _more_comments(self, post: str, cursor: str) -> Part:
        order = (("filter", "stream"), ("order", "reverse_chronological"))
        params = (*order, *page_params(cursor, None, MOST))
        request = self._calls.get(post, "comments", fields=COMMENT_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireComment])
        return self._comments_of(post, answer.value, answer.raw)

    async def _others(self, edge: str, cursor: str | None = None) -> Part:
        params = page_params(cursor, None, MOST)
        request = self._calls.get(OWN, edge, fields=WRITTEN_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WirePost])

        def told(wire: WirePost, raw: Raw) -> Message | None:
            return None if self._is_own(wire.sender) else post_message(wire, raw, self._core.ref)

        times = [one.created_time for one in answer.value.data]
        cuts = cut_at(cursor_of(answer.value.paging), times, partial(self._others, edge))
        return Part(tuple(things_of(answer, told)), cuts)

    async def _private(self, cursor: str | None = None) -> Part:
        params = page_params(cursor, CONVERSATIONS, CONVERSATIONS)
        answer = await conversations(self._core, self._calls, *params)
        parts = [
            self._messages_of(one.id, one.messages, answer.raw, "data", number, "messages")
            for number, one in enumerate(answer.value.data)
            if one.messages is not None
        ]
        times = [one.updated_time for one in answer.value.data]
        return _together([*parts, Part((), cut_at(cursor_of(answer.value.paging), times, self._private))])

    def _messages_of(
        self, conversation: str, page: WireList[WireMessage], raw: Raw, *path: str | int
    ) -> Part:
        found = [
            private_message(wire, raw.at(*path, "data", number), self._core.ref, conversation)
            for number, wire in enumerate(page.data)
            if not self._is_own(wire.sender)
        ]
        times = [one.created_time for one in page.data]
        cuts = cut_at(cursor_of(page.paging), times, partial(self._more_messages, conversation))
        return Part(tuple(one for one in found if one is not None), cuts)

    async def _more_messages(self, conversation: str, cursor: str) -> Part:
        params = page_params(cursor, MESSAGES, MESSAGES)
        request = self._calls.get(conversation, "messages", fields=MESSAGE_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireMessage])
        return self._messages_of(conversation, answer.value, answer.raw)

    def _is_own(self, sender: WireId | None) -> bool:
        return sender is not None and sender.id == self._core.ref.id

    async def _comments(self, post: str, limit: int | None, cursor: str | None) -> Page[Message]:
        ref = await self._core.known()  # else our own answers would look like somebody's
        post = await Videos(self._core, self._calls).home(post)
        params = (("filter", "stream"), ("order", "chronological"), *page_params(cursor, limit, MOST))
        request = self._calls.get(post, "comments", fields=COMMENT_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireComment])

        def told(wire: WireComment, raw: Raw) -> Message | None:
            return None if self._is_own(wire.sender) else comment_message(wire, raw, ref, post)

        return page_of(answer, told)

    # Answering ---------------------------------------------------------------------------

    def _reply_limits(self, private: bool) -> Limits:  # noqa: FBT001 - private
        limits = self._core.limits
        return limits.model_copy(update={"text": PRIVATE_TEXT}) if private else limits

    async def _newest(self, message: Message, private: bool) -> str:  # noqa: FBT001 - private
        return await self._answers.newest(message, private=private)

    async def _answer(self, message: Message, text: str) -> Post:
        request = self._calls.post(message.id, "comments", values={"message": text}, fields=COMMENT_FIELDS)
        answer = await self._core.pipeline.call(request, WireComment)
        wire = answer.value
        return Post(
            id=wire.id,
            account=self._core.ref,
            text=wire.message or text,
            url=wire.permalink_url,
            published_at=wire.created_time,
            reply_to=message.id,
            raw=answer.raw,
        )

    async def _write_to(self, message: Message, text: str) -> Post:
        values: dict[str, JsonValue] = {
            "recipient": _recipient(message),
            "messaging_type": "RESPONSE",
            "message": {"text": text},
        }
        request = self._calls.post(OWN, "messages", values={**values})
        answer = await self._core.pipeline.call(request, WireSent)
        told = answer.value.message_id
        return Post(id=told, account=self._core.ref, text=text, reply_to=message.id, raw=answer.raw)

    async def _find_reply(self, attempt: Attempt) -> Found:
        return await self._answers.find(attempt)

    # Acting ------------------------------------------------------------------------------

    async def _like(self, target: str, run: Run) -> None:
        request = self._calls.post(target, "likes")
        await run.commit("like", partial(acted, self._core, request, WireMade), returns=bool)

    async def _find_like(self, attempt: Attempt) -> Found:
        me, cursor = await self._core.known(), None
        for _ in range(LIKES_PAGES):
            params = page_params(cursor, None, MOST)
            request = self._calls.get(attempt.target or "", "likes", fields=("id",), params=params)
            answer = await self._core.pipeline.call(request, WireList[WireId])
            if any(one.id == me.id for one in answer.value.data):
                return Found.published(None, "the Page likes it")
            cursor = cursor_of(answer.value.paging)
            if cursor is None:
                return Found.absent("the Page does not like it")
        return Found.undecided("too many people like it to look through them all")

    def _hiding(self, thing: str, *, hidden: bool) -> Request:
        return self._calls.post(thing, values={"is_hidden": hidden})

    def _require_words(self, message: Message | Post, what: str) -> None:
        super()._require_words(message, what)
        if isinstance(message, Message) and message.private and what != ANSWER:
            raise NotSupportedError(
                f"Facebook has no call to {what} a private message",
                platform=self._core.facts.name,
                instead="the Page's inbox at Facebook",
            )

    async def _find_hide(self, attempt: Attempt) -> Found:
        wire = await self._moderated(attempt)
        if wire is None:
            return Found.undecided(NEITHER)
        if wire.is_hidden is None:
            return Found.undecided("Facebook does not tell whether it is hidden")
        what = "comment" if isinstance(wire, WireComment) else "post"
        return found_state(hidden=wire.is_hidden, wanted=attempt.kind == "hide", what=what)

    async def _find_delete(self, attempt: Attempt) -> Found:
        try:
            wire = await self._moderated(attempt)
        except NotFoundError:
            return Found.published(None, "it is gone")
        return Found.undecided(NEITHER) if wire is None else Found.absent("it is still there")

    async def _moderated(self, attempt: Attempt) -> WireComment | WirePost | None:
        """Return a comment or post as it is now; None for what is neither, of which no look would tell."""
        message = attempt.message
        if message is None or message.private:
            return None
        is_post = message.kind is MessageKind.MENTION and message.id == message.post_id
        fields = WRITTEN_FIELDS if is_post else COMMENT_FIELDS
        request = self._calls.get(message.id, fields=fields)
        kind: type[WirePost | WireComment] = WirePost if is_post else WireComment
        return (await self._core.pipeline.call(request, kind)).value


def _together(parts: list[Part]) -> Part:
    messages = tuple(one for part in parts for one in part.messages)
    return Part(messages, tuple(one for part in parts for one in part.cuts))


def _recipient(message: Message) -> JsonValue:
    if message.private:
        return {"id": message.author.id}
    return {"post_id" if message.id == message.post_id else "comment_id": message.id}
