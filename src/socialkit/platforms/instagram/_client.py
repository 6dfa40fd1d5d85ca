"""The pair of clients of a professional Instagram account."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final, Generic

from socialkit.auth import AsyncTokenStore, BearerToken, Credentials, Refreshing, TokenStore
from socialkit.errors import ConfigurationError
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
from socialkit.platforms.instagram._account import InstagramAccount
from socialkit.platforms.instagram._facts import (
    BASE_URL,
    FACTS,
    FACTS_OF,
    INSTAGRAM_URL,
    UPLOADS,
    VERSION,
    LoginKind,
    facts_of,
    is_instagram_login,
)
from socialkit.platforms.instagram._inbox import InstagramInbox
from socialkit.platforms.instagram._insights import InstagramInsights
from socialkit.platforms.instagram._listening import InstagramListening
from socialkit.platforms.instagram._login import longer
from socialkit.platforms.instagram._owners import Owners
from socialkit.platforms.instagram._posts import InstagramPosts
from socialkit.transport import Retry, Secret, Transport, base_address, hide

__all__ = ["AsyncInstagram", "Instagram", "InstagramPlatform"]

HOMES: Final[dict[LoginKind, str]] = {"facebook": BASE_URL, "instagram": INSTAGRAM_URL}


class InstagramPlatform(PlatformClient[ModeT], Generic[ModeT]):
    """A professional Instagram account, in either mode and with either login."""

    facts: ClassVar[PlatformFacts] = FACTS

    def __init__(
        self,
        mode: type[ModeT],
        core: Core,
        app: App,
        login: LoginKind,
        api_version: str | None,
        limits: Limits | None,
        *,
        deletes: bool,
    ) -> None:
        super().__init__(mode, core)
        core.limits = core.limits if limits is None else limits
        version = chosen_version(api_version, default=VERSION, now=core.now(), platform="instagram")
        able = facts_of(login, deletes=deletes)
        core.facts = replace(
            core.facts,
            capabilities=able.capabilities,
            instead=able.instead,
            api_version=version,
            end_of_life=end_of_life(version),
        )
        calls = GraphCalls(version)
        base = core.pipeline.base_url.rstrip("/")
        uploads = UPLOADS if base in HOMES.values() else base
        self._calls = calls
        self._login: LoginKind = login
        owners = Owners(core, calls)
        self._account = InstagramAccount(mode, core, calls, login, app, owners)
        self._posts = InstagramPosts(mode, core, calls, uploads, owners)
        self._inbox = InstagramInbox(mode, core, calls, owners)
        self._insights = InstagramInsights(mode, core, calls, owners)
        self._listening = InstagramListening(mode, core, calls)

    @property
    def api_version(self) -> str:
        """The version of the Graph API that is called."""
        return self._calls.version

    @property
    def login(self) -> LoginKind:
        """With which login the token was made: what the account can do follows from it."""
        return self._login

    @property
    def account(self) -> InstagramAccount[ModeT]:
        """Whose client it is, and what is left of the day's posts."""
        return self._account

    @property
    def posts(self) -> InstagramPosts[ModeT]:
        """Posts of the account."""
        return self._posts

    @property
    def inbox(self) -> InstagramInbox[ModeT]:
        """What comes in, and answering it."""
        return self._inbox

    @property
    def insights(self) -> InstagramInsights[ModeT]:
        """Measured values."""
        return self._insights

    @property
    def listening(self) -> InstagramListening[ModeT]:
        """Posts under a hashtag, and other professional accounts."""
        return self._listening


def _login_kind(login: LoginKind | None, credentials: Credentials | None, base_url: str | None) -> LoginKind:
    """Return the login as it was given, or as the scopes of the credentials or the address tell it."""
    scopes = () if credentials is None else credentials.scopes
    if login is not None and login not in HOMES:
        message = f"login={login!r} is none of Instagram's two: facebook, instagram"
        raise ConfigurationError(message, platform="instagram")
    of_scopes: LoginKind = "instagram" if is_instagram_login(scopes) else "facebook"
    asked = None if base_url is None else base_address(base_url).rstrip("/")
    of_home: LoginKind | None = next((kind for kind, home in HOMES.items() if home == asked), None)
    chosen: LoginKind = login or (of_scopes if scopes else of_home) or "facebook"
    if scopes and chosen != of_scopes:
        message = f"login={login!r} is not what the scopes of the credentials are of: {of_scopes!r}"
        raise ConfigurationError(message, platform="instagram")
    if of_home is not None and chosen != of_home:
        message = f"base_url={asked!r} serves login={of_home!r}, and the login is {chosen!r}"
        raise ConfigurationError(message, platform="instagram")
    return chosen


def _holder(
    mode: type[Mode],
    given: Credentials | None,
    app: App,
    login: LoginKind,
    *,
    base_url: str,
    account: AccountRef | None,
    tokens: TokenStore | AsyncTokenStore | None,
    api_version: str | None,
) -> BearerToken | Refreshing:
    errors = FACTS_OF[login].errors
    grant = longer(login, api_version or VERSION)
    refresh = refresh_by(grant, app, platform="instagram", base_url=base_url, errors=errors)
    return token_holder(
        mode,
        given,
        refresh if login == "instagram" or app.is_whole else None,
        platform="instagram",
        base_url=base_url,
        account=account,
        tokens=tokens,
        # The proof is documented for Facebook's login alone, whose app's secret it is made with.
        put=graph_signature(app.client_secret if login == "facebook" else None),
        hidden=app.secrets,
    )


def _core(  # noqa: PLR0913 - what every client takes, and the login
    mode: type[Mode],
    credentials: Credentials | None,
    app: App,
    login: LoginKind,
    *,
    base_url: str,
    access_token: Secret | None,
    account: AccountRef | None,
    media_host: MediaHost | AsyncMediaHost | None,
    transport: Transport | None,
    timeout: float | None,
    retry: Retry | None,
    tokens: TokenStore | AsyncTokenStore | None,
    api_version: str | None,
) -> Core:
    given, facts = given_once(credentials, access_token, "instagram"), FACTS_OF[login]
    holder = _holder(
        mode,
        given,
        app,
        login,
        base_url=base_url,
        account=account,
        tokens=tokens,
        api_version=api_version,
    )
    return open_core(
        mode,
        facts,
        base_url=base_url,
        authenticator=GraphAuthenticator(holder, VersionWatch("instagram"), app.secrets),
        account=account,
        transport=transport,
        timeout=timeout,
        retry=retry,
        scopes=given.scopes if given is not None else (),
        media_host=media_host,
        trusted_origins=frozenset({UPLOADS} if base_url in HOMES.values() else ()),
    )


class Instagram(InstagramPlatform[Sync], HasAccount, HasPosts, HasInbox, HasInsights, HasListening):
    """A blocking client of one professional Instagram account.

    Args:
        credentials: From `Login` or `account.accounts()`, instead of `access_token`.
        access_token: The token of the linked Page or of a person (Facebook's login), or of the account.
        login: With which login the token was made, `"facebook"` or `"instagram"`; if not given, the scopes of
            the credentials tell, or the address, and else it is Facebook's.
        app_secret: The app's secret; with Facebook's login each request proves that the app sent it.
        client_id: The app's id; with the secret, Facebook's tokens that end are made longer.
        api_version: Another version of the Graph API than the one that this was written for.
        limits: Other limits than the documented ones, which are not all verified.
        base_url: A stand-in for graph.facebook.com or graph.instagram.com.
        account: Whose client it is in a workspace.
        media_host: Where local pictures are put, which Instagram fetches by itself; videos too, if given.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the token of `account` is kept; one that is given replaces it.
        deletes: Whether `posts.delete()` is offered, with Facebook's login: of Meta's documents one lists the
            call and one calls it unsupported, and nobody has verified which of them is right.

    Raises:
        ConfigurationError: There is no token, the version is over, or `login` is not the one of the
            credentials or of the address, or deletes nothing.

    Example:
        >>> client = Instagram(access_token="not-a-real-token")
        >>> [problem.field for problem in client.posts.check("Autumn is here")]
        ['media']
    """

    def __init__(  # noqa: PLR0913 - what every client takes, and the login
        self,
        credentials: Credentials | None = None,
        *,
        access_token: str | Secret | None = None,
        login: LoginKind | None = None,
        app_secret: str | Secret | None = None,
        client_id: str | None = None,
        api_version: str | None = None,
        limits: Limits | None = None,
        base_url: str | None = None,
        account: AccountRef | None = None,
        media_host: MediaHost | None = None,
        transport: Transport | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | None = None,
        deletes: bool = False,
    ) -> None:
        access_token, app_secret = hide(access_token), hide(app_secret)
        kind, app = _login_kind(login, credentials, base_url), App.of(credentials, client_id, app_secret)
        core = _core(
            Sync,
            credentials,
            app,
            kind,
            base_url=base_address(base_url or HOMES[kind]),
            access_token=access_token,
            account=account,
            media_host=media_host,
            transport=transport,
            timeout=timeout,
            retry=retry,
            tokens=tokens,
            api_version=api_version,
        )
        super().__init__(Sync, core, app, kind, api_version, limits, deletes=deletes)


class AsyncInstagram(
    InstagramPlatform[Async],
    AsyncHasAccount,
    AsyncHasPosts,
    AsyncHasInbox,
    AsyncHasInsights,
    AsyncHasListening,
):
    """An async client of one professional Instagram account.

    Args:
        credentials: From `Login` or `account.accounts()`, instead of `access_token`.
        access_token: The token of the linked Page or of a person (Facebook's login), or of the account.
        login: With which login the token was made, `"facebook"` or `"instagram"`; if not given, the scopes of
            the credentials tell, or the address, and else it is Facebook's.
        app_secret: The app's secret; with Facebook's login each request proves that the app sent it.
        client_id: The app's id; with the secret, Facebook's tokens that end are made longer.
        api_version: Another version of the Graph API than the one that this was written for.
        limits: Other limits than the documented ones, which are not all verified.
        base_url: A stand-in for graph.facebook.com or graph.instagram.com.
        account: Whose client it is in a workspace.
        media_host: Where local pictures are put, which Instagram fetches by itself; videos too, if given.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the token of `account` is kept; one that is given replaces it.
        deletes: Whether `posts.delete()` is offered, with Facebook's login: of Meta's documents one lists the
            call and one calls it unsupported, and nobody has verified which of them is right.

    Raises:
        ConfigurationError: There is no token, the version is over, or `login` is not the one of the
            credentials or of the address, or deletes nothing.

    Example:
        >>> client = AsyncInstagram(access_token="not-a-real-token")
        >>> [problem.field for problem in client.posts.check("Autumn is here")]
        ['media']
    """

    def __init__(  # noqa: PLR0913 - what every client takes, and the login
        self,
        credentials: Credentials | None = None,
        *,
        access_token: str | Secret | None = None,
        login: LoginKind | None = None,
        app_secret: str | Secret | None = None,
        client_id: str | None = None,
        api_version: str | None = None,
        limits: Limits | None = None,
        base_url: str | None = None,
        account: AccountRef | None = None,
        media_host: MediaHost | AsyncMediaHost | None = None,
        transport: Transport | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | AsyncTokenStore | None = None,
        deletes: bool = False,
    ) -> None:
        access_token, app_secret = hide(access_token), hide(app_secret)
        kind, app = _login_kind(login, credentials, base_url), App.of(credentials, client_id, app_secret)
        core = _core(
            Async,
            credentials,
            app,
            kind,
            base_url=base_address(base_url or HOMES[kind]),
            access_token=access_token,
            account=account,
            media_host=media_host,
            transport=transport,
            timeout=timeout,
            retry=retry,
            tokens=tokens,
            api_version=api_version,
        )
        super().__init__(Async, core, app, kind, api_version, limits, deletes=deletes)
