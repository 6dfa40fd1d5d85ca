"""From a platform's answer to one of our errors: the body's code first, then the status."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from pydantic import JsonValue

from socialkit.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    MissingScopeError,
    NoSuchCallError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    SocialKitError,
    UnexpectedResponseError,
)
from socialkit.transport._redact import redact, redact_body, secrets_of
from socialkit.transport._request import Request, Response
from socialkit.transport._secret import Secret

__all__ = [
    "ErrorBody",
    "ErrorTable",
    "classify",
    "describe",
    "nobody_knows",
    "parse_retry_after",
    "read_error_body",
    "read_stranger",
]

STATUSES: Final[Mapping[int, type[APIError]]] = MappingProxyType(
    {
        400: BadRequestError,
        401: AuthenticationError,
        403: PermissionDeniedError,
        404: NotFoundError,
        405: NoSuchCallError,
        409: ConflictError,
        410: NotFoundError,
        422: BadRequestError,
        429: RateLimitedError,
    }
)
"""What a status means where a platform's table says nothing else."""

REQUEST_IDS: Final = (
    "x-request-id",
    "x-fb-trace-id",
    "x-fb-request-id",
    "x-tt-logid",
    "x-li-uuid",
    "x-transaction-id",
    "x-pinterest-rid",
    "x-amzn-requestid",
    "x-correlation-id",
    "cf-ray",
)
"""Headers that hold a platform's id of a request, the first that is there counts."""

MESSAGE_SHOWN: Final = 500
REQUEST_ID_SHOWN: Final = 200
LONGEST_WAIT: Final = timedelta(days=32)
"""No platform counts longer than a month; a longer wait would lead beyond the calendar's last year."""
MESSAGE_KEYS: Final = (
    "message",
    "error_description",
    "error_message",
    "detail",
    "error_user_msg",
    "title",
    "error",
)
CODE_KEYS: Final = ("code", "error_code", "type", "error")


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What the body of a refusal says."""

    message: str = ""
    code: str | None = None
    """The platform's code; `4/2207051` is code 4 with subcode 2207051."""
    scopes: tuple[str, ...] = ()
    """The scopes that are missing."""
    retry_after: timedelta | None = None
    request_id: str | None = None
    """The platform's id of the request, where its body and no header tells it."""
    transient: bool = False
    """Whether the body says that the same may succeed later; a code that the table knows says more."""


def read_error_body(response: Response) -> ErrorBody | None:
    """Read a refusal in the shapes that most platforms use; None where nothing in it explains anything.

    Example:
        >>> read_error_body(Response(400, {}, b'{"error": {"message": "No such page", "code": 803}}')).code
        '803'
    """
    document = response.json()
    layers = [document] if isinstance(document, dict) else []
    for key in ("error", "errors", "meta"):
        inner = layers[0].get(key) if layers else None
        inner = inner[0] if isinstance(inner, list) and inner else inner
        if isinstance(inner, dict):
            layers.insert(0, inner)
    for layer in layers:  # the innermost that explains anything
        message, code = _first(layer, MESSAGE_KEYS), _first(layer, CODE_KEYS)
        if message is not None or code is not None:
            return ErrorBody(message or "", code)
    return None


def read_stranger(response: Response) -> ErrorBody:
    """Say who refused a file, for it need not be who was asked first; a stranger's body explains nothing."""
    return ErrorBody(f"{_host(response) or 'the server'} answered with status {response.status}")


def _host(response: Response) -> str | None:
    return urlsplit(response.url).hostname


def _first(document: dict[str, JsonValue], keys: tuple[str, ...]) -> str | None:
    found = (document.get(key) for key in keys)
    return next((str(value) for value in found if isinstance(value, str | int) and value != ""), None)


def nobody_knows(scope: str) -> bool:
    """Return that a token may lack a scope, where nobody said what it may do."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorTable:
    """What a platform's codes and statuses mean.

    Example:
        >>> table = ErrorTable(codes={"190": AuthenticationError})
        >>> table.find(400, "190/463").__name__, table.find(418, None).__name__
        ('AuthenticationError', 'BadRequestError')
    """

    codes: Mapping[str, type[APIError]] = field(default_factory=dict[str, type[APIError]])
    """Classes by code; a code with a subcode is looked up whole, then without it."""
    statuses: Mapping[int, type[APIError]] = field(default_factory=dict[int, type[APIError]])
    """Classes by status, where they differ from the usual ones."""
    ambiguous: frozenset[str] = frozenset()
    """Codes after which a write may have happened or not."""
    read: Callable[[Response], ErrorBody | None] = read_error_body
    """How to read a refusal's body; what it raises on a strange one counts as None."""
    errors_in_success: bool = False
    """Whether answers with a 2xx status may be refusals."""
    scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """By operation the scopes that open it, for a platform that says only that one is missing.

    A call of an operation that takes another scope stands by itself, as `inbox.reply POST messages`: with its
    method, and what its address ends with.
    """

    def find(self, status: int, code: str | None, *, transient: bool = False) -> type[APIError]:
        """Return the class for a code and a status."""
        for name in self.spellings(code):
            if name in self.codes:
                return self.codes[name]
        if transient:
            return ServerError
        kind = self.statuses.get(status) or STATUSES.get(status)
        return kind or (ServerError if status >= 500 else BadRequestError)

    def opening(self, request: Request) -> tuple[str, ...]:
        """Return the scopes that open a call; none where nobody wrote them down.

        Example:
            >>> scopes = {"inbox.reply": ("write",), "inbox.reply POST messages": ("messages",)}
            >>> private = Request(method="POST", url="https://a.example/7/messages", operation="inbox.reply")
            >>> ErrorTable(scopes=scopes).opening(private)
            ('messages',)
        """
        operation, end = request.operation or "", urlsplit(request.url).path.rpartition("/")[2]
        return self.scopes.get(f"{operation} {request.method} {end}") or self.scopes.get(operation, ())

    def missing(self, request: Request, lacks: Callable[[str], bool]) -> tuple[str, ...]:
        """Return which of the scopes that open a call are missing, as far as anybody knows."""
        return tuple(one for one in self.opening(request) if lacks(one))

    def leaves_open(self, error: APIError) -> bool:
        """Tell whether a code says nothing about what became of a write."""
        return any(name in self.ambiguous for name in self.spellings(error.code))

    def spellings(self, code: str | None) -> list[str]:
        """Return the names that a code is looked up by, what says most first."""
        if code is None:
            return []
        parts = code.split("/")
        return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]


def classify(
    response: Response,
    request: Request,
    table: ErrorTable,
    *,
    platform: str | None,
    now: datetime,
    secrets: tuple[Secret, ...] = (),
    lacks: Callable[[str], bool] = nobody_knows,
) -> SocialKitError | None:
    """Return the error that an answer stands for, or None where it is none. The only place that decides.

    `lacks` tells whether the token may lack a scope: no error names one that was granted, unless the platform
    itself named it.
    """
    status = response.status
    success = 200 <= status < 300
    if status in request.accepts or (success and not table.errors_in_success):
        return None
    body = _body(response, table)
    if success and body is None:
        return None
    secrets = (*secrets, *secrets_of(request))
    if status < 400 and not success:
        return _strange(response, request, platform, secrets)
    return _refusal(
        response,
        request,
        table,
        body or ErrorBody(),
        platform=platform,
        now=now,
        secrets=secrets,
        lacks=lacks,
    )


def _refusal(
    response: Response,
    request: Request,
    table: ErrorTable,
    body: ErrorBody,
    *,
    platform: str | None,
    now: datetime,
    secrets: tuple[Secret, ...],
    lacks: Callable[[str], bool],
) -> APIError:
    wait = body.retry_after or parse_retry_after(response.headers.get("retry-after"), now)
    kind = table.find(response.status, body.code, transient=body.transient)
    scopes = body.scopes or table.missing(request, lacks)
    if kind is MissingScopeError and not scopes and table.opening(request):
        kind = PermissionDeniedError  # it has every scope: logging in again would not help
    error = kind(
        redact(body.message or f"the platform answered with {describe(response)}", secrets)[:MESSAGE_SHOWN],
        status=response.status,
        code=None if body.code is None else redact(body.code, secrets),
        request_id=_request_id(response, body, secrets),
        request=request.shown(),
        body=redact_body(response.content, secrets),
        retry_after=wait,
        platform=platform,
        operation=request.operation,
    )
    if isinstance(error, MissingScopeError):
        error.scopes = scopes
    if isinstance(error, RateLimitedError) and wait is not None:
        error.resets_at = now + wait
    return error


def _request_id(response: Response, body: ErrorBody, secrets: tuple[Secret, ...]) -> str | None:
    told = next((response.headers[name] for name in REQUEST_IDS if name in response.headers), None)
    found = body.request_id or told
    return None if found is None else redact(found, secrets)[:REQUEST_ID_SHOWN]


def _strange(
    response: Response, request: Request, platform: str | None, secrets: tuple[Secret, ...]
) -> UnexpectedResponseError:
    where = response.headers.get("location")
    # Redacted before it is taken apart: put together again, a secret may be spelled in another way.
    shown = Request(method="GET", url=redact(where, secrets)).shown().url if where else ""
    return UnexpectedResponseError(
        f"{_host(response) or 'the platform'} redirects to {shown}"
        if where
        else "the platform gave no final answer",
        status=response.status,
        body=redact_body(response.content, secrets),
        request=request.shown(),
        platform=platform,
        operation=request.operation,
    )


def _body(response: Response, table: ErrorTable) -> ErrorBody | None:
    try:
        return table.read(response)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def describe(response: Response) -> str:
    """Say in a few words what came instead of an answer that explains itself.

    Example:
        >>> describe(Response(502, {"content-type": "text/html"}, b"<html>"))
        'an HTML page'
    """
    content = response.content.lstrip()[:1]
    if not content:
        return "an empty body"
    if content == b"<" or "html" in response.headers.get("content-type", ""):
        return "an HTML page"
    try:
        response.json()
    except (ValueError, RecursionError):
        return "a truncated JSON document" if content in b"{[" else "something that is not JSON"
    return "JSON without an explanation"


def parse_retry_after(text: str | None, now: datetime) -> timedelta | None:
    """Read a `Retry-After` header: seconds or an HTTP date; None where it is neither.

    What lies further away than a month is garbage, and counts as not said.

    Example:
        >>> parse_retry_after("Sun, 01 Mar 2026 09:00:05 GMT", datetime(2026, 3, 1, 9, tzinfo=UTC)).seconds
        5
    """
    if text is None:
        return None
    try:
        wait = max(timedelta(0), _wait(text.strip(), now))
    except (ValueError, OverflowError, TypeError):
        return None
    return wait if wait <= LONGEST_WAIT else None


def _wait(text: str, now: datetime) -> timedelta:
    try:
        seconds = float(text)
    except ValueError:
        time = parsedate_to_datetime(text)
        return (time.replace(tzinfo=UTC) if time.tzinfo is None else time) - now
    if not math.isfinite(seconds):
        message = "not a wait"
        raise ValueError(message)
    return timedelta(seconds=seconds)
