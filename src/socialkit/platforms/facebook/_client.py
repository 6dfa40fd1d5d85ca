"""The pair of clients of a Facebook Page."""

from __future__ import annotations

from typing import ClassVar, Final, Generic

from socialkit.auth import (
    AsyncTokenStore,
    Credentials,
    Refreshing,
    RefreshModel,
    Stored,
    TokenStore,
)
from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef, Limits
from socialkit.operations import Async, Mode, ModeT, Sync
from socialkit.platforms._graph import (
    App,
    GraphAuthenticator,
    GraphCalls,
    VersionWatch,
    chosen_version,
    graph_signature,
    refresh_by,
)
from socialkit.platforms.base import (
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
    host_of,
    open_core,
    token_key,
)
from socialkit.platforms.facebook._account import FacebookAccount
from socialkit.platforms.facebook._ads import FacebookAds
from socialkit.platforms.facebook._facts import BASE_URL, FACTS, UPLOADS, VERSION
from socialkit.platforms.facebook._inbox import FacebookInbox
from socialkit.platforms.facebook._insights import FacebookInsights
from socialkit.platforms.facebook._login import LONGER
from socialkit.platforms.facebook._posts import FacebookMedia, FacebookPosts
from socialkit.transport import Retry, Secret, Transport, base_address, hide

__all__ = ["AsyncFacebook", "Facebook", "FacebookPlatform"]

NO_TOKEN: Final = "access_token= is missing: use Login, or take a Page's token of the app's own dashboard"


class FacebookPlatform(PlatformClient[ModeT], Generic[ModeT]):
    """A Facebook Page, in either mode."""

    facts: ClassVar[PlatformFacts] = FACTS

    def __init__(
        self, mode: type[ModeT], core: Core, app: App, api_version: str | None, limits: Limits | None
    ) -> None:
        super().__init__(mode, core)
        core.limits = core.limits if limits is None else limits
        version = chosen_version(api_version, default=VERSION, now=core.now(), platform="facebook")
        calls = GraphCalls(version)
        self._calls = calls
        self._account = FacebookAccount(mode, core, calls, app)
        self._posts = FacebookPosts(mode, core, calls)
        self._media = FacebookMedia(mode, core, calls)
        self._inbox = FacebookInbox(mode, core, calls)
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
) -> Core:
    if credentials is not None and access_token is not None:
        message = "credentials and access_token= are both given: which one is meant?"
        raise ConfigurationError(message, platform="facebook")
    given = credentials if access_token is None else Credentials(access_token=access_token)
    return open_core(
        mode,
        FACTS,
        base_url=base_url,
        authenticator=_authenticator(mode, given, app, base_url, account, tokens),
        account=account,
        transport=transport,
        timeout=timeout,
        retry=retry,
        scopes=given.scopes if given is not None else (),
        trusted_origins=frozenset({UPLOADS} if base_url == BASE_URL else ()),
    )


def _app(credentials: Credentials | None, client_id: str | None, app_secret: Secret | None) -> App:
    """Return the app: as it was given, or as the login wrote it down."""
    known = credentials or Credentials()
    return App(client_id=client_id or known.client_id, client_secret=app_secret or known.client_secret)


def _authenticator(
    mode: type[Mode],
    given: Credentials | None,
    app: App,
    base_url: str,
    account: AccountRef | None,
    tokens: TokenStore | AsyncTokenStore | None,
) -> GraphAuthenticator:
    watch, secret = VersionWatch("facebook"), app.client_secret
    known = app.client_id is not None and secret is not None
    ends = given is not None and given.expires_at is not None
    if tokens is None and not (known and ends):
        if given is None:
            raise ConfigurationError(NO_TOKEN, platform="facebook")
        return GraphAuthenticator.fixed(given, watch, secret)
    refresh = refresh_by(LONGER, app, platform="facebook", base_url=base_url, errors=FACTS.errors)
    holder = Refreshing(
        Credentials() if given is None else given,
        refresh=refresh if known else _never,
        key=token_key("facebook", account, base_url) if tokens is not None else "facebook",
        mode=mode,
        tokens=tokens,
        model=RefreshModel.EXTENDING if known and ends else RefreshModel.NONE,
        put=graph_signature(secret),
        hidden=() if secret is None else (secret,),
        platform="facebook",
        host=host_of(base_url) or None,
    )
    return GraphAuthenticator(holder, watch, () if secret is None else (secret,))


async def _never(_stored: Stored, _transport: Transport) -> Stored:
    message = "a Page's token is not made longer: log in again"
    raise ConfigurationError(message, platform="facebook")


class Facebook(FacebookPlatform[Sync], HasAccount, HasPosts, HasMedia, HasInbox, HasInsights):
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
        base_url, app = base_address(base_url), _app(credentials, client_id, app_secret)
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
        )
        super().__init__(Sync, core, app, api_version, limits)


class AsyncFacebook(
    FacebookPlatform[Async],
    AsyncHasAccount,
    AsyncHasPosts,
    AsyncHasMedia,
    AsyncHasInbox,
    AsyncHasInsights,
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
        base_url, app = base_address(base_url), _app(credentials, client_id, app_secret)
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
        )
        super().__init__(Async, core, app, api_version, limits)
