"""The account of Mastodon, and its pair of clients."""

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
from socialkit.errors import ConfigurationError, NotFoundError, UnexpectedResponseError
from socialkit.models import AccountRef, Limits, Profile
from socialkit.operations import Async, Mode, ModeT, Sync
from socialkit.platforms.base import (
    Account,
    AsyncHasAccount,
    AsyncHasInbox,
    AsyncHasInsights,
    AsyncHasListening,
    AsyncHasMedia,
    AsyncHasPosts,
    Core,
    HasAccount,
    HasInbox,
    HasInsights,
    HasListening,
    HasMedia,
    HasPosts,
    PlatformClient,
    PlatformFacts,
    host_of,
    open_core,
    token_key,
)
from socialkit.platforms.mastodon._facts import FACTS
from socialkit.platforms.mastodon._inbox import MastodonInbox
from socialkit.platforms.mastodon._insights import MastodonInsights, MastodonListening
from socialkit.platforms.mastodon._map import to_limits, to_profile
from socialkit.platforms.mastodon._posts import MastodonMedia, MastodonPosts
from socialkit.platforms.mastodon._wire import WireAccount, WireInstance, WireInstanceV1
from socialkit.transport import Authenticator, Request, Retry, Secret, Transport, base_address, hide

__all__ = ["AsyncMastodon", "Mastodon", "MastodonAccount", "MastodonPlatform"]


class MastodonAccount(Account[ModeT], Generic[ModeT]):
    """The account behind a client. See https://docs.joinmastodon.org/methods/accounts/."""

    async def _me(self) -> Profile:
        request = Request(method="GET", url="api/v1/accounts/verify_credentials")
        answer = await self._core.pipeline.call(request, WireAccount)
        return to_profile(answer.value, answer.raw, self._core.ref)

    async def _limits(self) -> Limits:
        core, text = self._core, None
        try:
            answer = await core.pipeline.call(Request(method="GET", url="api/v2/instance"), WireInstance)
            configuration = answer.value.configuration
        except (NotFoundError, UnexpectedResponseError):  # before 4.0, and some forks
            older = await core.pipeline.call(Request(method="GET", url="api/v1/instance"), WireInstanceV1)
            configuration, text = older.value.configuration, older.value.max_toot_chars
        return to_limits(configuration, core.facts.limits, text=text, now=core.now())


class MastodonPlatform(PlatformClient[ModeT], Generic[ModeT]):
    """Mastodon, in either mode."""

    facts: ClassVar[PlatformFacts] = FACTS

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        self._account = MastodonAccount(mode, core)
        self._posts = MastodonPosts(mode, core)
        self._media = MastodonMedia(mode, core)
        self._inbox = MastodonInbox(mode, core)
        self._insights = MastodonInsights(mode, core)
        self._listening = MastodonListening(mode, core)

    @property
    def account(self) -> MastodonAccount[ModeT]:
        """Whose client it is, and what the server allows it."""
        return self._account

    @property
    def posts(self) -> MastodonPosts[ModeT]:
        """Statuses of the account."""
        return self._posts

    @property
    def media(self) -> MastodonMedia[ModeT]:
        """Files by themselves."""
        return self._media

    @property
    def inbox(self) -> MastodonInbox[ModeT]:
        """What comes in, and answering it."""
        return self._inbox

    @property
    def insights(self) -> MastodonInsights[ModeT]:
        """Measured values."""
        return self._insights

    @property
    def listening(self) -> MastodonListening[ModeT]:
        """What this server knows of others."""
        return self._listening


def _core(
    mode: type[Mode],
    credentials: Credentials | None,
    *,
    base_url: str,
    access_token: Secret | None,
    account: AccountRef | None,
    transport: Transport | None,
    timeout: float | None,
    retry: Retry | None,
    tokens: TokenStore | AsyncTokenStore | None,
) -> Core:
    if credentials is not None and access_token is not None:
        message = "credentials and access_token= are both given: which one is meant?"
        raise ConfigurationError(message, platform="mastodon")
    given = credentials if access_token is None else Credentials(access_token=access_token)
    kept_as = None if tokens is None else token_key("mastodon", account, base_url)
    return open_core(
        mode,
        FACTS,
        base_url=base_url,
        authenticator=_authenticator(mode, given, tokens, kept_as, host_of(base_url)),
        account=account,
        transport=transport,
        timeout=timeout,
        retry=retry,
        scopes=given.scopes if given is not None else (),
    )


def _authenticator(
    mode: type[Mode],
    given: Credentials | None,
    tokens: TokenStore | AsyncTokenStore | None,
    key: str | None,
    host: str,
) -> Authenticator:
    if tokens is None or key is None:
        return _fixed(given)
    return Refreshing(
        Credentials() if given is None else given,
        refresh=_never,
        key=key,
        mode=mode,
        tokens=tokens,
        model=RefreshModel.NONE,
        platform="mastodon",
        host=host or None,
    )


def _fixed(given: Credentials | None) -> Authenticator:
    if given is None:
        message = (
            "access_token= is missing: make one in the account's settings under Development, or use Login"
        )
        raise ConfigurationError(message, platform="mastodon")
    return BearerToken(given)


async def _never(_stored: Stored, _transport: Transport) -> Stored:
    message = "Mastodon's tokens do not expire and are not refreshed"
    raise ConfigurationError(message, platform="mastodon")


class Mastodon(
    MastodonPlatform[Sync],
    HasAccount,
    HasPosts,
    HasMedia,
    HasInbox,
    HasInsights,
    HasListening,
):
    """A blocking client of one account on a Mastodon server, or on one that speaks its API.

    Args:
        credentials: From `Login`, instead of `access_token`.
        base_url: The server, such as `https://mastodon.example`.
        access_token: A token of the account, such as its settings give under Development.
        account: Whose client it is in a workspace.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the token of `account` is kept; one that is given replaces it.

    Raises:
        ConfigurationError: There is no token, or the address is not one.

    Example:
        >>> client = Mastodon(base_url="https://mastodon.example", access_token="not-a-real-token")
        >>> [problem.field for problem in client.posts.check("")]
        ['text']
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        base_url: str,
        access_token: str | Secret | None = None,
        account: AccountRef | None = None,
        transport: Transport | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | None = None,
    ) -> None:
        access_token, base_url = hide(access_token), base_address(base_url)
        core = _core(
            Sync,
            credentials,
            base_url=base_url,
            access_token=access_token,
            account=account,
            transport=transport,
            timeout=timeout,
            retry=retry,
            tokens=tokens,
        )
        super().__init__(Sync, core)


class AsyncMastodon(
    MastodonPlatform[Async],
    AsyncHasAccount,
    AsyncHasPosts,
    AsyncHasMedia,
    AsyncHasInbox,
    AsyncHasInsights,
    AsyncHasListening,
):
    """An async client of one account on a Mastodon server, or on one that speaks its API.

    Args:
        credentials: From `Login`, instead of `access_token`.
        base_url: The server, such as `https://mastodon.example`.
        access_token: A token of the account, such as its settings give under Development.
        account: Whose client it is in a workspace.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the token of `account` is kept; one that is given replaces it.

    Raises:
        ConfigurationError: There is no token, or the address is not one.

    Example:
        >>> client = AsyncMastodon(base_url="https://mastodon.example", access_token="not-a-real-token")
        >>> [problem.field for problem in client.posts.check("")]
        ['text']
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        base_url: str,
        access_token: str | Secret | None = None,
        account: AccountRef | None = None,
        transport: Transport | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | AsyncTokenStore | None = None,
    ) -> None:
        access_token, base_url = hide(access_token), base_address(base_url)
        core = _core(
            Async,
            credentials,
            base_url=base_url,
            access_token=access_token,
            account=account,
            transport=transport,
            timeout=timeout,
            retry=retry,
            tokens=tokens,
        )
        super().__init__(Async, core)
