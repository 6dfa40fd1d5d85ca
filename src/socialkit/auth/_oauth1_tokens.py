"""The authenticator of accounts whose requests are signed by OAuth 1.0a."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from socialkit.auth._credentials import Credentials
from socialkit.auth._oauth1 import TOKEN_SECRET, OAuth1Keys, quote_oauth1, sign_oauth1
from socialkit.auth._refreshing import Refreshing
from socialkit.auth._renewal import RefreshModel
from socialkit.auth._signing import bearer
from socialkit.auth._stores import AsyncTokenStore, Stored, TokenStore
from socialkit.errors import ConfigurationError, TokenExpiredError
from socialkit.operations import Mode
from socialkit.transport import Request, Secret, Transport, reveal

__all__ = ["OAuth1", "named_token", "signed_as_kept"]

NO_KEYS: Final = "client_id= and client_secret= are missing: requests are signed with the app's own keys"


class OAuth1(Refreshing):
    """Sign with the token of an account and the keys of the application; such tokens last until taken back.

    The access token's secret stands in `Credentials.extra` under `TOKEN_SECRET`, where `ThreeLegged` puts it.

    Example:
        >>> from socialkit.operations import Sync
        >>> OAuth1(
        ...     Credentials(
        ...         client_id="shop",
        ...         client_secret="not-a-real-secret",
        ...         access_token="not-a-real-token",
        ...         extra={"token_secret": Secret("nor-this-one")},
        ...     ),
        ...     key="acme/pixelwall/main",
        ...     mode=Sync,
        ... )
        OAuth1('acme/pixelwall/main', none)

    Raises:
        ConfigurationError: The keys of the application are missing, or the store is asynchronous and the mode
            is not.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        key: str,
        mode: type[Mode],
        tokens: TokenStore | AsyncTokenStore | None = None,
        platform: str | None = None,
        host: str | None = None,
    ) -> None:
        if credentials.client_id is None or credentials.client_secret is None:
            raise ConfigurationError(NO_KEYS, platform=platform)
        self._app = OAuth1Keys(client_id=credentials.client_id, client_secret=credentials.client_secret)
        self._named = platform
        super().__init__(
            credentials,
            refresh=self._never,
            key=key,
            mode=mode,
            tokens=tokens,
            model=RefreshModel.NONE,
            put=named_token,
            place=self._placed,
            platform=platform,
            host=host,
        )

    def _placed(self, request: Request, stored: Stored, now: datetime) -> Request:
        secret = stored.extra.get(TOKEN_SECRET)
        if not isinstance(secret, Secret):
            message = "the secret of the access token is missing: log in again"
            raise ConfigurationError(message, platform=self._named)
        return _signed(request, self._app, stored, secret, now)

    async def _never(self, _stored: Stored, _transport: Transport) -> Stored:
        message = "tokens of OAuth 1.0a are not renewed: log in again"
        raise TokenExpiredError(message, status=401, platform=self._named)


def signed_as_kept(app: OAuth1Keys, request: Request, stored: Stored, now: datetime) -> Request:
    """Sign by OAuth 1.0a where what is kept is such a token, and else leave a request as it is.

    For a platform that knows both kinds, and a client that was given neither.

    Raises:
        ConfigurationError: The keys of the application are missing.
    """
    secret = stored.extra.get(TOKEN_SECRET)
    if not isinstance(secret, Secret):
        return request
    if not (app.client_id and app.client_secret):
        raise ConfigurationError(NO_KEYS)
    return _signed(request, app, stored, secret, now)


def _signed(request: Request, app: OAuth1Keys, stored: Stored, secret: Secret, now: datetime) -> Request:
    keys = OAuth1Keys(
        client_id=app.client_id,
        client_secret=app.client_secret,
        token=stored.access_token,
        token_secret=secret,
    )
    return sign_oauth1(request, keys, now=now)


def named_token(request: Request, token: Secret) -> Request:
    """Leave a request as it is that was signed with this token: it tells a refused one from a newer one's."""
    header = reveal(request.headers.get("Authorization", ""))
    return request if _mark(token) in header else bearer(request, token)


def _mark(token: Secret) -> str:
    return f'oauth_token="{quote_oauth1(token.reveal())}"'
