"""What Graph APIs refuse, and with which codes: https://developers.facebook.com/docs/graph-api/guides/error-handling.

Messages come in the language of the account, so that codes and subcodes alone decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from socialkit.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ContentRejectedError,
    MissingScopeError,
    NoSuchCallError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    TokenExpiredError,
)
from socialkit.models import Lenient, WireModel
from socialkit.transport import ErrorBody, ErrorTable, Response, read_error_body

__all__ = ["CODES", "GraphErrorTable", "graph_errors", "read_graph_error"]

EXPIRED: Final = (458, 459, 460, 463, 464, 467, 492)
"""Subcodes of 190 after which somebody must log in again."""
LIMITS: Final = (4, 17, 32, 341, 613, *range(80000, 80015))
SCOPES: Final = (10, *range(200, 300))
"""10 and the two hundreds: a permission that was not granted, or not approved."""
BLOCKED: Final = (1346003, 1390008, 1404006, 1404102, 1404078, 1404112, 4854002)

CODES: Final[Mapping[str, type[APIError]]] = {
    "1": ServerError,
    "2": ServerError,
    "1/2853001": PermissionDeniedError,
    "3": PermissionDeniedError,
    "12": NoSuchCallError,
    "100": BadRequestError,
    "100/33": NotFoundError,
    "102": TokenExpiredError,
    "190": AuthenticationError,
    "368": ContentRejectedError,
    "506": ConflictError,
    "803": NotFoundError,
    "/1363047": NotFoundError,
    "/1609010": NotFoundError,
    "/1366051": ConflictError,
    "10/2018278": PermissionDeniedError,
    **{f"190/{subcode}": TokenExpiredError for subcode in EXPIRED},
    **dict.fromkeys([str(code) for code in LIMITS], RateLimitedError),
    **dict.fromkeys([str(code) for code in SCOPES], MissingScopeError),
    **dict.fromkeys([f"/{subcode}" for subcode in BLOCKED], ContentRejectedError),
    "283": PermissionDeniedError,
}
"""Classes by code. `/1346003` is a subcode that means the same under every code.

`is_transient` beside one of them changes nothing: it was recorded beside 2 alone, and what it means beside a
refusal is not known well enough to send a write again by itself.

190 alone is an `AuthenticationError`: it also comes where one Page lacks a permission, and logging in again
does not help then.
"""


class WireGraphError(WireModel):
    """What stands in `error`."""

    message: str = ""
    code: int | str | None = None
    error_subcode: Lenient[int] = None
    is_transient: Lenient[bool] = None
    error_user_msg: Lenient[str] = None
    fbtrace_id: Lenient[str] = None


class WireRefusal(WireModel):
    """The envelope of every refusal."""

    error: WireGraphError


class WireUploadError(WireModel):
    """What stands in `debug_info`."""

    type: Lenient[str] = None
    message: Lenient[str] = None
    retriable: Lenient[bool] = None


class WireUploadRefusal(WireModel):
    """The envelope of the host that takes bytes."""

    debug_info: WireUploadError


def read_graph_error(response: Response) -> ErrorBody | None:
    """Return what a refusal says; None when it says nothing.

    Example:
        >>> body = b'{"error": {"message": "Expired", "code": 190, "error_subcode": 463, "fbtrace_id": "A1"}}'
        >>> read_graph_error(Response(400, {}, body)).code
        '190/463'
        >>> told = (
        ...     b'{"debug_info": {"retriable": true, "type": "PartialRequestError", "message": "Too short"}}'
        ... )
        >>> read_graph_error(Response(400, {}, told)).message
        'Too short'
    """
    try:
        wire = WireRefusal.model_validate_json(response.content).error
    except ValidationError:
        return _read_upload_error(response)
    code = None if wire.code is None else str(wire.code)
    if code is not None and wire.error_subcode is not None:
        code = f"{code}/{wire.error_subcode}"
    return ErrorBody(
        message=wire.message or wire.error_user_msg or "",
        code=code,
        request_id=wire.fbtrace_id,
        transient=bool(wire.is_transient),
    )


def _read_upload_error(response: Response) -> ErrorBody | None:
    try:
        wire = WireUploadRefusal.model_validate_json(response.content).debug_info
    except ValidationError:
        return read_error_body(response)  # the login's own answers, and what stands before the platform
    return ErrorBody(message=wire.message or "", code=wire.type, transient=bool(wire.retriable))


class GraphErrorTable(ErrorTable):
    """Codes of a Graph API, where a subcode may mean the same under every code.

    Example:
        >>> graph_errors().find(400, "100/1346003").__name__, graph_errors().find(400, "100/7").__name__
        ('ContentRejectedError', 'BadRequestError')
    """

    __slots__ = ()

    def spellings(self, code: str | None) -> list[str]:
        """Return code with subcode, the subcode alone, the code alone."""
        if code is None:
            return []
        head, slash, subcode = code.partition("/")
        return [code, f"/{subcode}", head] if slash else [code]


def graph_errors(
    more: Mapping[str, type[APIError]] | None = None,
    *,
    ambiguous: frozenset[str] = frozenset(),
    scopes: Mapping[str, tuple[str, ...]] | None = None,
) -> GraphErrorTable:
    """Return the table of one platform.

    Args:
        more: Its own codes, which win over the common ones.
        ambiguous: Codes after which a write may have happened or not.
        scopes: By operation the scopes that open it, such as `{"posts.publish": ("pages_manage_posts",)}`.
    """
    return GraphErrorTable(
        codes={**CODES, **(more or {})}, ambiguous=ambiguous, read=read_graph_error, scopes=scopes or {}
    )
