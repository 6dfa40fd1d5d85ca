"""Requests and answers as simulators see them: no sockets, no client library."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from socialkit.sandbox._feed import Feed
from socialkit.sandbox._params import Params, read_params


@dataclass(frozen=True, slots=True)
class SimRequest:
    """A request to a simulator.

    Example:
        >>> SimRequest.of("GET", "/api/v1/statuses/1?lang=en").query
        (('lang', 'en'),)
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names are lower case."""
    body: bytes = b""
    base_url: str = ""
    """Where the caller reached the simulator, without a final slash; empty: the simulator's own address."""

    @classmethod
    def of(
        cls,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        base_url: str = "",
    ) -> "SimRequest":
        """Build a request from a path or URL with its query."""
        parts = urlsplit(target)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        lowered = {name.lower(): value for name, value in (headers or {}).items()}
        return cls(method.upper(), parts.path or "/", query, lowered, body, base_url.rstrip("/"))

    def params(self) -> Params:
        """Everything the caller passed, in query and body, as one structure.

        Raises:
            BadBodyError: The body does not have the format that its content type names.
        """
        return read_params(self.query, self.headers.get("content-type", ""), self.body)


@dataclass(frozen=True, slots=True)
class SimResponse:
    """An answer of a simulator.

    Example:
        >>> SimResponse.json({"id": "1"}).body
        b'{"id":"1"}'
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    feed: Feed | None = None
    """What follows, of an answer that goes on."""

    @classmethod
    def json(
        cls, value: object, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> "SimResponse":
        """Answer with a JSON document."""
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(status, {"content-type": "application/json; charset=utf-8", **(headers or {})}, body)

    @classmethod
    def html(cls, page: str, status: int = 200, headers: Mapping[str, str] | None = None) -> "SimResponse":
        """Answer with a page for people."""
        return cls(status, {"content-type": "text/html; charset=utf-8", **(headers or {})}, page.encode())

    def with_headers(self, headers: Mapping[str, str]) -> "SimResponse":
        """The same answer with more headers; those it has already win."""
        return SimResponse(self.status, {**headers, **self.headers}, self.body, self.feed)
