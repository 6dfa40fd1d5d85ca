"""`inbox` of Mastodon. See https://docs.joinmastodon.org/methods/notifications/."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from functools import partial
from typing import Final, Generic

from socialkit.errors import InvalidDraftError
from socialkit.models import (
    Attempt,
    Basis,
    Draft,
    Found,
    Message,
    MessageKind,
    Post,
    Problem,
    Visibility,
)
from socialkit.operations import Arrival, ModeT, Page, Run
from socialkit.platforms.base import Core, Inbox, acted
from socialkit.platforms.mastodon._map import NOTICES, status_message, to_message
from socialkit.platforms.mastodon._paging import cursor_of, page_params
from socialkit.platforms.mastodon._statuses import Statuses
from socialkit.platforms.mastodon._streaming import Notifications
from socialkit.platforms.mastodon._wire import WireContext, WireIdentified, WireNotification, WireStatus
from socialkit.text import EntityKind, extract_entities
from socialkit.transport import Request, Safety, segment

__all__ = ["MastodonInbox"]

MOST: Final = 80
"""Notifications in one page, at most."""

WORDS: Final = ("mention", "quote")


class MastodonInbox(Inbox[ModeT], Generic[ModeT]):
    """Mentions, comments, replies and direct messages: Mastodon has all of them as statuses."""

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        self._statuses = Statuses(core)
        self._notifications = Notifications(core)

    def _stream(
        self, kinds: frozenset[MessageKind], since: datetime | None, cursor: str | None
    ) -> AsyncGenerator[Arrival[Message], None]:
        wanted = (*WORDS, *NOTICES) if MessageKind.NOTICE in kinds else WORDS
        return self._notifications.follow(wanted, since, cursor)

    async def _page(
        self, kinds: frozenset[MessageKind], limit: int | None, cursor: str | None
    ) -> Page[Message]:
        params = page_params(cursor, limit, MOST)
        if cursor is None:
            wanted = (*WORDS, *NOTICES) if MessageKind.NOTICE in kinds else WORDS
            params = (*params, *(("types[]", one) for one in wanted))
        request = Request(method="GET", url="api/v1/notifications", params=params)
        answer = await self._core.pipeline.call(request, list[WireNotification])
        ref = self._core.ref
        messages = [to_message(wire, answer.raw.at(n), ref) for n, wire in enumerate(answer.value)]
        return Page(tuple(messages), cursor_of(answer.response))

    async def _comments(self, post: str, limit: int | None, cursor: str | None) -> Page[Message]:
        request = Request(method="GET", url=f"api/v1/statuses/{segment(post)}/context")
        ref = await self._core.known()  # else our own answers would look like somebody's
        answer = await self._core.pipeline.call(request, WireContext)
        messages: list[Message] = []
        for number, wire in enumerate(answer.value.descendants or ()):
            if wire.account.id != ref.id:
                kind = MessageKind.COMMENT if wire.in_reply_to_id == post else MessageKind.REPLY
                raw = answer.raw.at("descendants", number)
                messages.append(status_message(wire, raw, ref, kind, post))
        return Page(tuple(messages))

    def _reply_draft(self, message: Message, text: str, private: bool) -> Draft:  # noqa: FBT001 - private
        draft = super()._reply_draft(message, text, private)
        author, us = message.author.handle.lower(), (self._core.ref.handle or "").lower()
        mentions = (one for one in extract_entities(text) if one.kind is EntityKind.MENTION)
        named = {one.value.lower() for one in mentions}
        if private:
            self._refuse_others(named - {author, us})
        if author not in named:
            draft = draft.model_copy(update={"text": f"@{message.author.handle} {text}"})
        known = message.visibility in self._core.facts.rules.visibilities
        # A fork's own narrower circle cannot be named here: then the answer keeps out of public listings.
        theirs = message.visibility if known or message.visibility is None else Visibility.UNLISTED
        visibility = Visibility.DIRECT if private else theirs
        return draft.model_copy(update={"visibility": visibility})

    def _refuse_others(self, others: set[str]) -> None:
        """Raise if a private answer names somebody else: on Mastodon whoever is named reads it."""
        if others:
            named = ", ".join(f"@{name}" for name in sorted(others))
            message = f"names {named}, who would read the private answer too: write the name without @"
            problem = Problem(field="text", message=message, basis=Basis.DRAFT, platform="mastodon")
            raise InvalidDraftError(
                "the answer would not be private", problems=[problem], platform="mastodon"
            )

    async def _reply(self, message: Message, text: str, private: bool, run: Run) -> Post:  # noqa: FBT001
        return await self._statuses.publish_part(self._reply_draft(message, text, private), run, None)

    async def _find_reply(self, attempt: Attempt) -> Found:
        return await self._statuses.find(attempt)

    async def _like(self, target: str, run: Run) -> None:
        request = Request(
            method="POST",
            url=f"api/v1/statuses/{segment(target)}/favourite",
            safety=Safety.REPEATABLE,  # a favourite is a state: twice is once
        )
        await run.commit("like", partial(acted, self._core, request, WireIdentified), returns=bool)

    async def _find_like(self, attempt: Attempt) -> Found:
        request = Request(method="GET", url=f"api/v1/statuses/{segment(attempt.target or '')}")
        answer = await self._core.pipeline.call(request, WireStatus)
        if answer.value.favourited:
            return Found.published(None, "the account likes it")
        return Found.absent("the account does not like it")
