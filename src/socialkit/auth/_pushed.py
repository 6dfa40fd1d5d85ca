"""A request that came to a webhook: read strictly, since anybody may have sent it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import parse_qsl

from pydantic import JsonValue

from socialkit.errors import WebhookError, WebhookSignatureError

__all__ = ["HeaderValue", "Headers", "Pushed"]

Headers = Mapping[str, str] | Iterable[tuple[str, str] | tuple[bytes, bytes]]
"""As frameworks give them: a mapping, or pairs, in which a name may stand twice."""

LARGEST: Final = 4 * 2**20
"""Bytes of a body: platforms that push a thousand things at once stay below."""
MOST_PARAMETERS: Final = 50
LONGEST_QUERY: Final = 10_000
PLAIN: Final = frozenset({"", "identity"})


@dataclass(frozen=True, slots=True, repr=False)
class Pushed:
    """A request to a webhook. Nothing in it is proven until a `Proof` has checked it.

    Example:
        >>> push = Pushed.read("POST", "", {"X-Signature": "sha256=ab"}, b'{"id": "7"}')
        >>> push.document()["id"], HeaderValue("x-signature", "sha256").read(push)
        ('7', 'ab')
    """

    method: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    """Names are lower case."""
    body: bytes
    """The bytes as they came: a signature is of these, and not of what somebody made of them."""

    @classmethod
    def read(cls, method: str, query: str | bytes, headers: Headers, body: bytes) -> Pushed:
        """Return a request as a framework gives its parts.

        Raises:
            WebhookError: It is too large or encoded (413, 415, 400), or the parts are not what they should be
                (500): that is the application's mistake, such as a body that is parsed already.
        """
        if not isinstance(cast("object", method), str) or not isinstance(cast("object", body), bytes):
            message = "method must be a text, and body the bytes as they came, not what was made of them"
            raise WebhookError(message, status=500)
        if len(body) > LARGEST:
            message = f"the body has {len(body)} bytes, and at most {LARGEST} are read"
            raise WebhookError(message, status=413)
        push = cls(method.upper(), _query(query), tuple(_headers(headers)), body)
        if (push.header("content-encoding") or "").strip().lower() not in PLAIN:
            message = "the body is compressed: signatures are of the bytes before that"
            raise WebhookError(message, status=415)
        return push

    def header(self, name: str) -> str | None:
        """Return a header; None where it is missing.

        Raises:
            WebhookError: It stands there twice: of two values nobody knows which one was meant.
        """
        return _only([value for known, value in self.headers if known == name], f"the header {name}")

    def parameter(self, name: str) -> str | None:
        """Return a parameter of the query; None where it is missing.

        Raises:
            WebhookError: It stands there twice.
        """
        return _only([value for known, value in self.query if known == name], f"the parameter {name}")

    def document(self) -> dict[str, JsonValue]:
        """Return the body as JSON, whose outermost value must be an object.

        Raises:
            WebhookError: It is none, is not in UTF-8, or has a name twice: two readers would read two things.
        """
        try:
            found: Any = json.loads(
                self.body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse_constant
            )
            if b"\\ud" in self.body.lower():
                json.dumps(found, ensure_ascii=False).encode()  # half a character, which nothing can keep
        except (ValueError, RecursionError):
            message = "the body is no JSON that can be read in one way alone"
            raise WebhookError(message) from None  # the cause would quote the body
        if not isinstance(found, dict):
            message = "the body is no JSON object"
            raise WebhookError(message)
        return cast("dict[str, JsonValue]", found)

    def __repr__(self) -> str:
        return f"Pushed({self.method[:10]!r}, {len(self.body)} bytes)"  # headers may hold a shared secret


@dataclass(frozen=True, slots=True)
class HeaderValue:
    """Where a value stands: in a header of its own, or as one field of it, as in `t=1772366400,v1=ab`."""

    name: str
    """In lower case."""
    field: str | None = None

    def read(self, push: Pushed) -> str:
        """Return the value.

        Raises:
            WebhookSignatureError: It is missing, or stands there twice.
        """
        value = push.header(self.name)
        if value is None:
            message = f"the header {self.name} is missing"
            raise WebhookSignatureError(message)
        if self.field is None:
            return value.strip()
        pairs = (part.strip().partition("=") for part in value.split(","))
        found = [text for name, _, text in pairs if name == self.field]
        if len(found) != 1:
            message = f"the header {self.name} does not have one field {self.field}"
            raise WebhookSignatureError(message)
        return found[0]


def _query(query: str | bytes) -> tuple[tuple[str, str], ...]:
    text = query.decode("latin-1") if isinstance(query, bytes) else query
    if not isinstance(cast("object", text), str):
        message = "query must be the query string as it came"
        raise WebhookError(message, status=500)
    if len(text) > LONGEST_QUERY:
        message = "the query is too long"
        raise WebhookError(message, status=414)
    try:
        return tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMETERS))
    except ValueError:
        message = "the query has too many parameters"
        raise WebhookError(message, status=414) from None


def _headers(headers: Headers) -> Iterable[tuple[str, str]]:
    try:
        items: Any = getattr(headers, "items", None)
        given: Any = headers if items is None else items()
        for name, value in given:
            yield _text(name).lower(), _text(value)
    except (TypeError, ValueError):
        message = "headers must be a mapping or pairs of texts"
        raise WebhookError(message, status=500) from None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, str):
        return value
    raise TypeError


def _only(found: list[str], what: str) -> str | None:
    if len(found) > 1:
        message = f"{what} stands there {len(found)} times"
        raise WebhookError(message)
    return found[0] if found else None


def _once(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse_constant(_name: str) -> JsonValue:
    raise ValueError
