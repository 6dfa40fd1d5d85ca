"""Endpoints: letting an application act for an account.

Consent is given at once, for the account that the request hints at or `main`. What a real server reads from
the document behind `client_id` (redirects, the application's own keys) is not checked: nothing is fetched.
"""

import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._dpop import ProofError, challenge, check_proof
from socialkit.sandbox.bluesky._errors import oauth_error
from socialkit.sandbox.bluesky._records import Grant, Json, OAuthSession, Pushed
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._tokens import encode

_URN = "urn:ietf:params:oauth:request_uri:req-"


def push(call: Call) -> SimResponse:
    """Take in what an application asks for (PAR)."""
    state, params = call.state, dict(call.body)
    key = _proof(call) if "dpop" in call.request.headers else ""
    problem = _problem(params)
    if problem:
        raise oauth_error(400, *problem)
    uri = f"{_URN}{state.rng.getrandbits(128):032x}"
    state.pushed[uri] = Pushed(params, key, state.now + facts.PUSHED_LIFE)
    life = int(facts.PUSHED_LIFE.total_seconds()) - 1
    return SimResponse.json({"request_uri": uri, "expires_in": life}, 201)


def _problem(params: dict[str, str]) -> tuple[str, str] | None:
    client = urlsplit(params.get("client_id", ""))
    if not (client.scheme == "https" or (client.scheme == "http" and client.hostname == "localhost")):
        return "invalid_client_metadata", "client_id must be the address of a client's metadata"
    if params.get("response_type") != "code":
        return "unsupported_response_type", f'Unsupported response_type "{params.get("response_type")}"'
    if not params.get("redirect_uri"):
        return "invalid_request", "redirect_uri is required"
    if not params.get("code_challenge") or params.get("code_challenge_method") != "S256":
        return "invalid_request", "Code challenge is required, with method S256"
    scopes = params.get("scope", "").split()
    if "atproto" not in scopes:
        return "invalid_scope", 'The "atproto" scope is required'
    unknown = [one for one in scopes if one not in facts.OAUTH_SCOPES and ":" not in one]
    return ("invalid_scope", f"Unknown scope: {unknown[0]}") if unknown else None


def _proof(call: Call) -> str:
    try:
        return check_proof(call.state, call.request)
    except ProofError as error:
        wants_nonce = error.code == "use_dpop_nonce"
        refusal = oauth_error(400 if wants_nonce else 401, error.code, str(error))
        refusal.headers = {} if wants_nonce else challenge(401, error.code, str(error)).headers
        raise refusal from error


def authorize(call: Call) -> SimResponse:
    """Consent at once and send the browser back with a code."""
    state, query = call.state, dict(call.request.query)
    request = state.pushed.pop(query.get("request_uri", ""), None)
    if request is None or request.params["client_id"] != query.get("client_id"):
        return SimResponse.html("<!doctype html><title>Error</title><p>Unknown request_uri.</p>", 400)
    params = request.params
    if request.expires_at <= state.now:
        return SimResponse.html("<!doctype html><title>Error</title><p>This request has expired.</p>", 400)
    named = query.get("sandbox_account") or params.get("login_hint") or "main"
    grant = Grant(f"cod-{state.token()}", state.account(named).did, request, state.now + facts.CODE_LIFE)
    state.grants[grant.code] = grant
    more = {"iss": call.base_url, "code": grant.code}
    return _back(params, more | ({"state": params["state"]} if "state" in params else {}))


def _back(params: dict[str, str], more: dict[str, str]) -> SimResponse:
    parts = urlsplit(params["redirect_uri"])
    if params.get("response_mode") == "fragment":
        return SimResponse(303, {"location": urlunsplit((*parts[:4], urlencode(more)))})
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *more.items()])
    return SimResponse(303, {"location": urlunsplit((*parts[:3], query, ""))})


def token(call: Call) -> SimResponse:
    """Exchange a code or a refresh token; both count once."""
    kind = call.body.get("grant_type")
    if not call.body.get("client_id"):
        raise oauth_error(400, "invalid_grant", "Client credentials missing")
    key = _proof(call)
    if kind == "authorization_code":
        return _tokens(call, _redeem(call, key))
    if kind == "refresh_token":
        return _tokens(call, _renew(call, key))
    raise oauth_error(400, "unsupported_grant_type", f"Grant type {kind} is not supported")


def _redeem(call: Call, key: str) -> OAuthSession:
    state, body = call.state, call.body
    grant = state.grants.pop(body.get("code", ""), None)
    if grant is None or grant.expires_at <= state.now:
        raise oauth_error(400, "invalid_grant", "Invalid code")
    params = grant.request.params
    if body["client_id"] != params["client_id"] or body.get("redirect_uri") != params["redirect_uri"]:
        raise oauth_error(400, "invalid_grant", "The code was issued to another client or redirect_uri")
    if grant.request.key not in {"", key}:
        raise oauth_error(400, "invalid_grant", "The code is bound to another DPoP key")
    if _challenge(body.get("code_verifier", "")) != params["code_challenge"]:
        raise oauth_error(400, "invalid_grant", "Invalid code_verifier")
    session = OAuthSession(grant.did, params["client_id"], params["scope"], key, "", "", state.now)
    state.sessions.append(session)
    return session


def _challenge(verifier: str) -> str:
    return encode(hashlib.sha256(verifier.encode()).digest())


def _renew(call: Call, key: str) -> OAuthSession:
    state, value = call.state, call.body.get("refresh_token", "")
    session = next((one for one in state.sessions if value in {one.refresh, *one.used}), None)
    if session is None or session.client_id != call.body["client_id"] or session.key != key:
        raise oauth_error(400, "invalid_grant", "Invalid refresh token")
    if value in session.used:
        end_session(call, session)  # somebody else has it too
    if session.revoked or session.expires_at <= state.now:
        raise oauth_error(400, "invalid_grant", "Refresh token replayed, revoked or expired")
    session.used.add(value)
    return session


def _tokens(call: Call, session: OAuthSession) -> SimResponse:
    state = call.state
    session.access = state.add_access(session.did, session.scope, life=facts.OAUTH_LIFE, key=session.key)
    session.refresh, session.expires_at = f"ref-{state.token()}", state.now + facts.REFRESH_LIFE
    return SimResponse.json(
        {
            "access_token": session.access,
            "token_type": "DPoP",
            "refresh_token": session.refresh,
            "scope": session.scope,
            "expires_in": int(facts.OAUTH_LIFE.total_seconds()) - 1,
            "sub": session.did,
        }
    )


def end_session(call: Call, session: OAuthSession) -> None:
    """Take back what an application was allowed."""
    session.revoked = True
    if session.access in call.state.access:
        call.state.access[session.access].revoked = True


def revoke(call: Call) -> SimResponse:
    """Take back what a token allows; an unknown one is no error."""
    value = call.body.get("token", "")
    for session in call.state.sessions:
        if value in {session.access, session.refresh}:
            end_session(call, session)
    return SimResponse.json({})


def protected_resource(call: Call) -> SimResponse:
    """Which server issues tokens for this one."""
    return call.answer(
        resource=call.base_url,
        authorization_servers=[call.base_url],
        scopes_supported=[],
        bearer_methods_supported=["header"],
        resource_documentation="https://atproto.com",
    )


def authorization_server(call: Call) -> SimResponse:
    """Where the endpoints of OAuth are and what they can do."""
    base = call.base_url
    known: Json = {
        "issuer": base,
        "scopes_supported": list(facts.OAUTH_SCOPES),
        "subject_types_supported": ["public"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "revocation_endpoint": f"{base}/oauth/revoke",
        "pushed_authorization_request_endpoint": f"{base}/oauth/par",
        "require_pushed_authorization_requests": True,
        "dpop_signing_alg_values_supported": ["ES256"],
        "protected_resources": [base],
        "client_id_metadata_document_supported": True,
        "require_request_uri_registration": True,
    }
    return SimResponse.json(known)


ROUTES = (
    Route("par", "POST", push, path="/oauth/par", body="form"),
    Route("authorize", "GET", authorize, path="/oauth/authorize"),
    Route("token", "POST", token, path="/oauth/token", body="form"),
    Route("revoke", "POST", revoke, path="/oauth/revoke", body="form"),
    Route("protectedResource", "GET", protected_resource, path="/.well-known/oauth-protected-resource"),
    Route("authorizationServer", "GET", authorization_server, path="/.well-known/oauth-authorization-server"),
)
