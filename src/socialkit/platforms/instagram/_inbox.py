"""`inbox` of Instagram: comments, posts that name the account, private messages.

See https://developers.facebook.com/docs/instagram-platform/comment-moderation and
https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Final, Generic, TypeVar

from pydantic import JsonValue

from socialkit.errors import MissingScopeError, NotSupportedError
from socialkit.models import Attempt, Capability, Found, Limits, Message, MessageKind, Post, Raw
from socialkit.operations import ModeT, Page, Run
from socialkit.platforms._graph import (
    ANCHOR,
    CommentInbox,
    GraphCalls,
    WireList,
    after_anchor,
    age_of,
    cursor_of,
    found_state,
    merged,
    page_params,
    place_of,
    things_of,
)
from socialkit.platforms.base import Core
from socialkit.platforms.instagram._account import OWN
from socialkit.platforms.instagram._facts import PRIVATE_BYTES
from socialkit.platforms.instagram._map import (
    COMMENT_FIELDS,
    CONVERSATION_FIELDS,
    REPLY_FIELDS,
    TAGGED_FIELDS,
    comment_message,
    media_message,
    private_message,
)
from socialkit.platforms.instagram._mentions import comments_of
from socialkit.platforms.instagram._owners import Owners
from socialkit.platforms.instagram._wire import (
    WireComment,
    WireCommented,
    WireConversation,
    WireId,
    WireMade,
    WireMedia,
    WireSent,
)
from socialkit.transport import Answer, Request

__all__ = ["InstagramInbox"]

T = TypeVar("T")

POSTS: Final = 50
"""Own posts whose comments are read."""
MOST: Final = 50
"""Comments a page, by the reference."""
CONVERSATIONS: Final = 25
ANSWER_PAGES: Final = 5
COMMENTS: Final = frozenset({MessageKind.COMMENT, MessageKind.REPLY})
OPENED_BY: Final = {
    MessageKind.COMMENT: Capability.COMMENTS,
    MessageKind.REPLY: Capability.COMMENTS,
    MessageKind.MENTION: Capability.MENTIONS,
    MessageKind.DIRECT_MESSAGE: Capability.DIRECT_MESSAGES,
}
"""What an account must be able to for each kind."""
COMMENTED_FIELDS: Final = ("id", f"comments.limit({MOST}){{{','.join(COMMENT_FIELDS)}}}")


class InstagramInbox(CommentInbox[ModeT], Generic[ModeT]):
    """Comments under the account's posts, posts in which it is tagged, and its private messages.

    Instagram has no one listing of them. `iterate` reads the newest fifty of each: comments under the newest
    fifty posts, posts that name the account, and the newest 25 conversations; what lies further back is found
    with `comments(post)`, or is pushed by webhooks. What the account's login or the token's known scopes do
    not open is left out, and refused where `kinds` names it.
    """

    _done = WireMade

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls, owners: Owners) -> None:
        super().__init__(mode, core, calls)
        self._owners = owners

    async def _require_kinds(self, kinds: frozenset[MessageKind]) -> None:
        await self._core.identify()  # whose token it is says what it opens
        named = [one for kind, one in OPENED_BY.items() if kind in kinds]
        if len(named) < len(OPENED_BY):
            for capability in named:
                await self._core.require(capability)
        elif not [one for one in named if await self._core.may(one)]:
            await self._core.require(Capability.COMMENTS)

    async def _page(
        self, kinds: frozenset[MessageKind], limit: int | None, cursor: str | None
    ) -> Page[Message]:
        before = place_of(cursor)
        owner = (await self._core.known()).id or ""
        wanted = {one for kind, one in OPENED_BY.items() if kind in kinds and await self._core.may(one)}
        readers: dict[Capability, Callable[[], Awaitable[list[Message]]]] = {
            Capability.COMMENTS: partial(self._commented, owner),
            Capability.MENTIONS: partial(self._mentions, owner),
            Capability.DIRECT_MESSAGES: self._private,
        }
        sources = [self._naming(one, read) for one, read in readers.items() if one in wanted]
        read = [one for some in await self._core.transport.gather(*sources) for one in some]
        return merged(read, before, limit=limit, most=MOST)

    async def _naming(self, capability: Capability, read: Callable[[], Awaitable[T]]) -> T:
        """Read something, and name the scopes of that alone where they are missing."""
        try:
            return await read()
        except MissingScopeError as error:
            error.scopes = self._core.facts.scopes.get(capability, error.scopes)
            raise

    async def _commented(self, owner: str) -> list[Message]:
        params = (("limit", str(POSTS)),)
        request = self._calls.get(owner, "media", fields=COMMENTED_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireCommented])
        found: list[Message] = []
        for number, post in enumerate(answer.value.data):
            raw = answer.raw.at("data", number, "comments")
            found += self._of_others(post.comments, raw, post.id)
        return found

    def _of_others(
        self, wires: WireList[WireComment] | None, raw: Raw, post: str, above: str | None = None
    ) -> Iterator[Message]:
        """Yield the comments of a page that others wrote, each followed by the answers to it."""
        for number, wire in enumerate(wires.data if wires is not None else ()):
            place = raw.at("data", number)
            message = comment_message(wire, place, self._core.ref, post, above)
            if message is not None and not self._is_own(wire.sender, wire.username):
                yield message
            yield from self._of_others(wire.replies, place.at("replies"), post, wire.id)

    async def _mentions(self, owner: str) -> list[Message]:
        params = (("limit", str(MOST)),)
        request = self._calls.get(owner, "tags", fields=TAGGED_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireMedia])

        def told(wire: WireMedia, raw: Raw) -> Message | None:
            own = self._is_own(wire.owner, wire.username)
            return None if own else media_message(wire, raw, self._core.ref)

        return things_of(answer, told)

    async def _private(self) -> list[Message]:
        return [one for one in await self._conversations(()) if not self._is_ours(one)]

    async def _conversations(self, params: tuple[tuple[str, str], ...]) -> list[Message]:
        asked = (("platform", "instagram"), ("limit", str(CONVERSATIONS)), *params)
        request = self._calls.get(OWN, "conversations", fields=CONVERSATION_FIELDS, params=asked)
        answer = await self._core.pipeline.call(request, WireList[WireConversation])
        found: list[Message] = []
        for number, one in enumerate(answer.value.data):
            for index, wire in enumerate(one.messages.data if one.messages is not None else ()):
                raw = answer.raw.at("data", number, "messages", "data", index)
                message = private_message(wire, raw, self._core.ref, one.id)
                found += [message] if message is not None else []
        return found

    def _is_ours(self, message: Message) -> bool:
        return self._is_own(WireId(id=message.author.id), message.author.handle)

    def _is_own(self, sender: WireId | None, username: str | None) -> bool:
        ref = self._core.ref
        if sender is not None and sender.id == ref.id:
            return True
        # Who wrote something is told by the name alone where the app may not know more.
        told = {username, sender.username if sender is not None else None}
        return bool(ref.handle) and ref.handle in told

    async def _comments(self, post: str, limit: int | None, cursor: str | None) -> Page[Message]:
        await self._core.known()  # else our own answers would look like somebody's
        await self._owners.prove(post)
        params = page_params(cursor, limit, MOST)
        request = self._calls.get(post, "comments", fields=COMMENT_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireComment])
        found = [*self._of_others(answer.value, answer.raw, post)]
        for wire in answer.value.data:
            found += await self._further_answers(wire, post)
        return Page(tuple(sorted(found, key=age_of)), cursor_of(answer.value.paging))

    async def _further_answers(self, comment: WireComment, post: str) -> list[Message]:
        """Return the answers of others to a comment that its first page of them left out."""
        found: list[Message] = []
        before, cursor = None, cursor_of(comment.replies.paging) if comment.replies is not None else None
        while cursor not in {None, before}:
            answer = await self._replies_page(comment.id, cursor)
            found += self._of_others(answer.value, answer.raw, post, comment.id)
            before, cursor = cursor, cursor_of(answer.value.paging)
        return found

    async def _replies_page(self, comment: str, cursor: str | None) -> Answer[WireList[WireComment]]:
        params = page_params(cursor, None, MOST)
        request = self._calls.get(comment, "replies", fields=REPLY_FIELDS, params=params)
        return await self._core.pipeline.call(request, WireList[WireComment])

    # Answering ---------------------------------------------------------------------------

    def _reply_limits(self, private: bool) -> Limits:  # noqa: FBT001 - private
        limits = self._core.limits.model_copy(update={"media": 0})
        bytes_ = {"text": PRIVATE_BYTES, "text_bytes": PRIVATE_BYTES}
        return limits.model_copy(update=bytes_) if private else limits

    async def _reply(self, message: Message, text: str, private: bool, run: Run) -> Post:  # noqa: FBT001
        if private and message.kind is MessageKind.MENTION:
            because = "Instagram answers comments and private messages in private, and no posts of others"
            raise NotSupportedError(because, platform="instagram", instead="an answer in public")
        opened_by = Capability.REPLY_PRIVATELY if private else Capability.REPLY
        await self._core.require(opened_by)  # once more: by now it is known whose token it is
        return await self._naming(opened_by, partial(super()._reply, message, text, private, run))

    async def _newest(self, message: Message, private: bool) -> str:  # noqa: FBT001 - private
        answers = await self._answers(message, private)
        return answers[0].id if answers else ""

    async def _answer(self, message: Message, text: str) -> Post:
        if message.kind is MessageKind.MENTION:
            owner = (await self._core.known()).id or ""
            comment = None if message.id == message.post_id else message.id
            values: dict[str, JsonValue] = {
                "media_id": message.post_id or message.id,
                "comment_id": comment,
                "message": text,
            }
            request = self._calls.post(owner, "mentions", values={**values})
        else:
            request = self._calls.post(_top(message), "replies", values={"message": text})
        answer = await self._core.pipeline.call(request, WireId)
        return Post(
            id=answer.value.id, account=self._core.ref, text=text, reply_to=message.id, raw=answer.raw
        )

    async def _write_to(self, message: Message, text: str) -> Post:
        recipient: JsonValue = {"id": message.author.id} if message.private else {"comment_id": message.id}
        values: dict[str, JsonValue] = {"recipient": recipient, "message": {"text": text}}
        request = self._calls.post(OWN, "messages", values={**values})
        answer = await self._core.pipeline.call(request, WireSent)
        told = answer.value.message_id
        return Post(id=told, account=self._core.ref, text=text, reply_to=message.id, raw=answer.raw)

    async def _answers(self, message: Message, private: bool) -> list[Post]:  # noqa: FBT001 - private
        """Return the account's own answers, the newest first."""
        me = await self._core.known()
        if private:
            both = await self._conversations((("user_id", message.author.id),))
            sent = sorted((one for one in both if self._is_ours(one)), key=age_of, reverse=True)
            return [Post(id=one.id, account=me, text=one.text, published_at=one.created_at) for one in sent]
        if message.kind is MessageKind.MENTION:
            wires = await comments_of(self._core, self._calls, message.post_id or message.id)
        else:
            wires = await self._replies(_top(message))
        own = [one for one in wires if self._is_own(one.sender, one.username)]
        found = [Post(id=one.id, account=me, text=one.text or "", published_at=one.timestamp) for one in own]
        return sorted(found, key=_written, reverse=True)

    async def _replies(self, comment: str) -> list[WireComment]:
        wires, cursor = list[WireComment](), None
        for _ in range(ANSWER_PAGES):
            answer = await self._replies_page(comment, cursor)
            wires += answer.value.data
            cursor = cursor_of(answer.value.paging)
            if cursor is None:
                break
        return wires

    async def _find_reply(self, attempt: Attempt) -> Found:
        anchor, message, draft = attempt.results.get(ANCHOR), attempt.message, attempt.draft
        if not isinstance(anchor, str) or message is None or draft is None:
            return Found.undecided("what was there before is not known: the token may not read the answers")
        newer = after_anchor(anchor, await self._answers(message, attempt.private))
        if newer is None:
            return Found.undecided("the answer before it is not there any more")
        fitting = [one for one in newer if one.text.strip() == draft.text.strip()]
        fitting = [one for one in fitting if one.id not in attempt.taken]
        if fitting:
            return Found.published(fitting[-1])
        return Found.absent("it is not among the account's answers since")

    # Acting ------------------------------------------------------------------------------

    async def _hide(self, message: Message, run: Run) -> None:
        _require_comment(message, "hidden")
        await super()._hide(message, run)

    async def _unhide(self, message: Message, run: Run) -> None:
        _require_comment(message, "shown again")
        await super()._unhide(message, run)

    async def _delete(self, message: Message, run: Run) -> None:
        _require_comment(message, "deleted")
        await super()._delete(message, run)

    def _hiding(self, thing: str, *, hidden: bool) -> Request:
        return self._calls.post(thing, values={"hide": hidden})

    async def _find_hide(self, attempt: Attempt) -> Found:
        wire = await self._comment(attempt.target or "")
        if wire.hidden is None:
            return Found.undecided("Instagram does not tell whether it is hidden")
        return found_state(hidden=wire.hidden, wanted=attempt.kind == "hide", what="comment")

    async def _comment(self, comment: str) -> WireComment:
        request = self._calls.get(comment, fields=REPLY_FIELDS)
        return (await self._core.pipeline.call(request, WireComment)).value


def _require_comment(message: Message, what: str) -> None:
    """Raise for what stands under no post: by its id a post would be meant, perhaps another account's."""
    if message.kind not in COMMENTS:
        raise NotSupportedError(
            f"comments alone can be {what}, and this is a {message.kind}",
            platform="instagram",
            instead="the app, or leave it unanswered",
        )


def _top(message: Message) -> str:
    """Return what an answer is put under: an answer to an answer stands under the comment above both."""
    if message.kind is MessageKind.REPLY and message.reply_to is not None:
        return message.reply_to
    return message.id


def _written(post: Post) -> tuple[datetime, int, str]:
    # Times are of whole seconds; ids grow.
    return post.published_at or datetime.min.replace(tzinfo=UTC), len(post.id), post.id
