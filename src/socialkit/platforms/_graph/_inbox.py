"""Inboxes of Graph APIs: hiding; and where answers are comments, answering and deleting them."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Final, Generic

from socialkit.errors import NotFoundError
from socialkit.models import Attempt, Draft, Found, Message, Post, WireModel
from socialkit.operations import ModeT, Run
from socialkit.platforms._graph._calls import GraphCalls
from socialkit.platforms._graph._searching import remembered
from socialkit.platforms.base import Core, Inbox, acted
from socialkit.transport import Request

__all__ = ["CommentInbox", "GraphInbox"]

REPLY: Final = "reply"


class GraphInbox(Inbox[ModeT], Generic[ModeT]):
    """Hides what stands under a post, and shows it again: one write with two values."""

    _done: ClassVar[type[WireModel]]
    """What writes answer of which nothing but the success is wanted."""

    def __init__(self, mode: type[ModeT], core: Core, calls: GraphCalls) -> None:
        super().__init__(mode, core)
        self._calls = calls

    async def _hide(self, message: Message, run: Run) -> None:
        hiding = partial(acted, self._core, self._hiding(message.id, hidden=True), self._done)
        await run.commit("hide", hiding, returns=bool)

    async def _unhide(self, message: Message, run: Run) -> None:
        showing = partial(acted, self._core, self._hiding(message.id, hidden=False), self._done)
        await run.commit("unhide", showing, returns=bool)

    def _hiding(self, thing: str, *, hidden: bool) -> Request:
        raise NotImplementedError


class CommentInbox(GraphInbox[ModeT], Generic[ModeT]):
    """Where answers are comments, and no posts of their own."""

    def _reply_draft(self, message: Message, text: str, private: bool) -> Draft:  # noqa: FBT001 - private
        # What is answered stands in the call, not in the draft: the platform's posts answer nothing.
        return super()._reply_draft(message, text, private).model_copy(update={"reply_to": None})

    async def _reply(self, message: Message, text: str, private: bool, run: Run) -> Post:  # noqa: FBT001
        # Where the platform does not tell who it is, it does not tell either what was written to them.
        if not private or message.author.id:
            await remembered(run, partial(self._newest, message, private))
        send = self._write_to if private else self._answer
        return await run.commit(REPLY, partial(send, message, text), returns=Post)

    async def _newest(self, message: Message, private: bool) -> str:  # noqa: FBT001 - private
        """Return the id of the newest own answer; empty where there is none."""
        raise NotImplementedError

    async def _write_to(self, message: Message, text: str) -> Post:
        raise NotImplementedError

    async def _answer(self, message: Message, text: str) -> Post:
        raise NotImplementedError

    async def _delete(self, message: Message, run: Run) -> None:
        request = self._calls.delete(message.id)
        await run.commit("delete", partial(acted, self._core, request, self._done), returns=bool)

    async def _find_delete(self, attempt: Attempt) -> Found:
        try:
            await self._comment(attempt.target or "")
        except NotFoundError:
            return Found.published(None, "the comment is gone")
        return Found.absent("the comment is still there")

    async def _comment(self, comment: str) -> object:
        raise NotImplementedError
