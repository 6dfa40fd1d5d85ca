"""Parameters of queries: what a method takes, read with the real server's messages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from socialkit.sandbox.bluesky._errors import invalid
from socialkit.sandbox.bluesky._records import Json
from socialkit.sandbox.bluesky._schema import Bounds, Check, SchemaError, array, boolean, integer, string


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a query."""

    kind: Literal["text", "number", "flag", "list"]
    check: Check
    required: bool = False
    default: Any = None


def text(form: str | None = None, *, required: bool = False, default: str | None = None) -> Param:
    """A text of a format."""
    return Param("text", string(form), required, default)


def number(minimum: int = 1, maximum: int = 100, default: int | None = 50) -> Param:
    """A whole number; unless told otherwise how many items a page has."""
    return Param("number", integer(minimum, maximum), default=default)


def flag(*, default: bool = False) -> Param:
    """Yes or no."""
    return Param("flag", boolean, default=default)


def texts(form: str | None = None, *, maximum: int | None = None, required: bool = False) -> Param:
    """Texts, each under the same name again."""
    return Param("list", array(string(form), maximum), required, [])


def read_query(nsid: str, params: Mapping[str, Param], pairs: Iterable[tuple[str, str]]) -> Json:
    """Return the parameters of a query by name; empty ones count as missing, unknown ones are passed over."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if value:
            given.setdefault(name.removesuffix("[]"), []).append(value)
    try:
        return {name: _read(name, param, given) for name, param in params.items()}
    except SchemaError as error:
        message = f"Invalid {nsid} params: {error.message}"
        raise invalid(message) from error


def _read(name: str, param: Param, given: Mapping[str, list[str]]) -> Any:
    if name not in given:
        if param.required:
            message = f'Missing required key "{name}"'
            raise SchemaError(message)
        return param.default
    value: Any = given[name] if param.kind == "list" else given[name][-1]
    if param.kind == "number" and value.lstrip("-").isdecimal():
        value = int(value)
    elif param.kind == "flag" and value in {"true", "false"}:
        value = value == "true"
    param.check(value, "$", Bounds())
    return value


def paged(**more: Param) -> dict[str, Param]:
    """The parameters of a method that answers in pages, and others."""
    return {**more, "limit": number(), "cursor": text()}
