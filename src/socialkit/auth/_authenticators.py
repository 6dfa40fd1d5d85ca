"""Authenticators whose credentials never change."""

from __future__ import annotations

from collections.abc import Mapping

from socialkit.auth._credentials import Credentials
from socialkit.auth._signing import Signature, bearer
from socialkit.auth._standing import Standing
from socialkit.errors import ConfigurationError
from socialkit.transport import Request, Secret, Transport

__all__ = ["Anonymous", "BearerToken"]


class Anonymous:
    """Send requests as they are.

    Example:
        >>> Anonymous().secrets()
        ()
    """

    def secrets(self) -> tuple[Secret, ...]:
        """Return nothing: there is nothing to hide."""
        return ()

    async def sign(self, request: Request, _transport: Transport, /) -> Request:
        """Return the request itself."""
        return request

    async def renew(self, _refused: Request, _transport: Transport, /) -> bool:
        """Return False: there are no other credentials."""
        return False


class BearerToken:
    """Sign with a fixed token, as a bearer token or in the way that `put` does it.

    A token whose time is over is sent all the same: the platform's clock counts, not ours.

    Example:
        >>> BearerToken(Credentials(access_token="not-a-real-token")).secrets()
        (Secret('***'),)

    Raises:
        ConfigurationError: The credentials hold no access token.
    """

    def __init__(self, credentials: Credentials, *, put: Signature = bearer) -> None:
        if credentials.access_token is None:
            message = "the credentials hold no access token"
            raise ConfigurationError(message)
        self._token = credentials.access_token
        self._standing = Standing(ends_at=credentials.expires_at, scopes=credentials.scopes)
        self._secrets = credentials.secrets()
        self._extra = credentials.extra
        self._put = put

    def secrets(self) -> tuple[Secret, ...]:
        """Return what must not be shown."""
        return self._secrets

    async def sign(self, request: Request, _transport: Transport, /) -> Request:
        """Return the request with the token."""
        return self._put(request, self._token)

    async def renew(self, _refused: Request, _transport: Transport, /) -> bool:
        """Return False: there is no other token."""
        return False

    def token(self) -> Secret:
        """Return the token."""
        return self._token

    def owner(self) -> None:
        """Return None: nothing is kept."""

    def scopes(self) -> tuple[str, ...]:
        """Return what the credentials say that the token may do."""
        return self._standing.scopes

    def extra(self) -> Mapping[str, str | Secret]:
        """Return what only one platform puts beside the token."""
        return self._extra

    async def read(self, _transport: Transport, /, *, again: bool = False) -> None:
        """Read nothing: nothing is kept."""

    async def standing(self, _transport: Transport, /) -> Standing:
        """Return what the credentials say of the token."""
        return self._standing

    async def owned_by(self, account_id: str, _transport: Transport, /, *, sure: bool) -> None:
        """Keep nothing: there is no store."""
