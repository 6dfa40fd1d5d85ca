"""Credentials, signing, token stores, refreshing, and the pure parts of OAuth."""

from socialkit.auth._answers import WireToken, read_token
from socialkit.auth._authenticators import Anonymous, BearerToken
from socialkit.auth._callback import LOGIN_LIFE, parse_callback
from socialkit.auth._credentials import Credentials
from socialkit.auth._dpop import ProofKey, Prover
from socialkit.auth._environment_store import EnvironmentTokenStore
from socialkit.auth._file_store import FileTokenStore
from socialkit.auth._handshakes import Challenge, Handshake, HandshakeAnswer, HashedChallenge
from socialkit.auth._keyring_store import KeyringTokenStore
from socialkit.auth._loopback import LoopbackPage
from socialkit.auth._oauth import (
    OUT_OF_BAND,
    PKCE,
    LoginState,
    authorize_url,
    make_nonce,
    refresh_request,
    token_request,
)
from socialkit.auth._oauth1 import TOKEN_SECRET, OAuth1Keys, sign_oauth1
from socialkit.auth._oauth1_tokens import OAuth1
from socialkit.auth._proofs import (
    AnyOf,
    Digest,
    Ed25519,
    HeaderToken,
    Hmac,
    Part,
    Proof,
    Proven,
    Stamp,
    TextForm,
    Unsigned,
    keyed_digest,
)
from socialkit.auth._pushed import Headers, HeaderValue, Pushed
from socialkit.auth._references import SecretRef
from socialkit.auth._refreshing import Refreshing
from socialkit.auth._renewal import Place, Refresh, RefreshModel
from socialkit.auth._signing import Signature, basic, bearer, bound, query_token
from socialkit.auth._standing import Holder, Standing
from socialkit.auth._stores import AsyncTokenStore, MemoryTokenStore, StoreAccess, Stored, TokenStore

__all__ = [
    "LOGIN_LIFE",
    "OUT_OF_BAND",
    "PKCE",
    "TOKEN_SECRET",
    "Anonymous",
    "AnyOf",
    "AsyncTokenStore",
    "BearerToken",
    "Challenge",
    "Credentials",
    "Digest",
    "Ed25519",
    "EnvironmentTokenStore",
    "FileTokenStore",
    "Handshake",
    "HandshakeAnswer",
    "HashedChallenge",
    "HeaderToken",
    "HeaderValue",
    "Headers",
    "Hmac",
    "Holder",
    "KeyringTokenStore",
    "LoginState",
    "LoopbackPage",
    "MemoryTokenStore",
    "OAuth1",
    "OAuth1Keys",
    "Part",
    "Place",
    "Proof",
    "ProofKey",
    "Proven",
    "Prover",
    "Pushed",
    "Refresh",
    "RefreshModel",
    "Refreshing",
    "SecretRef",
    "Signature",
    "Stamp",
    "Standing",
    "StoreAccess",
    "Stored",
    "TextForm",
    "TokenStore",
    "Unsigned",
    "WireToken",
    "authorize_url",
    "basic",
    "bearer",
    "bound",
    "keyed_digest",
    "make_nonce",
    "parse_callback",
    "query_token",
    "read_token",
    "refresh_request",
    "sign_oauth1",
    "token_request",
]
