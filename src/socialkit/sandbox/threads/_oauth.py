"""Logging in to the simulated Threads: codes, tokens of an hour, of sixty days, and what one is worth."""

from datetime import timedelta
from urllib.parse import parse_qsl

from socialkit.sandbox._graph import GraphRefusal, Token, bad_parameter, redeemed, sent_back, told
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox.threads._state import APP_ID, APP_SECRET, DAY, HOUR, LONG, SCOPES, State


def authorize(state: State, request: SimRequest) -> SimResponse:
    """Send whoever opens it back with a code: the simulated person agrees to everything."""
    return sent_back(state, request, APP_ID, HOUR, "#_")


def code_token(state: State, request: SimRequest) -> SimResponse:
    """Change a code into a token of an hour; refusals of this call have a shape of their own."""
    params = dict(parse_qsl(request.body.decode()))
    if params.get("client_id") != APP_ID or params.get("client_secret") != APP_SECRET:
        return _refused("Error validating client secret.")
    grant = redeemed(state, params.get("code"), params.get("redirect_uri"))
    if grant is None:
        return _refused("This authorization code has been used")
    token = state.issue(state.person("main"), grant.granted or SCOPES, HOUR)
    # A number, beyond what many readers of JSON hold exactly.
    return SimResponse.json({"access_token": token.value, "user_id": int(token.owner)})


def _refused(message: str) -> SimResponse:
    told = {"error_type": "OAuthException", "code": 400, "error_message": message}
    return SimResponse.json(told, 400)


def long_token(state: State, request: SimRequest) -> SimResponse:
    """Change a token of an hour into one of sixty days."""
    params = request.params()
    if params.text("grant_type") != "th_exchange_token" or params.text("client_secret") != APP_SECRET:
        raise GraphRefusal(1, "Error validating client secret.")
    return _longer(state, params.text("access_token") or "")


def refreshed_token(state: State, request: SimRequest) -> SimResponse:
    """Make a token of sixty days longer, unless it is too young."""
    params = request.params()
    token = state.tokens.find(params.text("access_token") or "")
    if params.text("grant_type") != "th_refresh_token":
        raise bad_parameter("Invalid grant_type")
    if token is not None and state.clock.now() - token.issued_at < DAY:
        raise bad_parameter("The token must be at least 24 hours old")
    return _longer(state, params.text("access_token") or "")


def _longer(state: State, value: str) -> SimResponse:
    token = state.tokens.exchange(value, state.clock.now(), LONG, f"THAAL{state.number()}")
    token.proven = False
    return told(token, LONG)


def debug_token(state: State, request: SimRequest) -> SimResponse:
    """What a token is worth."""
    state.tokens.authenticate(request, state.clock.now())
    token = state.tokens.find(request.params().text("input_token") or "")
    if token is None:
        raise bad_parameter("The access token could not be decrypted")
    return SimResponse.json({"data": _worth(state, token)})


def _worth(state: State, token: Token) -> dict[str, object]:
    ends = token.expires_at or token.issued_at + timedelta(days=60)
    return {
        "type": token.kind,
        "application": "Sandbox",
        "is_valid": token.reason(state.clock.now()) is None,
        "issued_at": int(token.issued_at.timestamp()),
        "expires_at": int(ends.timestamp()),
        "scopes": list(token.scopes),
        "user_id": token.owner,
    }
