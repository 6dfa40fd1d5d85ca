"""Versions of Graph APIs: until when they live, and what is answered by another one than was asked."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from socialkit.errors import ConfigurationError
from socialkit.operations import carrying, current_run
from socialkit.transport import Request, Response, Safety

__all__ = ["GRAPH_VERSIONS", "ApiVersion", "VersionWatch", "chosen_version", "end_of_life"]

NAME: Final = re.compile(r"v(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d?)")
"""One spelling for each: `v020.0` is none, and would slip past what is known of `v20.0`."""
AHEAD: Final = timedelta(days=90)
"""How long before the end of a version it is warned of."""
SERVED: Final = "facebook-api-version"
WARNING: Final = "x-ad-api-version-warning"


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """One version, and how long it lives."""

    name: str
    released: date | None = None
    ends: date | None = None
    """From this day on another version answers; None when nobody said."""


GRAPH_VERSIONS: Final = (
    ApiVersion("v26.0", date(2026, 7, 29)),
    ApiVersion("v25.0", date(2026, 2, 18), date(2028, 7, 29)),
    ApiVersion("v24.0", date(2025, 10, 8), date(2028, 2, 18)),
    ApiVersion("v23.0", date(2025, 5, 29), date(2027, 10, 8)),
    ApiVersion("v22.0", date(2025, 1, 21), date(2027, 5, 20)),
    ApiVersion("v21.0", None, date(2027, 1, 21)),
    ApiVersion("v20.0", None, date(2026, 9, 24)),
    ApiVersion("v19.0", None, date(2026, 5, 21)),
)
"""Versions of graph.facebook.com and graph.instagram.com, the newest first, as of 2026-09-11.

See https://developers.facebook.com/docs/graph-api/changelog.
"""


def end_of_life(name: str, versions: tuple[ApiVersion, ...] = GRAPH_VERSIONS) -> date | None:
    """Return when a version ends; None when nobody said. What is older than all known ends with the oldest.

    Example:
        >>> end_of_life("v25.0")
        datetime.date(2028, 7, 29)
        >>> end_of_life("v3.2") == end_of_life("v19.0")
        True
    """
    oldest = min(versions, key=lambda one: _number(one.name), default=None)
    if oldest is not None and _number(name) < _number(oldest.name):
        return oldest.ends
    return next((one.ends for one in versions if one.name == name), None)


def _number(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.removeprefix("v").split("."))


def chosen_version(
    given: str | None,
    *,
    default: str,
    now: datetime,
    platform: str,
    versions: tuple[ApiVersion, ...] = GRAPH_VERSIONS,
) -> str:
    """Return the version to call, and warn if it ends soon.

    Args:
        given: What the user chose; None for the default.
        default: What the platform's operations were written for.
        now: Aware.
        platform: For the error to name.
        versions: What is known of versions.

    Raises:
        ConfigurationError: It is none, or is over: another one would answer in its place.
    """
    name = default if given is None else given
    if not NAME.fullmatch(name):
        message = f"api_version={name!r} is no version: it reads like {default!r}"
        raise ConfigurationError(message, platform=platform)
    ends = end_of_life(name, versions)
    if ends is not None:
        _judge_end(name, ends, default, now, platform)
    return name


def _judge_end(name: str, ends: date, default: str, now: datetime, platform: str) -> None:
    left = ends - now.astimezone(UTC).date()
    if left <= timedelta():
        message = (
            f"version {name} ended on {ends}, and a later one would answer unasked: "
            f"leave api_version= out for {default}"
        )
        raise ConfigurationError(message, platform=platform)
    if left <= AHEAD:
        message = f"{platform}: version {name} of the API ends on {ends}: move on to {default}"
        _warn(message, held=_is_writing())


def _is_writing() -> bool:
    return current_run.get() is not None or carrying.get()


def _warn(message: str, *, held: bool) -> bool:
    """Warn, and return whether it was told: one that is an error must not replace what became of a write.

    Args:
        message: Of what.
        held: Whether a write goes on.
    """
    try:
        warnings.warn(message, FutureWarning, stacklevel=3)
    except FutureWarning:
        if not held:
            raise
        return False
    return True


class VersionWatch:
    """Compares the version that was asked with the one that answered, and warns once of each other one.

    Where warnings are errors, one that a write would raise waits for the next read outside of it.
    """

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self._told: set[str] = set()
        self._waiting: dict[str, str] = {}
        self.served: str | None = None
        """The version that answered last; None when no answer said it."""

    def heard(self, request: Request, response: Response) -> None:
        """Take note of an answer."""
        asked = next((part for part in urlsplit(request.url).path.split("/") if NAME.fullmatch(part)), None)
        if asked is not None:
            self._compare(asked, response)
        held = request.safety is not Safety.READ or _is_writing()
        for about, message in tuple(self._waiting.items()):
            del self._waiting[about]
            if not _warn(message, held=held):
                self._waiting[about] = message

    def _compare(self, asked: str, response: Response) -> None:
        served, said = response.headers.get(SERVED), response.headers.get(WARNING)
        if served is not None and NAME.fullmatch(served):
            self.served = served
        else:
            served = None
        other = None if served == asked else served
        about = other or WARNING
        if (other is None and not said) or about in self._told:
            return
        self._told.add(about)
        message = f"{self._platform}: version {asked} of the API was asked"
        answered = f", and {other} answered" if other else ""
        self._waiting[about] = f"{message}{answered} ({said[:200]})" if said else f"{message}{answered}"
