"""What a request must pass before its endpoint sees it: routes, tokens, parameters, budgets."""

import json
from typing import Any, cast
from urllib.parse import parse_qsl

from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox.bluesky import (
    _actors,
    _chat,
    _discovery,
    _feeds,
    _identity,
    _jetstream,
    _notices,
    _oauth,
    _repo,
    _sessions,
    _threads,
    _video,
)
from socialkit.sandbox.bluesky._access import identify, session
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._dpop import nonce
from socialkit.sandbox.bluesky._errors import RefusedError, invalid, not_implemented, too_large
from socialkit.sandbox.bluesky._facts import JSON_SIZE
from socialkit.sandbox.bluesky._query import read_query
from socialkit.sandbox.bluesky._rates import spend
from socialkit.sandbox.bluesky._records import Json
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._schema import Bounds, SchemaError
from socialkit.sandbox.bluesky._state import State

ROUTES: tuple[Route, ...] = (
    *_sessions.ROUTES,
    *_identity.ROUTES,
    *_repo.ROUTES,
    *_feeds.ROUTES,
    *_threads.ROUTES,
    *_actors.ROUTES,
    *_notices.ROUTES,
    *_discovery.ROUTES,
    *_video.ROUTES,
    *_chat.ROUTES,
    *_oauth.ROUTES,
    *_jetstream.ROUTES,
)
_VIDEOS = frozenset(route.nsid for route in _video.ROUTES)
_BY_PATH = {route.path or f"/xrpc/{route.nsid}": route for route in ROUTES}
_OPEN = tuple(route for route in ROUTES if "{" in route.path)


def find_route(path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a path, whatever its method, with the values of its segments."""
    path = path.rstrip("/")
    if path in _BY_PATH:
        return _BY_PATH[path], {}
    for route in _OPEN:
        values = route.match(path)
        if values is not None:
            return route, values
    return None


def pass_through(state: State, request: SimRequest) -> SimResponse:
    """Lead a request to its endpoint, or refuse it."""
    found = find_route(request.path)
    if found is None or (found[0].nsid in _VIDEOS and not state.serves_videos):
        return _unknown(state, request)
    route, values = found
    headers = _nonce(state, request)
    try:
        return _answer(state, request, route, values, headers).with_headers(headers)
    except RefusedError as refusal:
        refusal.headers = {**headers, **refusal.headers}
        raise


def _answer(
    state: State, request: SimRequest, route: Route, values: dict[str, str], headers: dict[str, str]
) -> SimResponse:
    if request.method != route.method:
        message = f"Incorrect HTTP method ({request.method}) expected {route.method}"
        raise invalid(message)
    if request.path.startswith("/xrpc/"):
        headers.update(spend(state, "all", "this address"))
    access, did = identify(state, route, request)
    query = read_query(route.nsid, route.params, request.query)
    # The endpoint's own budget takes the place of the general one in the headers.
    call = Call(state, request, query, _body(state, route, request), values, access, did, headers)
    return route.call(call)


def _unknown(state: State, request: SimRequest) -> SimResponse:
    if not request.path.startswith("/xrpc/"):
        page = f"<!doctype html><title>Error</title><pre>Cannot {request.method} {request.path}</pre>"
        return SimResponse.html(page, 404)
    if request.path == "/xrpc/":
        message = "invalid xrpc path"
        raise invalid(message)
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    session(state, request, scheme.lower(), value)
    raise not_implemented()


def _nonce(state: State, request: SimRequest) -> dict[str, str]:
    bound = request.headers.get("authorization", "").lower().startswith("dpop ")
    return {"dpop-nonce": nonce(state)} if bound or request.path.startswith("/oauth/") else {}


def _body(state: State, route: Route, request: SimRequest) -> Json:
    kind, sent = request.headers.get("content-type", "").partition(";")[0].strip(), request.body
    if route.body is None:
        if sent and route.method == "POST":
            message = "A request body was provided when none was expected"
            raise invalid(message)
        return {}
    if not kind:
        message = "Request encoding (Content-Type) required but not provided"
        raise invalid(message)
    if route.body == "file":
        return {}
    if route.body == "form" and kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(sent.decode("utf-8", "replace"), keep_blank_values=True))
    if kind != "application/json":
        message = f"Wrong request encoding (Content-Type): {kind}"
        raise invalid(message)
    body = _json(sent)
    if not isinstance(route.body, str):
        try:
            route.body(body, "$", Bounds(state.image_size))
        except SchemaError as error:
            raise invalid(str(error)) from error
    return body


def _json(sent: bytes) -> Json:
    if len(sent) > JSON_SIZE:
        raise too_large()
    try:
        value: Any = json.loads(sent)
    except ValueError as error:
        raise RefusedError(400, "SyntaxError", str(error)) from error
    return cast("Json", value)
