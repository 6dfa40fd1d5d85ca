"""What token endpoints answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    AliasChoices,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationError,
)

from socialkit.auth._stores import Stored
from socialkit.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    SocialKitError,
    UnexpectedResponseError,
)
from socialkit.models import Timestamp, WireModel
from socialkit.transport import MASK, Request, Response, Secret, redact, secrets_of

__all__ = ["WireToken", "read_token"]

APP_REFUSED: Final = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type"})
"""Codes of RFC 6749 section 5.2 that no new login would change."""


def _secret(value: object) -> Secret:
    if not isinstance(value, str) or not value:
        message = "a token is a text"
        raise ValueError(message)
    return Secret(value)


def _none_if_empty(value: object) -> object:
    return value or None


def _split(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value or ()


SecretText = Annotated[Secret, PlainValidator(_secret), PlainSerializer(lambda _secret: MASK)]


class WireToken(WireModel):
    """Tokens, as OAuth servers send them; what is not declared is kept.

    Example:
        >>> WireToken.model_validate_json('{"access_token": "not-a-real-token", "expires_in": 3600}')
        WireToken(token_type='Bearer', expires_in=3600.0, scope=())
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow", hide_input_in_errors=True)

    access_token: SecretText
    token_type: str = "Bearer"
    expires_in: Annotated[float | None, BeforeValidator(_none_if_empty)] = None
    """Seconds; absent, null or 0 when the token does not end."""
    refresh_token: Annotated[SecretText | None, BeforeValidator(_none_if_empty)] = None
    refresh_expires_in: Annotated[float | None, BeforeValidator(_none_if_empty)] = Field(
        default=None, validation_alias=AliasChoices("refresh_expires_in", "refresh_token_expires_in")
    )
    """Seconds."""
    scope: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    """Sent as a text with spaces or commas, or as a list."""
    created_at: Timestamp | None = None

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        # What is not declared may be secret too.
        return [("token_type", self.token_type), ("expires_in", self.expires_in), ("scope", self.scope)]

    def to_stored(self, now: datetime, *, account_id: str | None = None) -> Stored:
        """Return what a token store keeps. Times count from `now`: take it before asking."""
        return Stored(
            access_token=self.access_token,
            refresh_token=self.refresh_token,
            expires_at=_after(now, self.expires_in),
            refresh_expires_at=_after(now, self.refresh_expires_in),
            scopes=self.scope,
            token_type=self.token_type,
            account_id=account_id,
        )


def _after(now: datetime, seconds: float | None) -> datetime | None:
    try:
        return None if seconds is None else now + timedelta(seconds=seconds)
    except (ValueError, OverflowError):  # not a number, or beyond the calendar: nobody said when
        return None


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    code: str | None
    words: str = field(repr=False)  # it may repeat what was asked


def read_token(
    response: Response, request: Request | None = None, *, platform: str | None = None
) -> WireToken:
    """Return the tokens of an answer; `request` is what was asked, for the error to name and to mask.

    Raises:
        AuthenticationError: The code or the refresh token is not good, or no longer (`invalid_grant`).
        BadRequestError: The platform says that the request is wrong.
        ConfigurationError: The platform does not know the app, or its secret is wrong.
        UnexpectedResponseError: The answer holds no tokens and no error.
    """
    refusal = _refusal(response)
    if refusal is not None:
        raise _error(refusal, request, platform)
    token = _token(response)
    if token is None:
        # The body is not kept: it may hold tokens where nobody looks for them.
        raise UnexpectedResponseError(
            "the answer holds no token",
            status=response.status,
            request=None if request is None else request.shown(),
            platform=platform,
        )
    return token


def _refusal(response: Response) -> _Refusal | None:
    try:
        document = response.json()
    except (ValueError, RecursionError):
        document = None
    fields = document if isinstance(document, dict) else {}
    code, words = fields.get("error"), fields.get("error_description")
    if response.status < 400 and not isinstance(code, str):
        return None
    return _Refusal(
        response.status, code if isinstance(code, str) else None, words if isinstance(words, str) else ""
    )


def _token(response: Response) -> WireToken | None:
    try:
        return WireToken.model_validate_json(response.content)
    except ValidationError:
        return None


def _error(refusal: _Refusal, request: Request | None, platform: str | None) -> SocialKitError:
    hidden = () if request is None else secrets_of(request)
    code = None if refusal.code is None else redact(refusal.code, hidden)
    words = redact(refusal.words or f"the token endpoint refused: {code or refusal.status}", hidden)
    if code in APP_REFUSED:
        message = f"the platform does not accept the app's client id and secret ({code}): {words}"
        return ConfigurationError(message, platform=platform)
    shown = None if request is None else request.shown()
    kind = _kind(refusal.status, code)
    return kind(words, status=refusal.status, code=code, request=shown, platform=platform)


def _kind(status: int, code: str | None) -> type[APIError]:
    if code == "invalid_grant" or status == 401:
        return AuthenticationError
    if status >= 500:
        return ServerError
    return {403: PermissionDeniedError, 429: RateLimitedError}.get(status, BadRequestError)
