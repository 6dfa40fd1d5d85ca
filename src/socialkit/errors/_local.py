"""What is refused or breaks on this side of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialkit.errors._base import SocialKitError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialkit.models import Problem

__all__ = [
    "ConfigurationError",
    "FrozenError",
    "InvalidDraftError",
    "JournalError",
    "MediaProcessingError",
    "MediaStoreError",
    "NotAuthorisedError",
    "NotSupportedError",
    "ReadOnlyStoreError",
    "TokenStoreError",
]


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
