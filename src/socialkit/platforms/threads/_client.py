"""The pair of clients of a Threads account."""

from __future__ import annotations

from typing import ClassVar, Final, Generic

from socialkit.auth import (
    AsyncTokenStore,
    BearerToken,
    Credentials,
    Refreshing,
    RefreshModel,
    TokenStore,
)
from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef, Limits
from socialkit.operations import Async, Mode, ModeT, Sync
from socialkit.platforms._graph import App, GraphCalls, graph_signature, refresh_by
from socialkit.platforms.base import (
    AsyncHasAccount,
    AsyncHasInbox,
    AsyncHasInsights,
    AsyncHasListening,
    AsyncHasPosts,
    AsyncMediaHost,
    Core,
    HasAccount,
    HasInbox,
    HasInsights,
    HasListening,
    HasPosts,
    MediaHost,
    PlatformClient,
    PlatformFacts,
    host_of,
    open_core,
    token_key,
)
from socialkit.platforms.threads._account import ThreadsAccount
from socialkit.platforms.threads._facts import BASE_URL, FACTS, VERSION
from socialkit.platforms.threads._inbox import ThreadsInbox
from socialkit.platforms.threads._insights import ThreadsInsights
from socialkit.platforms.threads._listening import ThreadsListening
from socialkit.platforms.threads._login import RENEWED
from socialkit.platforms.threads._posts import ThreadsPosts
from socialkit.platforms.threads._writing import Writing
from socialkit.transport import Retry, Secret, Transport, base_address, hide

__all__ = ["AsyncThreads", "Threads", "ThreadsPlatform"]

NO_TOKEN: Final = "access_token= is missing: use Login, or make one in the app's dashboard"
PUT: Final = graph_signature(None, parameter="access_token")
"""As a parameter: a header is documented nowhere."""


class ThreadsPlatform(PlatformClient[ModeT], Generic[ModeT]):
    """A Threads account, in either mode."""

    facts: ClassVar[PlatformFacts] = FACTS

    def __init__(self, mode: type[ModeT], core: Core, limits: Limits | None) -> None:
        super().__init__(mode, core)
        core.limits = core.limits if limits is None else limits
        calls = GraphCalls(VERSION)
        writing = Writing(core, calls)
        self._account = ThreadsAccount(mode, core, calls)
        self._posts = ThreadsPosts(mode, core, calls, writing)
        self._inbox = ThreadsInbox(mode, core, calls, writing)
        self._insights = ThreadsInsights(mode, core, calls)
        self._listening = ThreadsListening(mode, core, calls)

    @property
    def account(self) -> ThreadsAccount[ModeT]:
        """Whose client it is, and what its token is worth."""
        return self._account

    @property
    def posts(self) -> ThreadsPosts[ModeT]:
        """Posts of the account."""
        return self._posts

    @property
    def inbox(self) -> ThreadsInbox[ModeT]:
        """What comes in, and answering it."""
        return self._inbox

    @property
    def insights(self) -> ThreadsInsights[ModeT]:
        """Measured values."""
        return self._insights

    @property
    def listening(self) -> ThreadsListening[ModeT]:
        """What others say."""
        return self._listening


def _authenticator(
    mode: type[Mode],
    credentials: Credentials | None,
    access_token: Secret | None,
    base_url: str,
    account: AccountRef | None,
    tokens: TokenStore | AsyncTokenStore | None,
) -> BearerToken | Refreshing:
    if credentials is not None and access_token is not None:
        message = "credentials and access_token= are both given: which one is meant?"
        raise ConfigurationError(message, platform="threads")
    given = credentials if access_token is None else Credentials(access_token=access_token)
    if tokens is None and (given is None or given.expires_at is None):
        if given is None or given.access_token is None:
            raise ConfigurationError(NO_TOKEN, platform="threads")
        return BearerToken(given, put=PUT)
    return Refreshing(
        Credentials() if given is None else given,
        refresh=refresh_by(RENEWED, App(), platform="threads", base_url=base_url, errors=FACTS.errors),
        key=token_key("threads", account, base_url) if tokens is not None else "threads",
        mode=mode,
        tokens=tokens,
        model=RefreshModel.EXTENDING,
        put=PUT,
        platform="threads",
        host=host_of(base_url) or None,
    )


class Threads(
    ThreadsPlatform[Sync],
    HasAccount,
    HasPosts,
    HasInbox,
    HasInsights,
    HasListening,
):
    """A blocking client of one Threads account.

    Args:
        credentials: From `Login`, instead of `access_token`.
        access_token: The account's token.
        limits: Other limits than the documented ones, which are not all verified.
        media_host: Where local files are put: Threads fetches pictures and videos from an address.
        base_url: A stand-in for graph.threads.net.
        account: Whose client it is in a workspace.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the token of `account` is kept; one that is given replaces it.

    Raises:
        ConfigurationError: There is no token, or it is given twice.

    Example:
        >>> client = Threads(access_token="not-a-real-token")
        >>> [problem.field for problem in client.posts.check("")]
        ['text']
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        access_token: str | Secret | None = None,
        limits: Limits | None = None,
        media_host: MediaHost | None = None,
        base_url: str = BASE_URL,
        account: AccountRef | None = None,
        transport: Transport | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | None = None,
    ) -> None:
        access_token, base_url = hide(access_token), base_address(base_url)
        core = open_core(
            Sync,
            FACTS,
            base_url=base_url,
            authenticator=_authenticator(Sync, credentials, access_token, base_url, account, tokens),
            account=account,
            transport=transport,
            timeout=timeout,
            retry=retry,
            scopes=credentials.scopes if credentials is not None else (),
            media_host=media_host,
        )
        super().__init__(Sync, core, limits)


class AsyncThreads(
    ThreadsPlatform[Async],
    AsyncHasAccount,
    AsyncHasPosts,
    AsyncHasInbox,
    AsyncHasInsights,
    AsyncHasListening,
):
    """An async client of one Threads account.

    Args:
        credentials: From `Login`, instead of `access_token`.
        access_token: The account's token.
        limits: Other limits than the documented ones, which are not all verified.
        media_host: Where local files are put: Threads fetches pictures and videos from an address.
        base_url: A stand-in for graph.threads.net.
        account: Whose client it is in a workspace.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the token of `account` is kept; one that is given replaces it.

    Raises:
        ConfigurationError: There is no token, or it is given twice.

    Example:
        >>> client = AsyncThreads(access_token="not-a-real-token")
        >>> [problem.field for problem in client.posts.check("")]
        ['text']
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        access_token: str | Secret | None = None,
        limits: Limits | None = None,
        media_host: MediaHost | AsyncMediaHost | None = None,
        base_url: str = BASE_URL,
        account: AccountRef | None = None,
        transport: Transport | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | AsyncTokenStore | None = None,
    ) -> None:
        access_token, base_url = hide(access_token), base_address(base_url)
        core = open_core(
            Async,
            FACTS,
            base_url=base_url,
            authenticator=_authenticator(Async, credentials, access_token, base_url, account, tokens),
            account=account,
            transport=transport,
            timeout=timeout,
            retry=retry,
            scopes=credentials.scopes if credentials is not None else (),
            media_host=media_host,
        )
        super().__init__(Async, core, limits)
