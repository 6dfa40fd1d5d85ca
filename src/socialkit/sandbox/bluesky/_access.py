"""Who asks: session tokens, tokens bound to a key, and tokens for services."""

from urllib.parse import urlsplit

from socialkit.sandbox._http import SimRequest
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky import _tokens as tokens
from socialkit.sandbox.bluesky._dpop import authenticate as authenticate_proof
from socialkit.sandbox.bluesky._errors import (
    bad_token,
    forbidden,
    invalid,
    missing_token,
    not_implemented,
    unauthorized,
)
from socialkit.sandbox.bluesky._records import Access
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._state import State

_GENERIC, _CHAT = "transition:generic", "transition:chat.bsky"


def identify(state: State, route: Route, request: SimRequest) -> tuple[Access | None, str | None]:
    """Return the access token of a request and whose it is, or refuse what does not count."""
    if route.auth == "none":
        return None, None
    scheme, value = _credentials(request)
    if route.auth == "refresh":
        return None, _refreshing(state, scheme, value)
    if route.auth in {"video", "upload"} and _is_service(value):
        return None, _serving(state, route, request, value)
    if route.auth == "video":
        raise unauthorized("jwt audience does not match service did", "BadJwtAudience")
    if not value and route.auth == "view" and state.public_reads:
        return None, None
    access = session(state, request, scheme, value)
    _require_scope(route, request, access)
    return access, access.did


def _credentials(request: SimRequest) -> tuple[str, str]:
    header = request.headers.get("authorization", "")
    parts = header.split(" ")
    if not header:
        return "", ""
    if len(parts) != 2:
        raise bad_token("Malformed authorization header")
    if parts[0].lower() not in {"bearer", "dpop", "basic"}:
        raise bad_token(f"Unsupported authorization type: {parts[0]}")
    return parts[0].lower(), parts[1]


def session(state: State, request: SimRequest, scheme: str, value: str) -> Access:
    """The access token of a session, or refuse."""
    if not value:
        raise missing_token()
    if scheme == "dpop":
        return authenticate_proof(state, request, value)
    if scheme != "bearer":
        raise bad_token("Unexpected authorization type")
    token = state.access.get(value)
    if token is None or token.revoked:
        raise bad_token()
    if token.key is not None:
        raise bad_token("Malformed token")
    if token.expired or token.expires_at <= state.now:
        raise invalid("Token has expired", "ExpiredToken")
    return token


def _require_scope(route: Route, request: SimRequest, access: Access) -> None:
    by_oauth = "atproto" in access.scopes
    if route.auth == "account":
        if by_oauth:
            raise forbidden("OAuth credentials are not supported for this endpoint")
        if facts.SCOPE_ACCOUNT not in access.scopes:
            raise bad_token("Bad token scope")
    if route.auth == "chat":
        _require_chat(request, access)
    elif by_oauth and _GENERIC not in access.scopes and not route.nsid.endswith("getSession"):
        raise forbidden(f'Missing required scope "rpc:{route.nsid}?aud=*"', "ScopeMissingError")


def _require_chat(request: SimRequest, access: Access) -> None:
    if facts.SCOPE_APP in access.scopes:
        raise bad_token("Bad token method")
    if request.headers.get("atproto-proxy") != facts.CHAT_SERVICE:
        raise not_implemented()  # the app's view, to which calls go otherwise, knows no messages
    if "atproto" in access.scopes and _CHAT not in access.scopes:
        raise forbidden(f'Missing required scope "{_CHAT}"', "ScopeMissingError")


def _refreshing(state: State, scheme: str, value: str) -> str:
    if not value or scheme != "bearer":
        raise missing_token()
    token = state.refresh.get(value)
    if token is None:
        raise bad_token()
    return token.did


def _is_service(value: str) -> bool:
    parts = tokens.read(value)
    return parts is not None and "lxm" in parts[1]


def _serving(state: State, route: Route, request: SimRequest, value: str) -> str:
    """Whose service token a value is, or refuse."""
    header, claims = tokens.read(value) or ({}, {})
    if tokens.sign(header, claims, state.secret) != value:
        raise unauthorized("jwt signature does not match jwt issuer", "BadJwtSignature")
    if claims["exp"] <= state.now.timestamp():
        raise unauthorized("jwt expired", "JwtExpired")
    uploads = route.nsid.endswith(("uploadVideo", "uploadBlob"))
    wanted = facts.SCOPE_VIDEO if uploads else route.nsid
    if claims["lxm"] != wanted:
        message = f'bad jwt lexicon method ("lxm"). must match: {wanted}'
        raise unauthorized(message, "BadJwtLexiconMethod")
    if claims["aud"] not in (_own_dids(request) if uploads else {facts.VIDEO_DID}):
        raise unauthorized("jwt audience does not match service did", "BadJwtAudience")
    return str(claims["iss"])


def _own_dids(request: SimRequest) -> set[str]:
    """How callers name this server, wherever they reach it."""
    parts = urlsplit(request.base_url or facts.BASE_URL)
    return {facts.SERVICE_DID, f"did:web:{parts.hostname}", f"did:web:{parts.netloc.replace(':', '%3A')}"}
