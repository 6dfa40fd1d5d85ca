"""A write whose outcome nobody knows, and what a look at the platform found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self

from pydantic import JsonValue

from socialkit.models._account import AccountRef
from socialkit.models._base import AwareTime, Model, OpenEnum, require_aware
from socialkit.models._draft import Draft
from socialkit.models._message import Message
from socialkit.models._post import Post

__all__ = ["Attempt", "Found", "FoundState", "WriteKind"]

WriteKind = Literal["publish", "reply", "edit", "delete", "delete comment", "hide", "unhide", "like"]


class Attempt(Model):
    """Everything that is needed to find out later what became of a write; serialisable, without secrets."""

    platform: str
    account: AccountRef
    kind: WriteKind
    step: str
    """The step whose outcome is unknown, such as `part 2`."""
    key: str
    """The identity that was sent with the write, where the platform takes one."""
    started_at: AwareTime
    """When the step began."""
    deadline: AwareTime
    """When the sender gave up waiting."""
    draft: Draft | None = None
    """What was to be published."""
    message: Message | None = None
    """What was to be answered or hidden."""
    private: bool = False
    target: str | None = None
    """The id of the post that was to be changed."""
    results: Mapping[str, JsonValue] = {}
    """What the steps before it gave."""


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
