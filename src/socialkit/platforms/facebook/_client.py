"""The pair of clients of a Facebook Page."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Generic

from socialkit.auth import AsyncTokenStore, Credentials, TokenStore
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
    AsyncHasAds,
    AsyncHasInbox,
    AsyncHasInsights,
    AsyncHasMedia,
    AsyncHasPosts,
    Core,
    HasAccount,
    HasAds,
    HasInbox,
    HasInsights,
    HasMedia,
    HasPosts,
    PlatformClient,
    PlatformFacts,
    open_core,
)
from socialkit.platforms.facebook._account import FacebookAccount
from socialkit.platforms.facebook._ads import FacebookAds
from socialkit.platforms.facebook._facts import BASE_URL, FACTS, UPLOADS, VERSION
from socialkit.platforms.facebook._inbox import FacebookInbox
from socialkit.platforms.facebook._insights import FacebookInsights
from socialkit.platforms.facebook._login import longer
from socialkit.platforms.facebook._posts import FacebookMedia, FacebookPosts
from socialkit.transport import Retry, Secret, Transport, base_address, hide

__all__ = ["AsyncFacebook", "Facebook", "FacebookPlatform"]


class FacebookPlatform(PlatformClient[ModeT], Generic[ModeT]):
    """A Facebook Page, in either mode."""

    facts: ClassVar[PlatformFacts] = FACTS

    def __init__(
        self, mode: type[ModeT], core: Core, app: App, api_version: str | None, limits: Limits | None
    ) -> None:
        super().__init__(mode, core)
        core.limits = core.limits if limits is None else limits
        version = chosen_version(api_version, default=VERSION, now=core.now(), platform="facebook")
        core.facts = replace(core.facts, api_version=version, end_of_life=end_of_life(version))
        calls = GraphCalls(version)
        self._calls = calls
        self._account = FacebookAccount(mode, core, calls, app)
        self._posts = FacebookPosts(mode, core, calls, app=app.client_id)
        self._media = FacebookMedia(mode, core, calls)
        self._inbox = FacebookInbox(mode, core, calls, app=app.client_id)
        self._insights = FacebookInsights(mode, core, calls)
        self._ads = FacebookAds(mode, core, calls)

    @property
    def api_version(self) -> str:
        """The version of the Graph API that is called."""
        return self._calls.version

    @property
    def account(self) -> FacebookAccount[ModeT]:
        """Whose client it is, and what its token is worth."""
        return self._account

    @property
    def posts(self) -> FacebookPosts[ModeT]:
        """Posts of the Page."""
        return self._posts

    @property
    def media(self) -> FacebookMedia[ModeT]:
        """Files by themselves."""
        return self._media

    @property
    def inbox(self) -> FacebookInbox[ModeT]:
        """What comes in, and answering it."""
        return self._inbox

    @property
    def insights(self) -> FacebookInsights[ModeT]:
        """Measured values."""
        return self._insights

    @property
    def ads(self) -> FacebookAds[ModeT]:
        """What advertisements cost and brought."""
        return self._ads


def _core(
    mode: type[Mode],
    credentials: Credentials | None,
    app: App,
    *,
    base_url: str,
    access_token: Secret | None,
    account: AccountRef | None,
    transport: Transport | None,
    timeout: float | None,
    retry: Retry | None,
    tokens: TokenStore | AsyncTokenStore | None,
    api_version: str | None,
) -> Core:
    given = given_once(credentials, access_token, "facebook")
    grant = longer(api_version or VERSION)
    refresh = refresh_by(grant, app, platform="facebook", base_url=base_url, errors=FACTS.errors)
    holder = token_holder(
        mode,
        given,
        refresh if app.is_whole else None,
        platform="facebook",
        base_url=base_url,
        account=account,
        tokens=tokens,
        put=graph_signature(app.client_secret),
        hidden=app.secrets,
    )
    return open_core(
        mode,
        FACTS,
        base_url=base_url,
        authenticator=GraphAuthenticator(holder, VersionWatch("facebook"), app.secrets),
        account=account,
        transport=transport,
        timeout=timeout,
        retry=retry,
        scopes=given.scopes if given is not None else (),
        trusted_origins=frozenset({UPLOADS} if base_url == BASE_URL else ()),
    )


class Facebook(FacebookPlatform[Sync], HasAccount, HasPosts, HasMedia, HasInbox, HasInsights, HasAds):
    """A blocking client of one Facebook Page.

    Args:
        credentials: From `Login` or `account.pages()`, instead of `access_token`.
        access_token: The Page's token.
        app_secret: The app's secret; where it is known, each request proves that the app sent it.
        client_id: The app's id; with the secret, tokens that end are made longer.
        api_version: Another version of the Graph API than the one that this was written for.
        limits: Other limits than the documented ones, which are not all verified.
        base_url: A stand-in for graph.facebook.com.
        account: Whose client it is in a workspace.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the token of `account` is kept; one that is given replaces it.

    Raises:
        ConfigurationError: There is no token, or the version is over.

    Example:
        >>> client = Facebook(access_token="not-a-real-token")
        >>> [problem.field for problem in client.posts.check("")]
        ['text']
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        access_token: str | Secret | None = None,
        app_secret: str | Secret | None = None,
        client_id: str | None = None,
        api_version: str | None = None,
        limits: Limits | None = None,
        base_url: str = BASE_URL,
        account: AccountRef | None = None,
        transport: Transport | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | None = None,
    ) -> None:
        access_token, app_secret = hide(access_token), hide(app_secret)
        base_url, app = base_address(base_url), App.of(credentials, client_id, app_secret)
        core = _core(
            Sync,
            credentials,
            app,
            base_url=base_url,
            access_token=access_token,
            account=account,
            transport=transport,
            timeout=timeout,
            retry=retry,
            tokens=tokens,
            api_version=api_version,
        )
        super().__init__(Sync, core, app, api_version, limits)


class AsyncFacebook(
    FacebookPlatform[Async],
    AsyncHasAccount,
    AsyncHasPosts,
    AsyncHasMedia,
    AsyncHasInbox,
    AsyncHasInsights,
    AsyncHasAds,
):
    """An async client of one Facebook Page.

    Args:
        credentials: From `Login` or `account.pages()`, instead of `access_token`.
        access_token: The Page's token.
        app_secret: The app's secret; where it is known, each request proves that the app sent it.
        client_id: The app's id; with the secret, tokens that end are made longer.
        api_version: Another version of the Graph API than the one that this was written for.
        limits: Other limits than the documented ones, which are not all verified.
        base_url: A stand-in for graph.facebook.com.
        account: Whose client it is in a workspace.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the token of `account` is kept; one that is given replaces it.

    Raises:
        ConfigurationError: There is no token, or the version is over.

    Example:
        >>> client = AsyncFacebook(access_token="not-a-real-token")
        >>> [problem.field for problem in client.posts.check("")]
        ['text']
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        access_token: str | Secret | None = None,
        app_secret: str | Secret | None = None,
        client_id: str | None = None,
        api_version: str | None = None,
        limits: Limits | None = None,
        base_url: str = BASE_URL,
        account: AccountRef | None = None,
        transport: Transport | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | AsyncTokenStore | None = None,
    ) -> None:
        access_token, app_secret = hide(access_token), hide(app_secret)
        base_url, app = base_address(base_url), App.of(credentials, client_id, app_secret)
        core = _core(
            Async,
            credentials,
            app,
            base_url=base_url,
            access_token=access_token,
            account=account,
            transport=transport,
            timeout=timeout,
            retry=retry,
            tokens=tokens,
            api_version=api_version,
        )
        super().__init__(Async, core, app, api_version, limits)
