"""Things of another account, and pushes that nobody may trust."""

from __future__ import annotations

from socialkit.errors._base import SocialKitError

__all__ = ["WebhookAccountError", "WebhookError", "WebhookSignatureError", "WrongAccountError"]


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
