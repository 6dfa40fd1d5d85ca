"""Sessions: logging in once, refreshing, and finding the server that keeps an account.

See https://atproto.com/specs/xrpc#authentication. Logins are counted strictly, so tokens belong in a store.
"""

from __future__ import annotations

import ipaddress
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, ValidationError

from socialkit.auth import Stored
from socialkit.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    TokenExpiredError,
    UnexpectedResponseError,
    WrongAccountError,
)
from socialkit.models import Lenient, WireModel
from socialkit.platforms.base import host_of
from socialkit.transport import Pipeline, Request, Response, Safety, Secret, Transport

__all__ = [
    "HANDLE",
    "PDS",
    "REMEDY",
    "Logins",
    "claims",
    "is_loopback",
    "is_strange",
    "may_have_credentials",
    "move",
    "pds_of",
]

REMEDY: Final = "give identifier= and password= (an app password), or log in again with Login"
PDS: Final = "pds"
HANDLE: Final = "handle"
SERVICE: Final = "#atproto_pds"
PLAIN_HOST: Final = re.compile(r"[A-Za-z0-9.\-\[\]:]+")


class WireSession(WireModel):
    """A session; its tokens are shown by nobody who prints it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access: str = Field(alias="accessJwt", repr=False, min_length=1)
    refresh: str = Field(alias="refreshJwt", repr=False, min_length=1)
    did: str
    handle: str = ""
    document: Lenient[dict[str, Any]] = Field(default=None, alias="didDoc", repr=False)


def claims(token: Secret | None) -> Mapping[str, Any]:
    """Return what a token says of itself, unverified: it is ours, and only the server must believe it."""
    parts = token.reveal().split(".") if token is not None else []
    if len(parts) != 3:
        return {}
    try:
        found: object = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _ends_at(said: Mapping[str, Any]) -> datetime | None:
    seconds = said.get("exp")
    if not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, without asking a name server."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def may_have_credentials(endpoint: str, login: str) -> bool:
    """Tell whether a token may go to an address that an account's document names.

    To https alone; to this machine only when the login itself went there, so that no document of a stranger
    leads to what listens here.
    """
    try:
        parts = urlsplit(endpoint)
        host, home = parts.hostname or "", urlsplit(login).hostname or ""
        plain = bool(PLAIN_HOST.fullmatch(parts.netloc)) and parts.port != 0
    except ValueError:
        return False
    if not plain or not host or parts.query or parts.fragment:
        return False
    if is_loopback(host):
        return parts.scheme in {"http", "https"} and is_loopback(home)
    return parts.scheme == "https"


def pds_of(document: Mapping[str, Any] | None, did: str, login: str) -> str | None:
    """Return the address of the server that keeps an account; None when its document names none to trust.

    Args:
        document: The account's own, as the host of the login answered it.
        did: The account.
        login: The address of that host.
    """
    if document is None or document.get("id") != did:
        return None
    services: object = document.get("service")
    listed = cast("list[object]", services) if isinstance(services, list) else []
    for one in listed:
        if isinstance(one, dict):
            service = cast("dict[str, Any]", one)
            endpoint = service.get("serviceEndpoint")
            named = service.get("id") in (SERVICE, f"{did}{SERVICE}")
            if named and isinstance(endpoint, str) and may_have_credentials(endpoint, login):
                return endpoint.rstrip("/")
    return None


def is_strange(address: str, login: str) -> bool:
    """Tell whether an address that a document names has to lie on the public internet.

    Anybody can write such a document, and so lead to what only this machine's network may read; the host of
    the login itself was chosen by the application.
    """
    home = urlsplit(login).hostname or ""
    return not is_loopback(home) and urlsplit(address).hostname != home


def move(request: Request, stored: Stored, login: str) -> Request:
    """Return a request to the host of the login as one to the account's own server."""
    home, pds = login.rstrip("/") + "/", stored.extra.get(PDS)
    if not isinstance(pds, str) or not request.url.startswith(home):
        return request
    if not may_have_credentials(pds, login):  # the store may have been written by others
        message = f"the store names a server that tokens may not go to: {host_of(pds) or 'none'}"
        raise ConfigurationError(message, platform="bluesky")
    url = f"{pds.rstrip('/')}/{request.url[len(home) :]}"
    return request.replace(url=url, public_only=is_strange(pds, login))


def _require_same(stored: Stored, answer: WireSession) -> None:
    if stored.account_id is not None and stored.account_id != answer.did:
        message = f"the server gave a session of another account: {answer.did}, not {stored.account_id}"
        raise WrongAccountError(message, platform="bluesky")


class Logins:
    """Renews the session of one account: with its refresh token, or with a password when that is over."""

    def __init__(self, pipeline: Pipeline, identifier: str | None, password: Secret | None) -> None:
        self._pipeline = pipeline
        self._identifier = identifier
        self._password = password

    async def __call__(self, stored: Stored, _transport: Transport, /) -> Stored:
        """Return new tokens."""
        if stored.refresh_token:
            try:
                return await self._refreshed(stored, stored.refresh_token)
            except (AuthenticationError, BadRequestError):
                if self._password is None:
                    raise
        if self._identifier is None or self._password is None:
            message = f"the session is over and there is no password: {REMEDY}"
            raise TokenExpiredError(message, status=401, platform="bluesky")
        return await self._created(stored, self._identifier, self._password)

    async def _refreshed(self, stored: Stored, token: Secret) -> Stored:
        request = Request(
            method="POST",
            url="xrpc/com.atproto.server.refreshSession",
            headers={"Authorization": Secret(f"Bearer {token.reveal()}")},
            signed=False,
            # A used token gives the same successor again for two hours: a lost answer may be asked for again.
            safety=Safety.READ,
        )
        answer = self._session(await self._pipeline.send(request), request)
        _require_same(stored, answer)
        return self._stored(answer)

    async def _created(self, stored: Stored, identifier: str, password: Secret) -> Stored:
        request = Request(
            method="POST",
            url="xrpc/com.atproto.server.createSession",
            json={"identifier": identifier, "password": password.reveal()},
            signed=False,
            safety=Safety.ONCE,
        )
        try:
            response = await self._pipeline.send(request)
        except AuthenticationError as error:
            if error.code == "AuthFactorTokenRequired":
                error.message = "the account asks for a code by mail: give an app password, which needs none"
            raise
        answer = self._session(response, request)
        _require_same(stored, answer)  # a handle may have become somebody else's
        return self._stored(answer)

    def _session(self, response: Response, request: Request) -> WireSession:
        try:
            return WireSession.model_validate_json(response.content)
        except ValidationError:
            pass  # the body is not kept: it may hold tokens where nobody looks for them
        message = "the answer holds no session"
        raise UnexpectedResponseError(
            message, status=response.status, request=request.shown(), platform="bluesky"
        )

    def _stored(self, wire: WireSession) -> Stored:
        access, refresh = Secret(wire.access), Secret(wire.refresh)
        said, scope = claims(access), claims(access).get("scope")
        pds = pds_of(wire.document, wire.did, self._pipeline.base_url)
        return Stored(
            access_token=access,
            refresh_token=refresh,
            expires_at=_ends_at(said),
            refresh_expires_at=_ends_at(claims(refresh)),
            scopes=tuple(scope.split()) if isinstance(scope, str) else (),
            account_id=wire.did,
            extra={HANDLE: wire.handle} | ({PDS: pds} if pds is not None else {}),
        )
