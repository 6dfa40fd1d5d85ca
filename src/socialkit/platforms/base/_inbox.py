"""`client.inbox`: what comes in, and answering it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from datetime import datetime
from typing import Final, Generic, final

from socialkit.errors import InvalidDraftError, NotSupportedError
from socialkit.models import (
    Attempt,
    Basis,
    Capability,
    Draft,
    Found,
    Limits,
    Message,
    MessageKind,
    Post,
    Problem,
    require_aware,
)
from socialkit.operations import Arrival, ModeT, Page, Run, operation, paginated, streamed
from socialkit.platforms.base._core import Core
from socialkit.platforms.base._namespace import Namespace
from socialkit.platforms.base._posts import cut
from socialkit.platforms.base._things import of_type, post_id, ref_of, several

__all__ = ["Inbox"]

WORDS: Final = frozenset(kind for kind in MessageKind if kind is not MessageKind.NOTICE)
"""What the inbox holds unless asked otherwise: everything that somebody wrote."""


class Inbox(Namespace[ModeT], Generic[ModeT]):
    """Messages to one account."""

    namespace = "inbox"

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        core.finders |= {"reply": self._find_reply, "like": self._find_like}
        core.finders |= {"hide": self._find_hide, "unhide": self._find_hide}
        core.finders |= {"delete comment": self._find_delete}

    @final
    @paginated
    async def iterate(
        self,
        *,
        since: datetime | None = None,
        kinds: Collection[MessageKind] | None = None,
        notices: bool = False,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Message]:
        """Iterate over what came in, newest first: mentions, comments, replies, direct messages.

        Args:
            since: Only what came after this time (aware).
            kinds: Only these kinds; all but notices if not given.
            notices: Include likes, follows and shares too.
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.
        """
        start = None if since is None else require_aware(since, "since")
        wanted = _wanted(kinds, notices=notices)
        await self._require_kinds(wanted)
        await self._core.identify()
        page = await self._page(wanted, limit, cursor)
        if start is not None:
            page = cut(page, [message.created_at for message in page.items], start)
        return Page(tuple(one for one in page.items if one.kind in wanted), page.next_cursor)

    @final
    @streamed
    async def stream(
        self,
        *,
        since: datetime | None = None,
        kinds: Collection[MessageKind] | None = None,
        notices: bool = False,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncGenerator[Arrival[Message], None]:
        """Wait for what comes in, and take it as it comes, oldest first.

        A line that breaks is made again, and what came in the meantime is read: nothing is lost and nothing
        comes twice. Keep the stream's `cursor` to go on in another process.

        Args:
            since: First what came after this time (aware); from now on if neither this nor a cursor is given.
            kinds: Only these kinds; all but notices if not given.
            notices: Include likes, follows and shares too.
            limit: End after this many; without it the stream ends when it is closed.
            cursor: Where to resume: a stream's `cursor`; then `since` does not count.

        Raises:
            NotSupportedError: The platform has no stream: `iterate` from time to time.
            AuthenticationError: The token does not count any more.
        """
        del limit
        start = None if since is None else require_aware(since, "since")
        wanted = _wanted(kinds, notices=notices)
        await self._core.require(Capability.STREAM)
        await self._core.identify()
        async with aclosing(self._stream(wanted, start, cursor)) as arrivals:
            async for arrival in arrivals:
                kept = tuple(one for one in arrival.items if one.kind in wanted)
                yield arrival if len(kept) == len(arrival.items) else Arrival(kept, arrival.cursor)

    @final
    @paginated
    async def comments(
        self, post: Post | str, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Message]:
        """Iterate over what stands under a post, oldest first, whoever wrote it but ourselves.

        Args:
            post: The post, or its id.
            limit: At most this many in all.
            cursor: Where to resume: a listing's `cursor`.

        Raises:
            NotSupportedError: The token may not read whose account it is, so that our own cannot be told.
            WrongAccountError: The post was written or read through another account: give its id alone.
        """
        await self._core.require(Capability.COMMENTS)
        target = post_id(post)
        await self._core.mine(ref_of(post))
        await self._core.identify()
        return await self._comments(target, limit, cursor)

    @final
    @operation
    async def reply(self, message: Message, text: str, *, private: bool = False) -> Post:
        """Answer a message, and return the answer.

        A private message is always answered in private, whatever `private` says.

        Args:
            message: What to answer.
            text: The answer; whom it addresses is added where the platform needs it.
            private: Answer so that only the author sees it, where the platform can.

        Raises:
            NotSupportedError: The platform cannot answer this, or not in private.
            InvalidDraftError: The text is empty or too long; nothing was sent.
            OutcomeUnknownError: The answer may be out or not: hand `error.attempt` to `posts.find()`.
            WrongAccountError: The message came to another account.
        """
        core = self._core
        hidden = private or of_type(message, Message, "message").private
        await core.require(Capability.REPLY_PRIVATELY if hidden else Capability.REPLY)
        self._require_words(message, "answer")
        await core.mine(message.account)
        draft = self._reply_draft(message, text, hidden)
        limits, now = self._reply_limits(hidden), core.now()
        ready = core.facts.rules.ready(draft, core.facts.name, limits, "inbox.reply", now=now)
        await core.identify()
        return await core.write(
            "reply",
            lambda run: self._reply(message, text, hidden, run),
            draft=ready,
            message=message,
            private=hidden,
        )

    @final
    @operation
    async def like(self, message: Message | Post) -> None:
        """Like a message or post, in the account's name. Liking twice is liking once.

        Raises:
            NotSupportedError: It is a notice, which has no words to like.
        """
        core = self._core
        await core.require(Capability.LIKE)
        self._require_words(of_type(message, Message | Post, "message"), "like")
        await core.mine(ref_of(message))
        await core.write("like", lambda run: self._like(message.id, run), target=message.id)

    @final
    @operation
    async def hide(self, message: Message) -> None:
        """Hide somebody's comment from others.

        Raises:
            NotSupportedError: The platform has no such thing; the error says what it has instead.
        """
        await self._moderate("hide", message)

    @final
    @operation
    async def unhide(self, message: Message) -> None:
        """Show a hidden comment again."""
        await self._moderate("unhide", message)

    @final
    @operation
    async def delete(self, message: Message) -> None:
        """Delete somebody's comment under a post of the account.

        Raises:
            NotSupportedError: The platform has no such thing; the error says what it has instead.
        """
        core = self._core
        await core.require(Capability.DELETE_COMMENTS)
        self._require_words(of_type(message, Message, "message"), "delete")
        await core.mine(message.account)
        await core.write(
            "delete comment", lambda run: self._delete(message, run), message=message, target=message.id
        )

    async def _moderate(self, kind: str, message: Message) -> None:
        core = self._core
        await core.require(Capability.HIDE)
        self._require_words(of_type(message, Message, "message"), kind)
        await core.mine(message.account)
        if kind == "hide":
            await core.write("hide", lambda run: self._hide(message, run), message=message, target=message.id)
        else:
            await core.write(
                "unhide", lambda run: self._unhide(message, run), message=message, target=message.id
            )

    def _require_words(self, message: Message | Post, what: str) -> None:
        """Raise for a notice: its id is no post's, and would be taken for one."""
        if isinstance(message, Message) and message.kind is MessageKind.NOTICE:
            raise NotSupportedError(
                f"a notice has no words to {what}",
                platform=self._core.facts.name,
                instead="what it is about is in its post_id",
            )

    def _reply_draft(self, message: Message, text: str, private: bool) -> Draft:  # noqa: FBT001 - private
        """Return what will be sent, to be checked; a platform adds whom it addresses."""
        if not text.strip():
            problem = Problem(
                field="text", message="is empty", basis=Basis.DRAFT, platform=self._core.facts.name
            )
            raise InvalidDraftError("the answer is empty", problems=[problem], platform=self._core.facts.name)
        return Draft(text=text, reply_to=message.id)

    def _reply_limits(self, private: bool) -> Limits:  # noqa: FBT001 - private
        """Return by what an answer is judged; a platform may take longer private ones."""
        return self._core.limits

    async def _require_kinds(self, kinds: frozenset[MessageKind]) -> None:
        """Raise where some kinds cannot be read, before anything is sent; most platforms read them all."""

    async def _page(
        self, kinds: frozenset[MessageKind], limit: int | None, cursor: str | None
    ) -> Page[Message]:
        raise NotImplementedError

    def _stream(
        self, kinds: frozenset[MessageKind], since: datetime | None, cursor: str | None
    ) -> AsyncGenerator[Arrival[Message], None]:
        raise NotImplementedError

    async def _comments(self, post: str, limit: int | None, cursor: str | None) -> Page[Message]:
        raise NotImplementedError

    async def _reply(self, message: Message, text: str, private: bool, run: Run) -> Post:  # noqa: FBT001
        raise NotImplementedError

    async def _like(self, target: str, run: Run) -> None:
        raise NotImplementedError

    async def _hide(self, message: Message, run: Run) -> None:
        raise NotImplementedError

    async def _unhide(self, message: Message, run: Run) -> None:
        raise NotImplementedError

    async def _delete(self, message: Message, run: Run) -> None:
        raise NotImplementedError

    async def _find_reply(self, attempt: Attempt) -> Found:
        raise NotImplementedError

    async def _find_like(self, attempt: Attempt) -> Found:
        return Found.undecided("the platform does not tell what the account likes")

    async def _find_hide(self, attempt: Attempt) -> Found:
        return Found.undecided("the platform does not tell what is hidden")

    async def _find_delete(self, attempt: Attempt) -> Found:
        return Found.undecided("the platform does not tell which comments are gone")


def _wanted(kinds: Collection[MessageKind] | None, *, notices: bool) -> frozenset[MessageKind]:
    chosen = frozenset(WORDS if kinds is None else several(kinds, "kinds"))
    return chosen | {MessageKind.NOTICE} if notices else chosen
