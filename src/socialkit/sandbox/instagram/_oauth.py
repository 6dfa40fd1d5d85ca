"""Logging in to the simulated Instagram, with Facebook or with Instagram itself: codes and tokens."""

from socialkit.sandbox._graph import (
    PAGE,
    USER,
    GraphCall,
    GraphRefusal,
    Route,
    bad_parameter,
    debugged,
    redeemed,
    sent_back,
    told,
)
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._params import Params
from socialkit.sandbox.instagram import _render as show
from socialkit.sandbox.instagram._fields import asked
from socialkit.sandbox.instagram._state import (
    APP_ID,
    APP_SECRET,
    DAY,
    HOUR,
    INSTAGRAM,
    LONG,
    OWN_SCOPES,
    SCOPES,
    State,
)

IgCall = GraphCall[State]


def dialog(state: State, request: SimRequest) -> SimResponse:
    """Send whoever opens it back with a code: the simulated person agrees to everything."""
    return sent_back(state, request, APP_ID, HOUR)


def authorize(state: State, request: SimRequest) -> SimResponse:
    """The same of Instagram's own login, which puts two signs behind a code; `sandbox_account` says who."""
    return sent_back(state, request, APP_ID, HOUR, "#_")


def _agreed(state: State, params: Params) -> tuple[tuple[str, ...], str]:
    """What a code was given for, and by whom; each counts once."""
    if params.text("client_id") != APP_ID or params.text("client_secret") != APP_SECRET:
        raise GraphRefusal(1, "Error validating client secret.", status=400)
    grant = redeemed(state, params.text("code"), params.text("redirect_uri"))
    if grant is None:
        raise GraphRefusal(100, "This authorization code has been used or has expired.", subcode=36009)
    return grant.granted, grant.who


def access_token(state: State, request: SimRequest) -> SimResponse:
    """Facebook's: change a code into a token, or a token into a longer one."""
    params = request.params()
    if params.text("grant_type") == "fb_exchange_token":
        if params.text("client_id") != APP_ID or params.text("client_secret") != APP_SECRET:
            raise GraphRefusal(1, "Error validating client secret.", status=400)
        return _longer(state, params.text("fb_exchange_token") or "", "EAAL")
    granted, _ = _agreed(state, params)
    person = state.user("Somebody")
    return told(state.issue(person.id, USER, granted or SCOPES, HOUR), HOUR)


def short_token(state: State, request: SimRequest) -> SimResponse:
    """Instagram's: change a code into a token of an hour."""
    agreed, who = _agreed(state, request.params())
    granted, account = agreed or OWN_SCOPES, state.user(who, ours=True)
    token = state.issue(account.id, INSTAGRAM, granted, HOUR)
    told = {"access_token": token.value, "user_id": int(account.id), "permissions": list(granted)}
    return SimResponse.json(told)


def long_token(state: State, request: SimRequest) -> SimResponse:
    """Instagram's: change a token of an hour into one of sixty days."""
    params = request.params()
    if params.text("client_secret") != APP_SECRET or params.text("grant_type") != "ig_exchange_token":
        raise GraphRefusal(1, "Error validating client secret.", status=400)
    return _longer(state, params.text("access_token") or "", "IGAAL")


def refreshed_token(state: State, request: SimRequest) -> SimResponse:
    """Instagram's: make a token longer that is a day old."""
    params = request.params()
    if params.text("grant_type") != "ig_refresh_token":
        raise bad_parameter("grant_type must be ig_refresh_token")
    value = params.text("access_token") or ""
    known = state.tokens.find(value)
    if known is not None and state.clock.now() - known.issued_at < DAY:
        raise bad_parameter("The token is too young to be refreshed")
    return _longer(state, value, "IGAAL")


def _longer(state: State, value: str, start: str) -> SimResponse:
    return told(state.tokens.exchange(value, state.clock.now(), LONG, f"{start}{state.number()}"), LONG)


def debug_token(state: State, request: SimRequest) -> SimResponse:
    """What a token of Facebook's login is worth; only the app itself is told."""
    return debugged(state, request, APP_ID)


def accounts(call: IgCall) -> SimResponse:
    """The Pages of a person, each with its own token, and the account that is linked to it."""
    call.require("pages_show_list")
    state = call.state
    fields = call.params.text("fields") or "id,name"
    wanted = any(one.name == "access_token" for one in asked(fields))

    def shown(page: str) -> object:
        token = state.issue(page, PAGE, call.token.scopes, None).value if wanted else None
        return show.page(state, page, fields, token)

    return call.page([*state.pages], shown, key=lambda page: page)


ROUTES: tuple[Route[State], ...] = (Route("accounts", "GET", "me/accounts", accounts),)
