"""Where in a draft a problem is, and by what it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from socialkit.models import Basis, Limits, MediaKind, Problem, Severity

__all__ = ["Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a draft a problem is, and by what it is judged."""

    prefix: str
    limits: Limits
    platform: str
    now: datetime | None = None
    """The time; None when nobody asked for what depends on it."""
    keeps_media: bool = False
    """Whether media stay that the draft does not mention: then it may say nothing itself."""
    unhosted: frozenset[MediaKind] = frozenset()
    """Kinds of local files that the platform would have to fetch, while nothing serves them."""
    lacking: tuple[str, ...] = ()
    """Scopes of which the token has none, while answering a post takes one."""

    def problem(
        self,
        field: str,
        message: str,
        *,
        limit: int | float | str | None = None,
        actual: int | float | str | None = None,
        unit: str | None = None,
        severity: Severity = Severity.ERROR,
        basis: Basis | None = None,
    ) -> Problem:
        """Return a problem at this place."""
        return Problem(
            field=f"{self.prefix}{field}",
            message=message,
            limit=limit,
            actual=actual,
            unit=unit,
            severity=severity,
            basis=self.limits.basis if basis is None else basis,
            platform=self.platform,
        )
