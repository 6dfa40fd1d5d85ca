"""A made-up platform that publishes at once, without a network: what is left is the journal's own time."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import count
from typing import ClassVar, Final, Generic

from socialkit.auth import BearerToken, Credentials
from socialkit.models import AccountRef, Capability, Draft, Limits, Post
from socialkit.operations import Async, Mode, ModeT, Run, Sync
from socialkit.platforms.base import (
    AsyncHasPosts,
    Core,
    DraftRules,
    HasPosts,
    PlatformClient,
    PlatformFacts,
    Posts,
    open_core,
)
from socialkit.transport import ErrorTable, Secret

__all__ = ["ACCOUNT", "AsyncInstant", "Instant"]

ACCOUNT: Final = AccountRef(platform="instant", brand="acme", name="main", id="1")
FACTS: Final = PlatformFacts(
    name="instant",
    title="Instant",
    documentation="https://instant.example/docs",
    api_version="1",
    capabilities=frozenset({Capability.PUBLISH}),
    limits=Limits(text=500),
    rules=DraftRules("instant"),
    errors=ErrorTable(),
    settles_after=timedelta(minutes=1),
)


class InstantPosts(Posts[ModeT], Generic[ModeT]):
    """Posts that are out as soon as they are asked for."""

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        self._ids = count(1)
        self._last: Post | None = None

    async def _publish(self, draft: Draft, run: Run) -> Post:
        return await run.commit("post", partial(self._create, draft, run), returns=Post)

    async def _create(self, draft: Draft, run: Run) -> Post:
        # A key in the id, since several processes fill one journal.
        post = f"{next(self._ids)}-{run.key('post')}"
        self._last = Post(id=post, account=self._core.ref, text=draft.text, published_at=run.now())
        return self._last

    async def _get(self, post: str) -> Post:
        assert self._last is not None, "only what was published just now is read back"
        assert self._last.id == post, "only what was published just now is read back"
        return self._last


class InstantPlatform(PlatformClient[ModeT], Generic[ModeT]):
    """What both clients are."""

    facts: ClassVar[PlatformFacts] = FACTS

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        self._posts = InstantPosts(mode, core)

    @property
    def posts(self) -> InstantPosts[ModeT]:
        """Posts of the account."""
        return self._posts


def _core(mode: type[Mode]) -> Core:
    authenticator = BearerToken(Credentials(access_token=Secret("not-a-real-token")))
    return open_core(
        mode, FACTS, base_url="https://instant.example/", authenticator=authenticator, account=ACCOUNT
    )


class Instant(InstantPlatform[Sync], HasPosts):
    """A blocking client."""

    def __init__(self) -> None:
        super().__init__(Sync, _core(Sync))


class AsyncInstant(InstantPlatform[Async], AsyncHasPosts):
    """An async client."""

    def __init__(self) -> None:
        super().__init__(Async, _core(Async))
