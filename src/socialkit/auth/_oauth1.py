"""Signing by OAuth 1.0a (RFC 5849) with HMAC-SHA1, for platforms that still know it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from socialkit.auth._sealed import Sealed
from socialkit.auth._signing import authorized
from socialkit.transport import Request, Secret, reveal

__all__ = ["TOKEN_SECRET", "OAuth1Keys", "sign_oauth1"]

TOKEN_SECRET: Final = "token_secret"
"""Where `Credentials.extra` keeps the secret of the access token."""
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
UNQUOTED: Final = "/%:@!$&'()*+,;=~|[]^\\"
"""What a path is sent with as it is; what is quoted already is not quoted again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth1Keys(Sealed):
    """What requests are signed with: the application's two keys, and an account's where there is one.

    Example:
        >>> OAuth1Keys(client_id="shop", client_secret=Secret("not-a-real-secret"))
        OAuth1Keys(client_id='shop', client_secret=Secret('***'), token=None, token_secret=None)
    """

    client_id: str
    client_secret: Secret
    token: Secret | None = None
    token_secret: Secret | None = None


def sign_oauth1(
    request: Request,
    keys: OAuth1Keys,
    *,
    now: datetime,
    nonce: str | None = None,
    extra: tuple[tuple[str, str | Secret], ...] = (),
) -> Request:
    """Return the request with a signature in its `Authorization` header.

    What the query and a form hold is signed with it; JSON and files are not.

    Args:
        request: With an absolute address.
        keys: The application's, and the account's.
        now: The time, which the platform compares with its own.
        nonce: What makes this request different from every other one; random if not given.
        extra: Parameters of the protocol that only this request has, such as `oauth_callback`.

    Example:
        >>> from datetime import UTC, datetime
        >>> signed = sign_oauth1(
        ...     Request(method="GET", url="https://pixelwall.example/me"),
        ...     OAuth1Keys(client_id="shop", client_secret=Secret("not-a-real-secret")),
        ...     now=datetime(2026, 3, 1, tzinfo=UTC),
        ... )
        >>> signed.headers["Authorization"]
        Secret('***')
    """
    protocol = {
        "oauth_consumer_key": keys.client_id,
        "oauth_nonce": secrets.token_hex(15) if nonce is None else nonce,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(now.timestamp())),
        "oauth_version": "1.0",
        **({} if keys.token is None else {"oauth_token": keys.token.reveal()}),
        **{name: reveal(value) for name, value in extra},
    }
    protocol["oauth_signature"] = _signature(request, keys, list(protocol.items()))
    pairs = ", ".join(f'{quote_oauth1(name)}="{quote_oauth1(value)}"' for name, value in protocol.items())
    return authorized(request, Secret(f"OAuth {pairs}"))


def _signature(request: Request, keys: OAuth1Keys, protocol: list[tuple[str, str]]) -> str:
    token_secret = "" if keys.token_secret is None else keys.token_secret.reveal()
    key = f"{quote_oauth1(keys.client_secret.reveal())}&{quote_oauth1(token_secret)}"
    digest = hmac.new(key.encode(), base_string(request, protocol).encode(), hashlib.sha1).digest()
    return b64encode(digest).decode()


def base_string(request: Request, protocol: list[tuple[str, str]]) -> str:
    """Return what is signed: the method, the address, and all parameters in order (section 3.4.1)."""
    parts = urlsplit(request.target())
    pairs = [*parse_qsl(parts.query, keep_blank_values=True), *protocol]
    if not request.files:
        pairs += [(name, reveal(value)) for name, value in request.form]
    named = sorted((quote_oauth1(name), quote_oauth1(value)) for name, value in pairs)
    parameters = "&".join(f"{name}={value}" for name, value in named)
    return "&".join(
        quote_oauth1(part) for part in (request.method.upper(), _address(request.url), parameters)
    )


def _address(url: str) -> str:
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else quote(host, safe=UNQUOTED)
    port = "" if parts.port in {None, DEFAULT_PORTS.get(scheme)} else f":{parts.port}"
    return f"{scheme}://{shown}{port}{quote(parts.path, safe=UNQUOTED) or '/'}"


def quote_oauth1(text: str) -> str:
    """Return a text as section 3.6 writes it: everything but letters, digits and `-._~` in percents."""
    return quote(text, safe="~", errors="surrogatepass")
