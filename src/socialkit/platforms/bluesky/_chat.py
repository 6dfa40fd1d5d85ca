"""Private messages. They stand behind a service of their own, and only some tokens reach it.

An app password reaches it when it was made with access to direct messages; a login, with the scope
`transition:chat.bsky`. See https://docs.bsky.app/docs/api/chat-bsky-convo-list-convos.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import (
    AuthenticationError,
    NoSuchCallError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    TransportError,
    UnexpectedResponseError,
)
from socialkit.models import Attempt, AwareTime, Capability, Found, Message, Model, Post
from socialkit.operations import Run
from socialkit.platforms.base import Core
from socialkit.platforms.bluesky._calls import CHAT, Calls
from socialkit.platforms.bluesky._map import to_chat_message, to_chat_post
from socialkit.platforms.bluesky._richtext import facets
from socialkit.platforms.bluesky._wire import (
    WireConvo,
    WireConvoAnswer,
    WireConvos,
    WireMessage,
    WireMessages,
)
from socialkit.transport import Answer, Safety

__all__ = ["Chat"]

CONVO: Final = "chat.bsky.convo."
MOST: Final = 100
"""Conversations that are looked at, and messages of each."""
WITHOUT: Final = "kinds= without direct messages reads the rest of the inbox"
CONVERSATION, LATEST, COMMIT = "conversation", "latest message", "message"
SETTLES_AFTER: Final = timedelta(minutes=2)
"""How long after its deadline a message may still arrive; not documented: beyond usual time-outs."""


class _Latest(Model):
    """The newest message of a conversation before ours; without an id there was none."""

    id: str | None = None
    sent_at: AwareTime | None = None


class Chat:
    """Reads and writes private messages for one client."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._calls = Calls(core)
        self._closed = False

    async def received(self, since: datetime | None, until: datetime | None, *, named: bool) -> list[Message]:
        """Return what others wrote after one time and up to another, newest first.

        That a token or a server has no access to messages lasts: then who did not ask for them by name
        (`named`) gets none, and the rest of the inbox is not lost for it. That the service is down passes: it
        always raises, for an inbox without messages would look as if nobody had written.
        """
        found: list[Message] = []
        try:
            for convo in await self._conversations(named=named):
                if _may_hold(convo, since):
                    found.extend(await self._messages(convo))
        except (ServerError, TransportError, RateLimitedError, UnexpectedResponseError) as error:
            error.message = f"private messages could not be read ({WITHOUT}): {error.message}"
            raise
        wanted = [one for one in found if _within(one.created_at, since, until)]
        return sorted(wanted, key=lambda message: message.created_at, reverse=True)

    async def _conversations(self, *, named: bool) -> list[WireConvo]:
        await self._calls.did()  # the login tells whether messages are open to the token
        if named:
            await self._core.require(Capability.DIRECT_MESSAGES)
        elif self._closed or not await self._core.may(Capability.DIRECT_MESSAGES):
            return []
        params = (("limit", str(MOST)),)
        try:
            answer = await self._calls.read(f"{CONVO}listConvos", params, WireConvos, proxy=CHAT)
        except (AuthenticationError, PermissionDeniedError, NoSuchCallError):
            if named:
                raise
            self._closed = True  # the token said nothing of itself; ask no more
            return []
        return answer.value.convos

    async def _messages(self, convo: WireConvo) -> list[Message]:
        ref, answer = self._core.ref, await self._read(convo.id)
        return [
            to_chat_message(wire, convo, answer.raw.at("messages", number), ref)
            for number, wire in enumerate(answer.value.messages)
            if wire.text is not None and wire.sender is not None and wire.sender.did != ref.id
        ]

    async def _read(self, convo: str, most: int = MOST) -> Answer[WireMessages]:
        params = (("convoId", convo), ("limit", str(most)))
        return await self._calls.read(f"{CONVO}getMessages", params, WireMessages, proxy=CHAT)

    # Answers -----------------------------------------------------------------------------------

    async def send(self, message: Message, text: str, run: Run) -> Post:
        """Answer in private. Nothing makes that repeatable, so the newest message before it is remembered."""
        convo = await run.step(CONVERSATION, partial(self._conversation, message), returns=str)
        await run.step(LATEST, partial(self._latest, convo), returns=_Latest)
        return await run.commit(COMMIT, partial(self._sent, convo, text, message.id), returns=Post)

    async def _conversation(self, message: Message) -> str:
        if message.conversation_id is not None:
            return message.conversation_id
        answer = await self._calls.read(
            f"{CONVO}getConvoForMembers", (("members", message.author.id),), WireConvoAnswer, proxy=CHAT
        )
        return answer.value.convo.id

    async def _latest(self, convo: str) -> _Latest:
        answer = await self._read(convo, 1)
        newest = next(iter(answer.value.messages), None)
        return _Latest() if newest is None else _Latest(id=newest.id, sent_at=newest.sent_at)

    async def _sent(self, convo: str, text: str, answered: str) -> Post:
        body: dict[str, JsonValue] = {"text": text}
        if marks := facets(text, {}):
            body["facets"] = marks
        answer = await self._calls.procedure(
            f"{CONVO}sendMessage",
            {"convoId": convo, "message": body},
            WireMessage,
            safety=Safety.WRITE,
            proxy=CHAT,
        )
        return to_chat_post(answer.value, convo, answer.raw, self._core.ref, answered)

    async def find(self, attempt: Attempt) -> Found:
        """Look once for an answer that was lost, among the messages newer than the remembered one."""
        assert attempt.message is not None
        assert attempt.draft is not None
        convo, before = attempt.results.get(CONVERSATION), attempt.results.get(LATEST)
        if not isinstance(convo, str) or not isinstance(before, dict):
            return Found.undecided("the conversation is not known")
        asked = self._core.settling.moment()
        answer, me = await self._read(convo), await self._calls.did()
        messages, latest = answer.value.messages, _Latest.model_validate(before)
        newer, known = _newer(messages, latest)
        text = attempt.draft.text.strip()
        oldest: Found | None = None  # of equal answers, later ones are those to later questions
        for number, wire in enumerate(newer):
            mine = wire.sender is not None and wire.sender.did == me and wire.id not in attempt.taken
            if not mine or (wire.text or "").strip() != text:
                continue
            if not (known or _is_newer(wire, latest)):
                return Found.undecided(
                    "the message before it is gone, and one of the same words may be older"
                )
            raw = answer.raw.at("messages", number)
            oldest = Found.published(to_chat_post(wire, convo, raw, self._core.ref, attempt.message.id))
        if oldest is None and len(newer) >= MOST:
            return Found.undecided("too much was written in the conversation since to look through it all")
        return oldest or self._absent(attempt, asked)

    def _absent(self, attempt: Attempt, asked: float) -> Found:
        wait = self._core.settling.wait(attempt, SETTLES_AFTER, asked)
        if wait > timedelta():
            return Found.undecided(
                "it is not in the conversation, but it may still arrive", ask_again=self._core.now() + wait
            )
        return Found.absent("it is not in the conversation")


def _newer(messages: list[WireMessage], latest: _Latest) -> tuple[list[WireMessage], bool]:
    """Return what stands before the remembered message, or, where it was deleted, before what is older.

    And whether it was seen: only then is all of it newer for certain.
    """
    for number, wire in enumerate(messages):
        if wire.id == latest.id:
            return messages[:number], True
    for number, wire in enumerate(messages):
        if wire.sent_at is not None and latest.sent_at is not None and wire.sent_at < latest.sent_at:
            return messages[:number], False
    return messages, False


def _is_newer(wire: WireMessage, latest: _Latest) -> bool:
    """Tell whether a message is certainly newer than the remembered one: by the service's own clock."""
    if latest.id is None:
        return True
    return wire.sent_at is not None and latest.sent_at is not None and wire.sent_at > latest.sent_at


def _may_hold(convo: WireConvo, since: datetime | None) -> bool:
    last = convo.last_message.sent_at if convo.last_message is not None else None
    return since is None or last is None or last > since


def _within(time: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or time > since) and (until is None or time <= until)
