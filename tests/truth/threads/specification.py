"""Meta's collection of requests to Threads: which calls there are, their parameters, fields and answers.

A collection is no schema. It lists requests with all their parameters, those that are switched off too, holds
the names of all fields in variables, and gives examples of most answers: what stands in neither is unknown.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl

import pytest

from socialkit.sandbox._http import SimRequest
from tests.support import corpus
from tests.truth.graph import parsed_fields
from tests.truth.specification import Exchange

Key = tuple[str, str]
"""Method and path; a part of a path that is a variable is `:node`, and containers go by what they are of."""

COLLECTION = "threads-api.postman_collection.json"
VERSION = re.compile(r"v\d+\.\d+")
COMMON = frozenset({"access_token"})
VARIABLE = re.compile(r"\{\{(\w+)\}\}")
CHOICES = {
    "media_type": "media_type",
    "reply_control": "reply_control",
    "breakdown": "follower_demographics_breakdown",
}
"""Parameters with a list of values, and the variable that holds it."""


@dataclass(frozen=True)
class Extra:
    """Where the reference or an answer knows more than the collection; `why` says which."""

    why: str
    params: frozenset[str] = frozenset()
    like: Key | None = None
    """A call that may be asked for the same fields."""


EXTRAS: Mapping[Key, Extra] = {
    ("GET", "oauth/authorize"): Extra(
        "the window of the login is no request of the collection: it is in its settings",
        frozenset({"client_id", "redirect_uri", "scope", "response_type", "state"}),
    ),
    ("GET", ":node/conversation"): Extra(
        "recorded with cursors in pythreads-bodies/conversation: it comes in pages",
        frozenset({"limit", "after"}),
    ),
    ("GET", "profile_posts"): Extra(
        "cursors stand in documentation-examples/profile-posts: it comes in pages",
        frozenset({"limit", "after"}),
    ),
    ("GET", "me/threads_insights"): Extra(
        "recorded addresses of neighbours hold both: pythreads-bodies/user_insights_single_metric",
        frozenset({"since", "until"}),
    ),
    ("GET", "me/ghost_posts"): Extra(
        "the page about reading posts knows those that vanish, with the fields of the others",
        frozenset({"fields", "limit", "after"}),
        like=("GET", "me/threads"),
    ),
    ("GET", ":node/pending_replies"): Extra(
        "the page about replies knows those that wait",
        frozenset({"approval_status", "fields", "limit", "after"}),
        like=("GET", ":node/conversation"),
    ),
    ("POST", ":node/manage_pending_reply"): Extra(
        "the page about replies knows those that wait", frozenset({"approve"})
    ),
    ("POST", "me/threads?media_type=TEXT"): Extra(
        "the reference of posts knows approvals of replies, and countries in which a post is shown",
        frozenset({"enable_reply_approvals", "allowlisted_country_codes"}),
    ),
}
DIFFERENT = {
    "user_id": "the collection writes a text, and the page about tokens a number: it is read either way",
    "value": "a number in examples, and names in others",
}
"""Names in answers whose type is not that of the collection."""


@dataclass
class Call:
    """One call, as all requests of the collection together show it."""

    params: set[str] = field(default_factory=set[str])
    fields: list[frozenset[str]] = field(default_factory=list[frozenset[str]])
    """What may be asked for: of each kind of thing that the path may lead to."""


@dataclass(frozen=True)
class Collection:
    """The whole of it."""

    calls: Mapping[Key, Call]
    names: Mapping[str, frozenset[str]]
    """By name in an answer: of which types it was seen; none where it was only listed."""
    variables: Mapping[str, str]
    extras: Mapping[Key, Extra]

    def find(self, method: str, path: str) -> Key | None:
        """Return the call of a path: a literal one before one with a variable."""
        parts = path.split("/")
        general = "/".join((":node", *parts[1:]))
        known = {*self.calls, *self.extras}
        return next((key for key in ((method, path), (method, general)) if key in known), None)


def collection(extras: Mapping[Key, Extra] = EXTRAS) -> Collection:
    """Return the collection; skips the test where there is none."""
    folder = corpus("threads")
    if not (folder / "spec" / COLLECTION).is_file():
        pytest.skip(f"there is no collection of Threads at {folder}")
    calls, names, variables = _read(folder)
    return Collection(calls, names, variables, extras)


@lru_cache(maxsize=1)
def _read(folder: Path) -> tuple[Mapping[Key, Call], Mapping[str, frozenset[str]], Mapping[str, str]]:
    document: Any = json.loads((folder / "spec" / COLLECTION).read_text())
    variables = {one["key"]: str(one["value"]) for one in document["variable"]}
    calls: defaultdict[Key, Call] = defaultdict(Call)
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for item in _items(document["item"]):
        _add(calls, item["request"], variables)
        for response in item.get("response", []):
            _learn(_json(response.get("body")), seen)
    for file in (*folder.glob("*-*/*.json"),):
        _learn(_without_keeper(json.loads(file.read_text())), seen)
    for name in (one for call in calls.values() for known in call.fields for one in known):
        seen[name] |= set()
    return calls, {name: frozenset(kinds) for name, kinds in seen.items()}, variables


def _without_keeper(document: Any) -> Any:
    return document.get("body", document)


def _items(items: list[Any]) -> Iterator[Any]:
    for one in items:
        if "item" in one:
            yield from _items(one["item"])
        else:
            yield one


def _add(calls: defaultdict[Key, Call], request: Any, variables: Mapping[str, str]) -> None:
    url: dict[str, Any] = request["url"]
    path = str(url["raw"]).partition("?")[0].removeprefix("{{api_host}}").strip("/")
    parts = [":node" if VARIABLE.fullmatch(part) else part for part in path.split("/")]
    kind = next((one["value"] for one in url.get("query", []) if one["key"] == "media_type"), None)
    call = calls[request["method"], _of_kind(request["method"], "/".join(parts), kind)]
    for one in url.get("query", []):
        call.params.add(one["key"])
        if one["key"] == "fields":
            value = VARIABLE.sub(lambda found: variables[found[1]], one["value"])
            call.fields.append(frozenset(name for name, _ in parsed_fields(value)))


def _of_kind(method: str, path: str, kind: str | None) -> str:
    """Return the path of a call: a container of words takes other parameters than one of a file."""
    return f"{path}?media_type={kind}" if method == "POST" and kind is not None else path


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except ValueError:  # some examples are only the outline of an answer
        return None


def _learn(value: object, seen: defaultdict[str, set[str]]) -> None:
    if isinstance(value, list):
        for one in cast("list[object]", value):
            _learn(one, seen)
    elif isinstance(value, dict):
        for name, one in cast("dict[str, object]", value).items():
            seen[name].add(type(one).__name__)
            _learn(one, seen)


# What a test asks ------------------------------------------------------------------------------


def is_listed(spec: Collection, exchange: Exchange) -> bool:
    """Return whether the collection itself has a call, not the pages beside it alone."""
    return _key(spec, exchange) in spec.calls


def _key(spec: Collection, exchange: Exchange) -> Key | None:
    request = exchange.request
    path = "/".join(part for part in request.path.split("/") if part and not VERSION.fullmatch(part))
    return spec.find(request.method, _of_kind(request.method, path, _params(request).get("media_type")))


def _params(request: SimRequest) -> dict[str, str]:
    params = dict(request.query)
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        params |= dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    return params


def problems(spec: Collection, exchange: Exchange) -> list[str]:
    """Return where a request or its answer is not what the collection shows."""
    request, key = exchange.request, _key(spec, exchange)
    if key is None:
        return [f"{exchange}: there is no such call"]
    found = [*_param_problems(spec, key, _params(request))]
    if exchange.response.status < 300:
        found += _answer_problems(spec, key, json.loads(exchange.response.body))
    elif exchange.response.status >= 400:
        found += _refusal_problems(json.loads(exchange.response.body))
    return [f"{exchange}: {one}" for one in found]


def _param_problems(spec: Collection, key: Key, params: Mapping[str, str]) -> Iterator[str]:
    call, extra = spec.calls.get(key, Call()), spec.extras.get(key, Extra(""))
    known = call.params | extra.params | COMMON
    yield from (f"the parameter {name!r} is unknown" for name in params if name not in known)
    for name, variable in CHOICES.items():
        choices = re.split(r",\s*", spec.variables[variable])
        if name in params and params[name] not in choices:
            yield f"{name} is {params[name]!r}, and none of {choices}"
    if "metric" in params:
        which = "metrics_account" if key[1].startswith("me/") else "metrics_post"
        known_metrics = spec.variables[which].split(",")
        yield from (f"no metric {one!r}" for one in params["metric"].split(",") if one not in known_metrics)
    fields = [*call.fields, *(spec.calls[extra.like].fields if extra.like is not None else ())]
    asked = {name for name, _ in parsed_fields(params.get("fields", ""))}
    if asked and not any(asked <= kind for kind in fields):
        best = max(fields, key=lambda kind: len(kind & asked), default=frozenset[str]())
        yield f"the fields {sorted(asked - best)} are unknown"


def _answer_problems(spec: Collection, key: Key, body: Any) -> Iterator[str]:
    if key[1] == "debug_token":  # the collection gives no example of it
        return
    yield from _value_problems(spec, body)


def _value_problems(spec: Collection, value: object) -> Iterator[str]:
    if isinstance(value, list):
        for one in cast("list[object]", value):
            yield from _value_problems(spec, one)
    elif isinstance(value, dict):
        for name, one in cast("dict[str, object]", value).items():
            kinds = spec.names.get(name)
            if kinds is None:
                yield f"an answer has no {name!r}"
            elif kinds and type(one).__name__ not in kinds and name not in DIFFERENT:
                yield f"{name} is {str(one)[:40]!r}, and was seen as {sorted(kinds)}"
            yield from _value_problems(spec, one)


def _refusal_problems(body: Any) -> Iterator[str]:
    told = body.get("error")
    if told is None:
        if not {"error_type", "code", "error_message"} <= set(body):
            yield "a refusal is of no known shape"
        return
    for name, kind in (("message", str), ("type", str), ("code", int | str), ("fbtrace_id", str)):
        if not isinstance(told.get(name), kind):
            yield f"a refusal has no {name}"
