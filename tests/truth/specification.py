"""The API's OpenAPI document: what it says of requests and answers, and where recorded servers differ."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from socialkit.sandbox._http import SimRequest, SimResponse
from tests.support import corpus
from tests.truth.recordings import Recording

Document = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
FORMATS = FormatChecker(["date"])


def is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


FORMATS.checks("date-time", raises=ValueError)(is_time)


# Where the recordings win --------------------------------------------------------------------


@dataclass(frozen=True)
class Disagreement:
    """One thing that the document says and servers were recorded to do otherwise."""

    where: str
    said: str
    seen: str
    """What was recorded, and where."""
    repair: Callable[[Document], None]
    shows: Callable[[Recording], bool] | None = None
    """Tells whether a recording shows it; None where nothing was recorded."""


def _any_quote(document: Document) -> None:
    quote = document["components"]["schemas"]["Status"]["properties"]["quote"]
    quote["anyOf"] = quote.pop("oneOf")


def _any_status(document: Document) -> None:
    content = document["paths"]["/api/v1/statuses"]["post"]["requestBody"]["content"]
    content[JSON]["schema"]["anyOf"] = content[JSON]["schema"].pop("oneOf")


def _nullable_visibility(document: Document) -> None:
    params = document["components"]["schemas"]["ScheduledStatus"]["properties"]["params"]["properties"]
    params["visibility"] = {
        "oneOf": [{"$ref": "#/components/schemas/StatusVisibilityEnum"}, {"type": "null"}]
    }


def _source_of_deleted(document: Document) -> None:
    schemas = document["components"]["schemas"]
    schemas["DeletedStatus"] = copy.deepcopy(schemas["Status"])
    schemas["DeletedStatus"]["required"] = [*(set(schemas["Status"]["required"]) - {"content"}), "text"]
    answers = document["paths"]["/api/v1/statuses/{id}"]["delete"]["responses"]
    answers["200"]["content"][JSON]["schema"] = {"$ref": "#/components/schemas/DeletedStatus"}


def _bracketed_lists(document: Document) -> None:
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query" and parameter["schema"].get("type") == "array":
                    parameter["name"] += "[]"


def _forms(document: Document) -> None:
    for path in ("/api/v1/apps", "/oauth/token"):
        content = document["paths"][path]["post"]["requestBody"]["content"]
        content[FORM] = copy.deepcopy(content[JSON])
    redirect = document["paths"]["/api/v1/apps"]["post"]["requestBody"]["content"][FORM]["schema"]
    redirect["properties"]["redirect_uris"] = {"type": "string"}


def _text_header(document: Document) -> None:
    for parameter in document["paths"]["/api/v1/statuses"]["post"]["parameters"]:
        if parameter["name"] == "Idempotency-Key":
            parameter["schema"] = {"type": "string"}


def _has_whole_quote(one: Recording) -> bool:
    return b'"quote":{"state"' in one.body and b'"quoted_status":{"id"' in one.body


def _asks_with_text(one: Recording) -> bool:
    return one.path == "/api/v1/statuses" and {"status", "poll"} <= set(json.loads(one.sent))


def _has_no_visibility(one: Recording) -> bool:
    return '"params":{' in one.body.decode() and '"visibility":null' in one.body.decode()


def _is_deleted(one: Recording) -> bool:
    return one.method == "DELETE" and "text" in one.json and "content" not in one.json


def _lists_in_brackets(one: Recording) -> bool:
    return "types[]=" in unquote(one.url)


def _is_form(one: Recording) -> bool:
    return one.path == "/api/v1/apps" and "redirect_uris=urn" in one.sent


DISAGREEMENTS = (
    Disagreement(
        "GET statuses/:id, quote",
        "exactly one of a whole and a shallow quote",
        "a quote with its status and its state, which fits both (test_status_post_with_quote)",
        _any_quote,
        _has_whole_quote,
    ),
    Disagreement(
        "POST statuses, body",
        "exactly one of a text, media or a poll",
        "a text with a poll (test_polls)",
        _any_status,
        _asks_with_text,
    ),
    Disagreement(
        "scheduled statuses, params.visibility",
        "one of the known visibilities",
        "null where the caller said nothing (test_scheduled_status)",
        _nullable_visibility,
        _has_no_visibility,
    ),
    Disagreement(
        "DELETE statuses/:id",
        "a status with its HTML",
        "a status with its source in `text`, and no `content` (test_status_reply)",
        _source_of_deleted,
        _is_deleted,
    ),
    Disagreement(
        "lists in a query",
        "`types=…`, the name as it stands",
        "`types[]=…`, with brackets (test_notifications_exclude_and_types)",
        _bracketed_lists,
        _lists_in_brackets,
    ),
    Disagreement(
        "POST apps, POST oauth/token",
        "JSON alone, redirect addresses in a list",
        "forms, one address (test_app_account_create_invalid)",
        _forms,
        _is_form,
    ),
    Disagreement(
        "POST statuses, Idempotency-Key",
        "an object",
        "nothing was recorded; a header is a text",
        _text_header,
    ),
)


def document() -> Document:
    """Return the document, put right where servers were recorded to differ; skips where there is none."""
    path = corpus("mastodon", "spec", "mastodon-openapi.json.gz")
    if not path.is_file():
        pytest.skip(f"the OpenAPI document is not at {path}")
    return corrected(json.loads(gzip.decompress(path.read_bytes())))


def corrected(document: Document, without: str | None = None) -> Document:
    """Return a document with all disagreements decided for the recordings, but one if it is named."""
    document = copy.deepcopy(document)
    for one in DISAGREEMENTS:
        if one.where != without:
            one.repair(document)
    return document


# Checking ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exchange:
    """One request as it leaves a client, and its answer."""

    operation: str
    """The client's operation behind it, such as `posts.publish`."""
    request: SimRequest
    response: SimResponse

    def __str__(self) -> str:
        return f"{self.operation}: {self.request.method} {self.request.path} {self.response.status}"


@lru_cache(maxsize=1_024)
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))


def find_path(document: Document, method: str, path: str) -> str | None:
    """Return the document's own path for a request; literal ones come before those with parameters."""
    for known in sorted(document["paths"], key=lambda one: one.count("{")):
        if method.lower() in document["paths"][known] and _pattern(known).fullmatch(path.rstrip("/")):
            found: str = known
            return found
    return None


def problems(document: Document, exchange: Exchange) -> list[str]:
    """Return where a request or its answer is not what the document promises."""
    request = exchange.request
    path = find_path(document, request.method, request.path)
    if path is None:
        return [f"{exchange}: the document has no such call"]
    operation = document["paths"][path][request.method.lower()]
    found = [
        *_query_problems(document, operation, request),
        *_header_problems(document, operation, request),
        *_body_problems(document, operation, request),
        *_answer_problems(document, operation, exchange.response),
    ]
    return [f"{exchange}: {one}" for one in found]


def _misfits(document: Document, schema: Any, value: object) -> Iterator[str]:
    root = {"$ref": "#/wanted", "wanted": schema, "components": document["components"]}
    checker: Any = Draft202012Validator(root, format_checker=FORMATS)
    for error in checker.iter_errors(value):
        yield f"{error.json_path}: {error.message[:300]}"


def _query_problems(document: Document, operation: Any, request: SimRequest) -> Iterator[str]:
    known = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "query"}
    given = _gathered(request.query)
    yield from (f"the parameter {name!r} is unknown" for name in given if name not in known)
    for name, parameter in known.items():
        if name not in given:
            if parameter.get("required"):
                yield f"the parameter {name!r} is missing"
            continue
        value = _typed(given[name], parameter["schema"])
        yield from (f"{name}: {one}" for one in _misfits(document, parameter["schema"], value))


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return gathered


def _typed(values: list[str], schema: Any) -> object:
    """Return a parameter's value as the type that its schema asks for, where it can be one."""
    kind = schema.get("type")
    if kind == "array":
        return values
    text = values[-1]
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def _header_problems(document: Document, operation: Any, request: SimRequest) -> Iterator[str]:
    for one in operation.get("parameters", ()):
        value = request.headers.get(one["name"].lower()) if one["in"] == "header" else None
        if value is not None:
            yield from (f"{one['name']}: {misfit}" for misfit in _misfits(document, one["schema"], value))
    if operation.get("security") and not request.headers.get("authorization", "").startswith("Bearer "):
        yield "it needs a token and has none"


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
    schema, value = content[kind]["schema"], _decoded(kind, request)
    known = set(_properties(document, schema))
    yield from (f"the field {name!r} is unknown" for name in value if name not in known)
    yield from (f"body{one}" for one in _misfits(document, schema, value))


def _decoded(kind: str, request: SimRequest) -> dict[str, Any]:
    if kind == JSON:
        value: dict[str, Any] = json.loads(request.body)
        return value
    if kind == FORM:
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    whole: Message = BytesParser().parsebytes(head + request.body)
    return {str(part.get_param("name", header="content-disposition")): _text(part) for part in _parts(whole)}


def _parts(whole: Message) -> list[Message]:
    return [part for part in whole.walk() if not part.is_multipart()]


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("latin-1") if isinstance(payload, bytes) else ""


def _properties(document: Document, schema: Any) -> Iterator[str]:
    """Yield the names of all fields that a schema knows, whichever of its variants has them."""
    if "$ref" in schema:
        yield from _properties(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    yield from schema.get("properties", ())
    for variants in ("allOf", "anyOf", "oneOf"):
        for variant in schema.get(variants, ()):
            yield from _properties(document, variant)


def _answer_problems(document: Document, operation: Any, response: SimResponse) -> Iterator[str]:
    promised: Mapping[str, Any] | None = operation["responses"].get(str(response.status))
    if promised is None:
        yield "the status is not one that the document knows"
        return
    schema = promised.get("content", {}).get(JSON, {}).get("schema")
    if response.status >= 400:
        schema = {"$ref": "#/components/schemas/Error"}
    if schema is not None:
        yield from (f"answer{one}" for one in _misfits(document, schema, json.loads(response.body)))
