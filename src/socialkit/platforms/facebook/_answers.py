"""Answers of a Page: the newest ones, and what became of one whose own answer was lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from socialkit.models import AccountRef, Attempt, Author, Found, Message, MessageKind, Post
from socialkit.platforms._graph import ANCHOR, GraphCalls, WireList, after_anchor
from socialkit.platforms.base import Core, in_one_line
from socialkit.platforms.facebook._fitting import SEARCHED_COMMENTS, Then, app_of
from socialkit.platforms.facebook._map import CONVERSATION_FIELDS
from socialkit.platforms.facebook._uploads import OWN
from socialkit.platforms.facebook._wire import WireComment, WireConversation, WireMessage
from socialkit.transport import Answer

__all__ = ["CONVERSATIONS", "Answers", "conversations"]

MOST: Final = 100
"""Of answers under one thing."""
CONVERSATIONS: Final = 25
NEVER: Final = datetime.min.replace(tzinfo=UTC)
UNTOLD: Final = "an answer that says the same may be it: Facebook does not tell whose it is, or of when"


class Answers:
    """Answers of one client's Page."""

    def __init__(self, core: Core, calls: GraphCalls, *, app: str | None) -> None:
        self._core = core
        self._calls = calls
        self._app = app

    async def newest(self, message: Message, *, private: bool) -> str:
        """Return the id of the newest answer to a message; empty where there is none."""
        answers, _ = await self._newest(message, private=private)
        return answers[0].id if answers else ""

    async def _newest(self, message: Message, *, private: bool) -> tuple[list[Post], bool]:
        """Return the newest answers, the newest first, and whether that is all of them.

        They are the Page's own, and those without an author, of which Facebook does not tell whose they are;
        none that another application is known to have written.
        """
        me = await self._core.known()
        if private:
            read = [await self._said_to(message.author.id)]
        else:
            places = dict.fromkeys([message.id, _top_of(message)])
            read = await self._core.transport.gather(*(self._under(place) for place in places))
        wires = {one.id: one for some, _ in read for one in some}
        told = [one for one in wires.values() if one.sender is None or one.sender.id == me.id]
        maybe = [one for one in told if self._app is None or app_of(one) in {None, self._app}]
        newest = sorted(maybe, key=_written, reverse=True)
        return [_answer_of(one, me) for one in newest], all(whole for _, whole in read)

    async def _said_to(self, person: str) -> tuple[list[WireMessage | WireComment], bool]:
        answer = (
            await conversations(self._core, self._calls, ("limit", str(CONVERSATIONS)), ("user_id", person))
        ).value
        edges = [one.messages for one in answer.data if one.messages is not None]
        pages = [answer.paging, *(one.paging for one in edges)]
        return [one for edge in edges for one in edge.data], not any(one and one.next for one in pages)

    async def _under(self, thing: str) -> tuple[list[WireMessage | WireComment], bool]:
        params = (("order", "reverse_chronological"), ("limit", str(MOST)))
        request = self._calls.get(thing, "comments", fields=SEARCHED_COMMENTS, params=params)
        answer = (await self._core.pipeline.call(request, WireList[WireComment])).value
        return [*answer.data], not (answer.paging is not None and answer.paging.next)

    async def find(self, attempt: Attempt) -> Found:
        """Look once for what an answer was to make."""
        anchor, message, draft = attempt.results.get(ANCHOR), attempt.message, attempt.draft
        if not isinstance(anchor, str) or message is None or draft is None:
            return Found.undecided("what was there before is not known: the token may not read the answers")
        answers, whole = await self._newest(message, private=attempt.private)
        newer = after_anchor(anchor, answers)
        if newer is None:
            return Found.undecided("the answer before it is not there any more")
        then, seen = Then.of(attempt), {one.id for one in newer}
        untimed = [one for one in answers if one.published_at is None and one.id not in {anchor, *seen}]
        since = [one for one in (*untimed, *newer) if one.id not in attempt.taken]
        since = [one for one in since if then.may_hold(one.published_at)]
        alike = [one for one in since if in_one_line(one.text) == in_one_line(draft.text)]
        own = [one for one in since if one.author is not None and one.id in seen]
        own = [one for one in own if then.holds(one.published_at)]
        fitting = [one for one in own if one in alike]
        if fitting:
            return Found.published(fitting[-1])
        if alike:
            return Found.undecided(UNTOLD)
        if own and not attempt.private:  # nothing says that a private message can be changed
            return Found.undecided(f"{own[-1].id} may be it: it is the Page's, and may have been changed")
        if not anchor and not whole:
            return Found.undecided("there is too much since to look through it all")
        return Found.absent("it is not among the Page's answers since")


async def conversations(
    core: Core, calls: GraphCalls, *params: tuple[str, str]
) -> Answer[WireList[WireConversation]]:
    """Read conversations of the Page, each with its newest messages."""
    asked = (("platform", "messenger"), *params)
    request = calls.get(OWN, "conversations", fields=CONVERSATION_FIELDS, params=asked)
    return await core.pipeline.call(request, WireList[WireConversation])


def _top_of(message: Message) -> str:
    """Return below which comment an answer may stand: one to an answer stands beside it."""
    return message.reply_to or message.id if message.kind is MessageKind.REPLY else message.id


def _answer_of(wire: WireMessage | WireComment, me: AccountRef) -> Post:
    """Map an answer of the Page, or of nobody knows whom: that has no author."""
    author = None if wire.sender is None else Author(id=wire.sender.id, handle=wire.sender.name)
    return Post(id=wire.id, account=me, author=author, text=wire.message, published_at=wire.created_time)


def _written(wire: WireMessage | WireComment) -> tuple[datetime, int, str]:
    return wire.created_time or NEVER, len(wire.id), wire.id
