"""What only X understands about a draft."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator

from socialkit.models import Model, PlatformOptions

__all__ = ["ReplyControl", "XOptions", "XPoll"]

ReplyControl: TypeAlias = Literal["following", "mentionedUsers", "subscribers", "verified"]
"""Who may answer, in X's words; without one everybody may."""


def _as_tuple(items: Sequence[str]) -> Sequence[str]:
    return tuple(items)


class XPoll(Model):
    """A question with a few answers; the question is the draft's text.

    Example:
        >>> XPoll(choices=["Moss", "Rust"], duration=timedelta(days=1)).choices
        ('Moss', 'Rust')
    """

    choices: Annotated[Sequence[str], AfterValidator(_as_tuple)]
    """The answers to choose from, in order: two to four."""
    duration: timedelta
    """How long people can vote: five minutes to a week."""


class XOptions(PlatformOptions):
    """What a draft asks of X alone.

    Example:
        >>> from socialkit.models import Draft
        >>> quiet = XOptions(replies="mentionedUsers", made_with_ai=True)
        >>> Draft(text="Autumn is here", options=[quiet]).option(XOptions).replies
        'mentionedUsers'
    """

    platform = "x"

    poll: XPoll | None = None
    replies: ReplyControl | None = None
    """Who may answer; None is everybody."""
    tagged_users: Annotated[Sequence[str], AfterValidator(_as_tuple)] = ()
    """The ids of people who are seen in the pictures: at most ten."""
    place: str | None = None
    """The id of a place."""
    community: str | None = None
    """The id of the community to publish in."""
    made_with_ai: bool | None = None
    """Whether media are disclosed as made by a machine."""
    paid_partnership: bool | None = None
    """Whether the post is disclosed as paid for."""
