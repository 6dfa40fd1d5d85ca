"""Writes whose outcome is open, or that were done in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialkit.errors._base import SentRequest, SocialKitError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialkit.models import Attempt, Post

__all__ = ["IncompleteError", "OutcomeUnknownError"]


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
