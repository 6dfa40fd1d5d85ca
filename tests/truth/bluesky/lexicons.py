"""The network's lexicons: what they say of requests and answers, and where servers were seen to differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from tests.truth.lexicon import (
    document,
    fields_of,
    has_format,
    input_problems,
    output_problems,
    parameter_problems,
    record_problems,
)
from tests.truth.specification import Exchange

REPO = "com.atproto.repo."
XRPC = "/xrpc/"


@dataclass(frozen=True)
class Disagreement:
    """One thing that the lexicons say and servers do otherwise."""

    where: str
    said: str
    seen: str
    """What was seen, and where."""
    problem: str
    """What the checker says of it, as a pattern."""
    recorded: bool = True
    """Whether recordings show it, or only the network itself was heard to do so."""


DISAGREEMENTS = (
    Disagreement(
        "records, times",
        "a time zone",
        "none: programs wrote `2023-07-21T01:33:51.481951` (extended_post_record), (like_record)",
        r"com\.atproto\.repo\.getRecord: answer: \$\.value\.createdAt: '[\d:.T-]+' is no datetime",
    ),
    Disagreement(
        "records, fields",
        "those of the record's lexicon",
        "fields that programs made up: anybody may write more (extended_post_record), (extended_like_record)",
        r"com\.atproto\.repo\.getRecord: answer: \$\.value: \w+ is in no lexicon",
    ),
    Disagreement(
        "app.bsky.video.uploadVideo, query",
        "no parameters",
        "`did` and `name`, without which the video service takes no film; the network's own app sends them",
        r"app\.bsky\.video\.uploadVideo: parameters: \$: (did|name) is in no lexicon",
        recorded=False,
    ),
    Disagreement(
        "app.bsky.video.uploadVideo, answer",
        "the job under `jobStatus`",
        "the job itself, bare; the network's own app reads it so",
        r"app\.bsky\.video\.uploadVideo: answer: \$: (jobStatus is missing|\w+ is in no lexicon)",
        recorded=False,
    ),
)


def problems(exchange: Exchange, without: Disagreement | None = None) -> list[str]:
    """Return where a request or its answer is not what the lexicons promise.

    Args:
        exchange: What passed.
        without: A disagreement that is not decided for the servers.
    """
    return decided(_problems(exchange), without)


def decided(found: Iterator[str], without: Disagreement | None = None) -> list[str]:
    """Return what no disagreement explains."""
    known = [re.compile(one.problem) for one in DISAGREEMENTS if one is not without]
    return [one for one in found if not any(pattern.search(one) for pattern in known)]


def nsid_of(exchange: Exchange) -> str | None:
    """The method that is called; None for what is no method."""
    head, found, name = exchange.request.path.partition(XRPC)
    return name if found and not head else None


def _problems(exchange: Exchange) -> Iterator[str]:
    name = nsid_of(exchange)
    defs = document(name) if name is not None else None
    if name is None or defs is None:
        yield f"{exchange}: there is no such method"
        return
    for one in _wrong(name, defs["main"], exchange):
        yield f"{exchange.operation}: {name}: {one}"


def _wrong(name: str, method: dict[str, Any], exchange: Exchange) -> Iterator[str]:
    request, answer = exchange.request, exchange.response
    if request.method != {"query": "GET", "procedure": "POST"}[method["type"]]:
        yield f"request: {request.method} for a {method['type']}"
    yield from (f"parameters: {one}" for one in parameter_problems(name, request.query))
    yield from (f"request: {one}" for one in _request_problems(name, method, exchange))
    if answer.status >= 400:
        yield from (f"refusal: {one}" for one in _refusal_problems(answer.body))
    elif "schema" in method.get("output", {}):
        yield from (f"answer: {one}" for one in output_problems(name, json.loads(answer.body)))
    elif answer.body and "output" not in method:
        yield f"answer: a body where the lexicon has none: {answer.body[:80]!r}"


def _request_problems(name: str, method: dict[str, Any], exchange: Exchange) -> Iterator[str]:
    body, kind = exchange.request.body, exchange.request.headers.get("content-type", "")
    if "input" not in method:
        if body:
            yield "a body where the lexicon has none"
        return
    wanted = method["input"]["encoding"]
    if not re.fullmatch(re.escape(wanted).replace(r"\*", "[^/; ]+"), kind):
        yield f"a body of type {kind!r}, not {wanted}"
    elif wanted == "application/json":
        value = json.loads(body)
        yield from input_problems(name, value)
        for collection, key, record in records_of(name, value):
            yield from _record_problems(collection, key, record)


def records_of(name: str, body: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield collection, key and value of the records that a body writes."""
    if name == f"{REPO}putRecord":
        yield body["collection"], body["rkey"], body["record"]
    elif name == f"{REPO}applyWrites":
        for write in cast("list[dict[str, Any]]", body["writes"]):
            yield write["collection"], write["rkey"], write["value"]


def _record_problems(collection: str, key: str, record: object) -> Iterator[str]:
    """Say what is wrong with a record; lexicons of the calls let anything pass there."""
    defs = document(collection)
    if defs is None or fields_of(record).get("$type") != collection:
        yield f"{fields_of(record).get('$type')} is no record of {collection}"
        return
    form = defs["main"]["key"]
    if form == "tid" and not has_format(key, "tid"):
        yield f"{collection}: the key {key!r} is no {form}"
    yield from (f"{collection}: {one}" for one in record_problems(collection, record))


def _refusal_problems(body: bytes) -> Iterator[str]:
    said = fields_of(json.loads(body))
    if not isinstance(said.get("error"), str) or not isinstance(said.get("message"), str):
        yield f"it has no name and no message: {body[:80]!r}"
