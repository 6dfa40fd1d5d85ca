"""Putting tokens on requests to Graph APIs, and the proof that the app's secret is known."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from socialkit.auth import BearerToken, Refreshing, Signature, Standing, bearer, query_token
from socialkit.auth._signing import authorized
from socialkit.errors import ConfigurationError
from socialkit.platforms._graph._tokens import Inspected, kept_until, until
from socialkit.platforms._graph._versions import VersionWatch
from socialkit.platforms.base import Core
from socialkit.transport import Request, Response, Secret, Transport

__all__ = ["GraphAuthenticator", "appsecret_proof", "graph_signature", "learned", "token_in_use"]

PROOF: Final = "appsecret_proof"
UPLOADS: Final = ("/video-upload/", "/ig-api-upload/")
"""What stands in the addresses that take the bytes of files: they want another scheme, and no proof."""


def appsecret_proof(app_secret: Secret, token: Secret) -> Secret:
    """Return what proves that a token is used by its own app: each token has one of its own.

    Example:
        >>> appsecret_proof(Secret("not-a-real-secret"), Secret("not-a-real-token")).reveal()[:8]
        '4c897d3b'
    """
    digest = hmac.new(app_secret.reveal().encode(), token.reveal().encode(), hashlib.sha256)
    return Secret(digest.hexdigest())


def graph_signature(app_secret: Secret | None, *, parameter: str | None = None) -> Signature:
    """Return how a token is put on a request: in a header, so that no address holds it.

    Args:
        app_secret: The app's secret, if it is known: then each request proves it.
        parameter: The query parameter that holds it, where a platform documents no header.
    """

    def put(request: Request, token: Secret) -> Request:
        if any(place in request.url for place in UPLOADS):
            return authorized(request, Secret(f"OAuth {token.reveal()}"))
        signed = bearer(request, token) if parameter is None else query_token(request, parameter, token)
        if app_secret is None:
            return signed
        others = tuple(pair for pair in signed.params if pair[0] != PROOF)
        return signed.replace(params=(*others, (PROOF, appsecret_proof(app_secret, token))))

    return put


class GraphAuthenticator:
    """A token, kept or not, beside what answers tell of versions.

    Args:
        inner: What holds the token.
        watch: What is told of each answer.
        hidden: What else must not be shown, such as the app's secret.
    """

    def __init__(
        self, inner: BearerToken | Refreshing, watch: VersionWatch, hidden: tuple[Secret, ...] = ()
    ) -> None:
        self._inner = inner
        self._hidden = hidden
        self._told: tuple[Secret | None, Inspected] | None = None
        self.watch = watch

    def secrets(self) -> tuple[Secret, ...]:
        """Return what must not be shown."""
        return (*self._inner.secrets(), *self._hidden)

    async def sign(self, request: Request, transport: Transport, /) -> Request:
        """Return the request with the token, and the proof if there is one."""
        return await self._inner.sign(request, transport)

    async def renew(self, refused: Request, transport: Transport, /) -> bool:
        """Get another token after one was refused; return whether there is any."""
        return await self._inner.renew(refused, transport)

    def token(self) -> Secret | None:
        """Return the token of now; None before it was read."""
        return self._inner.token()

    def owner(self) -> str | None:
        """Return the id of the account that the token is kept as; None when nobody said."""
        return self._inner.owner()

    def scopes(self) -> tuple[str, ...]:
        """Return what the token of now may do; empty before it was read, or when nobody said."""
        return self._inner.scopes()

    async def read(self, transport: Transport, /, *, again: bool = False) -> None:
        """Read the token where it is kept, if it was not yet or is to be `again`."""
        await self._inner.read(transport, again=again)

    async def standing(self, transport: Transport, /) -> Standing:
        """Return what is known of the token, until when data may be read with it among that."""
        known = await self._inner.standing(transport)
        token, told = self._told or (None, None)
        if told is not None and token == self._inner.token():
            return told.standing(known)
        return until(known, kept_until(self._inner.extra()))

    def learn(self, told: Inspected, /) -> None:
        """Take over until when the token of now holds, as the platform told it."""
        self._told = self._inner.token(), told

    async def owned_by(self, account_id: str, transport: Transport, /, *, sure: bool) -> None:
        """Keep whose the token is."""
        await self._inner.owned_by(account_id, transport, sure=sure)

    def heard(self, request: Request, response: Response, /) -> None:
        """Take note of the version that answered."""
        self.watch.heard(request, response)


async def token_in_use(core: Core) -> Secret:
    """Return the token that a client's requests are signed with.

    Raises:
        ConfigurationError: There is none.
    """
    holder = _holder(core)
    await holder.standing(core.transport)  # reads the store
    token = holder.token()
    if token is None:
        message = "there is no access token: log in first"
        raise ConfigurationError(message, platform=core.facts.name)
    return token


def learned(core: Core, told: Inspected, scopes: tuple[str, ...] | None) -> None:
    """Take over what the platform told of the token in use: `can` and the account's health go by it.

    Args:
        core: The client's.
        told: The answer.
        scopes: What of it the token opens; None where the platform did not say.
    """
    core.granted(scopes)
    _holder(core).learn(told)


def _holder(core: Core) -> GraphAuthenticator:
    holder: object = core.pipeline.authenticator
    assert isinstance(holder, GraphAuthenticator), "the client's own constructor makes one"
    return holder
