"""Meta's node specifications of Facebook, and where the reference or recordings know more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import pytest

from tests.support import corpus
from tests.truth.graph import Extra, Specification, answer_problems, enums, nodes, request_problems
from tests.truth.specification import Exchange

CALLS: Mapping[tuple[str, str], frozenset[str]] = {
    ("GET", "dialog/oauth"): frozenset({"client_id", "redirect_uri", "state", "scope", "response_type"}),
    ("GET", "oauth/access_token"): frozenset(
        {"client_id", "client_secret", "redirect_uri", "code", "grant_type", "fb_exchange_token"}
    ),
    ("GET", "debug_token"): frozenset({"input_token"}),
}
"""Calls of no node, after https://developers.facebook.com/docs/facebook-login."""

EXTRAS: Mapping[tuple[str, str | None], Extra] = {
    ("Page", "photos"): Extra(
        "the reference of the edge takes the file itself as `source`", params=frozenset({"source"})
    ),
    ("User", "accounts"): Extra(
        "recorded in graph-base/user_accounts_token: what the person may do", fields=frozenset({"tasks"})
    ),
}
MADE: Mapping[tuple[str, str], str] = {
    ("Page", "feed"): "PagePost",
    ("PagePost", "comments"): "Comment",
    ("Comment", "comments"): "Comment",
}
"""Of what kind a write makes something, which is told with the write when fields are asked for."""
UPLOADS = "/video-upload/"
"""The host that takes bytes has no specification."""


def specification(kinds: Mapping[str, str]) -> Specification:
    """Return the specification, with the kinds of the nodes that were asked; skips where there is none."""
    folder = corpus("facebook", "spec")
    if not folder.is_dir():
        pytest.skip(f"there are no node specifications at {folder}")
    return Specification(nodes(folder), _enums(), kinds.get, EXTRAS, CALLS, MADE)


@lru_cache(maxsize=1)
def _enums() -> Mapping[str, frozenset[str]]:
    return enums(corpus("facebook", "spec"))


def problems(spec: Specification, exchange: Exchange) -> list[str]:
    """Return where a request or its answer is not what the specification promises."""
    request = exchange.request
    if UPLOADS in request.path or _asks_what_it_is(exchange):
        return []
    found = [*request_problems(spec, request)]
    if exchange.response.status != 302:
        found += answer_problems(spec, request, exchange.response)
    return [f"{exchange.operation}: {one}" for one in found]


def _asks_what_it_is(exchange: Exchange) -> bool:
    """Tell whether a file is read as a picture first, and as a video once that is refused."""
    return exchange.operation == "media.get" and exchange.response.status == 400


def of(kinds: Mapping[str, str], exchange: Exchange) -> Mapping[str, str]:
    """Return the kinds, where `me` is a person for the calls that only people have."""
    edge = exchange.request.path.rpartition("/")[2]
    return {**kinds, "me": "User" if edge in {"accounts", "businesses"} else "Page"}
