"""Times that people give: when something is to leave, and how late it may."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pydantic import JsonValue

from socialkit.errors import ConfigurationError
from socialkit.models import WallTime, require_aware
from socialkit.platforms.base import of_type

__all__ = ["ANSWER_NOT_AFTER", "expiry", "instant", "require_ahead", "wall_of"]

ANSWER_NOT_AFTER: Final = timedelta(days=1)
"""How late an answer may leave, counted from its approval: somebody still waits for it."""


def instant(at: datetime | WallTime) -> datetime:
    """Return when something is to leave.

    Raises:
        ConfigurationError: A clock never shows this wall time, or twice, and no rule says what is meant.
        ValueError: It has no time zone.
    """
    if isinstance(at, WallTime):
        try:
            return at.instant()
        except ValueError as error:
            message = f"at={error}"
            raise ConfigurationError(message) from error
    return require_aware(of_type(at, datetime, "at"), "at")


def wall_of(at: datetime | WallTime | None) -> dict[str, JsonValue] | None:
    """Return a wall time as the journal keeps it; None of an instant."""
    return at.model_dump(mode="json") if isinstance(at, WallTime) else None


def expiry(at: datetime, not_after: timedelta | datetime) -> datetime:
    """Return when something is too late to leave.

    Raises:
        ConfigurationError: That is before it is to leave.
        ValueError: It has no time zone.
    """
    late = of_type(not_after, datetime | timedelta, "not_after")
    expires = require_aware(late, "not_after") if isinstance(late, datetime) else _sum(at, late)
    if expires < at:
        message = f"not_after={not_after} is before at={at.isoformat()}"
        raise ConfigurationError(message)
    return expires


def require_ahead(at: datetime, expires: datetime, now: datetime) -> None:
    """Raise if something is too late to leave already.

    Raises:
        ConfigurationError: It is.
    """
    if expires < now:
        message = f"at={at.isoformat()} has passed by more than is allowed: it would never leave"
        raise ConfigurationError(message)


def _sum(at: datetime, late: timedelta) -> datetime:
    try:
        return at + late
    except OverflowError:
        message = f"not_after={late} after {at.isoformat()} lies outside the calendar"
        raise ConfigurationError(message) from None
