"""`inbox` of Threads: mentions, and what stands under the account's posts.

See https://developers.facebook.com/docs/threads/reply-management and /threads-mentions.
"""

from __future__ import annotations

from functools import partial
from typing import Final, Generic

from socialkit.models import Attempt, Capability, Found, Message, MessageKind, OwnWriteKind, Post, Raw
from socialkit.operations import ModeT, Page, Run, operation, paginated
from socialkit.platforms._graph import (
    GraphCalls,
    GraphInbox,
    WireList,
    cursor_of,
    found_state,
    merged,
    page_of,
    page_params,
    place_of,
    things_of,
)
from socialkit.platforms.base import Core, acted
from socialkit.platforms.threads._map import POST_FIELDS, REPLY_FIELDS, to_message
from socialkit.platforms.threads._search import Search
from socialkit.platforms.threads._wire import WireDone, WireMedia
from socialkit.platforms.threads._writing import OWN, Writing
from socialkit.transport import Request

__all__ = ["ThreadsInbox"]

MOST: Final = 100
NEWEST: Final = 25
"""Own posts under which is looked: each one takes a call."""
SEARCHED_PAGES: Final = 5
COMMENTS: Final = frozenset({MessageKind.COMMENT, MessageKind.REPLY})
HIDDEN: Final = "HIDDEN"
SHOWN: Final = frozenset({"NOT_HUSHED", "UNHUSHED"})
CONVERSATION: Final = "conversation"
WAITING: Final = "pending_replies"
"""Lists by `approval_status` what waits until the account approves it, or what it ignored."""
PENDING: Final = (("approval_status", "pending"),)
IGNORED: Final = (("approval_status", "ignored"),)


class ThreadsInbox(GraphInbox[ModeT], Generic[ModeT]):
    """Posts that name the account, and replies to its own.

    Threads has no one listing of them. `iterate` reads the newest hundred mentions, and the newest hundred
    replies to each of the newest 25 posts; what lies further back is found with `comments(post)`, or is
    pushed by webhooks.
    """

    _done = WireDone

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls, writing: Writing) -> None:
        super().__init__(mode, core, calls)
        self._writing = writing
        self._search = Search(core, calls, writing)
        core.finders |= {"approve reply": self._find_ruling, "ignore reply": self._find_ruling}

    @paginated
    async def iterate_pending(
        self, post: Post | str, *, ignored: bool = False, limit: int | None = None, cursor: str | None = None
    ) -> Page[Message]:
        """Iterate over replies that wait until the account approves them (`ThreadsOptions.approve_replies`).

        `GET /{post}/pending_replies`
        ([reference](https://developers.facebook.com/docs/threads/reply-management)). Nobody sees them, and
        no other listing holds them.

        Args:
            post: The account's post under which they are.
            ignored: Those that were ignored, in place of those that wait.
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        await self._core.require(Capability.COMMENTS)
        if isinstance(post, Post):
            await self._core.mine(post.account)
        await self._core.known()
        params = (*(IGNORED if ignored else PENDING), *page_params(cursor, limit, MOST))
        target = post if isinstance(post, str) else post.id
        return await self._under(target, params, edge=WAITING)

    @operation
    async def approve(self, message: Message) -> None:
        """Show a reply that waits, from `iterate_pending`.

        `POST /{reply}/manage_pending_reply`
        ([reference](https://developers.facebook.com/docs/threads/reply-management)).

        Raises:
            OutcomeUnknownError: It may be shown or not: hand `error.attempt` to `posts.find()`.
        """
        await self._rule(message, approve=True)

    @operation
    async def ignore(self, message: Message) -> None:
        """Leave a reply that waits unseen, from `iterate_pending`.

        `POST /{reply}/manage_pending_reply`
        ([reference](https://developers.facebook.com/docs/threads/reply-management)).

        Raises:
            OutcomeUnknownError: It may be ignored or not: hand `error.attempt` to `posts.find()`.
        """
        await self._rule(message, approve=False)

    async def _rule(self, message: Message, *, approve: bool) -> None:
        core = self._core
        kind: OwnWriteKind = "approve reply" if approve else "ignore reply"
        await core.require(Capability.HIDE)  # it takes the same permission
        await core.mine(message.account)
        request = self._calls.post(message.id, "manage_pending_reply", values={"approve": approve})

        async def send(run: Run) -> None:
            await run.commit(kind, partial(acted, core, request, WireDone), returns=bool)

        await core.write(kind, send, message=message, target=message.id)

    async def _find_ruling(self, attempt: Attempt) -> Found:
        """Look where the reply stands: among those that wait, or where it was to go."""
        message = attempt.message
        if message is None or message.post_id is None:
            return Found.undecided("under which post the reply stands is not known")
        post, reply = message.post_id, message.id
        if await self._sought(post, reply, WAITING, PENDING) is not None:
            return Found.absent("the reply still waits")
        approved = attempt.kind == "approve reply"
        edge, params = (CONVERSATION, ()) if approved else (WAITING, IGNORED)
        if await self._sought(post, reply, edge, params) is not None:
            return Found.published(None, "the reply is shown" if approved else "the reply is ignored")
        return Found.undecided("the reply waits no longer, and is not where it was to go")

    async def _page(
        self, kinds: frozenset[MessageKind], limit: int | None, cursor: str | None
    ) -> Page[Message]:
        before = place_of(cursor)
        await self._core.known()
        read: list[Message] = []
        if MessageKind.MENTION in kinds:
            read += await self._mentions()
        if kinds & COMMENTS:
            read += await self._commented()
        # A reply that names the account is among the mentions too: what says more stays.
        wanted = (one for one in {one.id: one for one in read}.values() if one.kind in kinds)
        return merged(wanted, before, limit=limit, most=MOST)

    async def _mentions(self) -> list[Message]:
        params = (("limit", str(MOST)),)
        request = self._calls.get(OWN, "mentions", fields=POST_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireMedia])
        return things_of(answer, self._of_others)

    async def _commented(self) -> list[Message]:
        params = (("limit", str(NEWEST)),)
        request = self._calls.get(OWN, "threads", fields=("id", "has_replies"), params=params)
        posts = (await self._core.pipeline.call(request, WireList[WireMedia])).value.data
        # Whether there are any may be left out: then it is looked.
        wanted = [one.id for one in posts if one.has_replies is not False]
        newest = (("reverse", "true"), ("limit", str(MOST)))
        pages = await self._core.transport.gather(*(self._under(one, newest) for one in wanted))
        return [message for page in pages for message in page.items]

    async def _under(
        self, post: str, params: tuple[tuple[str, str], ...], *, edge: str = CONVERSATION
    ) -> Page[Message]:
        """Return a page of what others wrote under a post."""
        request = self._calls.get(post, edge, fields=REPLY_FIELDS, params=params)
        answer = await self._core.pipeline.call(request, WireList[WireMedia])
        return page_of(answer, partial(self._of_others, post=post))

    def _of_others(self, wire: WireMedia, raw: Raw, *, post: str | None = None) -> Message | None:
        return None if self._is_own(wire) else to_message(wire, raw, self._core.ref, post=post)

    def _is_own(self, wire: WireMedia) -> bool:
        if wire.is_reply_owned_by_me is not None:
            return wire.is_reply_owned_by_me
        return bool(wire.username) and wire.username == self._core.ref.handle

    async def _comments(self, post: str, limit: int | None, cursor: str | None) -> Page[Message]:
        await self._core.known()  # else our own answers would look like somebody's
        params = (("reverse", "false"), *page_params(cursor, limit, MOST))
        return await self._under(post, params)

    # Acting ------------------------------------------------------------------------------

    async def _reply(self, message: Message, text: str, private: bool, run: Run) -> Post:  # noqa: FBT001
        draft = self._reply_draft(message, text, private)
        return await self._writing.write(draft, run, reply_to=message.id)

    async def _find_reply(self, attempt: Attempt) -> Found:
        return await self._search.find(attempt)

    def _hiding(self, thing: str, *, hidden: bool) -> Request:
        return self._calls.post(thing, "manage_reply", values={"hide": hidden})

    async def _find_hide(self, attempt: Attempt) -> Found:
        """Look at the reply where it stands: under the post."""
        message = attempt.message
        if message is None or message.post_id is None:
            return Found.undecided("under which post the reply stands is not known")
        wire = await self._sought(message.post_id, message.id, CONVERSATION, ())
        status = None if wire is None else wire.hide_status
        if status is None:
            return Found.undecided("the reply is not found under the post, so that nobody can tell")
        if status != HIDDEN and status not in SHOWN:
            return Found.undecided(f"Threads says that the reply is {status}")
        return found_state(hidden=status == HIDDEN, wanted=attempt.kind == "hide", what="reply")

    async def _sought(
        self, post: str, reply: str, edge: str, asked: tuple[tuple[str, str], ...]
    ) -> WireMedia | None:
        """Return a reply where it is listed under a post; None where it is not among the newest."""
        cursor: str | None = None
        for _ in range(SEARCHED_PAGES):
            params = (*asked, *page_params(cursor, None, MOST))
            request = self._calls.get(post, edge, fields=("id", "hide_status"), params=params)
            answer = await self._core.pipeline.call(request, WireList[WireMedia])
            for wire in answer.value.data:
                if wire.id == reply:
                    return wire
            cursor = cursor_of(answer.value.paging)
            if cursor is None:
                return None
        return None
