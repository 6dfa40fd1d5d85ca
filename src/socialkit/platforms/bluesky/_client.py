"""The account of Bluesky, and its pair of clients."""

from __future__ import annotations

from typing import ClassVar, Final, Generic

from socialkit.auth import (
    AsyncTokenStore,
    Credentials,
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
)
from socialkit.platforms.bluesky._authenticator import Session
from socialkit.platforms.bluesky._calls import Calls
from socialkit.platforms.bluesky._facts import FACTS
from socialkit.platforms.bluesky._inbox import BlueskyInbox
from socialkit.platforms.bluesky._insights import BlueskyInsights, BlueskyListening
from socialkit.platforms.bluesky._jetstream import Jetstream
from socialkit.platforms.bluesky._map import to_profile
from socialkit.platforms.bluesky._media import BlueskyMedia
from socialkit.platforms.bluesky._posts import BlueskyPosts
from socialkit.platforms.bluesky._publish import Records
from socialkit.platforms.bluesky._session import HANDLE
from socialkit.platforms.bluesky._wire import WireDid, WireProfile
from socialkit.transport import (
    Pipeline,
    Retry,
    Secret,
    Transport,
    base_address,
    default_transport,
    hide,
    require_text,
    shared_budget,
)

__all__ = ["BASE_URL", "AsyncBluesky", "Bluesky", "BlueskyAccount", "BlueskyPlatform"]

BASE_URL: Final = "https://bsky.social"
"""Where most accounts log in; the account's own server is found from there."""
PASSWORD: Final = "password"
IDENTIFIER: Final = "identifier"


class BlueskyAccount(Account[ModeT], Generic[ModeT]):
    """The account behind a client."""

    def __init__(self, mode: type[ModeT], core: Core, session: Session) -> None:
        super().__init__(mode, core)
        self._calls = Calls(core)
        self._session = session
        core.who = self._who

    async def _who(self) -> Profile:
        """Tell whose client it is: a login says that, so nothing is asked twice."""
        stored = await self._session.stored(self._core.transport)
        handle = stored.extra.get(HANDLE)
        if stored.account_id is not None and isinstance(handle, str):
            return Profile(id=stored.account_id, handle=handle)
        answer = await self._calls.query("com.atproto.server.getSession", WireDid)
        return Profile(id=answer.value.did, handle=answer.value.handle or "")

    async def _me(self) -> Profile:
        answer = await self._calls.query(
            "app.bsky.actor.getProfile", WireProfile, actor=await self._calls.did()
        )
        return to_profile(answer.value, answer.raw, self._core.ref)


class BlueskyPlatform(PlatformClient[ModeT], Generic[ModeT]):
    """Bluesky, in either mode."""

    facts: ClassVar[PlatformFacts] = FACTS

    def __init__(
        self, mode: type[ModeT], core: Core, session: Session, *, jetstream: str | None = None
    ) -> None:
        super().__init__(mode, core)
        records = Records(core)
        self._account = BlueskyAccount(mode, core, session)
        self._posts = BlueskyPosts(mode, core, records)
        self._media = BlueskyMedia(mode, core)
        self._inbox = BlueskyInbox(mode, core, records)
        self._insights = BlueskyInsights(mode, core)
        self._listening = BlueskyListening(mode, core, Jetstream(core.pipeline, jetstream))

    @property
    def account(self) -> BlueskyAccount[ModeT]:
        """Whose client it is."""
        return self._account

    @property
    def posts(self) -> BlueskyPosts[ModeT]:
        """Posts of the account."""
        return self._posts

    @property
    def media(self) -> BlueskyMedia[ModeT]:
        """Files by themselves."""
        return self._media

    @property
    def inbox(self) -> BlueskyInbox[ModeT]:
        """What comes in, and answering it."""
        return self._inbox

    @property
    def insights(self) -> BlueskyInsights[ModeT]:
        """Measured values."""
        return self._insights

    @property
    def listening(self) -> BlueskyListening[ModeT]:
        """What others say and do on the network."""
        return self._listening


class _Way:
    """How a client logs in, and where its tokens are kept."""

    def __init__(
        self,
        credentials: Credentials | None,
        identifier: str | None,
        password: Secret | None,
        *,
        base_url: str,
        account: AccountRef | None,
        tokens: TokenStore | AsyncTokenStore | None,
    ) -> None:
        extra = {} if credentials is None else dict(credentials.extra)
        named, given = extra.pop(IDENTIFIER, None), extra.pop(PASSWORD, None)
        self.identifier = identifier or (named if isinstance(named, str) else None)
        self.password = password or hide(given)
        require_text("password", self.password)
        self.credentials = _without(credentials, extra)
        self.base_url = base_url
        self.tokens = tokens
        if account is None or account.brand is None:
            account = AccountRef(platform="bluesky", host=host_of(base_url) or None)
        place = account.key
        # With the name in it: another account's session under the same key would post as that one.
        self.key = f"{place}/{self.identifier.removeprefix('@').lower()}" if self.identifier else place
        self._require_something()

    def _require_something(self) -> None:
        if self.password is not None and self.identifier is None:
            message = "identifier= is missing: the account's handle, beside its password"
        elif self.password is None and self.credentials.access_token is None and self.tokens is None:
            message = (
                "identifier= and password= are missing: make an app password in the account's settings "
                "under Privacy and security, or use Login"
            )
        else:
            return
        raise ConfigurationError(message, platform="bluesky")

    def session(
        self, mode: type[Mode], transport: Transport, *, retry: Retry | None, timeout: float | None
    ) -> Session:
        """Return what signs requests and renews the session."""
        base_url = self.base_url
        pipeline = Pipeline(
            transport,
            platform="bluesky",
            base_url=base_url,
            errors=FACTS.errors,
            retry=Retry() if retry is None else retry,
            budget=shared_budget(
                f"bluesky logins {base_url} {self.key} {id(transport)}",
                headers=FACTS.rate_headers,
                bucket=FACTS.bucket,
            ),
            timeout=timeout,
        )
        return Session(
            self.credentials,
            pipeline,
            identifier=self.identifier.removeprefix("@") if self.identifier else None,
            password=self.password,
            key=self.key,
            mode=mode,
            tokens=self.tokens,
        )


def _without(credentials: Credentials | None, extra: dict[str, str | Secret]) -> Credentials:
    """Return credentials without the password: it goes into no token store."""
    if credentials is None:
        return Credentials()
    return Credentials(
        access_token=credentials.access_token,
        refresh_token=credentials.refresh_token,
        expires_at=credentials.expires_at,
        scopes=credentials.scopes,
        token_type=credentials.token_type,
        client_id=credentials.client_id,
        client_secret=credentials.client_secret,
        account_id=credentials.account_id,
        extra=extra,
    )


def _opened(
    mode: type[Mode],
    way: _Way,
    *,
    account: AccountRef | None,
    transport: Transport | None,
    timeout: float | None,
    retry: Retry | None,
) -> tuple[Core, Session]:
    carrier = default_transport(mode, "bluesky") if transport is None else transport
    session = way.session(mode, carrier, retry=retry, timeout=timeout)
    core = open_core(
        mode,
        FACTS,
        base_url=way.base_url,
        authenticator=session,
        account=account,
        transport=carrier,
        timeout=timeout,
        retry=retry,
        scopes=way.credentials.scopes,
    )
    return core, session


class Bluesky(
    BlueskyPlatform[Sync],
    HasAccount,
    HasPosts,
    HasMedia,
    HasInbox,
    HasInsights,
    HasListening,
):
    """A blocking client of one Bluesky account, on whatever server it is kept.

    Logs in once, with the first call. Logins are counted strictly (ten a day have been seen): give `tokens=`
    a store that lasts, and the session is refreshed instead.

    Args:
        credentials: From `Login`, or tokens of a session, instead of `identifier` and `password`.
        identifier: The account's handle, or its DID.
        password: An app password, from the account's settings; with access to direct messages, if wanted.
        base_url: Where the account logs in: the network's own host, or the server that keeps the account.
        jetstream: Where `listening.events` come from; `wss://jetstream2.us-east.bsky.network`, a public
            server, if not given, or a stand-in at `base_url` where that is on this machine. No credentials go
            there.
        account: Whose client it is in a workspace.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the session is kept; one that stands there wins. The password never goes there.

    Raises:
        ConfigurationError: There is neither a password nor a session, or an address is not one.

    Example:
        >>> client = Bluesky(identifier="shop.example", password="not-a-real-password")
        >>> [problem.field for problem in client.posts.check("")]
        ['text']
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        identifier: str | None = None,
        password: str | Secret | None = None,
        base_url: str = BASE_URL,
        jetstream: str | None = None,
        account: AccountRef | None = None,
        transport: Transport | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | None = None,
    ) -> None:
        password, base_url = hide(password), base_address(base_url)
        way = _Way(credentials, identifier, password, base_url=base_url, account=account, tokens=tokens)
        core, session = _opened(Sync, way, account=account, transport=transport, timeout=timeout, retry=retry)
        super().__init__(Sync, core, session, jetstream=jetstream)


class AsyncBluesky(
    BlueskyPlatform[Async],
    AsyncHasAccount,
    AsyncHasPosts,
    AsyncHasMedia,
    AsyncHasInbox,
    AsyncHasInsights,
    AsyncHasListening,
):
    """An async client of one Bluesky account, on whatever server it is kept.

    Logs in once, with the first call. Logins are counted strictly (ten a day have been seen): give `tokens=`
    a store that lasts, and the session is refreshed instead.

    Args:
        credentials: From `Login`, or tokens of a session, instead of `identifier` and `password`.
        identifier: The account's handle, or its DID.
        password: An app password, from the account's settings; with access to direct messages, if wanted.
        base_url: Where the account logs in: the network's own host, or the server that keeps the account.
        jetstream: Where `listening.events` come from; `wss://jetstream2.us-east.bsky.network`, a public
            server, if not given, or a stand-in at `base_url` where that is on this machine. No credentials go
            there.
        account: Whose client it is in a workspace.
        transport: What carries requests; the network if not given.
        timeout: Seconds to wait for an answer; 30 if not given.
        retry: How patiently calls that are safe to repeat are repeated.
        tokens: Where the session is kept; one that stands there wins. The password never goes there.

    Raises:
        ConfigurationError: There is neither a password nor a session, or an address is not one.

    Example:
        >>> client = AsyncBluesky(identifier="shop.example", password="not-a-real-password")
        >>> [problem.field for problem in client.posts.check("")]
        ['text']
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        identifier: str | None = None,
        password: str | Secret | None = None,
        base_url: str = BASE_URL,
        jetstream: str | None = None,
        account: AccountRef | None = None,
        transport: Transport | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        tokens: TokenStore | AsyncTokenStore | None = None,
    ) -> None:
        password, base_url = hide(password), base_address(base_url)
        way = _Way(credentials, identifier, password, base_url=base_url, account=account, tokens=tokens)
        core, session = _opened(
            Async, way, account=account, transport=transport, timeout=timeout, retry=retry
        )
        super().__init__(Async, core, session, jetstream=jetstream)
