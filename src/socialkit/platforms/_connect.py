"""`sk.connect` and its kin: from a platform's name to a client."""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from socialkit.errors import ConfigurationError
from socialkit.platforms._registry import find

if TYPE_CHECKING:
    from socialkit.auth import AsyncTokenStore, Credentials, TokenStore
    from socialkit.models import AccountRef, Limits
    from socialkit.platforms.base import AsyncClient, AsyncMediaHost, Client, MediaHost
    from socialkit.platforms.bluesky import AsyncBluesky, Bluesky
    from socialkit.platforms.facebook import AsyncFacebook, Facebook
    from socialkit.platforms.instagram import AsyncInstagram, Instagram
    from socialkit.platforms.mastodon import AsyncMastodon, Mastodon
    from socialkit.platforms.threads import AsyncThreads, Threads
    from socialkit.platforms.x import AsyncX, Tier, VocabularyName, X
    from socialkit.transport import Retry, Secret, Transport

__all__ = ["Arguments", "connect", "connect_async", "made", "require_all", "takes"]

T = TypeVar("T")


@overload
def connect(
    platform: Literal["bluesky"],
    credentials: Credentials | None = None,
    /,
    *,
    identifier: str | None = None,
    password: str | Secret | None = None,
    base_url: str = "https://bsky.social",
    jetstream: str | None = None,
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    tokens: TokenStore | None = None,
) -> Bluesky: ...
@overload
def connect(
    platform: Literal["facebook"],
    credentials: Credentials | None = None,
    /,
    *,
    access_token: str | Secret | None = None,
    app_secret: str | Secret | None = None,
    client_id: str | None = None,
    api_version: str | None = None,
    limits: Limits | None = None,
    base_url: str = "https://graph.facebook.com",
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    tokens: TokenStore | None = None,
) -> Facebook: ...
@overload
def connect(
    platform: Literal["instagram"],
    credentials: Credentials | None = None,
    /,
    *,
    access_token: str | Secret | None = None,
    login: Literal["facebook", "instagram"] | None = None,
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
) -> Instagram: ...
@overload
def connect(
    platform: Literal["mastodon"],
    credentials: Credentials | None = None,
    /,
    *,
    base_url: str,
    access_token: str | Secret | None = None,
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    tokens: TokenStore | None = None,
) -> Mastodon: ...
@overload
def connect(
    platform: Literal["threads"],
    credentials: Credentials | None = None,
    /,
    *,
    access_token: str | Secret | None = None,
    api_version: str | None = None,
    limits: Limits | None = None,
    media_host: MediaHost | None = None,
    base_url: str = "https://graph.threads.net",
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    tokens: TokenStore | None = None,
) -> Threads: ...
@overload
def connect(
    platform: Literal["x"],
    credentials: Credentials | None = None,
    /,
    *,
    access_token: str | Secret | None = None,
    access_token_secret: str | Secret | None = None,
    client_id: str | None = None,
    client_secret: str | Secret | None = None,
    base_url: str = "https://api.x.com",
    tier: Tier = "self-serve",
    premium: bool = False,
    vocabulary: VocabularyName = "tweet",
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    tokens: TokenStore | None = None,
) -> X: ...
@overload
def connect(
    platform: str,
    credentials: Credentials,
    /,
    *,
    base_url: str | None = None,
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    tokens: TokenStore | None = None,
    media_host: MediaHost | None = None,
) -> Client: ...
def connect(platform: str, credentials: Credentials | None = None, /, **arguments: Any) -> Any:
    """Return a blocking client of one account.

    Nothing is sent before the first operation. Close it, or use it in a `with` block.

    Args:
        platform: The platform's name, such as `mastodon`.
        credentials: From `Login`; the platform's own arguments may take their place.
        **arguments: What the platform's class takes; an editor shows them.

    Raises:
        ConfigurationError: There is no such platform, or an argument is missing.

    Example:
        >>> with connect(
        ...     "mastodon", base_url="https://mastodon.example", access_token="not-a-real-token"
        ... ) as client:
        ...     client.platform
        'mastodon'
    """
    given = Arguments(arguments)
    del arguments  # a token among them would stand in the traceback
    return made(find(platform).load_client(), platform, credentials, given)


@overload
def connect_async(
    platform: Literal["bluesky"],
    credentials: Credentials | None = None,
    /,
    *,
    identifier: str | None = None,
    password: str | Secret | None = None,
    base_url: str = "https://bsky.social",
    jetstream: str | None = None,
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    tokens: TokenStore | AsyncTokenStore | None = None,
) -> AsyncBluesky: ...
@overload
def connect_async(
    platform: Literal["facebook"],
    credentials: Credentials | None = None,
    /,
    *,
    access_token: str | Secret | None = None,
    app_secret: str | Secret | None = None,
    client_id: str | None = None,
    api_version: str | None = None,
    limits: Limits | None = None,
    base_url: str = "https://graph.facebook.com",
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    tokens: TokenStore | AsyncTokenStore | None = None,
) -> AsyncFacebook: ...
@overload
def connect_async(
    platform: Literal["instagram"],
    credentials: Credentials | None = None,
    /,
    *,
    access_token: str | Secret | None = None,
    login: Literal["facebook", "instagram"] | None = None,
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
) -> AsyncInstagram: ...
@overload
def connect_async(
    platform: Literal["mastodon"],
    credentials: Credentials | None = None,
    /,
    *,
    base_url: str,
    access_token: str | Secret | None = None,
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    tokens: TokenStore | AsyncTokenStore | None = None,
) -> AsyncMastodon: ...
@overload
def connect_async(
    platform: Literal["threads"],
    credentials: Credentials | None = None,
    /,
    *,
    access_token: str | Secret | None = None,
    api_version: str | None = None,
    limits: Limits | None = None,
    media_host: MediaHost | AsyncMediaHost | None = None,
    base_url: str = "https://graph.threads.net",
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    tokens: TokenStore | AsyncTokenStore | None = None,
) -> AsyncThreads: ...
@overload
def connect_async(
    platform: Literal["x"],
    credentials: Credentials | None = None,
    /,
    *,
    access_token: str | Secret | None = None,
    access_token_secret: str | Secret | None = None,
    client_id: str | None = None,
    client_secret: str | Secret | None = None,
    base_url: str = "https://api.x.com",
    tier: Tier = "self-serve",
    premium: bool = False,
    vocabulary: VocabularyName = "tweet",
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    tokens: TokenStore | AsyncTokenStore | None = None,
) -> AsyncX: ...
@overload
def connect_async(
    platform: str,
    credentials: Credentials,
    /,
    *,
    base_url: str | None = None,
    account: AccountRef | None = None,
    transport: Transport | None = None,
    timeout: float | None = None,
    retry: Retry | None = None,
    tokens: TokenStore | AsyncTokenStore | None = None,
    media_host: MediaHost | AsyncMediaHost | None = None,
) -> AsyncClient: ...
def connect_async(platform: str, credentials: Credentials | None = None, /, **arguments: Any) -> Any:
    """Return an async client of one account; otherwise as `connect`.

    Raises:
        ConfigurationError: There is no such platform, or an argument is missing.
    """
    given = Arguments(arguments)
    del arguments  # a token among them would stand in the traceback
    return made(find(platform).load_async_client(), platform, credentials, given)


class Arguments:
    """What a caller gave, shown to nobody."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = {name: value for name, value in values.items() if value is not None}


def made(kind: Any, platform: str, credentials: Credentials | None, given: Arguments) -> Any:
    """Return a new client of a class.

    Raises:
        ConfigurationError: An argument is missing.
    """
    require_all(kind, platform, given)
    return kind(credentials, **given.values)


def require_all(kind: Any, platform: str, given: Arguments) -> None:
    """Raise unless everything was given that a class cannot do without."""
    missing = [name for name in _required(kind) if name not in given.values]
    if missing:
        names = ", ".join(f"{name}=" for name in missing)
        message = f"{names} {'is' if len(missing) == 1 else 'are'} missing"
        raise ConfigurationError(message, platform=platform)


def takes(kind: Any, name: str) -> bool:
    """Return whether a class takes a keyword argument."""
    return any(one.name == name for one in _keywords(kind))


@cache
def _required(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in _keywords(kind) if one.default is one.empty)


@cache
def _keywords(kind: Any) -> tuple[inspect.Parameter, ...]:
    # Reading a signature takes a third as long as opening a client.
    parameters = inspect.signature(kind.__init__).parameters.values()
    return tuple(one for one in parameters if one.kind is one.KEYWORD_ONLY)
