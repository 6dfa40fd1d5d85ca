"""The root of every error, and the request that a message names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import timedelta

__all__ = ["BODY_SHOWN", "SentRequest", "SocialKitError"]

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
