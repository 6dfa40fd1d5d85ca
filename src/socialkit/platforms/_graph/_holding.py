"""What holds the token of a client of a Graph API: it stays as it is, or is kept and made longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialkit.auth import BearerToken, Credentials, Refresh, Refreshing, RefreshModel, Signature, Stored
from socialkit.errors import ConfigurationError
from socialkit.platforms.base import host_of, token_key

if TYPE_CHECKING:
    from socialkit.auth import AsyncTokenStore, TokenStore
    from socialkit.models import AccountRef
    from socialkit.operations import Mode
    from socialkit.transport import Secret, Transport

__all__ = ["given_once", "token_holder"]


def given_once(
    credentials: Credentials | None, access_token: Secret | None, platform: str
) -> Credentials | None:
    """Return what was given to log in with, in one piece; None where all is kept in a store.

    Raises:
        ConfigurationError: Both were given.
    """
    if access_token is None:
        return credentials
    if credentials is not None:
        message = "credentials and access_token= are both given: which one is meant?"
        raise ConfigurationError(message, platform=platform)
    return Credentials(access_token=access_token)


def token_holder(
    mode: type[Mode],
    given: Credentials | None,
    refresh: Refresh | None,
    *,
    platform: str,
    base_url: str,
    account: AccountRef | None,
    tokens: TokenStore | AsyncTokenStore | None,
    put: Signature,
    hidden: tuple[Secret, ...] = (),
) -> BearerToken | Refreshing:
    """Return what holds a client's token.

    What is kept says itself whether it ends. A token that was given without an end is made longer by nobody,
    and takes the place of another one that is kept.

    Args:
        mode: How the client is called.
        given: What it was given to log in with.
        refresh: Makes tokens longer; None where nobody can.
        platform: The platform's name.
        base_url: Where its calls go.
        account: Whose client it is in a workspace.
        tokens: Where the token is kept, if it is.
        put: Puts it on a request.
        hidden: What must not be shown besides.

    Raises:
        ConfigurationError: There is no token, and nowhere to look for one.
    """
    ends = given is not None and given.expires_at is not None
    if tokens is None and not (ends and refresh is not None):
        return _unchanging(given, put, platform)
    extends = refresh is not None and (ends or given is None)
    return Refreshing(
        Credentials() if given is None else given,
        refresh=refresh if refresh is not None else _never,
        key=platform if tokens is None else token_key(platform, account, base_url),
        mode=mode,
        tokens=tokens,
        model=RefreshModel.EXTENDING if extends else RefreshModel.NONE,
        put=put,
        hidden=hidden,
        platform=platform,
        host=host_of(base_url) or None,
    )


def _unchanging(given: Credentials | None, put: Signature, platform: str) -> BearerToken:
    if given is None or given.access_token is None:
        message = "access_token= is missing: use Login, or take one of the app's own dashboard"
        raise ConfigurationError(message, platform=platform)
    return BearerToken(given, put=put)


async def _never(_stored: Stored, _transport: Transport) -> Stored:
    message = "a token is not made longer without the app's id and secret: log in again"
    raise ConfigurationError(message)
