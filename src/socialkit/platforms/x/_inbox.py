"""`inbox` of X: mentions and private messages in one order. See https://docs.x.com/x-api/posts/timelines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic, TypeAlias

from socialkit.errors import APIError, NotSupportedError
from socialkit.models import Attempt, Capability, Draft, Found, Limits, Message, MessageKind, Post, Raw
from socialkit.operations import ModeT, Page, Run
from socialkit.platforms.base import Core, Inbox, acted, no_cursor, refused_for_good
from socialkit.platforms.x._calls import Calls, Course, between, filled, following
from socialkit.platforms.x._direct import Direct
from socialkit.platforms.x._ids import ID, age
from socialkit.platforms.x._map import Including, message_kind, post_message
from socialkit.platforms.x._rules import PRIVATE
from socialkit.platforms.x._vocabulary import Params
from socialkit.platforms.x._wire import WireHidden, WireLiked, WirePage, WirePost
from socialkit.platforms.x._writing import Writing
from socialkit.transport import Request, Safety, segment

__all__ = ["XInbox"]

PUBLIC: Final = frozenset({MessageKind.MENTION, MessageKind.COMMENT, MessageKind.REPLY, MessageKind.QUOTE})
EVERYTHING: Final = PUBLIC | {MessageKind.DIRECT_MESSAGE}
SEPARATOR: Final = ":"
DONE: Final = "-"


@dataclass(frozen=True, slots=True)
class _Source:
    """A page of one of the two sources."""

    messages: Sequence[Message] = ()
    last: str | None = None
    """The id of its last item, message or not."""
    following: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page begins: before an id, and for private messages at a page of X's."""

    until: str | None = None
    token: str | None = None
    """Of private messages; `DONE` after the last of them."""

    @classmethod
    def read(cls, cursor: str | None) -> _Place:
        if cursor is None:
            return cls()
        until, separator, token = cursor.partition(SEPARATOR)
        if not separator or not ID.fullmatch(until):
            raise no_cursor(cursor)
        return cls(until, token or None)

    def __str__(self) -> str:
        return f"{self.until}{SEPARATOR}{self.token or ''}"

    def after(self, bound: str, private: _Source | None) -> _Place:
        """Return where the next page begins, once all down to an id was handed over."""
        if private is None:
            return _Place(bound, self.token)
        over = private.last is None or age(private.last) >= age(bound)
        return _Place(bound, (private.following or DONE) if over else self.token)


_Said: TypeAlias = tuple[WirePost, Including, Raw]
"""A post of a conversation, what stands beside it, and what X sent."""


def _below(post: str, said: list[_Said]) -> list[_Said]:
    """Return what answers a post, or answers what does."""
    answers = {wire.id: wire.reference("replied_to") for wire, _, _ in said}

    def is_below(identity: str) -> bool:
        above, seen = answers.get(identity), set[str]()
        while above is not None and above != post and above not in seen:
            seen.add(above)
            above = answers.get(above)
        return above == post

    return [one for one in said if is_below(one[0].id)]


def _named(kinds: frozenset[MessageKind]) -> bool:
    """Return whether somebody named kinds: who asks for less than everything does."""
    return not kinds >= EVERYTHING


class XInbox(Inbox[ModeT], Generic[ModeT]):
    """Mentions, comments, answers and private messages.

    X tells of no likes, follows or reposts here: there are no notices. A token without access to private
    messages gives an inbox without them, and `NotSupportedError` where `kinds` names them.

    `comments()` reads all that X's search finds of a conversation before it gives the first: X shows the
    newest first, and what is asked for is the oldest. A limit there saves none of the posts that are paid.
    """

    def __init__(self, mode: type[ModeT], core: Core, calls: Calls) -> None:
        super().__init__(mode, core)
        self._calls = calls
        self._writing = Writing(calls)
        self._direct = Direct(calls)

    # Reading ----------------------------------------------------------------------------

    async def _require_kinds(self, kinds: frozenset[MessageKind]) -> None:
        if MessageKind.DIRECT_MESSAGE in kinds and _named(kinds):
            await self._core.require(Capability.DIRECT_MESSAGES)

    async def _page(
        self, kinds: frozenset[MessageKind], limit: int | None, cursor: str | None
    ) -> Page[Message]:
        """Read a page of mentions and one of private messages; what is older than either waits."""
        place = _Place.read(cursor)
        public = await self._mentions(place, limit) if kinds & PUBLIC else _Source()
        private = await self._private(kinds, place, limit)
        read = [public] if private is None else [public, private]
        # Of a page that is not the last, what comes after it is older than its last item.
        ends = [one.last for one in read if one.following and one.last]
        bound = max(ends, key=age, default=None)
        fresh = [
            one
            for source in read
            for one in source.messages
            if (place.until is None or age(one.id) < age(place.until))
            and (bound is None or age(one.id) >= age(bound))
            and one.author.id != self._core.ref.id
        ]
        merged = tuple(sorted(fresh, key=lambda one: age(one.id), reverse=True))
        if limit is not None and len(merged) > limit:
            merged = merged[:limit]
            bound = merged[-1].id
        return Page(merged, None if bound is None else str(place.after(bound, private)))

    async def _mentions(self, place: _Place, limit: int | None) -> _Source:
        ref = await self._core.known()
        until = () if place.until is None else (("until_id", place.until),)
        url = f"2/users/{segment(ref.id)}/mentions"
        params = (("max_results", between(limit)), *until)
        answer = await filled(lambda token: self._calls.posts(url, (*params, *token)))
        beside, found = Including(answer.value.includes), answer.value.data
        messages: list[Message] = []
        for number, wire in enumerate(found):
            if wire.reference("retweeted") is None:  # else it is what we said ourselves, said again
                kind = message_kind(wire, ref.id)
                about = "replied_to" if kind is MessageKind.COMMENT else "quoted"
                under, raw = wire.reference(about), answer.raw.at("data", number)
                messages.append(post_message(wire, beside, raw, ref, kind=kind, under=under))
        return _Source(messages, found[-1].id if found else None, following(answer))

    async def _private(
        self, kinds: frozenset[MessageKind], place: _Place, limit: int | None
    ) -> _Source | None:
        """Return a page of private messages; None where there are none to be asked for."""
        if MessageKind.DIRECT_MESSAGE not in kinds or place.token == DONE:
            return None
        if not await self._core.may(Capability.DIRECT_MESSAGES):
            return None
        try:
            page = await self._direct.page(place.token, between(limit, 1))
        except APIError as error:
            if _named(kinds) or not refused_for_good(error):
                raise
            return None
        return _Source(page.items, page.items[-1].id if page.items else None, page.next_cursor)

    async def _comments(self, post: str, limit: int | None, cursor: str | None) -> Page[Message]:
        """Read what a search finds of the conversation, which are seven days of it."""
        ref = await self._core.known()  # else our own answers would look like somebody's
        said = await self._conversation(post)
        if not said:  # it may stand in a conversation that another post began, as the parts of a thread do
            root = await self._calls.conversation_of(post)
            said = [] if root in {None, post} else _below(post, await self._conversation(root or ""))
        found: list[Message] = []
        for wire, beside, raw in said:
            answers = wire.reference("replied_to")
            if wire.author_id != ref.id and wire.id != post and answers is not None:
                kind = MessageKind.COMMENT if answers == post else MessageKind.REPLY
                found.append(post_message(wire, beside, raw, ref, kind=kind, under=post))
        return Page(tuple(sorted(found, key=lambda one: age(one.id))))

    async def _conversation(self, root: str) -> list[_Said]:
        """Return what the search finds of a conversation, by the post that began it."""
        found, course = list[_Said](), Course()
        token: Params = ()
        while True:
            params = (("query", f"conversation_id:{segment(root)}"), ("max_results", "100"), *token)
            answer = await self._calls.posts("2/tweets/search/recent", params)
            beside = Including(answer.value.includes)
            found += [(w, beside, answer.raw.at("data", n)) for n, w in enumerate(answer.value.data)]
            following_token = following(answer)
            if following_token is None:
                return found
            token = course.after(following_token)

    # Acting -----------------------------------------------------------------------------

    def _reply_limits(self, private: bool) -> Limits:  # noqa: FBT001 - private
        return PRIVATE if private else self._core.limits

    def _reply_draft(self, message: Message, text: str, private: bool) -> Draft:  # noqa: FBT001 - private
        draft = super()._reply_draft(message, text, private)
        # A private message answers nobody's post: whom it is for is known from the message.
        return draft.model_copy(update={"reply_to": None}) if private else draft

    async def _reply(self, message: Message, text: str, private: bool, run: Run) -> Post:  # noqa: FBT001
        if private:
            return await self._direct.send(message, text, run)
        return await self._writing.publish_part(self._reply_draft(message, text, private), run, None)

    async def _find_reply(self, attempt: Attempt) -> Found:
        return await (self._direct.find(attempt) if attempt.private else self._writing.search.find(attempt))

    async def _hide(self, message: Message, run: Run) -> None:
        await self._moderated(message, run, hidden=True)

    async def _unhide(self, message: Message, run: Run) -> None:
        await self._moderated(message, run, hidden=False)

    async def _moderated(self, message: Message, run: Run, *, hidden: bool) -> None:
        if message.private:
            raise NotSupportedError(
                "a private message is seen by nobody else", platform="x", instead="leave it unanswered"
            )
        request = Request(
            method="PUT",
            url=f"2/tweets/{segment(message.id)}/hidden",
            json={"hidden": hidden},
            safety=Safety.REPEATABLE,  # a state is put: twice is once
        )
        call = partial(acted, self._core, request, WireHidden)
        await run.commit("hide" if hidden else "unhide", call, returns=bool)

    async def _like(self, target: str, run: Run) -> None:
        ref = await self._core.known()
        request = Request(
            method="POST",
            url=f"2/users/{segment(ref.id)}/likes",
            json={"tweet_id": target},
            safety=Safety.WRITE,
        )
        await run.commit("like", partial(acted, self._core, request, WireLiked), returns=bool)

    async def _find_like(self, attempt: Attempt) -> Found:
        ref = await self._core.known()
        url = f"2/users/{segment(ref.id)}/liked_tweets"
        request = Request(method="GET", url=url, params=(("max_results", "100"),))
        answer = await self._core.pipeline.call(request, WirePage)
        if any(one.id == attempt.target for one in answer.value.data):
            return Found.published(None, "the account likes it")
        if {None, attempt.target} & {*answer.value.left_out}:
            return Found.undecided("X says that there is something liked that it could not show")
        if following(answer) is None and answer.value.whole:
            return Found.absent("the account does not like it")
        return Found.undecided("the account likes too much to look through it all")
