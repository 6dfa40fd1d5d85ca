"""The account of X, and its pair of clients."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import ClassVar, Generic, get_args

from socialkit.auth import (
    TOKEN_SECRET,
    AsyncTokenStore,
    BearerToken,
    Credentials,
    OAuth1,
    OAuth1Keys,
    Refreshing,
    Stored,
    TokenStore,
)
from socialkit.auth._oauth1_tokens import named_token, signed_as_kept
from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef
from socialkit.operations import Async, Mode, ModeT, Sync
from socialkit.platforms.base import (
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
from socialkit.platforms.x._account import XAccount
from socialkit.platforms.x._app import App
from socialkit.platforms.x._calls import Calls
from socialkit.platforms.x._facts import FACTS, Tier, facts_of
from socialkit.platforms.x._inbox import XInbox
from socialkit.platforms.x._insights import XInsights
from socialkit.platforms.x._listening import XListening
from socialkit.platforms.x._login import BASE_URL, renewed
from socialkit.platforms.x._media import XMedia
from socialkit.platforms.x._posts import XPosts
from socialkit.platforms.x._vocabulary import VOCABULARIES, VocabularyName
from socialkit.transport import (
    Authenticator,
    Pipeline,
    Retry,
    Secret,
    Transport,
    base_address,
    default_transport,
    hide,
)

__all__ = ["AsyncX", "X", "XPlatform"]


class XPlatform(PlatformClient[ModeT], Generic[ModeT]):
    """X, in either mode."""

    facts: ClassVar[PlatformFacts] = FACTS

    def __init__(
        self, mode: type[ModeT], core: Core, *, vocabulary: VocabularyName, keys: Credentials | None = None
    ) -> None:
        super().__init__(mode, core)
        _require_known("vocabulary", vocabulary, VOCABULARIES)
        calls = Calls(core, VOCABULARIES[vocabulary])
        app = App(core, keys)
        self._account = XAccount(mode, core, calls, app)
        self._posts = XPosts(mode, core, calls)
        self._media = XMedia(mode, core)
        self._inbox = XInbox(mode, core, calls)
        self._insights = XInsights(mode, core, calls)
        self._listening = XListening(mode, core, calls, app)

    @property
    def account(self) -> XAccount[ModeT]:
        """Whose client it is."""
        return self._account

    @property
    def posts(self) -> XPosts[ModeT]:
        """Posts of the account."""
        return self._posts

    @property
    def media(self) -> XMedia[ModeT]:
        """Files by themselves."""
        return self._media

    @property
    def inbox(self) -> XInbox[ModeT]:
        """What comes in, and answering it."""
        return self._inbox

    @property
    def insights(self) -> XInsights[ModeT]:
        """Measured values."""
        return self._insights

    @property
    def listening(self) -> XListening[ModeT]:
        """What others say."""
        return self._listening


def _require_known(name: str, value: str, known: Collection[str]) -> None:
    """Raise if an argument is none of those that there are: it may come from a file or a command line."""
    if value not in known:
        message = f"{name}={value!r} is none of {', '.join(known)}"
        raise ConfigurationError(message, platform="x")


def _opened(
    mode: type[Mode],
    credentials: Credentials,
    *,
    base_url: str,
    tier: Tier,
    premium: bool,
    account: AccountRef | None,
    transport: Transport | None,
    timeout: float | None,
    retry: Retry | None,
    tokens: TokenStore | AsyncTokenStore | None,
) -> Core:
    _require_known("tier", tier, get_args(Tier))
    carrier = default_transport(mode, "x") if transport is None else transport
    return open_core(
        mode,
        facts_of(tier, premium=premium),
        base_url=base_url,
        authenticator=_authenticator(mode, credentials, tokens, base_url, account, retry),
        account=account,
        transport=carrier,
        timeout=timeout,
        retry=retry,
        scopes=credentials.scopes,
    )


def _given(
    credentials: Credentials | None,
    access_token: Secret | None,
    token_secret: Secret | None,
    client_id: str | None,
    client_secret: Secret | None,
) -> Credentials:
    """Return what was given, in one piece."""
    if credentials is None:
        extra = {} if token_secret is None else {TOKEN_SECRET: token_secret}
        return Credentials(
            access_token=access_token, client_id=client_id, client_secret=client_secret, extra=extra
        )
    if access_token is not None or token_secret is not None:
        message = "credentials and tokens beside them are both given: which ones are meant?"
        raise ConfigurationError(message, platform="x")
    return Credentials(
        access_token=credentials.access_token,
        refresh_token=credentials.refresh_token,
        expires_at=credentials.expires_at,
        scopes=credentials.scopes,
        token_type=credentials.token_type,
        client_id=client_id or credentials.client_id,
        client_secret=client_secret or credentials.client_secret,
        account_id=credentials.account_id,
        extra=credentials.extra,
    )


def _authenticator(
    mode: type[Mode],
    given: Credentials,
    tokens: TokenStore | AsyncTokenStore | None,
    base_url: str,
    account: AccountRef | None,
    retry: Retry | None,
) -> Authenticator:
    host = host_of(base_url) or None
    key = f"x {host}" if tokens is None else token_key("x", account, base_url)
    if _is_oauth1(given):
        return OAuth1(given, key=key, mode=mode, tokens=tokens, platform="x", host=host)
    if tokens is None and given.refresh_token is None:
        return _fixed(given)

    async def refresh(stored: Stored, transport: Transport) -> Stored:
        pipeline = Pipeline(
            transport, platform="x", base_url=base_url, errors=FACTS.errors, retry=retry or Retry()
        )
        return await renewed(stored, pipeline, given.client_id, given.client_secret)

    app = OAuth1Keys(client_id=given.client_id or "", client_secret=given.client_secret or Secret(""))
    return Refreshing(
        given,
        refresh=refresh,
        key=key,
        mode=mode,
        tokens=tokens,
        put=named_token,
        place=partial(signed_as_kept, app),
        hidden=() if given.client_secret is None else (given.client_secret,),
        platform="x",
        host=host,
    )


def _is_oauth1(given: Credentials) -> bool:
    """Return whether these are keys of OAuth 1.0a, with the app's own among them."""
    return TOKEN_SECRET in given.extra or given.token_type == "OAuth"


def _fixed(given: Credentials) -> Authenticator:
    if given.access_token is None:
        message = "access_token= is missing: use Login, or the keys that the developer console gives"
        raise ConfigurationError(message, platform="x")
    return BearerToken(given)


class X(XPlatform[Sync], HasAccount, HasPosts, HasMedia, HasInbox, HasInsights, HasListening):
    """A blocking client of one account on X.

    Args:
        credentials: From `Login`, instead of the tokens.
        access_token: A token of the account, of either OAuth.
        access_token_secret: Its secret, for OAuth 1.0a; then the app's keys are needed too.
        client_id: The app's id, to renew tokens; for OAuth 1.0a its API key.
        client_secret: The app's secret; for OAuth 1.0a that of its API key.
        base_url: Where X, or a stand-in for it, listens.
        tier: What access the app has.
        premium: Whether the account pays for long posts.
        vocabulary: By which of X's names it is asked: `tweet`, or the newer `post`.
        account: Whose client it is in a workspace.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the tokens of `account` are kept; those that are given replace them.

    Raises:
        ConfigurationError: There is no token, or an argument is none of its kind.

    Example:
        >>> client = X(access_token="not-a-real-token")
        >>> [problem.message for problem in client.posts.check("Buy $ABC and $XYZ")]
        ['has too many cashtags']
    """

    def __init__(  # noqa: PLR0913 - what people give by name
        self,
        credentials: Credentials | None = None,
        *,
        access_token: str | Secret | None = None,
        access_token_secret: str | Secret | None = None,
        client_id: str | None = None,
        client_secret: str | Secret | None = None,
        base_url: str = BASE_URL,
        tier: Tier = "self-serve",
        premium: bool = False,
        vocabulary: VocabularyName = "tweet",
        account: AccountRef | None = None,
        transport: Transport | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | None = None,
    ) -> None:
        access_token, access_token_secret = hide(access_token), hide(access_token_secret)
        client_secret, base_url = hide(client_secret), base_address(base_url)
        given = _given(credentials, access_token, access_token_secret, client_id, client_secret)
        core = _opened(
            Sync,
            given,
            base_url=base_url,
            tier=tier,
            premium=premium,
            account=account,
            transport=transport,
            timeout=timeout,
            retry=retry,
            tokens=tokens,
        )
        super().__init__(Sync, core, vocabulary=vocabulary, keys=given if _is_oauth1(given) else None)


class AsyncX(
    XPlatform[Async],
    AsyncHasAccount,
    AsyncHasPosts,
    AsyncHasMedia,
    AsyncHasInbox,
    AsyncHasInsights,
    AsyncHasListening,
):
    """An async client of one account on X.

    Args:
        credentials: From `Login`, instead of the tokens.
        access_token: A token of the account, of either OAuth.
        access_token_secret: Its secret, for OAuth 1.0a; then the app's keys are needed too.
        client_id: The app's id, to renew tokens; for OAuth 1.0a its API key.
        client_secret: The app's secret; for OAuth 1.0a that of its API key.
        base_url: Where X, or a stand-in for it, listens.
        tier: What access the app has.
        premium: Whether the account pays for long posts.
        vocabulary: By which of X's names it is asked: `tweet`, or the newer `post`.
        account: Whose client it is in a workspace.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the tokens of `account` are kept; those that are given replace them.

    Raises:
        ConfigurationError: There is no token, or an argument is none of its kind.

    Example:
        >>> client = AsyncX(access_token="not-a-real-token")
        >>> [problem.message for problem in client.posts.check("Buy $ABC and $XYZ")]
        ['has too many cashtags']
    """

    def __init__(  # noqa: PLR0913 - what people give by name
        self,
        credentials: Credentials | None = None,
        *,
        access_token: str | Secret | None = None,
        access_token_secret: str | Secret | None = None,
        client_id: str | None = None,
        client_secret: str | Secret | None = None,
        base_url: str = BASE_URL,
        tier: Tier = "self-serve",
        premium: bool = False,
        vocabulary: VocabularyName = "tweet",
        account: AccountRef | None = None,
        transport: Transport | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | AsyncTokenStore | None = None,
    ) -> None:
        access_token, access_token_secret = hide(access_token), hide(access_token_secret)
        client_secret, base_url = hide(client_secret), base_address(base_url)
        given = _given(credentials, access_token, access_token_secret, client_id, client_secret)
        core = _opened(
            Async,
            given,
            base_url=base_url,
            tier=tier,
            premium=premium,
            account=account,
            transport=transport,
            timeout=timeout,
            retry=retry,
            tokens=tokens,
        )
        super().__init__(Async, core, vocabulary=vocabulary, keys=given if _is_oauth1(given) else None)
