"""What a request must pass before its endpoint sees it: routes, tokens, scopes, budgets."""

from datetime import UTC, datetime

from socialkit.sandbox._http import SimRequest
from socialkit.sandbox.mastodon import (
    _accounts,
    _discovery,
    _inbox,
    _instance,
    _interactions,
    _media,
    _oauth,
    _statuses,
    _streaming,
)
from socialkit.sandbox.mastodon._errors import RefusedError, forbidden, unauthorized, unprocessable
from socialkit.sandbox.mastodon._facts import RATES
from socialkit.sandbox.mastodon._records import Token
from socialkit.sandbox.mastodon._route import Route
from socialkit.sandbox.mastodon._state import State

ROUTES: tuple[Route, ...] = (
    *_instance.ROUTES,
    *_oauth.ROUTES,
    *_accounts.ROUTES,
    *_statuses.ROUTES,
    *_interactions.ROUTES,
    *_media.ROUTES,
    *_inbox.ROUTES,
    *_discovery.ROUTES,
    *_streaming.ROUTES,
)
"""Literal paths stand before those with parameters."""


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a method and path, with the values of its segments."""
    for route in ROUTES:
        values = route.match(method, path)
        if values is not None:
            return route, values
    return None


def authenticate(state: State, route: Route, request: SimRequest) -> Token | None:
    """The token of a request, if the route looks at tokens; refuses one that does not count."""
    if not route.scopes:
        return None
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value:
        if route.anonymous:
            return None
        reason = "The access token is invalid"
        raise unauthorized(reason)
    token = state.tokens.get(value.strip())
    if token is None or token.expired or token.revoked:
        raise unauthorized(_why(token))
    if not any(_held(token, scope) for scope in route.scopes):
        reason = "This action is outside the authorized scopes"
        raise forbidden(reason)
    if token.account_id is None and not (route.anonymous or route.application):
        reason = "This method requires an authenticated user"
        raise unprocessable(reason)
    return token


def _why(token: Token | None) -> str:
    if token is None:
        return "The access token is invalid"
    return "The access token was revoked" if token.revoked else "The access token expired"


def _held(token: Token, wanted: str) -> bool:
    if wanted == "read":
        return any(scope.partition(":")[0] == "read" for scope in token.scopes)
    return any(wanted == scope or wanted.startswith(f"{scope}:") for scope in token.scopes)


def spend(state: State, route: Route, request: SimRequest) -> dict[str, str]:
    """Count a call; the headers tell of the narrowest budget it belongs to. Refuses when one is spent."""
    caller = request.headers.get("authorization", "anonymous")
    counted = {family: _count(state, caller, family) for family in dict.fromkeys(("call", route.rate))}
    spent = [family for family, (used, _) in counted.items() if used > RATES[family][0]]
    family = spent[0] if spent else route.rate
    used, ends = counted[family]
    headers = budget_headers(RATES[family][0], RATES[family][0] - used, ends)
    if spent:
        refusal = RefusedError(429, "Too many requests")
        refusal.headers.update(headers)
        raise refusal
    return headers


def budget_headers(limit: int, remaining: int, ends: datetime) -> dict[str, str]:
    """A budget as headers; the end of the window is a time, not a duration."""
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(max(remaining, 0)),
        "x-ratelimit-reset": ends.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }


def _count(state: State, caller: str, family: str) -> tuple[int, datetime]:
    ends = window_end(state.now, family)
    known, used = state.uses.get((caller, family), (ends, 0))
    used = used + 1 if known == ends else 1
    state.uses[caller, family] = (ends, used)
    return used, ends


def window_end(now: datetime, family: str) -> datetime:
    """When the current window of a family ends."""
    length = int(RATES[family][1].total_seconds())
    return datetime.fromtimestamp((int(now.timestamp()) // length + 1) * length, UTC)
