"""What the simulators of Graph APIs share: tokens, proofs, versions, usage, cursors, routes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from socialkit.sandbox._graph import (
    USER,
    GraphRefusal,
    Route,
    Token,
    Tokens,
    Usage,
    Versions,
    edge,
    find_route,
    proof,
)
from socialkit.sandbox._http import SimRequest, SimResponse

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def tokens() -> Tokens:
    known = Tokens("app-secret")
    known.add(Token("made-up", USER, "1", ("pages_show_list",), NOW, NOW + timedelta(hours=1)))
    return known


def asked(query: str = "", token: str | None = "made-up") -> SimRequest:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return SimRequest.of("GET", f"/v26.0/me?{query}", headers=headers)


@pytest.mark.parametrize("query", ["", f"appsecret_proof={proof('app-secret', 'made-up')}"])
def test_a_token_counts_with_a_right_proof_or_none(tokens: Tokens, query: str) -> None:
    assert tokens.authenticate(asked(query), NOW).owner == "1"


@pytest.mark.parametrize(
    ("request_", "later", "code", "subcode"),
    [
        (asked(token=None), 0, 2500, None),
        (asked(token="unknown"), 0, 190, None),
        (asked(), 3600, 190, 463),
        (asked("appsecret_proof=ab"), 0, 100, None),
    ],
)
def test_what_does_not_count_is_refused(
    tokens: Tokens, request_: SimRequest, later: int, code: int, subcode: int | None
) -> None:
    with pytest.raises(GraphRefusal) as caught:
        tokens.authenticate(request_, NOW + timedelta(seconds=later))

    body = json.loads(caught.value.response("A1").body)["error"]
    assert (body["code"], body.get("error_subcode"), body["fbtrace_id"]) == (code, subcode, "A1")


def test_an_app_may_require_the_proof(tokens: Tokens) -> None:
    tokens.requires_proof = True

    with pytest.raises(GraphRefusal):
        tokens.authenticate(asked(), NOW)


def test_a_token_that_is_over_cannot_be_exchanged(tokens: Tokens) -> None:
    longer = tokens.exchange("made-up", NOW, timedelta(days=60), "longer")

    assert longer.expires_at == NOW + timedelta(days=60)
    with pytest.raises(GraphRefusal):
        tokens.exchange("made-up", NOW + timedelta(hours=2), timedelta(days=60), "other")


@pytest.mark.parametrize(
    ("version", "served"), [("v25.0", "v25.0"), ("v19.0", "v21.0"), (None, "v21.0"), ("v99.0", "v26.0")]
)
def test_a_version_that_is_over_is_answered_by_the_oldest_that_lives(
    version: str | None, served: str
) -> None:
    versions = Versions("v21.0", "v25.0", "v26.0")

    headers = versions.headers(version)

    assert headers["facebook-api-version"] == served
    assert ("x-ad-api-version-warning" in headers) == (version is not None and version != served)


def test_usage_grows_with_each_call_and_ends_in_a_refusal_that_says_when_it_is_over() -> None:
    usage = Usage(app_calls=100, account_calls=2, kind="pages", spent=80001)
    first = usage.spend(NOW, "1")
    usage.spend(NOW, "1")

    with pytest.raises(GraphRefusal) as caught:
        usage.spend(NOW + timedelta(hours=1), "1")

    told = json.loads(caught.value.headers["x-business-use-case-usage"])["1"][0]
    assert json.loads(first["x-business-use-case-usage"])["1"][0]["call_count"] == 50
    assert (told["call_count"], told["estimated_time_to_regain_access"]) == (100, 23 * 60)
    assert usage.spend(NOW + timedelta(hours=24), "1")


def test_pages_are_walked_by_opaque_cursors_to_an_end_without_a_next() -> None:
    things, query = ["a", "b", "c"], "limit=2"
    seen: list[str] = []
    for _ in range(2):
        page: Any = edge(
            things,
            lambda one: {"id": one},
            key=lambda one: one,
            request=asked(query),
            token="made-up",
            base_url="https://graph.example",
        )
        seen += [one["id"] for one in page["data"]]
        query = page["paging"].get("next", "?").partition("?")[2]

    assert (seen, query) == (things, "")
    with pytest.raises(GraphRefusal):
        edge(
            things,
            str,
            key=str,
            request=asked("after=strange"),
            token="made-up",
            base_url="https://graph.example",
        )


def test_routes_differ_by_the_kind_of_their_node() -> None:
    routes = [
        Route[Any]("me", "GET", "me", lambda _call: SimResponse(200)),
        Route[Any]("page", "GET", ":id", lambda _call: SimResponse(200), "page"),
        Route[Any]("post", "GET", ":id", lambda _call: SimResponse(200), "post"),
    ]

    def name(path: str) -> str | None:
        found = find_route(routes, "GET", path, lambda node: "post" if "_" in node else "page")
        return found[0].name if found else None

    assert [name(path) for path in ("me", "1", "1_2", "1/feed")] == ["me", "page", "post", None]
