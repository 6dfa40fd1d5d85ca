"""Parameters of a request as one structure, whatever its body format is."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast
from urllib.parse import parse_qsl

Value: TypeAlias = "str | int | float | bool | SimFile | list[Value] | dict[str, Value] | None"
"""What a parameter may be: JSON values, and files of multipart bodies."""

_TRUE = frozenset({"1", "t", "true", "on", "yes"})
_KEY = re.compile(r"\[([^\]]*)\]")


class BadBodyError(ValueError):
    """The body does not have the format that its content type names."""


@dataclass(frozen=True, slots=True)
class SimFile:
    """A file of a multipart body."""

    name: str
    content_type: str
    content: bytes


class Params(Mapping[str, Value]):
    """Parameters with the conversions that web frameworks offer.

    Example:
        >>> Params.of([("media_ids[]", "1"), ("media_ids[]", "2")]).texts("media_ids")
        ['1', '2']
    """

    def __init__(self, values: dict[str, Value]) -> None:
        self._values = values

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, Value]]) -> "Params":
        """Nest pairs named `a`, `a[]`, `a[b]`, `a[b][]` and `a[][b]`."""
        values: dict[str, Value] = {}
        for name, value in pairs:
            head, *_ = name.split("[", 1)
            _insert(values, [head, *_KEY.findall(name)], value)
        return cls(values)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def text(self, name: str) -> str | None:
        """The value as text; None when absent, null or not a scalar."""
        value = self._values.get(name)
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, str | int | float) else None

    def flag(self, name: str) -> bool | None:
        """The value as a boolean; None when absent."""
        text = self.text(name)
        return None if text is None or not text else text.lower() in _TRUE

    def number(self, name: str) -> int | None:
        """The value as an integer; None when absent or not a number."""
        text = self.text(name)
        return int(text) if text is not None and re.fullmatch(r"\s*-?\d{1,30}\s*", text) else None

    def texts(self, name: str) -> list[str]:
        """The value as a list of texts; a lone value counts as a list of one."""
        value = self._values.get(name)
        items = (
            value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
        )
        return [str(item) for item in items if isinstance(item, str | int | float) and item != ""]

    def group(self, name: str) -> "Params | None":
        """The nested parameters of that name; None when absent."""
        value = self._values.get(name)
        return Params(value) if isinstance(value, dict) else None

    def groups(self, name: str) -> list["Params"]:
        """A list of nested parameters, numbered (`a[0][b]`) or not (`a[][b]`)."""
        value = self._values.get(name)
        items = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
        return [Params(item) for item in items if isinstance(item, dict)]

    def file(self, name: str) -> SimFile | None:
        """The file uploaded under that name; None when absent."""
        value = self._values.get(name)
        return value if isinstance(value, SimFile) else None


def read_params(query: Iterable[tuple[str, str]], content_type: str, body: bytes) -> Params:
    """Read query and body into one structure; the body wins where both name a value.

    Raises:
        BadBodyError: The body does not have the format that its content type names.
    """
    pairs: list[tuple[str, Value]] = list(query)
    kind, _, rest = content_type.partition(";")
    kind = kind.strip().lower()
    if kind == "application/json" and body.strip():
        return Params({**Params.of(pairs), **_read_json(body)})
    if kind == "application/x-www-form-urlencoded":
        pairs += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    elif kind == "multipart/form-data":
        pairs += _read_multipart(rest, body)
    return Params.of(pairs)


def _read_json(body: bytes) -> dict[str, Value]:
    try:
        value: object = json.loads(body)
    except ValueError as error:
        raise BadBodyError(str(error)) from error
    return cast("dict[str, Value]", value) if isinstance(value, dict) else {"_json": cast("Value", value)}


def _read_multipart(parameters: str, body: bytes) -> list[tuple[str, Value]]:
    boundary = re.search(r'boundary="?([^";]+)"?', parameters)
    if boundary is None:
        message = "multipart without boundary"
        raise BadBodyError(message)
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())
    if len(parts) < 2:
        message = "multipart without parts"
        raise BadBodyError(message)
    return [_read_part(part[2:]) for part in parts[1:] if not part.startswith(b"--")]


def _read_part(part: bytes) -> tuple[str, Value]:
    head, _, content = part.partition(b"\r\n\r\n")
    headers = head.decode("utf-8", "replace")
    name = re.search(r'[; ]name="([^"]*)"', headers)
    filename = re.search(r'filename="([^"]*)"', headers)
    if filename is None:
        return name[1] if name else "", content.decode("utf-8", "replace")
    kind = re.search(r"(?im)^content-type:\s*([^\s;]+)", headers)
    return name[1] if name else "", SimFile(
        filename[1], kind[1] if kind else "application/octet-stream", content
    )


def _insert(target: dict[str, Value], keys: list[str], value: Value) -> None:
    key, *rest = keys
    if not rest:
        target[key] = value
    elif rest[0]:
        inner = target.setdefault(key, {})
        if isinstance(inner, dict):
            _insert(inner, rest, value)
    else:
        items = target.setdefault(key, [])
        if isinstance(items, list):
            _append(items, rest[1:], value)


def _append(items: list[Value], keys: list[str], value: Value) -> None:
    if not keys:
        items.append(value)
        return
    last = items[-1] if items else None
    if isinstance(last, dict) and not (keys[0] in last and len(keys) == 1):
        _insert(last, keys, value)
        return
    fresh: dict[str, Value] = {}
    _insert(fresh, keys, value)
    items.append(fresh)
