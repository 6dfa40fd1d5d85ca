"""The account behind a client, and the pair of clients."""

from __future__ import annotations

from typing import ClassVar, Generic

from socialkit.auth import (
    AsyncTokenStore,
    BearerToken,
    Credentials,
    Refreshing,
    RefreshModel,
    Stored,
    TokenStore,
)
from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef, Profile
from socialkit.operations import Async, Mode, ModeT, Sync
from socialkit.platforms.base import (
    Account,
    AsyncHasAccount,
    AsyncHasInbox,
    AsyncHasInsights,
    AsyncHasMedia,
    AsyncHasPosts,
    Core,
    HasAccount,
    HasInbox,
    HasInsights,
    HasMedia,
    HasPosts,
    PlatformClient,
    PlatformFacts,
    open_core,
)
from socialkit.transport import (
    Authenticator,
    Request,
    Retry,
    Secret,
    Transport,
)

from pixelwall._facts import BASE_URL, FACTS
from pixelwall._inbox import PixelwallInbox
from pixelwall._insights import PixelwallInsights
from pixelwall._posts import PixelwallMedia, PixelwallPosts
from pixelwall._wire import WireMe

__all__ = ["AsyncPixelwall", "Pixelwall", "PixelwallPlatform"]


class PixelwallAccount(Account[ModeT], Generic[ModeT]):
    """The account behind a client."""

    async def _me(self) -> Profile:
        answer = await self._core.pipeline.call(
            Request(method="GET", url="me"), WireMe
        )
        name = answer.value.name
        return Profile(
            id=f"id-{name}", handle=name, account=self._core.ref, raw=answer.raw
        )


class PixelwallPlatform(PlatformClient[ModeT], Generic[ModeT]):
    """Pixelwall, in either mode."""

    facts: ClassVar[PlatformFacts] = FACTS

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        self._account = PixelwallAccount(mode, core)
        self._media = PixelwallMedia(mode, core)
        self._posts = PixelwallPosts(mode, core, self._media)
        self._inbox = PixelwallInbox(mode, core)
        self._insights = PixelwallInsights(mode, core)

    @property
    def account(self) -> PixelwallAccount[ModeT]:
        """Whose client it is, and what the server allows it."""
        return self._account

    @property
    def posts(self) -> PixelwallPosts[ModeT]:
        """Posts of the account."""
        return self._posts

    @property
    def media(self) -> PixelwallMedia[ModeT]:
        """Files by themselves."""
        return self._media

    @property
    def inbox(self) -> PixelwallInbox[ModeT]:
        """What comes in, and answering it."""
        return self._inbox

    @property
    def insights(self) -> PixelwallInsights[ModeT]:
        """Measured values."""
        return self._insights


def _core(
    mode: type[Mode],
    credentials: Credentials | None,
    base_url: str,
    access_token: str | Secret | None,
    account: AccountRef | None,
    transport: Transport | None,
    retry: Retry | None,
    tokens: TokenStore | AsyncTokenStore | None,
) -> Core:
    given = credentials or Credentials(access_token=access_token)
    return open_core(
        mode,
        FACTS,
        base_url=base_url,
        authenticator=_authenticator(mode, given, account, tokens),
        account=account,
        transport=transport,
        retry=retry,
    )


def _authenticator(
    mode: type[Mode],
    given: Credentials,
    account: AccountRef | None,
    tokens: TokenStore | AsyncTokenStore | None,
) -> Authenticator:
    if tokens is None:
        return BearerToken(given)
    if account is None or account.brand is None:
        message = "account= is missing: a token store holds many accounts"
        raise ConfigurationError(message, platform="pixelwall")
    return Refreshing(
        given,
        refresh=_never,
        key=account.key,
        mode=mode,
        tokens=tokens,
        model=RefreshModel.NONE,
        platform="pixelwall",
    )


async def _never(_stored: Stored, _transport: Transport) -> Stored:
    message = "Pixelwall's tokens last"
    raise ConfigurationError(message, platform="pixelwall")


# --8<-- [start:client]
class Pixelwall(
    PixelwallPlatform[Sync], HasAccount, HasPosts, HasMedia, HasInbox, HasInsights
):
    """A blocking client."""

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        base_url: str = BASE_URL,
        access_token: str | Secret | None = None,
        account: AccountRef | None = None,
        transport: Transport | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | None = None,
    ) -> None:
        super().__init__(
            Sync,
            _core(
                Sync,
                credentials,
                base_url,
                access_token,
                account,
                transport,
                retry,
                tokens,
            ),
        )


# --8<-- [end:client]
class AsyncPixelwall(
    PixelwallPlatform[Async],
    AsyncHasAccount,
    AsyncHasPosts,
    AsyncHasMedia,
    AsyncHasInbox,
    AsyncHasInsights,
):
    """An async client."""

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        base_url: str = BASE_URL,
        access_token: str | Secret | None = None,
        account: AccountRef | None = None,
        transport: Transport | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | AsyncTokenStore | None = None,
    ) -> None:
        super().__init__(
            Async,
            _core(
                Async,
                credentials,
                base_url,
                access_token,
                account,
                transport,
                retry,
                tokens,
            ),
        )
