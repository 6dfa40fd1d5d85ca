"""What all holders of secrets share: they are immutable and never leave the process by accident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, NoReturn, Self, TypeVar

from socialkit.transport import Secret

__all__ = ["SKEW", "Sealed", "frozen", "is_expired", "secrets_in"]

T = TypeVar("T")

SKEW: Final = timedelta(seconds=60)
"""How long before its end a token counts as expired: clocks differ and requests take time."""


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
