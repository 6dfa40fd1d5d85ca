"""Everything that socialkit raises, in one tree.

    SocialKitError
    ├── ConfigurationError
    │   └── TokenStoreError
    │       └── ReadOnlyStoreError
    ├── NotSupportedError
    ├── InvalidDraftError
    ├── TransportError
    │   ├── ConnectionFailedError
    │   └── RequestTimeoutError
    ├── APIError
    │   ├── BadRequestError
    │   ├── NotFoundError
    │   ├── NoSuchCallError       also a NotSupportedError
    │   ├── ConflictError
    │   ├── AuthenticationError
    │   │   └── TokenExpiredError
    │   ├── PermissionDeniedError
    │   │   └── MissingScopeError also a NotSupportedError
    │   ├── RateLimitedError
    │   ├── ContentRejectedError
    │   └── ServerError
    ├── OutcomeUnknownError
    ├── IncompleteError
    ├── WrongAccountError
    │   └── WebhookAccountError   also a WebhookError
    ├── WebhookError
    │   ├── WebhookSignatureError
    │   └── WebhookAccountError
    ├── NotAuthorisedError
    ├── FrozenError
    ├── JournalError
    ├── UnexpectedResponseError
    ├── MediaProcessingError
    └── MediaStoreError

Every error answers three questions: was anything written (`written`), may the same call be
repeated (`repeatable`), and after what wait (`retry_after`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from socialkit.models import Attempt, Post, Problem

__all__ = [
    "APIError",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "ContentRejectedError",
    "FrozenError",
    "IncompleteError",
    "InvalidDraftError",
    "JournalError",
    "MediaProcessingError",
    "MediaStoreError",
    "MissingScopeError",
    "NoSuchCallError",
    "NotAuthorisedError",
    "NotFoundError",
    "NotSupportedError",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "RateLimitedError",
    "ReadOnlyStoreError",
    "RequestTimeoutError",
    "SentRequest",
    "ServerError",
    "SocialKitError",
    "TokenExpiredError",
    "TokenStoreError",
    "TransportError",
    "UnexpectedResponseError",
    "WebhookAccountError",
    "WebhookError",
    "WebhookSignatureError",
    "WrongAccountError",
]

BODY_SHOWN: Final = 2_000
"""How many bytes of an answer an error keeps: enough to see what came, not a whole page."""


@dataclass(frozen=True, slots=True)
class SentRequest:
    """What an error says about the request behind it; holds no credentials."""

    method: str
    """The HTTP method."""
    url: str
    """The address, secrets masked."""

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


class SocialKitError(Exception):
    """The root of everything that socialkit raises.

    Example:
        >>> error = SocialKitError("the moon is full", platform="mastodon")
        >>> str(error), error.written, error.repeatable
        ('mastodon: the moon is full', False, False)
    """

    written: bool | None = False
    """Whether something was written on the platform; None when nobody can say."""
    repeatable: bool = False
    """Whether the same call may simply be repeated (after `retry_after`, if set)."""
    retry_after: timedelta | None = None
    """The wait that the platform asks for; None when it asks for none."""

    def __init__(self, message: str, *, platform: str | None = None, operation: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        """What went wrong, in one sentence."""
        self.platform = platform
        """The platform's name, if one was involved."""
        self.operation = operation
        """The operation that was running, such as `posts.publish`."""

    def __str__(self) -> str:
        where = " ".join(part for part in (self.platform, self.operation) if part)
        details = ", ".join(self._details())
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} ({details})" if details else text

    def _details(self) -> list[str]:
        return []

    def __reduce__(self) -> tuple[Any, ...]:
        # The constructors are keyword-only, so the default protocol cannot call them again.
        return _restore, (type(self), self.args, self.__dict__)


def _restore(cls: type[SocialKitError], args: tuple[Any, ...], state: dict[str, Any]) -> SocialKitError:
    error = cls.__new__(cls, *args)
    Exception.__init__(error, *args)
    error.__dict__.update(state)
    return error


class ConfigurationError(SocialKitError):
    """Something that the caller must set is missing or unknown: a credential, a platform's name."""


class TokenStoreError(ConfigurationError):
    """What keeps tokens cannot be read or written, or is not what this program wrote there.

    The message says what is wrong with it: another key, a file that was cut, one that others may read.
    """


class ReadOnlyStoreError(TokenStoreError):
    """The token store cannot be written, and something would have to be kept there.

    It is raised before anything is asked of the platform, so no refresh token is used up.
    """


class NotSupportedError(SocialKitError):
    """The platform, or this account, does not offer the operation.

    `instead` names what the platform offers in its place.
    """

    def __init__(
        self,
        message: str,
        *,
        platform: str | None = None,
        operation: str | None = None,
        instead: str | None = None,
    ) -> None:
        super().__init__(message, platform=platform, operation=operation)
        self.instead = instead

    def _details(self) -> list[str]:
        return [f"instead: {self.instead}"] if self.instead else []


class InvalidDraftError(SocialKitError):
    """A draft or a file breaks rules that are known beforehand; nothing was sent.

    `problems` holds every problem that was found, not the first alone.
    """

    def __init__(
        self,
        message: str,
        *,
        problems: Sequence[Problem] = (),
        platform: str | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message, platform=platform, operation=operation)
        self.problems: tuple[Problem, ...] = tuple(problems)

    def _details(self) -> list[str]:
        return [str(problem) for problem in self.problems]


class TransportError(SocialKitError):
    """No answer came. `request` says to what."""

    repeatable: bool = True

    def __init__(
        self,
        message: str,
        *,
        request: SentRequest | None = None,
        sent: bool = False,
        platform: str | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message, platform=platform, operation=operation)
        self.request = request
        self.sent = sent
        """Whether bytes of the request may have reached the platform."""

    def _details(self) -> list[str]:
        return [str(self.request)] if self.request else []


class ConnectionFailedError(TransportError):
    """The connection could not be made, or broke. `sent` says which."""


class RequestTimeoutError(TransportError):
    """The platform did not answer in time."""


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


class OutcomeUnknownError(SocialKitError):
    """Bytes of a write were sent and no answer decided it: it may have happened or not.

    Never repeat the write: hand `attempt` to `posts.find()` (or `inbox.find()` for a reply), which
    looks on the platform. `published` holds what is known to be out (the earlier parts of a thread).
    """

    written: bool | None = None

    def __init__(
        self,
        message: str,
        *,
        attempt: Attempt | None = None,
        published: Sequence[Post] = (),
        request: SentRequest | None = None,
        platform: str | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message, platform=platform, operation=operation)
        self._attempt = attempt
        self.published: tuple[Post, ...] = tuple(published)
        self.request = request

    @property
    def attempt(self) -> Attempt:
        """What was sent, when, and all that is needed to find out; serialisable."""
        if self._attempt is None:
            message = "the error was raised below the operations and knows of no attempt"
            raise AttributeError(message)
        return self._attempt

    @attempt.setter
    def attempt(self, attempt: Attempt) -> None:
        self._attempt = attempt

    def _details(self) -> list[str]:
        return [str(self.request)] if self.request else []


class IncompleteError(SocialKitError):
    """Something is public and a required later part failed; the cause says why."""

    written: bool | None = True

    def __init__(
        self,
        message: str,
        *,
        published: Sequence[Post],
        failed_step: str,
        platform: str | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message, platform=platform, operation=operation)
        self.published: tuple[Post, ...] = tuple(published)
        """What is out, in order."""
        self.failed_step = failed_step
        """The step that failed, such as `part 2 media 1`."""


class WrongAccountError(SocialKitError):
    """The credentials, or the thing, are another account's than this client's; nothing was written.

    Whose credentials are is compared before the first write and after each login and each new token. See
    "Keep accounts healthy" in the documentation for what each message means.
    """


class WebhookError(SocialKitError):
    """A push is not taken; whoever sent it is answered with `status` and an empty body.

    With 500 and 503 the platform sends it again later: something is wrong here, or could not be reached, and
    the cause says what.

    Example:
        >>> error = WebhookError("the body is too large", status=413, platform="mastodon")
        >>> str(error), error.status
        ('mastodon: the body is too large (status 413)', 413)
    """

    def __init__(
        self, message: str, *, status: int = 400, platform: str | None = None, operation: str | None = None
    ) -> None:
        super().__init__(message, platform=platform, operation=operation)
        self.status = status
        """The HTTP status to answer."""

    def _details(self) -> list[str]:
        return [f"status {self.status}"]


class WebhookSignatureError(WebhookError):
    """Nothing proves that the platform sent the push: its signature is missing, wrong, or too old."""

    def __init__(
        self, message: str, *, status: int = 401, platform: str | None = None, operation: str | None = None
    ) -> None:
        super().__init__(message, status=status, platform=platform, operation=operation)


class WebhookAccountError(WebhookError, WrongAccountError):
    """The push is for an account that is nobody's here; nothing of it was taken."""

    def __init__(
        self, message: str, *, status: int = 404, platform: str | None = None, operation: str | None = None
    ) -> None:
        super().__init__(message, status=status, platform=platform, operation=operation)


class NotAuthorisedError(SocialKitError):
    """Whoever acts may not do this, or not without asking; nothing was sent or changed."""

    def __init__(
        self,
        message: str,
        *,
        actor: str | None = None,
        action: str | None = None,
        brand: str | None = None,
        platform: str | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message, platform=platform, operation=operation)
        self.actor = actor
        """Who wanted to."""
        self.action = action
        """What they wanted to do, as the authority was asked: `publish`, `freeze`."""
        self.brand = brand
        """For which brand; None where there is none."""


class FrozenError(SocialKitError):
    """Nothing may leave at present: somebody froze what this belongs to. Nothing was sent."""


class JournalError(SocialKitError):
    """The journal cannot be read or written, or refuses a step that its state does not allow."""


class UnexpectedResponseError(SocialKitError):
    """The answer is not what the platform's documentation promises; its beginning is kept."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        body: bytes = b"",
        request: SentRequest | None = None,
        platform: str | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message, platform=platform, operation=operation)
        self.status = status
        self.body: bytes = body[:BODY_SHOWN]
        self.request = request

    def _details(self) -> list[str]:
        shown = [f"status {self.status}"] if self.status is not None else []
        return [*shown, str(self.request)] if self.request else shown


class MediaProcessingError(SocialKitError):
    """A file could not be uploaded or processed; no post was published with it."""

    repeatable: bool = True


class MediaStoreError(SocialKitError):
    """A file that was kept for a planned post is gone, or its bytes are no longer those that were kept.

    Nothing is sent with another file in its place: somebody must decide.
    """

    def __init__(
        self,
        message: str,
        *,
        digest: str,
        filename: str | None = None,
        platform: str | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message, platform=platform, operation=operation)
        self.digest = digest
        """The SHA-256 of the bytes that were kept, in hexadecimal."""
        self.filename = filename
        """The name under which the file was to be sent, where it is known."""

    def _details(self) -> list[str]:
        named = [f"file {self.filename!r}"] if self.filename is not None else []
        return [*named, f"SHA-256 {self.digest}"]
