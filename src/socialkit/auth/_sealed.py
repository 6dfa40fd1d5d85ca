"""What all holders of secrets share: they are immutable and never leave the process by accident."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, NoReturn, Self, TypeVar, cast

from socialkit.errors import ConfigurationError
from socialkit.transport import Secret

__all__ = ["SKEW", "Sealed", "frozen", "is_expired", "require_whole", "secrets_in"]

T = TypeVar("T")

SKEW: Final = timedelta(seconds=60)
"""How long before its end a token counts as expired: clocks differ and requests take time."""

HALF: Final = re.compile("[\ud800-\udfff]")
"""Half of a character, which JSON can spell and no encoding has."""


class Sealed:
    """An immutable object with secrets: copies are itself, and pickling is refused."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        message = f"{type(self).__name__} holds secrets and cannot be pickled: keep what its dumps() returns"
        raise TypeError(message)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        return self


def frozen(extra: Mapping[str, T]) -> Mapping[str, T]:
    """Return a copy that nobody can change."""
    return MappingProxyType(dict(extra))


def is_expired(expires_at: datetime | None, now: datetime, skew: timedelta) -> bool:
    """Return whether the time is over, or will be within `skew`."""
    return expires_at is not None and now + skew >= expires_at


def secrets_in(values: Iterable[object]) -> tuple[Secret, ...]:
    """Return those of the values that are secrets."""
    return tuple(value for value in values if isinstance(value, Secret))


def require_whole(values: Mapping[str, object]) -> None:
    """Refuse texts that cannot be encoded: the error of whatever keeps or sends them would show them.

    Raises:
        ConfigurationError: A text holds a lone surrogate.
    """
    torn = [name for name, value in values.items() if _is_torn(value)]
    if torn:
        message = f"{torn[0]} holds half a character (a lone surrogate): look where it was read from"
        raise ConfigurationError(message)


def _is_torn(value: object) -> bool:
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return any(_is_torn(one) for pair in pairs for one in pair)
    if isinstance(value, tuple):
        return any(_is_torn(one) for one in cast("tuple[object, ...]", value))
    text: object = value.reveal() if isinstance(value, Secret) else value
    return isinstance(text, str) and HALF.search(text) is not None
