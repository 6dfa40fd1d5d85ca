"""Every answer of the simulated Mastodon against the OpenAPI document of the API."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from socialkit.sandbox.mastodon._gate import ROUTES
from tests.sandbox.mastodon.walk import walk
from tests.sandbox.support import Answer, when
from tests.support import corpus

FORMATS = FormatChecker(["date"])


def is_time(value: object) -> bool:
    return not isinstance(value, str) or bool(when(value))


FORMATS.checks("date-time", raises=ValueError)(is_time)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    path = corpus("mastodon", "spec", "mastodon-openapi.json.gz")
    if not path.is_file():
        pytest.skip(f"the OpenAPI document is not at {path}")
    return corrected(json.loads(gzip.decompress(path.read_bytes())))


def corrected(document: dict[str, Any]) -> dict[str, Any]:
    """Repair where the document contradicts what real servers were recorded to send."""
    document = copy.deepcopy(document)
    schemas = document["components"]["schemas"]
    # A quote with its status matches both variants of a `oneOf`.
    quote = schemas["Status"]["properties"]["quote"]
    quote["anyOf"] = quote.pop("oneOf")
    # What a caller did not say about a scheduled status is null.
    schemas["ScheduledStatus"]["properties"]["params"]["properties"]["visibility"] = {
        "oneOf": [{"$ref": "#/components/schemas/StatusVisibilityEnum"}, {"type": "null"}]
    }
    # A deleted status has its source instead of its HTML.
    deleted = copy.deepcopy(schemas["Status"])
    deleted["required"] = [*(set(deleted["required"]) - {"content"}), "text"]
    schemas["DeletedStatus"] = deleted
    success = document["paths"]["/api/v1/statuses/{id}"]["delete"]["responses"]["200"]
    success["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/DeletedStatus"}
    return document


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    return walk()


def operation(document: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Return what the document says of a request; literal paths come before those with parameters."""
    for path in sorted(document["paths"], key=lambda path: path.count("{")):
        pattern = re.sub(r"\{\w+\}", "[^/]+", re.sub(r"\.", r"\\.", path))
        found: dict[str, Any] | None = document["paths"][path].get(answer.request.method.lower())
        if found is not None and re.fullmatch(pattern, answer.request.path.rstrip("/")):
            return found
    raise AssertionError(f"{answer.request.method} {answer.request.path} is not in the document")


def problems(document: dict[str, Any], answer: Answer) -> Iterator[str]:
    """Yield where an answer is not what the document promises."""
    promised = operation(document, answer)["responses"].get(str(answer.status), {})
    schema = promised.get("content", {}).get("application/json", {}).get("schema")
    if answer.status >= 400:
        schema = {"$ref": "#/components/schemas/Error"}
    if schema is None:
        return
    root = {"$ref": "#/wanted", "wanted": schema, "components": document["components"]}
    validator: Any = Draft202012Validator(root, format_checker=FORMATS)
    for error in validator.iter_errors(answer.json):
        call = f"{answer.request.method} {answer.request.path} {answer.status}"
        yield f"{call}: {error.json_path}: {error.message[:300]}"


def test_every_answer_is_what_the_document_promises(document: dict[str, Any], answers: list[Answer]) -> None:
    assert [problem for answer in answers for problem in problems(document, answer)] == []


def test_every_status_code_is_one_that_the_document_knows(
    document: dict[str, Any], answers: list[Answer]
) -> None:
    unknown = {
        (answer.request.method, answer.request.path, answer.status)
        for answer in answers
        if str(answer.status) not in operation(document, answer)["responses"]
    }

    assert {status for _, _, status in unknown} <= {403}  # it documents missing scopes for few routes only


def test_the_walk_reaches_every_route_with_success(answers: list[Answer]) -> None:
    reached = {
        route.name
        for answer in answers
        for route in ROUTES
        if answer.status < 400 and route.match(answer.request.method, answer.request.path) is not None
    }

    assert {route.name for route in ROUTES} - reached == set()


def test_the_checker_finds_a_wrong_answer(document: dict[str, Any], answers: list[Answer]) -> None:
    good = next(answer for answer in answers if answer.request.path == "/api/v1/accounts/verify_credentials")
    body = good.json | {"created_at": "yesterday"}
    del body["acct"]
    bad = Answer(good.request, type(good.response)(200, {}, json.dumps(body).encode()))

    found = " ".join(problems(document, bad))

    assert "'acct' is a required property" in found
    assert "'yesterday' is not a 'date-time'" in found
