"""Proofs that the sender of a token holds its key (DPoP, RFC 9449), signed with ES256."""

from __future__ import annotations

import hashlib
import importlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import urlsplit, urlunsplit

from socialkit.auth._sealed import Sealed
from socialkit.errors import ConfigurationError
from socialkit.transport import Request, Response, Secret, reveal

__all__ = ["ProofKey", "Prover"]

PART: Final = 32
"""Bytes of a coordinate, and of half a signature, on the curve P-256."""
HEADER: Final = "DPoP"
NONCE: Final = "dpop-nonce"


def _load(name: str) -> Any:
    try:
        return importlib.import_module(f"cryptography.hazmat.primitives.{name}")
    except ImportError:
        message = "tokens that are bound to a key need the extra `auth`: pip install 'socialkit[auth]'"
        raise ConfigurationError(message) from None


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _json(value: object) -> str:
    return _encoded(json.dumps(value, separators=(",", ":")).encode())


class ProofKey(Sealed):
    """A private key on the curve P-256, made for one login and kept beside its tokens.

    Raises:
        ConfigurationError: The extra `auth` is missing, or the text is no key of this kind.
    """

    __slots__ = ("_key", "_public")

    def __init__(self, pem: Secret) -> None:
        serialization, curve = _load("serialization"), _load("asymmetric.ec")
        try:
            key: Any = serialization.load_pem_private_key(pem.reveal().encode(), password=None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, curve.EllipticCurvePrivateKey) or key.curve.name != curve.SECP256R1.name:
            message = "the key of the login is not one that socialkit made: log in again"
            raise ConfigurationError(message)
        self._key = key
        numbers = key.public_key().public_numbers()
        x, y = (_encoded(number.to_bytes(PART)) for number in (numbers.x, numbers.y))
        self._public = {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    @classmethod
    def generate(cls) -> ProofKey:
        """Return a new key."""
        serialization, curve = _load("serialization"), _load("asymmetric.ec")
        key = curve.generate_private_key(curve.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return cls(Secret(cast("bytes", pem).decode("ascii")))

    def dumps(self) -> Secret:
        """Return the key as a text to keep."""
        serialization = _load("serialization")
        pem = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return Secret(cast("bytes", pem).decode("ascii"))

    def sign(self, claims: dict[str, object]) -> str:
        """Return a signed proof."""
        curve, hashes, utils = _load("asymmetric.ec"), _load("hashes"), _load("asymmetric.utils")
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._public}
        body = f"{_json(header)}.{_json(claims)}"
        r, s = utils.decode_dss_signature(self._key.sign(body.encode(), curve.ECDSA(hashes.SHA256())))
        return f"{body}.{_encoded(r.to_bytes(PART) + s.to_bytes(PART))}"


class Prover:
    """Adds proofs to requests, with the nonce that each server gave last.

    Servers hand a nonce out with every answer and refuse proofs without a fresh one, so the first request to
    a server is refused once.
    """

    def __init__(self, key: ProofKey) -> None:
        self._key = key
        self._nonces: dict[str, str] = {}

    def prove(self, request: Request, now: datetime, token: Secret | None = None) -> Request:
        """Return the request with a proof for its method and address, and for its token if it has one."""
        parts = urlsplit(request.url)
        claims: dict[str, object] = {
            "jti": secrets.token_urlsafe(16),
            "htm": request.method,
            "htu": urlunsplit(parts._replace(query="", fragment="")),
            "iat": int(now.timestamp()),
        }
        if (nonce := self._nonces.get(_origin(request))) is not None:
            claims["nonce"] = nonce
        if token is not None:
            claims["ath"] = _encoded(hashlib.sha256(token.reveal().encode()).digest())
        return request.replace(headers={**request.headers, HEADER: Secret(self._key.sign(claims))})

    def heard(self, request: Request, response: Response) -> None:
        """Remember the nonce of an answer."""
        nonce = response.headers.get(NONCE)
        if nonce:
            self._nonces[_origin(request)] = nonce

    def outdated(self, refused: Request) -> bool:
        """Tell whether another nonce came since a request's proof was made."""
        proof = refused.headers.get(HEADER)
        known = self._nonces.get(_origin(refused))
        return proof is not None and known is not None and _nonce_of(reveal(proof)) != known


def _origin(request: Request) -> str:
    parts = urlsplit(request.url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _nonce_of(proof: str) -> object:
    body = proof.split(".")[1]
    claims: object = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return cast("dict[str, object]", claims).get("nonce") if isinstance(claims, dict) else None
