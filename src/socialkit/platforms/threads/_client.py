"""The pair of clients of a Threads account."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final, Generic

from socialkit.auth import AsyncTokenStore, BearerToken, Credentials, Refreshing, TokenStore
from socialkit.models import AccountRef, Limits
from socialkit.operations import Async, Mode, ModeT, Sync
from socialkit.platforms._graph import (
    App,
    GraphAuthenticator,
    GraphCalls,
    VersionWatch,
    chosen_version,
    end_of_life,
    given_once,
    graph_signature,
    refresh_by,
    token_holder,
)
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
    open_core,
)
from socialkit.platforms.threads._account import ThreadsAccount
from socialkit.platforms.threads._facts import BASE_URL, FACTS, VERSION, VERSIONS
from socialkit.platforms.threads._inbox import ThreadsInbox
from socialkit.platforms.threads._insights import ThreadsInsights
from socialkit.platforms.threads._listening import ThreadsListening
from socialkit.platforms.threads._login import RENEWED
from socialkit.platforms.threads._posts import ThreadsPosts
from socialkit.platforms.threads._writing import Writing
from socialkit.transport import Retry, Secret, Transport, base_address, hide

__all__ = ["AsyncThreads", "Threads", "ThreadsPlatform"]

PUT: Final = graph_signature(None, parameter="access_token")
"""As a parameter: a header is documented nowhere."""


class ThreadsPlatform(PlatformClient[ModeT], Generic[ModeT]):
    """A Threads account, in either mode."""

    facts: ClassVar[PlatformFacts] = FACTS

    def __init__(self, mode: type[ModeT], core: Core, api_version: str | None, limits: Limits | None) -> None:
        super().__init__(mode, core)
        core.limits = core.limits if limits is None else limits
        now = core.now()
        version = chosen_version(api_version, default=VERSION, now=now, platform="threads", versions=VERSIONS)
        ends = end_of_life(version, VERSIONS)
        core.facts = replace(core.facts, api_version=version, end_of_life=ends)
        calls = GraphCalls(version)
        self._calls = calls
        writing = Writing(core, calls)
        self._account = ThreadsAccount(mode, core, calls)
        self._posts = ThreadsPosts(mode, core, calls, writing)
        self._inbox = ThreadsInbox(mode, core, calls, writing)
        self._insights = ThreadsInsights(mode, core, calls)
        self._listening = ThreadsListening(mode, core, calls)

    @property
    def api_version(self) -> str:
        """The version of the Threads API that is called."""
        return self._calls.version

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


def _core(
    mode: type[Mode],
    credentials: Credentials | None,
    *,
    base_url: str,
    access_token: Secret | None,
    account: AccountRef | None,
    media_host: MediaHost | AsyncMediaHost | None,
    transport: Transport | None,
    timeout: float | None,
    retry: Retry | None,
    tokens: TokenStore | AsyncTokenStore | None,
) -> Core:
    given = given_once(credentials, access_token, "threads")
    holder = _holder(mode, given, base_url, account, tokens)
    return open_core(
        mode,
        FACTS,
        base_url=base_url,
        authenticator=GraphAuthenticator(holder, VersionWatch("threads")),
        account=account,
        transport=transport,
        timeout=timeout,
        retry=retry,
        scopes=given.scopes if given is not None else (),
        media_host=media_host,
    )


def _holder(
    mode: type[Mode],
    given: Credentials | None,
    base_url: str,
    account: AccountRef | None,
    tokens: TokenStore | AsyncTokenStore | None,
) -> BearerToken | Refreshing:
    refresh = refresh_by(RENEWED, App(), platform="threads", base_url=base_url, errors=FACTS.errors)
    return token_holder(
        mode,
        given,
        refresh,
        platform="threads",
        base_url=base_url,
        account=account,
        tokens=tokens,
        put=PUT,
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
        api_version: Another version of the Threads API than the one that this was written for.
        limits: Other limits than the documented ones, which are not all verified.
        media_host: Where local files are put: Threads fetches pictures and videos from an address.
        base_url: A stand-in for graph.threads.net.
        account: Whose client it is in a workspace.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the token of `account` is kept; one that is given replaces it.

    Raises:
        ConfigurationError: There is no token, or it is given twice; or the version is none.

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
        api_version: str | None = None,
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
        core = _core(
            Sync,
            credentials,
            base_url=base_url,
            access_token=access_token,
            account=account,
            media_host=media_host,
            transport=transport,
            timeout=timeout,
            retry=retry,
            tokens=tokens,
        )
        super().__init__(Sync, core, api_version, limits)


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
        api_version: Another version of the Threads API than the one that this was written for.
        limits: Other limits than the documented ones, which are not all verified.
        media_host: Where local files are put: Threads fetches pictures and videos from an address.
        base_url: A stand-in for graph.threads.net.
        account: Whose client it is in a workspace.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the token of `account` is kept; one that is given replaces it.

    Raises:
        ConfigurationError: There is no token, or it is given twice; or the version is none.

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
        api_version: str | None = None,
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
        core = _core(
            Async,
            credentials,
            base_url=base_url,
            access_token=access_token,
            account=account,
            media_host=media_host,
            transport=transport,
            timeout=timeout,
            retry=retry,
            tokens=tokens,
        )
        super().__init__(Async, core, api_version, limits)
