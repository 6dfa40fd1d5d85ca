"""Endpoints: applications, consent, tokens.

Consent is given at once, for the account `main` or the one that the parameter `sandbox_account` names.
"""

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.mastodon import _facts as facts
from socialkit.sandbox.mastodon import _render as render
from socialkit.sandbox.mastodon._call import Call
from socialkit.sandbox.mastodon._errors import RefusedError, invalid, oauth_error
from socialkit.sandbox.mastodon._records import App, Grant, Token
from socialkit.sandbox.mastodon._route import Route
from socialkit.sandbox.mastodon._state import account_url

CODE_LIFE = timedelta(minutes=10)


def post_app(call: Call) -> SimResponse:
    """Register an application."""
    name, scopes = call.params.text("client_name"), (call.params.text("scopes") or "read").split()
    uris = [uri for line in call.params.texts("redirect_uris") for uri in line.split()]
    problems = [] if name else ["Application name can't be blank"]
    problems += [] if uris else ["Redirect URI can't be blank"]
    problems += [] if set(scopes) <= set(facts.SCOPES) else ["Scopes doesn't match configured on the server."]
    problems += [] if all(_acceptable(uri) for uri in uris) else ["Redirect URI must be an absolute URI."]
    if problems:
        raise invalid(", ".join(problems))
    app = call.state.add_app(name or "", call.params.text("website"), uris, scopes)
    secrets = {"client_id": app.client_id, "client_secret": app.client_secret, "client_secret_expires_at": 0}
    return SimResponse.json(render.app(app) | secrets)


def _acceptable(uri: str) -> bool:
    return uri == facts.OUT_OF_BAND or bool(urlsplit(uri).scheme and not urlsplit(uri).fragment)


def verify_app(call: Call) -> SimResponse:
    """The application that a token belongs to."""
    app = call.token.app if call.token else call.state.sandbox_app()
    return SimResponse.json(render.app(app))


def authorize(call: Call) -> SimResponse:
    """Consent at once and send the browser back with a code."""
    params, state = call.params, call.state
    app = state.apps.get(params.text("client_id") or "")
    uri = params.text("redirect_uri") or ""
    if app is None or uri not in app.redirect_uris:
        return SimResponse.html(
            "<!doctype html><title>Error</title><p>The client or its redirect is unknown.</p>", 400
        )
    scopes = (params.text("scope") or "read").split()
    problem = _authorize_problem(call, app, scopes)
    if problem:
        return _back(uri, {"error": problem, **_state_of(call)})
    account = state.account(params.text("sandbox_account") or "main")
    challenge = params.text("code_challenge") or None
    grant = Grant(state.secret(), app, account.id, scopes, uri, challenge, state.now + CODE_LIFE)
    state.grants[grant.code] = grant
    if uri == facts.OUT_OF_BAND:
        return SimResponse.html(f"<!doctype html><title>Authorization code</title><code>{grant.code}</code>")
    return _back(uri, {"code": grant.code, **_state_of(call)})


def _authorize_problem(call: Call, app: App, scopes: list[str]) -> str:
    params = call.params
    if params.text("response_type") != "code":
        return "unsupported_response_type"
    if not covered(app.scopes, scopes):
        return "invalid_scope"
    challenged = params.text("code_challenge") is not None
    return "invalid_request" if challenged and params.text("code_challenge_method") != "S256" else ""


def covered(held: list[str], wanted: list[str]) -> bool:
    """Whether some scopes contain all the others; `write` contains `write:media`."""
    return all(any(one == have or one.startswith(f"{have}:") for have in held) for one in wanted)


def _state_of(call: Call) -> dict[str, str]:
    given = call.params.text("state")
    return {} if given is None else {"state": given}


def _back(uri: str, more: dict[str, str]) -> SimResponse:
    parts = urlsplit(uri)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *more.items()])
    return SimResponse(302, {"location": urlunsplit((*parts[:3], query, ""))})


def post_token(call: Call) -> SimResponse:
    """Exchange a code, or the application's own secret, for a token."""
    app = _client(call)
    kind = call.params.text("grant_type")
    if kind == "client_credentials":
        scopes = (call.params.text("scope") or "read").split()
        if not covered(app.scopes, scopes):
            raise oauth_error(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
        return _token(call.state.add_token(app, None, scopes))
    if kind != "authorization_code":
        raise oauth_error(400, "unsupported_grant_type", "The authorization grant type is not supported.")
    grant = call.state.grants.get(call.params.text("code") or "")
    if grant is None or grant.app is not app or not _redeemable(call, grant):
        raise oauth_error(
            400, "invalid_grant", "The provided authorization grant is invalid, expired or revoked."
        )
    del call.state.grants[grant.code]
    return _token(call.state.add_token(app, call.state.accounts[grant.account_id], grant.scopes))


def _client(call: Call) -> App:
    client_id, secret = call.params.text("client_id"), call.params.text("client_secret")
    scheme, _, encoded = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
        except ValueError:
            client_id = secret = None
    app = call.state.apps.get(client_id or "")
    if app is None or app.client_secret != secret:
        raise oauth_error(401, "invalid_client", "Client authentication failed due to unknown client.")
    return app


def _redeemable(call: Call, grant: Grant) -> bool:
    verifier = (call.params.text("code_verifier") or "").encode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
    fresh = grant.expires_at > call.state.now and grant.redirect_uri == call.params.text("redirect_uri")
    return fresh and (grant.challenge is None or grant.challenge == digest)


def _token(token: Token) -> SimResponse:
    return SimResponse.json(
        {
            "access_token": token.value,
            "token_type": "Bearer",
            "scope": " ".join(token.scopes),
            "created_at": int(token.created_at.timestamp()),
        }
    )


def post_revoke(call: Call) -> SimResponse:
    """Revoke a token; an unknown one is no error, another application's is."""
    token = call.state.tokens.get(call.params.text("token") or "")
    try:
        app = _client(call)
    except RefusedError:
        app = None
    if app is None or (token is not None and token.app is not app):
        raise oauth_error(403, "unauthorized_client", "You are not authorized to revoke this token")
    if token is not None:
        token.revoked = True
    return SimResponse.json({})


def userinfo(call: Call) -> SimResponse:
    """The account that the token acts for, in the shape of OpenID Connect."""
    account = call.user
    shown = render.account(call.state, account)
    return SimResponse.json(
        {
            "iss": f"{call.base_url}/",
            "sub": shown["uri"],
            "name": account.display_name,
            "preferred_username": account.username,
            "profile": account_url(account),
            "picture": shown["avatar"],
        }
    )


def oauth_metadata(call: Call) -> SimResponse:
    """Where the endpoints of OAuth are and what they can do."""
    base = call.base_url
    return SimResponse.json(
        {
            "issuer": f"{base}/",
            "authorization_endpoint": f"{base}/oauth/authorize",
            "token_endpoint": f"{base}/oauth/token",
            "revocation_endpoint": f"{base}/oauth/revoke",
            "userinfo_endpoint": f"{base}/oauth/userinfo",
            "scopes_supported": list(facts.SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "service_documentation": "https://docs.joinmastodon.org/",
            "app_registration_endpoint": f"{base}/api/v1/apps",
        }
    )


_ANY_READ = ("read", "profile", "write", "push", "follow")
ROUTES = (
    Route("post_app", "POST", "/api/v1/apps", post_app),
    Route("verify_app", "GET", "/api/v1/apps/verify_credentials", verify_app, _ANY_READ, application=True),
    Route("authorize", "GET", "/oauth/authorize", authorize),
    Route("post_token", "POST", "/oauth/token", post_token),
    Route("post_revoke", "POST", "/oauth/revoke", post_revoke),
    Route("userinfo", "GET", "/oauth/userinfo", userinfo, ("profile",)),
    Route("oauth_metadata", "GET", "/.well-known/oauth-authorization-server", oauth_metadata),
)
