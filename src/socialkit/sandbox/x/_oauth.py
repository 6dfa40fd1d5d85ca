"""Endpoints: consent and tokens, by OAuth 2.0 and by OAuth 1.0a.

Consent is given at once, for the account `main` or the one that the parameter `sandbox_account` names.
"""

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl, quote, unquote, urlencode

from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox.x._call import Call
from socialkit.sandbox.x._errors import OAuthRefusedError, RefusedError
from socialkit.sandbox.x._facts import CODE_LIFE, TOKEN_LIFE
from socialkit.sandbox.x._records import Grant, Token
from socialkit.sandbox.x._route import Route
from socialkit.sandbox.x._state import State

FORM = "application/x-www-form-urlencoded"

ADDRESSES = ("https://x.sandbox.example", "https://api.x.com")
"""Where callers reach it in memory: as a sandbox, or as X itself where a world stands in for it."""


def authorize(call: Call) -> SimResponse:
    """Consent at once and send the browser back with a code."""
    params, state = call.params, call.state
    back = params.text("redirect_uri") or ""
    wrong = params.text("client_id") != state.client_id or params.text("code_challenge_method") != "S256"
    if wrong or not back or params.text("response_type") != "code":
        return SimResponse.html("<!doctype html><title>Error</title><p>Something went wrong.</p>", 400)
    user = state.user(params.text("sandbox_account") or "main")
    scopes = tuple((params.text("scope") or "").split())
    challenge, code = params.text("code_challenge") or "", state.secret()
    ends = state.now + CODE_LIFE
    state.codes[code] = Grant(state.client_id, user.id, scopes, back, challenge, ends)
    query = urlencode({"state": params.text("state") or "", "code": code})
    return SimResponse(302, {"location": f"{back}{'&' if '?' in back else '?'}{query}"})


def post_token(call: Call) -> SimResponse:
    """Change a code or a refresh token into tokens; each works once."""
    require_app(call)
    params, state, kind = call.params, call.state, call.params.text("grant_type")
    if kind == "authorization_code":
        grant = state.codes.pop(params.text("code") or "", None)
        if grant is None or not _redeemable(call, grant):
            raise OAuthRefusedError(
                400, "invalid_request", "Value passed for the authorization code was invalid."
            )
    elif kind == "refresh_token":
        grant = state.refreshers.pop(params.text("refresh_token") or "", None)
        if grant is None:
            raise OAuthRefusedError(400, "invalid_request", "Value passed for the token was invalid.")
    else:
        raise OAuthRefusedError(400, "unsupported_grant_type", "Grant type is not supported.")
    return call.answer(_tokens(state, grant))


def _tokens(state: State, grant: Grant) -> dict[str, object]:
    """New tokens of a login; one to renew them with where that was consented to."""
    token = state.token(state.users[grant.user], grant.scopes, life=TOKEN_LIFE)
    answer: dict[str, object] = {
        "token_type": "bearer",
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "access_token": token.value,
        "scope": " ".join(grant.scopes),
    }
    if "offline.access" in grant.scopes:
        refresher = state.secret()
        state.refreshers[refresher] = Grant(state.client_id, grant.user, grant.scopes)
        answer["refresh_token"] = refresher
    return answer


def require_app(call: Call) -> None:
    """Raise unless the app says who it is."""
    header = call.request.headers.get("authorization", "")
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() == "basic":
        known = f"{call.state.client_id}:{call.state.client_secret}".encode()
        if encoded != base64.b64encode(known).decode():
            raise OAuthRefusedError(401, "unauthorized_client", "Missing valid authorization header")
    elif call.params.text("client_id") != call.state.client_id:
        raise OAuthRefusedError(400, "invalid_request", "Missing required parameter [client_id].")


def _redeemable(call: Call, grant: Grant) -> bool:
    verifier = (call.params.text("code_verifier") or "").encode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
    fresh = grant.ends_at is not None and call.state.now < grant.ends_at
    return fresh and grant.challenge == digest and grant.redirect_uri == call.params.text("redirect_uri")


# OAuth 1.0a ----------------------------------------------------------------------------------


def fields_of(request: SimRequest) -> dict[str, str]:
    """The parameters of a header of OAuth 1.0a; none of another one."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "oauth":
        return {}
    pairs = (part.strip().partition("=") for part in rest.split(","))
    return {unquote(name): unquote(value.strip('"')) for name, _, value in pairs}


def is_signed(state: State, request: SimRequest, base_url: str, token_secret: str) -> bool:
    """Whether the signature of a request is right, by RFC 5849, section 3.4."""
    fields = fields_of(request)
    given = fields.pop("oauth_signature", "")
    pairs = [*request.query, *fields.items()]
    if request.headers.get("content-type", "").startswith(FORM):
        pairs += parse_qsl(request.body.decode(), keep_blank_values=True)
    joined = "&".join("=".join(one) for one in sorted((_quoted(a), _quoted(b)) for a, b in pairs))
    signed = "&".join(_quoted(one) for one in (request.method, base_url + request.path, joined))
    key = f"{_quoted(state.client_secret)}&{_quoted(token_secret)}"
    digest = hmac.new(key.encode(), signed.encode(), hashlib.sha1).digest()
    known = fields.get("oauth_consumer_key") == state.client_id
    return known and hmac.compare_digest(base64.b64encode(digest).decode(), given)


def _quoted(text: str) -> str:
    return quote(text, safe="~")


def _form(answer: dict[str, str]) -> SimResponse:
    return SimResponse(200, {"content-type": FORM}, urlencode(answer).encode())


def _signed(call: Call, secret: str) -> dict[str, str]:
    if not is_signed_here(call.state, call.request, secret):
        raise RefusedError(401, "Could not authenticate you.")
    return fields_of(call.request)


def is_signed_here(state: State, request: SimRequest, token_secret: str) -> bool:
    """Whether a request is signed for the address at which the caller reached the platform."""
    reached = (request.base_url,) if request.base_url else ADDRESSES
    return any(is_signed(state, request, one, token_secret) for one in reached)


def request_token(call: Call) -> SimResponse:
    """Begin a login."""
    fields = _signed(call, "")
    token, secret = call.state.secret(), call.state.secret()
    call.state.requested[token] = (secret, fields.get("oauth_callback", ""), "")
    told = {"oauth_token": token, "oauth_token_secret": secret, "oauth_callback_confirmed": "true"}
    return _form(told)


def consent(call: Call) -> SimResponse:
    """Consent at once and send the browser back."""
    token = call.params.text("oauth_token") or ""
    if token not in call.state.requested:
        return SimResponse.html("<!doctype html><title>Error</title><p>The token is not known.</p>", 403)
    secret, back, _ = call.state.requested[token]
    verifier = call.state.secret()
    call.state.requested[token] = (secret, back, verifier)
    query = urlencode({"oauth_token": token, "oauth_verifier": verifier})
    return SimResponse(302, {"location": f"{back}{'&' if '?' in back else '?'}{query}"})


def access_token(call: Call) -> SimResponse:
    """Change the token of a login into one of the account."""
    token = fields_of(call.request).get("oauth_token", "")
    secret, _, verifier = call.state.requested.get(token, ("", "", ""))
    fields = _signed(call, secret)
    if not verifier or fields.get("oauth_verifier") != verifier:
        raise RefusedError(401, "The verifier is not right.")
    del call.state.requested[token]
    user = call.state.user("main")
    found = Token(f"{user.id}-{call.state.secret()}", user.id, (), call.state.secret())
    call.state.tokens[found.value] = found
    told = {"oauth_token": found.value, "oauth_token_secret": found.secret}
    return _form({**told, "user_id": user.id, "screen_name": user.username})


ROUTES = (
    Route("authorize", "GET", "/i/oauth2/authorize", authorize),
    Route("post_token", "POST", "/2/oauth2/token", post_token),
    Route("request_token", "POST", "/oauth/request_token", request_token),
    Route("consent", "GET", "/oauth/authorize", consent),
    Route("access_token", "POST", "/oauth/access_token", access_token),
)
