"""Meta's node specifications: which parameters and fields a node and its edges have, and of which types.

A file of the specification is a node. Its `apis` are the calls on the node itself (they have a name such as
`#get`) and on its edges; its `fields` are what a read may name and an answer may hold.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl

from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox._params import SimFile

Api = dict[str, Any]

COMMON = frozenset({"fields", "access_token", "appsecret_proof"})
"""What every call takes; https://developers.facebook.com/docs/graph-api/overview."""
NONE: frozenset[str] = frozenset()
PAGED = frozenset({"limit", "after", "before", "summary", "order", "__paging_token"})
"""What every edge takes, https://developers.facebook.com/docs/graph-api/results."""
VERSION = re.compile(r"v\d+\.\d+")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LISTED = re.compile(r"list<(\w+)>")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000|\d{9,10}")


@dataclass(frozen=True)
class Node:
    """One file of the specification."""

    name: str
    apis: tuple[Api, ...]
    fields: Mapping[str, str]
    """Types by name."""

    def find(self, method: str, edge: str | None) -> Api | None:
        """Return the call on an edge, or on the node itself."""
        return next(
            (one for one in self.apis if one["method"] == method and one.get("endpoint") == edge), None
        )


@dataclass(frozen=True)
class Extra:
    """Where the reference or a recording knows more than the specification; `why` says which."""

    why: str
    params: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    values: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """By parameter values that its enumeration lacks."""


@dataclass(frozen=True)
class Specification:
    """All nodes of one platform, and what they lack."""

    nodes: Mapping[str, Node]
    enums: Mapping[str, frozenset[str]]
    kind_of: Callable[[str], str | None]
    """Tells of which node an id is; what it does not know is a problem."""
    extras: Mapping[tuple[str, str | None], Extra] = field(default_factory=dict[Any, Any])
    """By node and edge; an edge of None is the node itself."""
    calls: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict[Any, Any])
    """Calls that are on no node, such as those of the login: the parameters that each one takes."""
    made: Mapping[tuple[str, str], str] = field(default_factory=dict[Any, Any])
    """By node and edge what a write makes: it is told with the write where fields are asked for."""

    def kind_answered(self, node: str, edge: str | None, api: Api) -> str:
        """Return of what kind the answer of a call is."""
        made = self.made.get((node, edge or "")) if api["method"] == "POST" else None
        return str(api["return"]) if made is None else made

    def extra(self, node: str, edge: str | None) -> Extra:
        return self.extras.get((node, edge), Extra(""))


def as_object(value: object) -> dict[str, Any] | None:
    """Return a JSON object; None for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


@lru_cache(maxsize=8)
def nodes(folder: Path) -> Mapping[str, Node]:
    """Return the nodes in a folder by name."""
    found: dict[str, Node] = {}
    for file in sorted(folder.glob("*.json")):
        document = as_object(json.loads(file.read_text()))
        if document is not None and "apis" in document:
            fields = {one["name"]: one.get("type", "Object") for one in document["fields"]}
            found[file.stem] = Node(file.stem, tuple(document["apis"]), fields)
    return found


@lru_cache(maxsize=8)
def enums(folder: Path) -> Mapping[str, frozenset[str]]:
    """Return the values of enumerations by name."""
    path = folder / "enum_types.json.gz"
    if not path.is_file():
        return {}
    return {
        one["name"]: frozenset(map(str, one["values"]))
        for one in json.loads(gzip.decompress(path.read_bytes()))
    }


# Requests --------------------------------------------------------------------------------------


def request_problems(spec: Specification, request: SimRequest) -> list[str]:
    """Return where a request is not one that the specification knows."""
    return [f"{request.method} {request.path}: {one}" for one in _request_problems(spec, request)]


def _request_problems(spec: Specification, request: SimRequest) -> Iterator[str]:
    path = tuple(part for part in request.path.split("/") if part and not VERSION.fullmatch(part))
    params = _params(request)
    known = spec.calls.get((request.method, "/".join(path)))
    if known is not None:
        yield from (f"the parameter {name!r} is unknown" for name in params if name not in known | COMMON)
        return
    node, edge, api = _api(spec, request.method, path)
    if node is None or api is None:
        yield "there is no such call" if node is None else f"{node.name} has no such call"
        return
    types = {one["name"]: one for one in api["params"]}
    extra = spec.extra(node.name, edge)
    more = extra.params | (PAGED if edge is not None else NONE)
    for name, value in params.items():
        if name in COMMON or name in more:
            continue
        if name not in types:
            yield f"the parameter {name!r} is unknown"
        else:
            allowed = extra.values.get(name, NONE)
            yield from _value_problems(spec, name, types[name]["type"], value, allowed)
    missing = [name for name, one in types.items() if one.get("required") and name not in params]
    yield from (f"the parameter {name!r} is missing" for name in missing)
    if "fields" in params:
        kind = spec.kind_answered(node.name, edge, api)
        yield from _field_problems(spec, kind, str(params["fields"]), node.name, edge)


def _api(
    spec: Specification, method: str, path: tuple[str, ...]
) -> tuple[Node | None, str | None, Api | None]:
    kind = spec.kind_of(path[0]) if path else None
    node = spec.nodes.get(kind or "")
    if node is None or len(path) > 2:
        return None, None, None
    edge = path[1] if len(path) == 2 else None
    return node, edge, node.find(method, edge)


def _params(request: SimRequest) -> dict[str, str | SimFile]:
    """Return every parameter as it was sent: none is nested, Graph takes JSON instead."""
    found: dict[str, str | SimFile] = dict(request.query)
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind == "application/x-www-form-urlencoded":
        found |= dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    elif kind == "multipart/form-data":
        params = request.params()
        found |= {name: params.file(name) or params.text(name) or "" for name in params if name not in found}
    elif kind == "application/json" and request.body:
        sent: dict[str, Any] = json.loads(request.body)
        found |= {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in sent.items()
        }
    return found


def _value_problems(
    spec: Specification, name: str, kind: str, value: str | SimFile, more: frozenset[str]
) -> Iterator[str]:
    if isinstance(value, SimFile):
        if kind not in {"file", "string"}:
            yield f"{name} is of type {kind} and no file"
        return
    listed = LISTED.fullmatch(kind)
    values = spec.enums.get(kind if listed is None else listed[1])
    if values is None:
        if not _fits_text(kind, value):
            yield f"{name} is {value!r}, and not of type {kind}"
        return
    # The specification writes many of them in capitals that the reference pages write small.
    known = {one.upper() for one in values | more}
    for one in [value] if listed is None else _listed(value):
        if one.upper() not in known:
            yield f"{name} is {one!r}, and none of {sorted(values | more)}"


def _listed(value: str) -> list[str]:
    """Return the values of a list, as JSON or with commas between them."""
    return [str(one) for one in json.loads(value)] if value.startswith("[") else value.split(",")


def _fits_text(kind: str, value: str) -> bool:
    if kind in {"int", "unsigned int"}:
        return re.fullmatch(r"-?\d+" if kind == "int" else r"\d+", value) is not None
    if kind == "bool":
        return value in {"true", "false"}
    if kind == "datetime":
        return TIME.fullmatch(value) is not None or re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
    if kind == "Object" or kind.startswith("map"):
        return not value.startswith(("{", "[")) or _is_json(value)
    if kind.startswith("list"):
        return not value.startswith(("{", "[")) or _is_json(value)
    return True


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _field_problems(
    spec: Specification, kind: str, fields: str, node: str, edge: str | None
) -> Iterator[str]:
    known = _known(spec, kind, node, edge)
    if known is None:
        return
    for name, inner in parsed_fields(fields):
        if name not in known:
            yield f"{kind} has no field {name!r}"
        elif inner and (found := spec.nodes.get(_inner(spec.nodes[kind], name))) is not None:
            yield from _field_problems(spec, found.name, inner, found.name, None)


def _known(spec: Specification, kind: str, node: str, edge: str | None) -> frozenset[str] | None:
    """Return the names that a read of a kind may ask for: fields, edges, and what stands beside them."""
    found = spec.nodes.get(kind)
    if found is None:
        return None
    edges = {one["endpoint"] for one in found.apis if one["method"] == "GET" and "endpoint" in one}
    return frozenset(found.fields) | edges | spec.extra(node, edge).fields | spec.extra(kind, None).fields


def _inner(node: Node, name: str) -> str:
    kind = node.fields.get(name, "")
    api = node.find("GET", name)
    return api["return"] if api is not None else re.sub(r"^list<(\w+)>$", r"\1", kind)


def parsed_fields(text: str) -> Iterable[tuple[str, str]]:
    """Yield the names in `id,from{id,name},reactions.summary(true)`, with what stands in braces."""
    place = 0
    while place < len(text):
        found = NAME.match(text, place)
        if found is None:
            place += 1
            continue
        end, inner = _skip(text, found.end())
        yield found[0], inner
        place = end + 1


def _skip(text: str, place: int) -> tuple[int, str]:
    """Return where a field ends, and what stands in its braces."""
    depth, begins, inner = 0, 0, ""
    while place < len(text) and (depth or text[place] != ","):
        if text[place] in "{(":
            begins = place + 1 if not depth and text[place] == "{" else begins
            depth += 1
        elif text[place] in "})":
            depth -= 1
            inner = text[begins:place] if not depth and text[place] == "}" else inner
        place += 1
    return place, inner


# Answers ---------------------------------------------------------------------------------------


def answer_problems(spec: Specification, request: SimRequest, response: SimResponse) -> list[str]:
    """Return where an answer is not what the specification promises."""
    path = tuple(part for part in request.path.split("/") if part and not VERSION.fullmatch(part))
    body: Any = json.loads(response.body)
    if response.status >= 400:
        found = list(_refusal_problems(body))
    else:
        node, edge, api = _api(spec, request.method, path)
        told = request.method == "GET" or "fields" in _params(request)
        if node is None or api is None or not told:
            return []
        kind = spec.kind_answered(node.name, edge, api)
        listed = edge is not None and request.method == "GET"
        whole = body.get("data", []) if listed else [body]
        found = [one for thing in whole for one in object_problems(spec, kind, thing, node.name, edge)]
        found += _paging_problems(body) if listed else []
    return [f"{request.method} {request.path}: answer: {one}" for one in found]


def _refusal_problems(body: Any) -> Iterator[str]:
    error = as_object((as_object(body) or {}).get("error"))
    if error is None:
        yield "a refusal has no error"
        return
    for name, kind in (("message", str), ("type", str), ("code", int | str), ("fbtrace_id", str)):
        if not isinstance(error.get(name), kind):
            yield f"a refusal has no {name}"


def _paging_problems(body: Any) -> list[str]:
    known = {"cursors", "next", "previous"}
    names = set(body.get("paging", {})) - known
    outer = set(body) - {"data", "paging", "summary"}
    return [f"a page has no {name!r}" for name in sorted(names | outer)]


def object_problems(
    spec: Specification, kind: str, value: Any, node: str = "", edge: str | None = None
) -> Iterator[str]:
    """Yield where an object is not of a kind: unknown names, and values of other types."""
    known = _known(spec, kind, node or kind, edge)
    thing = as_object(value)
    if known is None or thing is None:
        return
    types = spec.nodes[kind].fields
    for name, one in thing.items():
        if name not in known:
            yield f"{kind} has no field {name!r}"
        elif name in types and not _fits(types[name], one):
            yield f"{kind}.{name} is {str(one)[:60]!r}, and not of type {types[name]}"


def _fits(kind: str, value: Any) -> bool:
    if value is None:
        return True
    if kind == "bool":
        return isinstance(value, bool)
    if kind in {"int", "unsigned int"}:
        return isinstance(value, int) and not isinstance(value, bool) and (kind == "int" or value >= 0)
    if kind == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "datetime":
        return TIME.fullmatch(str(value)) is not None
    if kind == "string":
        return isinstance(value, str)
    if kind.startswith("list"):
        return isinstance(value, list | dict)
    return isinstance(value, dict | list | str | int | float)
