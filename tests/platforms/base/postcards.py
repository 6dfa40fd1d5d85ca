"""A made-up platform that takes no pictures: it is told an address, and fetches them from there."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, Final, Generic

from pydantic import JsonValue

from socialkit.auth import AsyncTokenStore, BearerToken, Credentials, TokenStore
from socialkit.models import AccountRef, Capability, Draft, Limits, MediaKind, Post
from socialkit.operations import Async, ModeT, Run, Sync
from socialkit.platforms.base import (
    AsyncHasPosts,
    AsyncMediaHost,
    DraftRules,
    HasPosts,
    MediaHost,
    PlatformClient,
    PlatformFacts,
    Posts,
    hosted,
    open_core,
)
from socialkit.transport import ErrorTable, Request, Response, Safety, Transport
from tests.transport.fakes import SteppedTransport, json_answer

FACTS: Final = PlatformFacts(
    name="postcards",
    title="Postcards",
    documentation="https://postcards.example/docs",
    api_version="1",
    capabilities=frozenset({Capability.PUBLISH, Capability.MEDIA, Capability.EDIT}),
    limits=Limits(text=100, media=2),
    media_by_url=frozenset({MediaKind.IMAGE}),
    rules=DraftRules("postcards"),
    errors=ErrorTable(),
    settles_after=timedelta(minutes=1),
)


class CardPosts(Posts[ModeT], Generic[ModeT]):
    async def _publish(self, draft: Draft, run: Run) -> Post:
        pictures = [
            await hosted(self._core, one, run, f"media {number}") for number, one in enumerate(draft.media, 1)
        ]
        return await run.commit("card", partial(self._send, draft.text, pictures), returns=Post)

    async def _send(self, text: str, pictures: list[str]) -> Post:
        body: dict[str, JsonValue] = {"text": text, "pictures": [*pictures]}
        return await self._card(Request(method="POST", url="cards", json=body, safety=Safety.WRITE))

    async def _get(self, post: str) -> Post:
        return await self._card(Request(method="GET", url=f"cards/{post}"))

    async def _card(self, request: Request) -> Post:
        answer = await self._core.pipeline.call(request, dict[str, Any])
        return Post(id=answer.value["id"], account=self._core.ref, text=answer.value["text"])


class PostcardsPlatform(PlatformClient[ModeT], Generic[ModeT]):
    facts: ClassVar[PlatformFacts] = FACTS

    def __init__(
        self,
        mode: type[ModeT],
        credentials: Credentials | None,
        account: AccountRef | None,
        transport: Transport | None,
        media_host: MediaHost | AsyncMediaHost | None,
    ) -> None:
        core = open_core(
            mode,
            FACTS,
            base_url="https://api.postcards.example",
            authenticator=BearerToken(credentials or Credentials(access_token="made-up-token")),
            account=account,
            transport=transport,
            media_host=media_host,
        )
        super().__init__(mode, core)
        self._posts = CardPosts(mode, core)

    @property
    def posts(self) -> CardPosts[ModeT]:
        return self._posts


class Postcards(PostcardsPlatform[Sync], HasPosts):
    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        account: AccountRef | None = None,
        transport: Transport | None = None,
        tokens: TokenStore | None = None,
        media_host: MediaHost | None = None,
    ) -> None:
        del tokens  # its tokens last
        super().__init__(Sync, credentials, account, transport, media_host)


class AsyncPostcards(PostcardsPlatform[Async], AsyncHasPosts):
    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        account: AccountRef | None = None,
        transport: Transport | None = None,
        tokens: TokenStore | AsyncTokenStore | None = None,
        media_host: MediaHost | AsyncMediaHost | None = None,
    ) -> None:
        del tokens  # its tokens last
        super().__init__(Async, credentials, account, transport, media_host)


class Office(SteppedTransport):
    """The platform: it takes cards, and cannot be reached when it is told so."""

    def __init__(self, *, suspends: bool) -> None:
        super().__init__(self._answer, suspends=suspends)
        self._threads = suspends
        self.cards: list[dict[str, Any]] = []
        self.failure: BaseException | None = None

    def _answer(self, request: Request) -> Response:
        if self.failure is not None:
            raise self.failure
        if request.method == "POST":
            card: Any = request.json
            self.cards.append({**card, "id": str(len(self.cards) + 1)})
        return json_answer(self.cards[-1])

    async def offload(self, call: Any, /, *args: Any) -> Any:
        return await asyncio.to_thread(call, *args) if self._threads else call(*args)
