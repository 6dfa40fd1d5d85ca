"""What a platform allows in a stretch of time, and what publishing takes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from socialkit.models import Draft

__all__ = ["Quota"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One of a platform's allowances, and what one publish takes of it at least.

    Example:
        >>> points = Quota(name="writes", unit="points", limit=5_000, per=timedelta(hours=1), part=2)
        >>> points.need(Draft(text="One", thread=[Draft(text="Two")]))
        4
    """

    name: str
    unit: str
    """What is counted: `requests`, `posts`, `files`, `points`, `credits`."""
    limit: int
    per: timedelta
    delivery: int = 0
    """What each takes, whatever it holds."""
    part: int = 0
    """What the post and each further part of its thread take."""
    comment: int = 0
    """What a first comment takes."""
    file: int = 0
    """What each file takes."""
    shared: bool = False
    """Whether all accounts share it that an app, or an address, acts for."""

    def need(self, draft: Draft) -> int:
        """Return what publishing a draft takes at least."""
        files = sum(len(part.media) for part in draft.parts)
        comments = int(draft.first_comment is not None)
        return self.delivery + self.part * len(draft.parts) + self.comment * comments + self.file * files
