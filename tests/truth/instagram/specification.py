"""Meta's node specifications of Instagram for either login, and where the reference knows more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest

from tests.support import corpus
from tests.truth.graph import Extra, Node, Specification, answer_problems, enums, nodes, request_problems
from tests.truth.specification import Exchange

CODE = frozenset({"client_id", "client_secret", "redirect_uri", "code", "grant_type"})
DIALOG = frozenset({"client_id", "redirect_uri", "state", "scope", "response_type"})
CALLS: Mapping[tuple[str, str], frozenset[str]] = {
    ("GET", "dialog/oauth"): DIALOG,
    ("GET", "oauth/access_token"): CODE | {"fb_exchange_token"},
    ("GET", "oauth/authorize"): DIALOG,
    ("POST", "oauth/access_token"): CODE,
    ("GET", "access_token"): frozenset({"client_secret", "grant_type"}),
    ("GET", "refresh_access_token"): frozenset({"grant_type"}),
    ("GET", "debug_token"): frozenset({"input_token"}),
    ("GET", "ig_hashtag_search"): frozenset({"user_id", "q"}),
}
"""Calls of no node: https://developers.facebook.com/docs/instagram-platform."""

LABELS = frozenset({"is_ai_generated", "is_paid_partnership", "branded_content_sponsor_ids"})
CLICKS = frozenset({"link_clicks"})
"""Of stories."""
NEWER = "the reference of 2026-09-11 is newer than the specification of 2026-04-15"
EXTRAS: Mapping[tuple[str, str | None], Extra] = {
    ("IGUser", "media"): Extra(NEWER, params=LABELS),
    ("IGUserForIGOnlyAPI", "media"): Extra(NEWER, params=LABELS),
    ("IGMedia", "insights"): Extra(NEWER, values={"metric": CLICKS}),
    ("IGMediaForIGOnlyAPI", "insights"): Extra(NEWER, values={"metric": CLICKS}),
}
OF_INSTAGRAM = {
    "IGUser": "IGUserForIGOnlyAPI",
    "IGMedia": "IGMediaForIGOnlyAPI",
}
"""What nodes are called with Instagram's own login."""
RETURNS = {
    "Media": "IGMediaForIGOnlyAPI",
    "IGGraphMedia": "IGMediaForIGOnlyAPI",
    "User": "IGUserForIGOnlyAPI",
    "Comment": "IGComment",
    "IGGraphComment": "IGComment",
    "InsightsResult": "InstagramInsightsResult",
}
"""What the specification calls things that it describes under other names.

Of a metric it says for Instagram's own login that there is no `total_value`, which was recorded with it.
"""
CONTAINER: dict[str, Any] = {
    "apis": [{"method": "GET", "name": "#get", "params": [], "return": "IGContainer"}],
    "fields": {"id": "string", "status": "string", "status_code": "string"},
}
"""A container has no specification: as recorded in publish/container_info."""
HASHTAG: dict[str, Any] = {
    "apis": [
        {
            "method": "GET",
            "endpoint": edge,
            "params": [{"name": "user_id", "type": "string", "required": True}],
            "return": "IGMedia",
        }
        for edge in ("recent_media", "top_media")
    ],
    "fields": {"id": "string", "name": "string"},
}
"""A hashtag has none either: as in the reference of hashtag search."""
UPLOADS = "/ig-api-upload/"
"""The host that takes bytes has no specification."""


def specification(kinds: Mapping[str, str], login: str) -> Specification:
    """Return the specification of a login, with the kinds of the nodes that were asked."""
    folder = corpus("instagram", "spec")
    if not folder.is_dir():
        pytest.skip(f"there are no node specifications at {folder}")

    def kind_of(node: str) -> str | None:
        kind = kinds.get(node)
        return OF_INSTAGRAM.get(kind or "", kind) if login == "instagram" else kind

    return Specification(_nodes(), enums(corpus("facebook", "spec")), kind_of, EXTRAS, CALLS)


@lru_cache(maxsize=1)
def _nodes() -> Mapping[str, Node]:
    found = {**nodes(corpus("facebook", "spec")), **nodes(corpus("instagram", "spec"))}
    for name, made in (("IGContainer", CONTAINER), ("ShadowIGHashtag", HASHTAG)):
        found[name] = Node(name, tuple(made["apis"]), made["fields"])
    return {name: _mended(one) for name, one in found.items()}


def _mended(node: Node) -> Node:
    """Return a node with the names that answer: the guide publishes at `media_publish` with either login.

    Of a comment the specification of Instagram's own login says nothing: it is the same thing.
    """
    apis = [
        {
            **one,
            "endpoint": "media_publish" if one.get("endpoint") == "mediapublish" else one.get("endpoint"),
            "return": RETURNS.get(one["return"], one["return"]),
        }
        for one in node.apis
    ]
    return replace(node, apis=tuple(apis))


def problems(spec: Specification, exchange: Exchange) -> list[str]:
    """Return where a request or its answer is not what the specification promises."""
    request = exchange.request
    if UPLOADS in request.path:
        return []
    found = [*request_problems(spec, request)]
    if exchange.response.status != 302:
        found += answer_problems(spec, request, exchange.response)
    return [f"{exchange.operation}: {one}" for one in found]


def of(kinds: Mapping[str, str], exchange: Exchange) -> Mapping[str, str]:
    """Return the kinds, where `me` is a person for the call that only people have."""
    edge = exchange.request.path.rpartition("/")[2]
    return {**kinds, "me": "User"} if edge == "accounts" else kinds
