"""Putting credentials on a request. Each function returns a new request; doing it twice changes nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import TypeAlias

from socialkit.errors import ConfigurationError
from socialkit.transport import Request, Secret, reveal

__all__ = ["Signature", "authorized", "basic", "bearer", "bound", "query_token"]

Signature: TypeAlias = Callable[[Request, Secret], Request]
"""Puts a token on a request in the place of any that is there."""


def bearer(request: Request, token: Secret) -> Request:
    """Return the request with the token in its `Authorization` header (RFC 6750).

    Example:
        >>> signed = bearer(
        ...     Request(method="GET", url="https://pixelwall.example/me"), Secret("not-a-real-token")
        ... )
        >>> signed.headers["Authorization"]
        Secret('***')

    Raises:
        ConfigurationError: The token holds a character that no header can carry.
    """
    return authorized(request, Secret(f"Bearer {token.reveal()}"))


def bound(request: Request, token: Secret) -> Request:
    """Return the request with a token that is bound to a key (RFC 9449); it needs a proof beside it.

    Raises:
        ConfigurationError: The token holds a character that no header can carry.
    """
    return authorized(request, Secret(f"DPoP {token.reveal()}"))


def basic(request: Request, user: str, password: str | Secret) -> Request:
    """Return the request with a name and a password in its `Authorization` header (RFC 7617).

    Raises:
        ConfigurationError: The name holds a colon, which would end it.
    """
    password = Secret(reveal(password))
    if ":" in user:
        message = f"the user name {user!r} holds a colon, which basic authentication cannot carry"
        raise ConfigurationError(message)
    return authorized(request, Secret("Basic " + b64encode(f"{user}:{password.reveal()}".encode()).decode()))


def query_token(request: Request, name: str, token: Secret) -> Request:
    """Return the request with the token as a query parameter.

    Example:
        >>> request = Request(method="GET", url="https://pixelwall.example/me")
        >>> query_token(request, "access_token", Secret("not-a-real-token"))
        Request(GET https://pixelwall.example/me?access_token=***)
    """
    others = tuple(pair for pair in request.params if pair[0] != name)
    return request.replace(params=(*others, (name, token)))


def authorized(request: Request, value: Secret) -> Request:
    """Return the request with an `Authorization` header, in the place of any that is there.

    Raises:
        ConfigurationError: The value holds a character that no header can carry.
    """
    if not _fits_a_header(value):
        message = "the token holds a line break or another character that no header can carry"
        raise ConfigurationError(message)
    others = {name: text for name, text in request.headers.items() if name.lower() != "authorization"}
    return request.replace(headers={**others, "Authorization": value})


def _fits_a_header(value: Secret) -> bool:
    text = value.reveal()
    return text.isascii() and text.isprintable()
