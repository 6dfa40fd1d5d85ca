"""Proofs that the caller holds a key (DPoP): checked as the standard asks, except for their time.

The clock of the sandbox stands still while callers' clocks run on, and the server's nonces bound a proof's
life anyway, so `iat` may be any number.
"""

import hashlib
import hmac
import json

from socialkit.sandbox._http import SimRequest
from socialkit.sandbox.bluesky._errors import RefusedError
from socialkit.sandbox.bluesky._es256 import verify
from socialkit.sandbox.bluesky._facts import BASE_URL, NONCE_LIFE
from socialkit.sandbox.bluesky._records import Access, Json, part
from socialkit.sandbox.bluesky._state import State
from socialkit.sandbox.bluesky._tokens import decode, encode, read


class ProofError(Exception):
    """A proof that proves nothing; the code is that of OAuth."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def nonce(state: State, back: int = 0) -> str:
    """The value that proofs must carry now, or some periods ago."""
    period = int(state.now.timestamp() // NONCE_LIFE.total_seconds()) - back
    return encode(hmac.new(state.secret, f"nonce {period}".encode(), hashlib.sha256).digest())


def check_proof(state: State, request: SimRequest, token: str | None = None, *, remember: bool = True) -> str:
    """Return the thumbprint of the key that a request's proof was signed with.

    Args:
        token: The access token that the proof must name; None at the authorization server.
        remember: Whether the proof is used up.

    Raises:
        ProofError: There is no proof, or it does not hold.
    """
    proof = request.headers.get("dpop")
    if proof is None:
        raise ProofError("invalid_dpop_proof", "DPoP proof required")
    parts = read(proof)
    if parts is None:
        raise ProofError("invalid_dpop_proof", "Invalid DPoP proof")
    header, claims = parts
    key = _key(header)
    if not _signed(proof, key):
        raise ProofError("invalid_dpop_proof", "DPoP signature does not match")
    _check_claims(state, request, claims, token)
    if remember:
        state.proofs.add(claims["jti"])
    return thumbprint(part(header, "jwk"))


def _key(header: Json) -> tuple[int, int]:
    jwk = part(header, "jwk")
    if header.get("typ") != "dpop+jwt" or header.get("alg") != "ES256" or not jwk:
        raise ProofError("invalid_dpop_proof", "Invalid DPoP header: expected dpop+jwt, ES256 and a jwk")
    if "d" in jwk or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise ProofError("invalid_dpop_proof", "Invalid DPoP jwk: expected a public key of P-256")
    try:
        return int.from_bytes(decode(jwk["x"])), int.from_bytes(decode(jwk["y"]))
    except (KeyError, TypeError, ValueError):
        raise ProofError("invalid_dpop_proof", "Invalid DPoP jwk") from None


def _signed(proof: str, key: tuple[int, int]) -> bool:
    body, _, signature = proof.rpartition(".")
    try:
        return verify(key, body.encode(), decode(signature))
    except ValueError:
        return False


def _check_claims(state: State, request: SimRequest, claims: Json, token: str | None) -> None:
    if not isinstance(claims.get("jti"), str) or not isinstance(claims.get("iat"), int | float):
        raise ProofError("invalid_dpop_proof", "Invalid DPoP claims: jti and iat are required")
    if claims.get("htm") != request.method:
        raise ProofError("invalid_dpop_proof", 'DPoP "htm" mismatch')
    if claims.get("htu") != f"{request.base_url or BASE_URL}{request.path}":
        raise ProofError("invalid_dpop_proof", 'DPoP "htu" mismatch')
    if token is not None and claims.get("ath") != digest(token):
        raise ProofError("invalid_dpop_proof", 'DPoP "ath" mismatch')
    if claims.get("nonce") not in {nonce(state), nonce(state, back=1)}:
        raise ProofError("use_dpop_nonce", "Authorization server requires nonce in DPoP proof")
    if claims["jti"] in state.proofs:
        raise ProofError("invalid_dpop_proof", "DPoP proof replayed")


def digest(text: str) -> str:
    """The hash by which a proof names a token."""
    return encode(hashlib.sha256(text.encode()).digest())


def thumbprint(jwk: Json) -> str:
    """The name of a key (RFC 7638)."""
    members = {key: jwk[key] for key in ("crv", "kty", "x", "y")}
    return digest(json.dumps(members, separators=(",", ":")))


def challenge(status: int, code: str, reason: str) -> RefusedError:
    """The refusal of a protected resource."""
    refusal = RefusedError(status, code, reason)
    reason = reason.replace('"', "'")
    refusal.headers["www-authenticate"] = f'DPoP algs="ES256", error="{code}", error_description="{reason}"'
    return refusal


def authenticate(state: State, request: SimRequest, value: str) -> Access:
    """Return the token that a request shows together with a proof, or refuse."""
    try:
        key = check_proof(state, request, value)
    except ProofError as error:
        raise challenge(401, error.code, str(error)) from error
    token = state.access.get(value)
    if token is None or token.revoked or "atproto" not in token.scopes:
        raise challenge(401, "invalid_token", "Malformed token")
    if token.expired or token.expires_at <= state.now:
        raise challenge(401, "invalid_token", "Token has expired")
    if token.key != key:
        raise challenge(401, "invalid_token", "Invalid DPoP key binding")
    return token
