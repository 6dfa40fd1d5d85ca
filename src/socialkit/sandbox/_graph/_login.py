"""What the logins of Meta's platforms do alike: codes that count once, and tokens with a life."""

from datetime import timedelta
from urllib.parse import urlencode

from socialkit.sandbox._graph._errors import bad_parameter
from socialkit.sandbox._graph._state import Grant, GraphState
from socialkit.sandbox._graph._tokens import Token
from socialkit.sandbox._http import SimRequest, SimResponse


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
