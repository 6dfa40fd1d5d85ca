"""A write whose outcome nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

from socialkit.models._account import AccountRef
from socialkit.models._base import AwareTime, Model
from socialkit.models._draft import Draft
from socialkit.models._message import Message

__all__ = ["Attempt", "OwnWriteKind", "WriteKind"]

WriteKind = Literal[
    "publish", "reply", "edit", "reschedule", "delete", "delete comment", "hide", "unhide", "like"
]
"""The writes whose outcome can be looked up."""
OwnWriteKind = Literal["repost", "approve reply", "ignore reply"]
"""Such writes of some platforms' clients alone, which no publisher makes."""


class Attempt(Model):
    """Everything that is needed to find out later what became of a write; serialisable, without secrets.

    Example:
        >>> from datetime import UTC, datetime
        >>> shop = AccountRef(platform="mastodon", brand="acme", name="main")
        >>> noon, later = datetime(2026, 11, 2, 12, tzinfo=UTC), datetime(2026, 11, 2, 12, 1, tzinfo=UTC)
        >>> attempt = Attempt(
        ...     platform="mastodon",
        ...     account=shop,
        ...     kind="publish",
        ...     step="post",
        ...     key="autumn-1",
        ...     started_at=noon,
        ...     deadline=later,
        ...     draft=Draft(text="Autumn is here"),
        ... )
        >>> Attempt.model_validate_json(attempt.model_dump_json()) == attempt
        True
    """

    platform: str
    account: AccountRef
    kind: WriteKind | OwnWriteKind
    step: str
    """The step whose outcome is unknown, such as `part 2`."""
    key: str
    """The identity that was sent with the write, where the platform takes one."""
    started_at: AwareTime
    """When the step began."""
    deadline: AwareTime
    """When the sender gave up waiting."""
    platform_time: AwareTime | None = None
    """What the platform's clock showed when the step began, or a little later; None if it had not told."""
    first_look: AwareTime | None = None
    """What the platform's clock showed when it was first looked for in vain, where a journal noted it."""
    draft: Draft | None = None
    """What was to be published."""
    message: Message | None = None
    """What was to be answered or hidden."""
    private: bool = False
    target: str | None = None
    """The id of the post that was to be changed."""
    results: Mapping[str, JsonValue] = {}
    """What the steps before it gave."""
    taken: tuple[str, ...] = ()
    """Ids of posts that are known to be other writes'; none of them is what is looked for."""
