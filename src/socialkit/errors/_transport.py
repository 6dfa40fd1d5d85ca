"""What goes wrong on the way to a platform, and answers that nobody can read."""

from __future__ import annotations

from socialkit.errors._base import BODY_SHOWN, SentRequest, SocialKitError

__all__ = [
    "ConnectionFailedError",
    "RequestTimeoutError",
    "TransportError",
    "UnexpectedResponseError",
]


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
