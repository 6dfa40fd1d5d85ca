"""Checks of values that are declared as data, with the messages of the real server."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from wcwidth import iter_graphemes

from socialkit.sandbox.bluesky._facts import IMAGE_SIZE
from socialkit.sandbox.bluesky._syntax import FORMATS

PREVIEW = 256


class SchemaError(Exception):
    """A value is not what it must be."""

    def __init__(self, message: str, path: str = "$") -> None:
        super().__init__(f"{message} at {path}")
        self.message = message


class FileSizeError(SchemaError):
    """A file is larger than its place in the record takes."""

    def __init__(self, size: int, maximum: int, path: str) -> None:
        super().__init__(f"blob too big (maximum {maximum}, got {size})", path)
        self.size = size
        self.maximum = maximum


@dataclass(frozen=True, slots=True)
class Bounds:
    """What depends on the version of the server's lexicons."""

    image_size: int = IMAGE_SIZE


Check: TypeAlias = Callable[[Any, str, Bounds], None]
"""Raises a `SchemaError` if the value at a path is not what it must be."""


def shown(value: object) -> str:
    """A value as messages show it."""
    if isinstance(value, dict):
        keys = list(cast("dict[str, object]", value))
        return "{" + ", ".join([f'"{key}": ...' for key in keys[:2]] + ["..."] * (len(keys) > 2)) + "}"
    if isinstance(value, list):
        return "[...]"
    if isinstance(value, str) and len(value) >= PREVIEW:
        value = value[: PREVIEW - 1] + "…"
    return json.dumps(value, ensure_ascii=False)


def _require_type(value: object, path: str, kind: type, name: str) -> None:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        message = f"Expected {name} value type (got {shown(value)})"
        raise SchemaError(message, path)


def _require_size(actual: int, path: str, what: str, minimum: int | None, maximum: int | None) -> None:
    if maximum is not None and actual > maximum:
        message = f"{what} too big (maximum {maximum}, got {actual})"
        raise SchemaError(message, path)
    if minimum is not None and actual < minimum:
        message = f"{what} too small (minimum {minimum}, got {actual})"
        raise SchemaError(message, path)


def string(form: str | None = None, *, size: int | None = None, graphemes: int | None = None) -> Check:
    """A text: of a format, of so many bytes in UTF-8 and characters as people count them."""

    def check(value: Any, path: str, bounds: Bounds) -> None:
        del bounds
        _require_type(value, path, str, "string")
        _require_size(len(value.encode()), path, "string", None, size)
        if graphemes is not None:
            _require_size(sum(1 for _ in iter_graphemes(value)), path, "grapheme", None, graphemes)
        if form is not None and not FORMATS[form][1](value):
            message = f"Invalid {FORMATS[form][0]} (got {shown(value)})"
            raise SchemaError(message, path)

    return check


def integer(minimum: int | None = None, maximum: int | None = None) -> Check:
    """A whole number."""

    def check(value: Any, path: str, bounds: Bounds) -> None:
        del bounds
        _require_type(value, path, int, "integer")
        _require_size(value, path, "integer", minimum, maximum)

    return check


def boolean(value: Any, path: str, bounds: Bounds) -> None:
    """Yes or no."""
    del bounds
    _require_type(value, path, bool, "boolean")


def anything(value: Any, path: str, bounds: Bounds) -> None:
    """An object of any kind."""
    del bounds
    _require_type(value, path, dict, "object")


def nullable(inner: Check) -> Check:
    """The value may be null."""

    def check(value: Any, path: str, bounds: Bounds) -> None:
        if value is not None:
            inner(value, path, bounds)

    return check


def array(item: Check, maximum: int | None = None, minimum: int | None = None) -> Check:
    """A list."""

    def check(value: Any, path: str, bounds: Bounds) -> None:
        _require_type(value, path, list, "array")
        _require_size(len(value), path, "array", minimum, maximum)
        for number, one in enumerate(value):
            item(one, f"{path}[{number}]", bounds)

    return check


def thing(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with known keys; it may have others."""
    known = {**required, **(optional or {})}

    def check(value: Any, path: str, bounds: Bounds) -> None:
        _require_type(value, path, dict, "object")
        for key, inner in known.items():
            if key in value:
                inner(value[key], f"{path}.{key}", bounds)
            elif key in required:
                message = f'Missing required key "{key}"'
                raise SchemaError(message, path)

    return check


def union(members: Mapping[str, Check]) -> Check:
    """An object that says in `$type` what it is; unknown types pass."""

    def check(value: Any, path: str, bounds: Bounds) -> None:
        kind = _fields(value).get("$type")
        if not isinstance(kind, str):
            expected = 'an object which includes the "$type" property'
            message = f"Expected {expected} value type (got {shown(value)})"
            raise SchemaError(message, path)
        inner = members.get(kind)
        if inner is not None:
            inner(value, path, bounds)

    return check


def blob(accept: str, size: int | None = None) -> Check:
    """A file that was uploaded; without a size the bound of pictures holds."""

    def check(value: Any, path: str, bounds: Bounds) -> None:
        fields = _fields(value)
        link = _fields(fields.get("ref")).get("$link")
        if fields.get("$type") != "blob" or not isinstance(link, str) or not FORMATS["cid"][1](link):
            message = f"Expected blob value type (got {shown(value)})"
            raise SchemaError(message, path)
        string()(fields.get("mimeType"), f"{path}.mimeType", bounds)
        integer(0)(fields.get("size"), f"{path}.size", bounds)
        if not _accepted(fields["mimeType"], accept):
            message = f'Expected "{accept}" (got "{fields["mimeType"]}")'
            raise SchemaError(message, f"{path}.mimeType")
        most = bounds.image_size if size is None else size
        if fields["size"] > most:
            raise FileSizeError(fields["size"], most, path)

    return check


def _fields(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _accepted(mime: str, accept: str) -> bool:
    return any(
        mime == one or (one.endswith("/*") and mime.startswith(one[:-1])) for one in accept.split(", ")
    )


def refuse_fractions(value: object, path: str) -> None:
    """Refuse numbers that no record may hold.

    Raises:
        SchemaError: There is a number with a fraction.
    """
    if isinstance(value, float):
        message = (
            "Expected one of null, boolean, integer, string, cid, bytes, array or object value type "
            f"(got {shown(value)})"
        )
        raise SchemaError(message, path)
    for key, inner in _parts(value):
        refuse_fractions(inner, f"{path}{key}")


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            yield f".{key}", inner
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[object]", value)):
            yield f"[{number}]", inner


def blobs_of(value: object) -> Iterator[dict[str, Any]]:
    """Yield the files that a record refers to."""
    if _fields(value).get("$type") == "blob":
        yield _fields(value)
        return
    for _, inner in _parts(value):
        yield from blobs_of(inner)
