"""`inbox` of Bluesky. See https://docs.bsky.app/docs/api/app-bsky-notification-list-notifications."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final, Generic

from socialkit.models import Attempt, Draft, Found, Limits, Message, MessageKind, Post
from socialkit.operations import ModeT, Page, Run
from socialkit.platforms.base import Core, Inbox, no_cursor, page_size
from socialkit.platforms.bluesky._calls import Calls
from socialkit.platforms.bluesky._chat import Chat
from socialkit.platforms.bluesky._facts import CHAT_LIMITS
from socialkit.platforms.bluesky._map import WORDS, to_message
from socialkit.platforms.bluesky._publish import Records
from socialkit.platforms.bluesky._threads import Threads
from socialkit.platforms.bluesky._wire import WireNotifications

__all__ = ["BlueskyInbox"]

MOST: Final = 100
"""Notifications in one page, at most."""
OTHERS: Final = frozenset(kind for kind in MessageKind if kind is not MessageKind.DIRECT_MESSAGE)
EVERYTHING: Final = frozenset(MessageKind) - {MessageKind.NOTICE}
SEPARATOR: Final = "|"


class BlueskyInbox(Inbox[ModeT], Generic[ModeT]):
    """Mentions, answers and quotes, and private messages where the token reaches them.

    Of private messages the latest hundred conversations are looked at, and the latest hundred messages of
    each. A token without access to them gives an inbox without them, and `NotSupportedError` where `kinds`
    names them: make the app password with access to direct messages. When their service is down, reading
    them raises; `kinds` without them does not ask it.
    """

    def __init__(self, mode: type[ModeT], core: Core, records: Records) -> None:
        super().__init__(mode, core)
        self._calls = Calls(core)
        self._records = records
        self._threads = Threads(core, records)
        self._chat = Chat(core)

    async def _page(
        self, kinds: frozenset[MessageKind], limit: int | None, cursor: str | None
    ) -> Page[Message]:
        """Read a page of notifications, and the private messages of the same stretch of time."""
        until, following = _read_cursor(cursor)
        page: Page[Message] = Page(())
        if kinds & OTHERS:
            page = await self._notifications(kinds, limit, following)
        ends = page.items[-1].created_at if page.next_cursor is not None and page.items else None
        private: list[Message] = []
        # A page without notifications has no time; its messages come with the next one.
        if MessageKind.DIRECT_MESSAGE in kinds and (page.items or page.next_cursor is None):
            # Who asks for less than everything names what they ask for.
            private = await self._chat.received(ends, until, named=not kinds >= EVERYTHING)
            until = ends
        merged = sorted([*page.items, *private], key=lambda message: message.created_at, reverse=True)
        return Page(tuple(merged), _write_cursor(until, page.next_cursor))

    async def _notifications(
        self, kinds: frozenset[MessageKind], limit: int | None, cursor: str | None
    ) -> Page[Message]:
        params = [("limit", str(page_size(limit, MOST)))]
        if cursor is not None:
            params.append(("cursor", cursor))
        if MessageKind.NOTICE not in kinds:
            params.extend(("reasons", reason) for reason in sorted(WORDS))
        answer = await self._calls.read(
            "app.bsky.notification.listNotifications", tuple(params), WireNotifications
        )
        ref, raw = self._core.ref, answer.raw
        messages = [
            to_message(wire, raw.at("notifications", number), ref)
            for number, wire in enumerate(answer.value.notifications)
        ]
        return Page(tuple(messages), answer.value.cursor)

    async def _comments(self, post: str, limit: int | None, cursor: str | None) -> Page[Message]:
        self._calls.address(post)
        return Page(tuple(await self._threads.comments(post)))

    # Answers -----------------------------------------------------------------------------------

    def _reply_limits(self, private: bool) -> Limits:  # noqa: FBT001 - private
        return CHAT_LIMITS if private else self._core.limits

    def _reply_draft(self, message: Message, text: str, private: bool) -> Draft:  # noqa: FBT001 - private
        # Whom it answers is known from the message: what is checked is the text.
        return super()._reply_draft(message, text, private).model_copy(update={"reply_to": None})

    async def _reply(self, message: Message, text: str, private: bool, run: Run) -> Post:  # noqa: FBT001
        if private:
            return await self._chat.send(message, text, run)
        draft = Draft(text=text, reply_to=message.id)
        dids = await self._records.mentioned([text], run)
        return await self._records.publish_part(dids, draft, run, None)

    async def _find_reply(self, attempt: Attempt) -> Found:
        return await (self._chat if attempt.private else self._records).find(attempt)

    async def _like(self, target: str, run: Run) -> None:
        self._calls.address(target)
        await run.commit("like", partial(self._threads.like, target), returns=bool)

    async def _find_like(self, attempt: Attempt) -> Found:
        return await self._threads.find_like(attempt)

    async def _hide(self, message: Message, run: Run) -> None:
        await run.commit("hide", partial(self._threads.hide, message.id, hidden=True), returns=bool)

    async def _unhide(self, message: Message, run: Run) -> None:
        await run.commit("unhide", partial(self._threads.hide, message.id, hidden=False), returns=bool)

    async def _find_hide(self, attempt: Attempt) -> Found:
        return await self._threads.find_hide(attempt)


def _read_cursor(cursor: str | None) -> tuple[datetime | None, str | None]:
    if cursor is None:
        return None, None
    until, separator, following = cursor.partition(SEPARATOR)
    try:
        time = datetime.fromisoformat(until) if until else None
    except ValueError:
        time, separator = None, ""
    if not separator or not following or (time is not None and time.utcoffset() is None):
        raise no_cursor(cursor)
    return time, following


def _write_cursor(until: datetime | None, following: str | None) -> str | None:
    if following is None:
        return None
    return f"{until.isoformat() if until is not None else ''}{SEPARATOR}{following}"
