"""What the logins of Meta's platforms do alike: codes that count once, and tokens with a life."""

from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from socialkit.sandbox._graph._errors import GraphRefusal, bad_parameter
from socialkit.sandbox._graph._state import Grant, GraphState
from socialkit.sandbox._graph._tokens import Token
from socialkit.sandbox._http import SimRequest, SimResponse

DATA_ACCESS: Final = timedelta(days=90)
"""How long data may be read after somebody agreed."""


def sent_back(
    state: GraphState, request: SimRequest, app_id: str, life: timedelta, end: str = ""
) -> SimResponse:
    """Send whoever opens it back with a code: the simulated person agrees to everything.

    Args:
        state: Where the code is kept.
        request: What the browser asked; `sandbox_account` says who agrees.
        app_id: The only app that is known.
        life: How long the code counts.
        end: What stands behind the address.
    """
    params = request.params()
    if params.text("client_id") != app_id:
        raise bad_parameter("Invalid App ID")
    code, back = state.number(), params.text("redirect_uri") or ""
    who = params.text("sandbox_account") or "main"
    state.codes[code] = Grant(params.text("scope") or "", back, state.clock.now() + life, who)
    query = urlencode({"code": code, "state": params.text("state") or ""})
    return SimResponse(302, {"location": f"{back}?{query}{end}"})


def redeemed(state: GraphState, code: str | None, back: str | None) -> Grant | None:
    """What a code was given for; None when it does not count, or not any more: each counts once."""
    grant = state.codes.pop(code or "", None)
    if grant is None or grant.until <= state.clock.now() or grant.back != back:
        return None
    return grant


def told(token: Token, life: timedelta) -> SimResponse:
    """Answer with a token."""
    seconds = int(life.total_seconds())
    return SimResponse.json({"access_token": token.value, "token_type": "bearer", "expires_in": seconds})


def debugged(state: GraphState, request: SimRequest, app_id: str) -> SimResponse:
    """Answer with what a token of Facebook's login is worth; only the app itself is told."""
    params = request.params()
    if params.text("access_token") != f"{app_id}|{state.tokens.app_secret}":
        raise GraphRefusal(190, "Invalid OAuth access token signature.")
    token = state.tokens.find(params.text("input_token") or "")
    if token is None:
        raise bad_parameter("The access token could not be decrypted")
    data: dict[str, object] = {
        "app_id": app_id,
        "type": token.kind,
        "application": "Sandbox",
        "is_valid": token.reason(state.clock.now()) is None,
        "expires_at": 0 if token.expires_at is None else int(token.expires_at.timestamp()),
        "data_access_expires_at": int((token.issued_at + DATA_ACCESS).timestamp()),
        "scopes": list(token.scopes),
        "user_id": token.owner,
    }
    return SimResponse.json({"data": data})
