"""What a platform says no with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialkit.errors._base import BODY_SHOWN, SentRequest, SocialKitError
from socialkit.errors._local import NotSupportedError

if TYPE_CHECKING:
    from datetime import datetime, timedelta

__all__ = [
    "APIError",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "ContentRejectedError",
    "MissingScopeError",
    "NoSuchCallError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitedError",
    "ServerError",
    "TokenExpiredError",
]


class APIError(SocialKitError):
    """The platform answered, and refused.

    Example:
        >>> error = APIError("Validation failed", status=422, request_id="a1", platform="mastodon")
        >>> str(error)
        'mastodon: Validation failed (status 422, request a1)'
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str | None = None,
        request_id: str | None = None,
        request: SentRequest | None = None,
        body: bytes = b"",
        retry_after: timedelta | None = None,
        platform: str | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message, platform=platform, operation=operation)
        self.status = status
        """The HTTP status; 0 where it was known beforehand, and nothing was asked."""
        self.code = code
        """The platform's own code, where it has one; match on this, never on the message."""
        self.request_id = request_id
        """The platform's id of the request: what its support asks for."""
        self.request = request
        """What was asked."""
        self.body: bytes = body[:BODY_SHOWN]
        """The beginning of the answer, secrets masked."""
        self.retry_after = retry_after

    def _details(self) -> list[str]:
        named = [("status", self.status or None), ("code", self.code), ("request", self.request_id)]
        return [f"{name} {value}" for name, value in named if value is not None]


class BadRequestError(APIError):
    """The platform says that the request is wrong."""


class NotFoundError(APIError):
    """The thing does not exist, or not for this account."""


class NoSuchCallError(APIError, NotSupportedError):
    """The server has no such call: its software, or its version, does not offer the operation.

    It says nothing about the thing that was asked for, which may well exist.
    """


class ConflictError(APIError):
    """The thing was changed, or exists already."""


class AuthenticationError(APIError):
    """The platform does not accept the credentials."""


class TokenExpiredError(AuthenticationError):
    """The access token is out of date and could not be refreshed: log in again."""


class PermissionDeniedError(APIError):
    """The credentials are good, but not for this."""


class MissingScopeError(PermissionDeniedError, NotSupportedError):
    """The token lacks a scope; `scopes` names those that would do.

    Where the token's scopes are known it is raised before anything is sent: then `status` is 0 and `request`
    None.

    Example:
        >>> error = MissingScopeError("the token lacks the scope for: publish", status=0, platform="x")
        >>> error.scopes, str(error)
        ((), 'x: the token lacks the scope for: publish')
    """

    scopes: tuple[str, ...] = ()

    def _details(self) -> list[str]:
        return [*PermissionDeniedError._details(self), *NotSupportedError._details(self)]


class RateLimitedError(APIError):
    """The platform's request budget is spent; nothing was written.

    `retry_after` and `resets_at` say when there is a new one, where the platform tells.
    """

    repeatable: bool = True
    resets_at: datetime | None = None
    """When the budget is filled again, aware UTC; None where the platform does not tell."""
    limit_name: str | None = None
    """Which budget is spent."""


class ContentRejectedError(APIError):
    """The platform's policy refused the content."""


class ServerError(APIError):
    """The platform failed. Of a write itself it only stands as the cause of `OutcomeUnknownError`."""

    repeatable: bool = True
