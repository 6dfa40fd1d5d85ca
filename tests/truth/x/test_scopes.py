"""The scopes that are asked for and named are those of X's OpenAPI document."""

from __future__ import annotations

from typing import Final

import pytest

from socialkit.models import Capability
from socialkit.platforms import X
from socialkit.platforms.x._errors import ERRORS
from socialkit.sandbox.x._gate import ROUTES
from socialkit.transport import Response
from tests.truth.specification import Document, find_path
from tests.truth.x.specification import document

POST, WORDS = ("POST", "/2/tweets"), ("GET", "/2/dm_events")
UPLOAD, READ = ("POST", "/2/media/upload/initialize"), ("GET", "/2/tweets/1")
CALLS: Final = {
    Capability.PUBLISH: POST,
    Capability.THREADS: POST,
    Capability.POLLS: POST,
    Capability.QUOTES: POST,
    Capability.EDIT: POST,
    Capability.REPLY: POST,
    Capability.DELETE: ("DELETE", "/2/tweets/1"),
    Capability.MEDIA: UPLOAD,
    Capability.ALT_TEXT: ("POST", "/2/media/metadata"),
    Capability.WEBHOOKS: ("GET", "/2/activity/subscriptions"),
    Capability.REPLY_PRIVATELY: ("POST", "/2/dm_conversations/with/7/messages"),
    Capability.DIRECT_MESSAGES: WORDS,
    Capability.HIDE: ("PUT", "/2/tweets/1/hidden"),
    Capability.LIKE: ("POST", "/2/users/7/likes"),
    Capability.MENTIONS: ("GET", "/2/users/7/mentions"),
    Capability.COMMENTS: ("GET", "/2/tweets/search/recent"),
    Capability.SEARCH: ("GET", "/2/tweets/search/recent"),
    Capability.POST_INSIGHTS: ("GET", "/2/tweets"),
    Capability.ACCOUNT_INSIGHTS: ("GET", "/2/users/me"),
    Capability.PROFILES: ("GET", "/2/users/by/username/shop"),
}


def wanted(spec: Document, method: str, path: str) -> set[str] | None:
    """Return the scopes that a call needs of a person's token; None where it takes none."""
    pattern = find_path(spec, method, path)
    assert pattern is not None
    security = spec["paths"][pattern][method.lower()]["security"]
    return next((set(one["OAuth2UserToken"]) for one in security if "OAuth2UserToken" in one), None)


def test_what_a_client_can_do_needs_the_scopes_of_its_call() -> None:
    spec, facts = document(), X.facts

    assert CALLS.keys() == facts.scopes.keys()
    for capability, call in CALLS.items():
        declared = {*facts.scopes[capability], *facts.scopes_besides[capability]}
        assert (capability, declared) == (capability, wanted(spec, *call))


@pytest.mark.parametrize(
    ("method", "path"),
    sorted({*CALLS.values(), READ, ("GET", "/2/users/7/liked_tweets"), ("GET", "/2/tweets/counts/recent")}),
)
def test_a_bare_refusal_names_all_that_its_call_needs(method: str, path: str) -> None:
    url = f"https://x.sandbox.example{path}{'?max_results=5' if method == 'GET' else ''}"
    body = b'{"type": "about:blank", "title": "Forbidden", "detail": "Forbidden"}'
    refusal = ERRORS.read(Response(403, {"content-type": "application/json"}, body, url=url))

    assert refusal is not None
    assert set(refusal.scopes) == wanted(document(), method, path)


def test_the_simulator_wants_the_scopes_of_the_document() -> None:
    spec = document()
    for route in ROUTES:
        path = route.path.replace(":", "")
        if route.scopes is None or find_path(spec, route.method, path) is None:
            continue
        assert (route.name, set(route.scopes)) == (route.name, wanted(spec, route.method, path) or set())
