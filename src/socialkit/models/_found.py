"""What a look at the platform found of a write."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from socialkit.models._base import AwareTime, Model, OpenEnum, require_aware
from socialkit.models._post import Post

__all__ = ["Found", "FoundState"]


class FoundState(OpenEnum):
    """What became of a write."""

    PUBLISHED = "published"
    ABSENT = "absent"
    UNDECIDED = "undecided"


class Found(Model):
    """The answer of `find`: it is out, it is not, or nobody can say yet.

    Example:
        >>> Found.undecided("the server may still be working").state.value
        'undecided'
    """

    state: FoundState
    post: Post | None = None
    """What was found; set exactly when the state is PUBLISHED and the write made a post."""
    because: str
    """What the answer rests on."""
    ask_again: AwareTime | None = None
    """From when on another look may decide it; None when no look will."""
    platform_time: AwareTime | None = None
    """What the platform's clock showed when a first read had missed it, or a little later; None if it did not
    tell."""

    @classmethod
    def published(cls, post: Post | None, because: str = "it was found on the platform") -> Self:
        """Return that the write happened."""
        return cls(state=FoundState.PUBLISHED, post=post, because=because)

    @classmethod
    def absent(cls, because: str = "it is not on the platform") -> Self:
        """Return that the write did not happen, and will not any more."""
        return cls(state=FoundState.ABSENT, because=because)

    @classmethod
    def undecided(cls, because: str, *, ask_again: datetime | None = None) -> Self:
        """Return that nobody can say, and when to look again."""
        when = require_aware(ask_again, "ask_again") if ask_again is not None else None
        return cls(state=FoundState.UNDECIDED, because=because, ask_again=when)
