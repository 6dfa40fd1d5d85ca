"""Requests and responses of our own: what platforms build and read, whatever library carries them."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import BinaryIO
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from pydantic import JsonValue

from socialkit.errors import ConfigurationError, SentRequest
from socialkit.transport._secret import MASK, Secret, reveal

__all__ = ["FileBody", "Request", "Response", "Safety", "Upload", "segment"]

SECRET_PARAMETERS = frozenset(
    {"code", "code_verifier", "appsecret_proof", "assertion", "client_assertion", "key", "sig"}
)
"""Names of query parameters whose values are never shown, in lower case."""
SECRET_ENDINGS = ("token", "secret", "password", "signature", "api_key", "apikey")
"""Whatever ends like this is not shown either: `access_token`, `X-Amz-Signature`."""
DOTS = re.compile(r"(?:^|[/\\])\.{1,2}(?:$|[/\\])")


def segment(text: str | None) -> str:
    """Return an id or a name as one segment of a path, so that none can lead to another call.

    Example:
        >>> segment("a/b?c=d")
        'a%2Fb%3Fc%3Dd'

    Raises:
        ConfigurationError: It is empty or cannot be written down, or holds `.` or `..` as a folder: servers
            and what stands before them take those for steps up, even when quoted.
    """
    if text and not DOTS.search(text):
        try:
            return quote(text, safe="")
        except UnicodeEncodeError:
            pass
    message = f"{text!r} is not an id: it cannot stand in an address" if text else "an id is empty"
    raise ConfigurationError(message)


def _is_secret(name: str) -> bool:
    return name.lower() in SECRET_PARAMETERS or name.lower().endswith(SECRET_ENDINGS)


class Safety(Enum):
    """What repeating a request would do. It belongs to the operation, not to the HTTP verb."""

    READ = "read"
    """Nothing is written: it may be repeated at will."""
    PREPARE = "prepare"
    """Something is written that nobody sees yet (an upload). Not repeated once bytes were sent."""
    ONCE = "once"
    """Something is used up that nobody sees (a login's code). Not repeated once bytes were sent; failures are
    raised as they are."""
    WRITE = "write"
    """Something public or final is written. Never repeated while undecided."""
    REPEATABLE = "repeatable"
    """A write that the platform guarantees to do once, however often it is sent."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart body, opened anew for each sending and read while it is sent."""

    field: str
    filename: str
    mime_type: str
    open: Callable[[], BinaryIO]
    """Opens it at its beginning; it must be able to seek, because its length is told first."""


@dataclass(frozen=True, slots=True)
class FileBody:
    """A file that is the whole body, opened anew for each sending and read while it is sent."""

    filename: str
    open: Callable[[], BinaryIO]
    """As an `Upload`'s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request before it is signed.

    At most one of `json`, `form` (with or without `files`) and `content` is the body.
    """

    method: str
    url: str
    """Absolute, or a path below the client's base address."""
    params: tuple[tuple[str, str | Secret], ...] = ()
    headers: Mapping[str, str | Secret] = field(default_factory=dict[str, "str | Secret"])
    json: JsonValue = None
    form: tuple[tuple[str, str | Secret], ...] = ()
    files: tuple[Upload, ...] = ()
    content: bytes | FileBody | None = None
    safety: Safety = Safety.READ
    signed: bool = True
    """Whether the client's credentials go with it."""
    timeout: float | None = None
    """Seconds to wait for the answer; None is the client's own."""
    operation: str | None = None
    """The operation behind it, such as `posts.publish`."""
    accepts: frozenset[int] = frozenset()
    """Statuses beside 2xx that are answers here, not errors (an upload's 308)."""
    max_bytes: int | None = None
    """The longest answer that is read; None sets no bound."""
    public_only: bool = False
    """Whether only the public internet may be connected to, wherever names and redirects lead."""
    hides_query: bool = False
    """Whether nothing of the address's query is shown: a stranger's names for secrets are not known."""

    def replace(self, **changes: object) -> Request:
        """Return a copy with some fields changed."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]  # names are the class's own

    def target(self) -> str:
        """Return the address with all parameters, in the clear."""
        if not self.params:
            return self.url
        query = urlencode([(name, reveal(value)) for name, value in self.params])
        return f"{self.url}{'&' if '?' in self.url else '?'}{query}"

    def shown(self) -> SentRequest:
        """Return what may be shown of it: the address with secrets masked, no headers and no body."""
        try:
            parts = urlsplit(self.url)
        except ValueError:
            return SentRequest(self.method, "an address that cannot be read")
        host = parts.netloc.rpartition("@")[2]
        if self.hides_query:
            query = MASK if parts.query or self.params else ""
            return SentRequest(self.method, urlunsplit(parts._replace(netloc=host, query=query, fragment="")))
        secret = {name for name, value in self.params if isinstance(value, Secret)}
        pairs = [*parse_qsl(parts.query), *((name, str(value)) for name, value in self.params)]
        shown = [(name, MASK if name in secret or _is_secret(name) else value) for name, value in pairs]
        query = urlencode(shown, safe="*", errors="replace")
        return SentRequest(self.method, urlunsplit(parts._replace(netloc=host, query=query, fragment="")))

    def __repr__(self) -> str:
        return f"Request({self.shown()})"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Looked up by lower-case names."""
    content: bytes = field(repr=False)
    url: str = field(default="", repr=False)
    """Where it came from in the end."""

    def json(self) -> JsonValue:
        """Return the body as Python values.

        Raises:
            ValueError: It is not JSON.
        """
        try:
            value: JsonValue = json.loads(self.content)
        except RecursionError:
            message = "the lists and objects in it stand too deep in one another"
            raise ValueError(message) from None
        return value
