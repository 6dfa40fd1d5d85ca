"""What X's refusals mean. See https://docs.x.com/x-api/fundamentals/response-codes-and-errors.

A refusal is a problem document, an older list of codes, or an answer of status 200 that holds errors and no
data. Codes are the last part of a problem's type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from pydantic import JsonValue

from socialkit.errors import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    MissingScopeError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
)
from socialkit.transport import (
    ErrorBody,
    ErrorTable,
    RateHeaders,
    RateReading,
    Request,
    Response,
    read_error_body,
)

__all__ = ["DUPLICATES", "ERRORS", "READING", "bucket", "rate"]

DUPLICATE: Final = "duplicate"
OLD_DUPLICATE: Final = "187"
DUPLICATES: Final = frozenset({DUPLICATE, OLD_DUPLICATE})
FORBIDDEN: Final = "forbidden"
CAPPED: Final = "usage-capped"
INVALID: Final = "invalid-request"
UNTYPED: Final = "about:blank"
UNPAID: Final = 402
"""What X is said to answer when the credits are gone; no document names it."""
LATER: Final = timedelta(hours=1)
"""When to try again once the paid budget is spent. X does not tell: longer than anybody waits at once."""

READING: Final = ("tweet.read", "users.read")
"""What nearly every call needs of a token of OAuth 2.0, whatever else it does."""

SCOPES_OF_PATHS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("/2/media", ("media.write",)),
    ("/2/activity/subscriptions?", ("tweet.read", "like.read")),
    ("/2/activity", ("tweet.read", "dm.read", "like.read")),
    ("/2/tweets/counts", ()),
    ("/messages", ("dm.write", *READING)),
    ("/2/dm_", ("dm.read", *READING)),
    ("/hidden", ("tweet.moderate.write", *READING)),
    ("/likes", ("like.write", *READING)),
    ("/liked_tweets", ("like.read", *READING)),
    ("?", READING),
    ("/2/tweets", ("tweet.write", *READING)),
    ("/2/users", READING),
)
"""All that a call needs, which a bare refusal may lack, by what its address holds: the first that fits.

Reads alone have a query.
"""


def read_error(response: Response) -> ErrorBody | None:
    """Return what a refusal says; None of an answer that is none."""
    found = _read(response)
    return replace(found or ErrorBody(), retry_after=LATER) if response.status == UNPAID else found


def _read(response: Response) -> ErrorBody | None:
    success = response.status < 300
    if success and b'"errors"' not in response.content:
        return None
    document = response.json()
    if not isinstance(document, dict) or (success and "data" in document):
        return None
    found = document.get("errors")
    first = found[0] if isinstance(found, list) and found else None
    detail = first if isinstance(first, dict) else {}
    if success and not detail:
        return None
    code = _code(document) or _code(detail)
    said = _text(detail, "message", "detail", "title")
    # The detail of a request that is not valid says so of every one, and what is wrong stands below it.
    message = (code == INVALID and said) or _text(document, "detail") or said
    message = message or _text(document, "title", "message")
    if not code and not message:
        return read_error_body(response)
    return _named(response, message, code)


def _named(response: Response, message: str, code: str | None) -> ErrorBody:
    """Return a refusal; two that X gives no code get one here."""
    if response.status == 403 and code is None:
        # No code tells these apart: the words are all that X sends.
        if "duplicate content" in message:
            return ErrorBody(message, DUPLICATE)
        if message == "Forbidden":
            return ErrorBody(message, FORBIDDEN, scopes=_scopes(response.url))
    return ErrorBody(message, code, retry_after=LATER if code == CAPPED else None)


def _scopes(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    place = f"{parts.path}?" if parts.query else parts.path
    return next((scopes for part, scopes in SCOPES_OF_PATHS if part in place), ())


def _code(problem: Mapping[str, JsonValue]) -> str | None:
    kind, number = problem.get("type"), problem.get("code")
    if isinstance(kind, str) and kind != UNTYPED:
        return kind.rstrip("/").rpartition("/")[2] or None
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else None


def _text(problem: Mapping[str, JsonValue], *names: str) -> str:
    found = (problem.get(name) for name in names)
    return next((one for one in found if isinstance(one, str) and one), "")


ERRORS: Final = ErrorTable(
    codes={
        DUPLICATE: ConflictError,
        OLD_DUPLICATE: ConflictError,
        FORBIDDEN: MissingScopeError,
        CAPPED: RateLimitedError,
        "rate-limit-exceeded": RateLimitedError,
        INVALID: BadRequestError,
        "resource-not-found": NotFoundError,
        "not-authorized-for-resource": PermissionDeniedError,
        "not-authorized-for-field": PermissionDeniedError,
        "field-unauthorized": PermissionDeniedError,
        "disallowed-resource": PermissionDeniedError,
        "client-forbidden": PermissionDeniedError,
        "oauth1-permissions": PermissionDeniedError,
        "unsupported-authentication": PermissionDeniedError,
        "user-suspended": PermissionDeniedError,
        "internal-error": ServerError,
        "resource-unavailable": ServerError,
        "field-hydration-failure": ServerError,
    },
    statuses={401: AuthenticationError, UNPAID: RateLimitedError},
    read=read_error,
    errors_in_success=True,
)

WINDOW: Final = RateHeaders(
    limit="x-rate-limit-limit", remaining="x-rate-limit-remaining", reset="x-rate-limit-reset"
)
DAYS: Final = tuple(
    RateHeaders(limit=f"{name}-limit", remaining=f"{name}-remaining", reset=f"{name}-reset")
    for name in ("x-app-limit-24hour", "x-user-limit-24hour")
)


def rate(headers: Mapping[str, str], now: datetime) -> RateReading:
    """Return what an answer tells of budgets: a day's that is spent comes before a quarter of an hour's."""
    spent = [one for one in (names(headers, now) for names in DAYS) if one.remaining == 0]
    return max(spent, key=lambda one: one.resets_at or now) if spent else WINDOW(headers, now)


NAMED: Final = re.compile(r"(?<=by/username/)[^/]+|(?<=/)[^/]*[0-9][^/]*(?=/|$)")


def bucket(request: Request) -> str:
    """Name the budget of a call: X counts each endpoint apart."""
    path = f"/{urlsplit(request.url).path.lstrip('/')}".removeprefix("/2/")
    return f"{request.method} {NAMED.sub(':id', path)}"
