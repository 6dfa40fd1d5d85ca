"""The pure parts of OAuth 2.0's authorization-code flow (RFC 6749) with PKCE (RFC 7636)."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from socialkit.auth._sealed import Sealed, frozen
from socialkit.errors import ConfigurationError
from socialkit.models import require_aware
from socialkit.transport import Request, Safety, Secret, reveal

__all__ = [
    "OUT_OF_BAND",
    "PKCE",
    "LoginState",
    "authorize_url",
    "make_nonce",
    "refresh_request",
    "token_request",
]

OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
"""The redirect address of logins that show the code, for a person to copy."""

VERIFIER: Final = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
REFUSALS: Final = frozenset({400, 401})
"""Left to `read_token`, which knows the codes of RFC 6749."""
SECRETS: Final = ("client_secret", "code_verifier", "nonce", "proof_key")


@dataclass(frozen=True, slots=True)
class PKCE(Sealed):
    """Tie a code to the program that asked for it (RFC 7636, method S256).

    Example:
        >>> pair = PKCE.generate()
        >>> pair.verifier, len(pair.challenge)
        (Secret('***'), 43)

    Raises:
        ConfigurationError: The verifier is not 43 to 128 letters, digits and `-._~`.
    """

    verifier: Secret

    def __post_init__(self) -> None:
        if not VERIFIER.fullmatch(self.verifier.reveal()):
            message = "a PKCE verifier is 43 to 128 letters, digits and -._~"
            raise ConfigurationError(message)

    @classmethod
    def generate(cls) -> PKCE:
        """Return a new pair with 256 random bits."""
        return cls(Secret(secrets.token_urlsafe(32)))

    @property
    def challenge(self) -> str:
        """What the authorize address carries: the verifier's SHA-256 in base64url without padding."""
        digest = hashlib.sha256(self.verifier.reveal().encode("ascii")).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def make_nonce() -> Secret:
    """Return an unguessable value for the `state` parameter."""
    return Secret(secrets.token_urlsafe(32))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginState(Sealed):
    """Hold what must be remembered between sending somebody to a platform and their return.

    Keep `dumps()` where only this application can read, such as a session on the server.

    Example:
        >>> from datetime import UTC, datetime
        >>> state = LoginState.begin(
        ...     platform="pixelwall",
        ...     client_id="shop",
        ...     redirect_uri="https://shop.example/back",
        ...     scopes=["read", "write"],
        ...     now=datetime(2026, 3, 1, tzinfo=UTC),
        ... )
        >>> LoginState.loads(state.dumps()) == state
        True
    """

    platform: str
    client_id: str
    redirect_uri: str
    nonce: Secret
    created_at: datetime
    """When the login was begun; `parse_callback` refuses what comes back later than `LOGIN_LIFE`."""
    base_url: str | None = None
    """The server, where a platform has many."""
    client_secret: Secret | None = None
    code_verifier: Secret | None = None
    """PKCE's verifier; None where the platform has no PKCE."""
    proof_key: Secret | None = None
    """The key that the tokens are bound to; None where the platform binds them to none."""
    scopes: tuple[str, ...] = ()
    issuer: str | None = None
    """Who sends people back, as the server calls itself; None where nobody said."""
    names_issuer: bool = False
    """Whether the server promised to say so in the address (RFC 9207): one that does not is refused."""
    extra: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    """What only one platform needs to remember; nothing secret."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "extra", frozen(self.extra))
        object.__setattr__(self, "created_at", require_aware(self.created_at, "created_at"))

    @classmethod
    def begin(
        cls,
        *,
        platform: str,
        client_id: str,
        redirect_uri: str,
        now: datetime,
        base_url: str | None = None,
        client_secret: Secret | None = None,
        scopes: Iterable[str] = (),
        pkce: bool = True,
        proof_key: Secret | None = None,
        issuer: str | None = None,
        names_issuer: bool = False,
        extra: Mapping[str, str] | None = None,
    ) -> LoginState:
        """Return the state of a new login, with a new nonce and, unless refused, a new PKCE verifier."""
        return cls(
            platform=platform,
            client_id=client_id,
            redirect_uri=redirect_uri,
            nonce=make_nonce(),
            created_at=now,
            base_url=base_url,
            client_secret=client_secret,
            code_verifier=PKCE.generate().verifier if pkce else None,
            proof_key=proof_key,
            scopes=tuple(scopes),
            issuer=issuer,
            names_issuer=names_issuer,
            extra=extra or {},
        )

    @property
    def out_of_band(self) -> bool:
        """Whether a person copies the code, because there is no address to return to."""
        return self.redirect_uri.startswith(OUT_OF_BAND)

    def dumps(self) -> str:
        """Return it as JSON, **secrets in the clear**."""
        document: dict[str, object] = {
            "platform": self.platform,
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "created_at": self.created_at.isoformat(),
            "base_url": self.base_url,
            "scopes": list(self.scopes),
            "issuer": self.issuer,
            "names_issuer": self.names_issuer,
            "extra": dict(self.extra),
        }
        document |= {name: secret.reveal() for name in SECRETS if (secret := getattr(self, name)) is not None}
        return json.dumps(document, sort_keys=True, ensure_ascii=False)

    @classmethod
    def loads(cls, text: str) -> LoginState:
        """Return what `dumps` wrote.

        Raises:
            ConfigurationError: The text was not written by `dumps`.
        """
        state = _read(text)
        del text  # it would stand in the traceback
        if state is None:
            message = "the state of this login was not written by LoginState.dumps(): start the login again"
            raise ConfigurationError(message)
        return state


def _secret(value: object) -> Secret:
    if not isinstance(value, str):
        raise TypeError
    return Secret(value)


def _read(text: str) -> LoginState | None:
    try:
        document: dict[str, Any] = json.loads(text)
        hidden: dict[str, Any] = {name: _secret(document.pop(name)) for name in SECRETS if name in document}
        hidden["created_at"] = datetime.fromisoformat(document.pop("created_at"))
        hidden["scopes"] = tuple(document.pop("scopes"))
        return LoginState(**hidden, **document)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def authorize_url(
    endpoint: str,
    state: LoginState,
    *,
    extra: Mapping[str, str] | None = None,
    separator: str = " ",
    client_id_name: str = "client_id",
) -> str:
    """Return the address to send somebody to, in order to let this app act for them.

    Args:
        endpoint: The platform's address for it; parameters that it has stay.
        state: The login's state.
        extra: Parameters of this platform alone.
        separator: What stands between scopes.
        client_id_name: How the platform calls the client id.
    """
    params = {
        "response_type": "code",
        client_id_name: state.client_id,
        "redirect_uri": state.redirect_uri,
        "state": state.nonce.reveal(),
    }
    if state.scopes:
        params["scope"] = separator.join(state.scopes)
    if state.code_verifier is not None:
        params |= {"code_challenge": PKCE(state.code_verifier).challenge, "code_challenge_method": "S256"}
    query = urlencode(params | dict(extra or {}))
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"


def token_request(
    endpoint: str,
    state: LoginState,
    code: str | Secret,
    *,
    extra: Mapping[str, str | Secret] | None = None,
    client_id_name: str = "client_id",
) -> Request:
    """Return the request that changes a code into tokens; `read_token` reads the answer.

    A code works once, so the request is not repeated when its answer is lost. Nothing public is
    written either: a lost answer is a plain transport error, and the login is started again. That is
    `ONCE`, not `WRITE`.
    """
    form: dict[str, str | Secret] = {
        "grant_type": "authorization_code",
        "code": Secret(reveal(code)),
        "redirect_uri": state.redirect_uri,
        client_id_name: state.client_id,
    }
    if state.client_secret is not None:
        form["client_secret"] = state.client_secret
    if state.code_verifier is not None:
        form["code_verifier"] = state.code_verifier
    return _form_request(endpoint, form | dict(extra or {}))


def refresh_request(
    endpoint: str,
    refresh_token: Secret,
    *,
    client_id: str | None = None,
    client_secret: Secret | None = None,
    extra: Mapping[str, str | Secret] | None = None,
    client_id_name: str = "client_id",
) -> Request:
    """Return the request that changes a refresh token into new ones; not repeated once it was sent."""
    form: dict[str, str | Secret] = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    if client_id is not None:
        form[client_id_name] = client_id
    if client_secret is not None:
        form["client_secret"] = client_secret
    return _form_request(endpoint, form | dict(extra or {}))


def _form_request(endpoint: str, form: Mapping[str, str | Secret]) -> Request:
    return Request(
        method="POST",
        url=endpoint,
        headers={"Accept": "application/json"},
        form=tuple(form.items()),
        safety=Safety.ONCE,
        signed=False,
        accepts=REFUSALS,
    )
