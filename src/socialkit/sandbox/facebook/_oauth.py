"""Logging in to the simulated Facebook: codes, tokens, Pages, and what a token is worth."""

from datetime import timedelta

from socialkit.sandbox._graph import (
    PAGE,
    USER,
    GraphCall,
    GraphRefusal,
    Route,
    debugged,
    redeemed,
    sent_back,
    told,
)
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox.facebook._state import APP_ID, APP_SECRET, HOUR, LONG, SCOPES, State

FbCall = GraphCall[State]
CODE_LIFE = timedelta(minutes=10)


def dialog(state: State, request: SimRequest) -> SimResponse:
    """Send whoever opens it back with a code: the simulated person agrees to everything."""
    return sent_back(state, request, APP_ID, CODE_LIFE)


def access_token(state: State, request: SimRequest) -> SimResponse:
    """Change a code into a token, or a token into a longer one."""
    params = request.params()
    if params.text("client_id") != APP_ID or params.text("client_secret") != APP_SECRET:
        raise GraphRefusal(1, "Error validating client secret.", status=400)
    if params.text("grant_type") == "fb_exchange_token":
        new = state.number()
        token = state.tokens.exchange(
            params.text("fb_exchange_token") or "", state.clock.now(), LONG, f"EAAL{new}"
        )
        return told(token, LONG)
    grant = redeemed(state, params.text("code"), params.text("redirect_uri"))
    if grant is None:
        raise GraphRefusal(100, "This authorization code has been used or has expired.", subcode=36009)
    person = state.person("Somebody")
    return told(state.issue(person, USER, grant.granted or SCOPES, HOUR), HOUR)


def debug_token(state: State, request: SimRequest) -> SimResponse:
    """What a token is worth; only the app itself is told."""
    return debugged(state, request, APP_ID)


def accounts(call: FbCall) -> SimResponse:
    """The Pages of a person, each with its own token."""
    call.require("pages_show_list")
    state = call.state
    pages = [one for one in state.people.values() if one.page]
    tasks = ["ANALYZE", "ADVERTISE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE"]
    shown = [
        {
            "id": one.id,
            "name": one.name,
            "tasks": tasks,
            "access_token": state.issue(one, PAGE, call.token.scopes, None).value,
        }
        for one in pages
    ]
    return SimResponse.json({"data": shown})


def businesses(call: FbCall) -> SimResponse:
    """The businesses of a person: none."""
    call.require("business_management", "pages_show_list")
    return SimResponse.json({"data": []})


ROUTES: tuple[Route[State], ...] = (
    Route("accounts", "GET", "me/accounts", accounts),
    Route("businesses", "GET", "me/businesses", businesses),
)
