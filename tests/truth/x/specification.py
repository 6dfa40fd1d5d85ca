"""X's OpenAPI document: what it says of requests and answers, in its own vocabulary and in the older one."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from email.message import Message
from email.parser import BytesParser
from functools import lru_cache
from typing import Any, Final, cast

import pytest
from jsonschema import Draft202012Validator

from socialkit.sandbox._http import SimRequest, SimResponse
from tests.support import corpus
from tests.truth.specification import FORMATS, Document, Exchange, find_path

JSON: Final = "application/json"
UNDOCUMENTED: Final = ("/2/oauth2/", "/i/oauth2/", "/oauth/", "/oauth2/")
"""Logins, which the document only names."""

TOKENS: Final = {"OAuth": {"UserToken"}, "Bearer": {"OAuth2UserToken", "BearerToken"}}
"""Schemes of authorization, and what the document calls the tokens that come by them."""

NAMES: Final = {
    "tweet.fields": "post.fields",
    "note_tweet": "note_post",
    "referenced_tweets": "referenced_posts",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "total_tweet_count": "total_post_count",
    "tweets": "posts",
}
"""The older names by the document's own."""
EXPANDED: Final = {
    "author_id",
    "edit_history_post_ids",
    "in_reply_to_user_id",
    "referenced_posts",
    "sender_id",
}
"""What were fields, and are expansions in the document."""


@dataclass(frozen=True)
class Disagreement:
    """One thing that the document says and X does otherwise."""

    where: str
    said: str
    seen: str
    repair: Callable[[Document], None]


def _untyped_problem(document: Document) -> None:
    known = {"type": "object", "required": ["title", "detail", "type", "status"]}
    untyped = {**known, "properties": {"type": {"const": "about:blank"}, "status": {"type": "integer"}}}
    document["components"]["schemas"]["Problem"]["oneOf"].append(untyped)


DISAGREEMENTS: Final = (
    Disagreement(
        "problems without a type",
        "one of nine types",
        "`about:blank`, of which others published bodies: a repeated post, a missing scope, a spent window",
        _untyped_problem,
    ),
)


@lru_cache(maxsize=1)
def _published() -> Document:
    path = corpus("x", "spec", "openapi-x-api-v2.json.gz")
    if not path.is_file():
        pytest.skip(f"the OpenAPI document is not at {path}")
    found: Document = json.loads(gzip.decompress(path.read_bytes()))
    return found


def document(without: str | None = None) -> Document:
    """Return the document with its disagreements decided, but one if it is named."""
    found = copy.deepcopy(_published())
    for one in DISAGREEMENTS:
        if one.where != without:
            one.repair(found)
    return found


# The older vocabulary ----------------------------------------------------------------------


def renamed(exchange: Exchange) -> Exchange:
    """Return an exchange in the document's vocabulary."""
    request, response = exchange.request, exchange.response
    if request.path.startswith(UNDOCUMENTED):
        return exchange
    fields = dict(request.query)
    asked = fields.pop("tweet.fields", None)
    if asked is not None:
        names = {NAMES.get(one, one) for one in asked.split(",")}
        expansions = {*fields.get("expansions", "").split(","), *(names & EXPANDED)} - {""}
        fields["post.fields"] = ",".join(sorted(names - EXPANDED))
        if expansions:
            fields["expansions"] = ",".join(sorted(expansions))
    if "dm_event.fields" in fields:
        fields["dm_event.fields"] = ",".join(
            one for one in fields["dm_event.fields"].split(",") if one not in EXPANDED
        )
    body = json.dumps(_in_new_names(json.loads(response.body))).encode() if response.body else b""
    return replace(
        exchange,
        request=replace(request, query=tuple(fields.items())),
        response=SimResponse(response.status, response.headers, body),
    )


def _in_new_names(value: Any) -> Any:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {NAMES.get(name, name): _in_new_names(inner) for name, inner in fields.items()}
    items: Any = value
    return [_in_new_names(one) for one in items] if isinstance(value, list) else value


# Checking ------------------------------------------------------------------------------------


def problems(document: Document, exchange: Exchange) -> list[str]:
    """Return where a request or its answer is not what the document promises; unknown parameters too."""
    request = exchange.request
    if request.path.startswith(UNDOCUMENTED):
        return []
    path = find_path(document, request.method, request.path)
    if path is None:
        return [f"{exchange}: the document has no such call"]
    operation = document["paths"][path][request.method.lower()]
    found = [
        *_path_problems(document, operation, path, request.path),
        *_query_problems(document, operation, request),
        *_body_problems(document, operation, request),
        *_answer_problems(document, operation, exchange.response),
    ]
    found += _token_problems(operation, request)
    return [f"{exchange}: {one}" for one in found]


def _token_problems(operation: Any, request: SimRequest) -> Iterator[str]:
    """Yield what is wrong with who asks; a bearer's token may be a person's or the app's."""
    scheme = request.headers.get("authorization", "").partition(" ")[0]
    if scheme not in TOKENS:
        yield "it needs a token and has none"
    elif not TOKENS[scheme] & {name for one in operation["security"] for name in one}:
        yield f"a token of the scheme {scheme} is not taken here"


def _misfits(document: Document, schema: Any, value: object) -> Iterator[str]:
    root = {"$ref": "#/wanted", "wanted": schema, "components": document["components"]}
    checker: Any = Draft202012Validator(root, format_checker=FORMATS)
    for error in checker.iter_errors(value):
        yield f"{error.json_path}: {error.message[:300]}"


def _parameters(document: Document, operation: Any, place: str) -> dict[str, Any]:
    found = [
        document["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for one in operation.get("parameters", ())
    ]
    return {one["name"]: one for one in found if one["in"] == place}


def _path_problems(document: Document, operation: Any, pattern: str, path: str) -> Iterator[str]:
    known = _parameters(document, operation, "path")
    for name, value in zip(pattern.split("/"), path.split("/"), strict=True):
        if name.startswith("{"):
            parameter = known[name.strip("{}")]
            yield from (f"{name}: {one}" for one in _misfits(document, parameter["schema"], value))


def _query_problems(document: Document, operation: Any, request: SimRequest) -> Iterator[str]:
    known, given = _parameters(document, operation, "query"), dict(request.query)
    if len(given) < len(request.query):
        yield "a parameter stands there twice"
    yield from (f"the parameter {name!r} is unknown" for name in given if name not in known)
    for name, parameter in known.items():
        if name in given:
            value = _typed(given[name], parameter["schema"])
            yield from (f"{name}: {one}" for one in _misfits(document, parameter["schema"], value))
        elif parameter.get("required"):
            yield f"the parameter {name!r} is missing"


def _typed(text: str, schema: Any) -> object:
    kind = schema.get("type")
    if kind == "array":
        return text.split(",")
    return int(text) if kind == "integer" and re.fullmatch(r"-?\d+", text) else text


def _body_problems(document: Document, operation: Any, request: SimRequest) -> Iterator[str]:
    body = operation.get("requestBody")
    if not request.body:
        if body is not None and body.get("required"):
            yield "the body is missing"
        return
    kind = request.headers.get("content-type", "").partition(";")[0]
    content: Any = {} if body is None else body["content"]
    if kind not in content:
        yield f"a body of type {kind!r} is unknown"
        return
    schema = content[kind]["schema"]
    value = json.loads(request.body) if kind == JSON else _multipart(document, schema, request)
    known = set(_resolved(document, schema).get("properties", ()))
    yield from (f"the field {name!r} is unknown" for name in value if name not in known)
    yield from (f"body{one}" for one in _misfits(document, schema, value))


def _resolved(document: Document, schema: Any) -> Any:
    if "$ref" in schema:
        return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _multipart(document: Document, schema: Any, request: SimRequest) -> dict[str, object]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    whole: Message = BytesParser().parsebytes(head + request.body)
    properties = _resolved(document, schema)["properties"]
    found: dict[str, object] = {}
    for part in whole.walk():
        if not part.is_multipart():
            name = str(part.get_param("name", header="content-disposition"))
            payload = part.get_payload(decode=True)
            text = payload.decode("latin-1") if isinstance(payload, bytes) else ""
            found[name] = _typed(text, properties.get(name, {}))
    return found


def _answer_problems(document: Document, operation: Any, response: SimResponse) -> Iterator[str]:
    answers: Mapping[str, Any] = operation["responses"]
    if response.status >= 400:
        schema: Any = {"anyOf": [{"$ref": f"#/components/schemas/{one}"} for one in ("Error", "Problem")]}
    elif str(response.status) not in answers:
        yield "the status is not one that the document knows"
        return
    else:
        schema = answers[str(response.status)]["content"][JSON]["schema"]
        yield from (f"answer{one}" for one in _strangers(document, schema, json.loads(response.body), "$"))
    yield from (f"answer{one}" for one in _misfits(document, schema, json.loads(response.body)))


def _strangers(document: Document, schema: Any, value: Any, place: str) -> Iterator[str]:
    """Yield the names that no schema of an object knows: the document itself forbids none."""
    branches = [*_branches(document, schema)]
    if isinstance(value, list):
        items = {"anyOf": [one["items"] for one in branches if "items" in one]}
        for number, inner in enumerate(cast("list[Any]", value)):  # type: ignore[redundant-cast]  # pyright
            yield from _strangers(document, items, inner, f"{place}[{number}]")
    if not isinstance(value, dict) or not any("properties" in one for one in branches):
        return  # an object of which nothing is said may hold anything
    for name, inner in cast("dict[str, Any]", value).items():
        known = [one["properties"][name] for one in branches if name in one.get("properties", ())]
        if not known:
            yield f"{place}: the field {name!r} is unknown"
        yield from _strangers(document, {"anyOf": known}, inner, f"{place}.{name}")


def _branches(document: Document, schema: Any) -> Iterator[Any]:
    whole = _resolved(document, schema)
    yield whole
    for kind in ("allOf", "anyOf", "oneOf"):
        for one in whole.get(kind, ()):
            yield from _branches(document, one)
