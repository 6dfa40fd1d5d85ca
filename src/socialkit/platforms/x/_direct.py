"""Private messages of X. See https://docs.x.com/x-api/direct-messages/lookup/introduction.

X keeps thirty days of them for its API, and shows no encrypted ones.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from socialkit.errors import APIError
from socialkit.models import Attempt, Found, Message, Post
from socialkit.operations import Page, Run
from socialkit.platforms.base import refused_for_good
from socialkit.platforms.x._calls import Calls, filled, following
from socialkit.platforms.x._ids import age, may_be_newer
from socialkit.platforms.x._map import Including, event_message, sent_message
from socialkit.platforms.x._text import says
from socialkit.platforms.x._vocabulary import Params
from socialkit.platforms.x._wire import WireEvent, WireEvents, WireSent
from socialkit.transport import Answer, Request, Safety, segment

__all__ = ["Direct"]

LATEST, SENT = "latest message", "message"
PAGES: Final = 3
"""Pages of a conversation that a search looks through."""
WORDS: Final = (("event_types", "MessageCreate"),)
UNTOLD: Final = "a message since may be it: X does not tell where its links lead, or whose it is"
LEFT_OUT: Final = "X counts more messages since than it shows"
UNSHOWN: Final = "there is a message since that X says it could not show"
NO_ANCHOR: Final = "what was said before is not known: the token may not read private messages"


class Direct:
    """Reads and writes private messages for one client."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._core = calls.core

    async def page(self, cursor: str | None, limit: str) -> Page[Message]:
        """Return a page of all that was said in private, newest first, our own words too."""
        begin = () if cursor is None else (("pagination_token", cursor),)
        size = (("max_results", limit),)
        answer = await filled(lambda token: self._events("2/dm_events", (*size, *(token or begin))))
        ref, beside = self._core.ref, Including(answer.value.includes)
        items = [
            event_message(wire, beside, answer.raw.at("data", number), ref)
            for number, wire in enumerate(answer.value.data)
        ]
        return Page(tuple(items), following(answer))

    async def send(self, message: Message, text: str, run: Run) -> Post:
        """Answer in the message's conversation, or in one with its author."""
        await self._remember(message, run)
        url = f"{_conversation(message)}/messages"
        request = Request(method="POST", url=url, json={"text": text}, safety=Safety.WRITE)
        return await run.commit(SENT, partial(self._sent, request, text), returns=Post)

    async def _remember(self, message: Message, run: Run) -> None:
        """Note the newest message, so that a lost one is looked for after it and never mistaken."""
        try:
            await run.step(LATEST, partial(self._latest, message), returns=str)
        except APIError as error:
            if not refused_for_good(error):
                raise  # nothing is written yet, and without this nobody could look for it later

    async def _latest(self, message: Message) -> str:
        answer = await self._events(f"{_conversation(message)}/dm_events", (("max_results", "1"),))
        return max((one.id for one in answer.value.data), key=age, default="")

    async def _sent(self, request: Request, text: str) -> Post:
        answer = await self._core.pipeline.call(request, WireSent)
        identity = answer.value.data.dm_event_id
        return sent_message(identity, text, answer.raw.at("data"), self._core.ref)

    async def find(self, attempt: Attempt) -> Found:
        """Look once for an answer of ours among what was said since; the oldest that fits is the one."""
        message, draft, anchor = attempt.message, attempt.draft, attempt.results.get(LATEST)
        if message is None or draft is None or not isinstance(anchor, str):
            return Found.undecided(NO_ANCHOR)
        me = (await self._core.known()).id
        url, found, doubt = f"{_conversation(message)}/dm_events", None, None
        token: Params = ()
        for _ in range(PAGES):
            answer = await self._events(url, (("max_results", "100"), *token))
            newer = [(n, one) for n, one in enumerate(answer.value.data) if age(one.id) > age(anchor)]
            verdicts = {n: self._is_it(one, draft.text, me, attempt) for n, one in newer}
            doubt = UNTOLD if None in verdicts.values() else doubt
            doubt = doubt if answer.value.whole else LEFT_OUT
            if any(may_be_newer(one, anchor) for one in answer.value.left_out):
                doubt = UNSHOWN
            for number in (n for n, is_it in verdicts.items() if is_it):
                wire, raw = answer.value.data[number], answer.raw.at("data", number)
                found = sent_message(wire.id, draft.text, raw, self._core.ref)
            further = following(answer)
            if further is None or len(newer) < len(answer.value.data):
                return _told(found, doubt)
            token = (("pagination_token", further),)
        return Found.undecided("too much was said since to look through it all")

    def _is_it(self, wire: WireEvent, text: str, me: str | None, attempt: Attempt) -> bool | None:
        """Return whether a message is the one that was lost; None where nobody can tell."""
        if wire.id in attempt.taken or wire.sender_id not in {me, None}:
            return False
        said = says(wire, text)
        return None if said and wire.sender_id is None else said

    async def _events(self, url: str, params: Params) -> Answer[WireEvents]:
        request = Request(method="GET", url=url, params=(*self._calls.words.message(), *WORDS, *params))
        return await self._core.pipeline.call(request, WireEvents)


def _told(found: Post | None, doubt: str | None) -> Found:
    if found is not None:
        return Found.published(found)
    return Found.absent("it is not among what was said since") if doubt is None else Found.undecided(doubt)


def _conversation(message: Message) -> str:
    if message.private and message.conversation_id is not None:
        return f"2/dm_conversations/{segment(message.conversation_id)}"
    return f"2/dm_conversations/with/{segment(message.author.id)}"
