"""A checker of values against lexicons, made for tests: stricter than the network, it knows all fields.

It shares nothing with the simulators, which would otherwise agree with their own mistakes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from wcwidth import iter_graphemes

from tests.support import corpus

Json = dict[str, Any]

_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_HANDLE = rf"(?:{_LABEL}\.)+[a-zA-Z](?:[a-zA-Z0-9-]{{0,61}}[a-zA-Z0-9])?"
_DID = r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]"
_NSID = rf"(?![0-9]){_LABEL}(?:\.{_LABEL})+\.[a-zA-Z][a-zA-Z0-9]{{0,62}}"
_KEY = r"(?!\.{1,2}$)[a-zA-Z0-9_~.:-]{1,512}"
FORMATS = {
    "at-identifier": rf"{_HANDLE}|{_DID}",
    "at-uri": rf"at://(?:{_HANDLE}|{_DID})(?:/{_NSID}(?:/{_KEY})?)?",
    "cid": r"b[a-z2-7]{58,}",
    "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,20})?(?:Z|[+-]\d\d:\d\d)",
    "did": _DID,
    "handle": _HANDLE,
    "language": r"[a-zA-Z]{2,8}(?:-[a-zA-Z0-9]{1,8})*|[ix]-[a-zA-Z0-9-]+",
    "nsid": _NSID,
    "record-key": _KEY,
    "tid": r"[234567a-j][234567a-z]{12}",
    "uri": r"[a-z][a-z0-9+.-]*:\S+",
}


@cache
def document(nsid: str) -> Json | None:
    """The definitions of a lexicon; None when there is none of that name."""
    folder = corpus("bluesky", "spec", "lexicons")
    if not folder.is_dir():
        pytest.skip(f"no lexicons at {folder}")
    path = Path(folder, *nsid.split(".")).with_suffix(".json")
    return json.loads(path.read_text())["defs"] if path.is_file() else None


def output_problems(nsid: str, value: object) -> list[str]:
    """What is wrong with the answer of a method."""
    return list(_body_problems(nsid, "output", value))


def input_problems(nsid: str, value: object) -> list[str]:
    """What is wrong with the body of a request."""
    return list(_body_problems(nsid, "input", value))


def record_problems(nsid: str, value: object) -> list[str]:
    """What is wrong with a record."""
    return list(_problems(_definition(nsid)["record"], value, nsid, "$"))


def _body_problems(nsid: str, which: str, value: object) -> Iterator[str]:
    body: Json = _definition(nsid).get(which, {})
    if "schema" in body:
        yield from _problems(body["schema"], value, nsid, "$")
    elif value is not None:
        yield f"$: {nsid} has no {which} as JSON"


def _definition(nsid: str, name: str = "main") -> Json:
    found = document(nsid)
    assert found is not None, f"no lexicon {nsid}"
    return cast("Json", found[name])


def _problems(schema: Json, value: object, home: str, path: str) -> Iterator[str]:
    kind = schema["type"]
    if kind == "ref":
        nsid, _, name = schema["ref"].partition("#")
        yield from _problems(_definition(nsid or home, name or "main"), value, nsid or home, path)
    elif kind == "union":
        yield from _union(schema, value, home, path)
    elif kind == "object":
        yield from _object(schema, value, home, path)
    elif kind == "record":
        yield from _problems(schema["record"], value, home, path)
    elif kind == "array":
        yield from _array(schema, value, home, path)
    elif kind == "string":
        yield from _string(schema, value, path)
    elif kind == "unknown":
        yield from _unknown(value, path)
    else:
        yield from _simple(schema, value, path)


def fields_of(value: object) -> Json:
    return cast("Json", value) if isinstance(value, dict) else {}


def _object(schema: Json, value: object, home: str, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: expected an object, got {value!r}"
        return
    fields, known = cast("Json", value), cast("Json", schema.get("properties", {}))
    yield from (f"{path}: {key} is missing" for key in schema.get("required", []) if key not in fields)
    yield from (f"{path}: {key} is in no lexicon" for key in fields if key not in known and key != "$type")
    for key, one in fields.items():
        if key in known and not (one is None and key in schema.get("nullable", [])):
            yield from _problems(known[key], one, home, f"{path}.{key}")


def _array(schema: Json, value: object, home: str, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: expected an array, got {value!r}"
        return
    items = cast("list[object]", value)
    yield from _bounds(len(items), schema, "minLength", "maxLength", path)
    for number, one in enumerate(items):
        yield from _problems(schema["items"], one, home, f"{path}[{number}]")


def _union(schema: Json, value: object, home: str, path: str) -> Iterator[str]:
    kind = fields_of(value).get("$type")
    names = {ref if not ref.startswith("#") else f"{home}{ref}" for ref in schema["refs"]}
    if not isinstance(kind, str):
        yield f"{path}: a member of a union without $type: {value!r}"
    elif kind in names or f"{kind}#main" in names:
        nsid, _, name = kind.partition("#")
        yield from _problems(_definition(nsid, name or "main"), fields_of(value), nsid, path)
    else:
        yield f"{path}: {kind} is not among {sorted(names)}"


def _string(schema: Json, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{path}: expected a string, got {value!r}"
        return
    yield from _bounds(len(value.encode()), schema, "minLength", "maxLength", path)
    characters = sum(1 for _ in iter_graphemes(value))
    yield from _bounds(characters, schema, "minGraphemes", "maxGraphemes", path)
    if "format" in schema and not has_format(value, schema["format"]):
        yield f"{path}: {value!r} is no {schema['format']}"
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{path}: {value!r} is none of the values allowed"


def has_format(text: str, name: str) -> bool:
    """Whether a text has a format of lexicons."""
    if re.fullmatch(FORMATS[name], text) is None:
        return False
    if name == "datetime":
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return False
    return True


def _unknown(value: object, path: str) -> Iterator[str]:
    """Records stand where lexicons say that anything may: they are checked by their own."""
    kind = fields_of(value).get("$type")
    if not isinstance(value, dict):
        yield f"{path}: expected an object, got {value!r}"
    elif isinstance(kind, str) and document(kind) is not None:
        yield from _problems(_definition(kind), cast("Json", value), kind, path)


def _simple(schema: Json, value: object, path: str) -> Iterator[str]:
    kind = schema["type"]
    if kind == "integer":
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{path}: expected an integer, got {value!r}"
        else:
            yield from _bounds(value, schema, "minimum", "maximum", path)
    elif kind == "boolean":
        if not isinstance(value, bool) or value is not schema.get("const", value):
            yield f"{path}: expected a boolean, got {value!r}"
    elif kind == "blob":
        yield from _blob(schema, value, path)
    else:
        assert kind in {"token", "bytes", "cid-link"}, f"the checker knows no {kind}"


def _blob(schema: Json, value: object, path: str) -> Iterator[str]:
    fields = fields_of(value)
    if fields.get("$type") != "blob" or not has_format(fields.get("ref", {}).get("$link", ""), "cid"):
        yield f"{path}: expected a blob, got {value!r}"
        return
    if fields["size"] > schema.get("maxSize", fields["size"]):
        yield f"{path}: a blob of {fields['size']} bytes"
    accepted: list[str] = schema.get("accept", ["*/*"])
    patterns = [re.escape(one).replace(r"\*", ".*") for one in accepted]
    if not any(re.fullmatch(one, fields["mimeType"]) for one in patterns):
        yield f"{path}: a blob of kind {fields['mimeType']}"


def _bounds(actual: int, schema: Json, low: str, high: str, path: str) -> Iterator[str]:
    if not schema.get(low, actual) <= actual <= schema.get(high, actual):
        yield f"{path}: {actual} is not between {schema.get(low)} and {schema.get(high)}"
