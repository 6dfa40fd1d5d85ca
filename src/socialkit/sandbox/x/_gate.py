"""What a request must pass before its endpoint sees it: routes, tokens, scopes, windows, parameters."""

from dataclasses import dataclass

from socialkit.sandbox._http import SimRequest
from socialkit.sandbox.x import _apps, _discovery, _media, _messages, _oauth, _posts
from socialkit.sandbox.x._errors import PROBLEMS, RefusedError, invalid
from socialkit.sandbox.x._facts import DAY, DAYS, MEDIA_FIELDS, QUARTER, USER_FIELDS, VOCABULARIES, WINDOWS
from socialkit.sandbox.x._records import Token
from socialkit.sandbox.x._route import Route
from socialkit.sandbox.x._state import State

ROUTES: tuple[Route, ...] = (
    *_oauth.ROUTES,
    *_apps.ROUTES,
    *_discovery.ROUTES,
    *_media.ROUTES,
    *_messages.ROUTES,
    *_posts.ROUTES,
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
    if route.scopes is None:
        return None
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    oauth1 = _oauth.fields_of(request)
    token = state.tokens.get(oauth1.get("oauth_token", "") if oauth1 else value.strip())
    if token is None or token.dead or (token.expires_at is not None and state.now >= token.expires_at):
        raise RefusedError(401, "Unauthorized")
    if bool(oauth1) != bool(token.secret) or (not oauth1 and scheme.lower() != "bearer"):
        raise RefusedError(401, "Unauthorized")
    unsigned = oauth1 and not _oauth.is_signed_here(state, request, token.secret)
    if unsigned and not token.taken_on_trust:
        raise RefusedError(401, "Unauthorized")
    _require_kind(route, token)
    if not token.secret and not token.app and not set(route.scopes) <= set(token.scopes):
        raise RefusedError(403, "Forbidden")
    return token


def _require_kind(route: Route, token: Token) -> None:
    """Refuse an app's token where a person's is needed, the other way round, and one that signs."""
    wrong = token.app != (route.apps == "alone") and route.apps != "too"
    if wrong or (token.secret and not route.signed):
        kind = f"{PROBLEMS}unsupported-authentication"
        raise RefusedError(403, "This kind of token is not taken here.", kind)


def spend(state: State, route: Route, token: Token | None) -> dict[str, str]:
    """Count a call; refuses when its window is spent."""
    if "posts" in route.shows and state.used() >= state.cap:
        raise RefusedError(
            429, "Usage cap exceeded: posts read.", f"{PROBLEMS}usage-capped", period="Monthly"
        )
    headers, over = dict[str, str](), False
    for budget in () if token is None else budgets_of(route.name, token.user):
        window = int(state.now.timestamp()) // budget.seconds
        known, used = state.uses.get(budget.key, (window, 0))
        used = used + 1 if known == window else 1
        state.uses[budget.key] = (window, used)
        headers |= window_headers(state, budget, budget.limit - used)
        over = over or used > budget.limit
    if over:
        refusal = RefusedError(429, "Too Many Requests")
        refusal.headers.update(headers)
        raise refusal
    return headers


@dataclass(frozen=True, slots=True)
class Budget:
    """How often something may be called in a stretch of time."""

    header: str
    key: tuple[str, str]
    """Whose calls count, and of what."""
    limit: int
    seconds: int


def budgets_of(name: str, user: str) -> list[Budget]:
    """The budgets of a call: of a quarter of an hour, and of a day."""
    quarter = WINDOWS.get(name)
    found = [] if quarter is None else [Budget("x-rate-limit", (user, name), quarter, QUARTER)]
    return found + [
        Budget(f"x-{whose}-limit-24hour", (user if whose == "user" else "", f"{name} of a day"), limit, DAY)
        for whose, limit in DAYS.get(name, {}).items()
    ]


def leave(state: State, name: str, user: str, calls: int) -> None:
    """Spend what is more than so many calls of a day."""
    for budget in budgets_of(name, user):
        if budget.seconds == DAY:
            window = int(state.now.timestamp()) // DAY
            state.uses[budget.key] = (window, budget.limit - calls)


def window_headers(state: State, budget: Budget, left: int) -> dict[str, str]:
    """A window as headers; its end in seconds since 1970."""
    ends = (int(state.now.timestamp()) // budget.seconds + 1) * budget.seconds
    return {
        f"{budget.header}-limit": str(budget.limit),
        f"{budget.header}-remaining": str(max(left, 0)),
        f"{budget.header}-reset": str(ends),
    }


def check_query(state: State, route: Route, request: SimRequest) -> None:
    """Refuse parameters, fields and expansions that nobody knows."""
    if route.scopes is None:
        return
    names = VOCABULARIES[state.vocabulary]
    known: dict[str, frozenset[str]] = {}
    if "posts" in route.shows:
        known |= {names.fields: names.known - state.dead_fields, "expansions": names.expansions}
    if "messages" in route.shows:
        expansions = frozenset({"attachments.media_keys", "participant_ids", "sender_id"})
        known |= {"dm_event.fields": names.message_fields, "expansions": expansions}
    known |= {"user.fields": USER_FIELDS} if "users" in route.shows else {}
    known |= {"media.fields": MEDIA_FIELDS} if "media" in route.shows else {}
    for name, value in request.query:
        if name in known:
            _check_values(name, value, known[name])
        elif name not in route.query:
            allowed = ",".join(sorted({*known, *route.query}))
            raise invalid(name, f"The query parameter [{name}] is not one of [{allowed}]")


def _check_values(name: str, value: str, known: frozenset[str]) -> None:
    for one in value.split(","):
        if one not in known:
            words = f"The `{name}` query parameter value [{one}] is not one of [{','.join(sorted(known))}]"
            raise invalid(name, words)
