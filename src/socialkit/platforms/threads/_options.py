"""What only Threads understands about a draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator

from socialkit.models import PlatformOptions

__all__ = ["ReplyControl", "ThreadsOptions"]

ReplyControl = Literal[
    "everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"
]
"""Who may reply."""


def _as_tuple(items: Sequence[str]) -> Sequence[str]:
    return tuple(items)


Names = Annotated[Sequence[str], AfterValidator(_as_tuple)]


class ThreadsOptions(PlatformOptions):
    """What a draft asks of Threads alone.

    Example:
        >>> from socialkit.models import Draft
        >>> draft = Draft(text="Tea or coffee?", options=[ThreadsOptions(poll=["Tea", "Coffee"])])
        >>> draft.option(ThreadsOptions).poll
        ('Tea', 'Coffee')
    """

    platform = "threads"

    link: str | None = None
    """The page that is shown below the text as a card; else it is the first link of the text."""
    topic: str | None = None
    """The one topic of the post; else it is the first hashtag of the text."""
    reply_control: ReplyControl | None = None
    """Who may reply; None is everyone."""
    approve_replies: bool = False
    """Whether replies wait until the account approves them."""
    poll: Names = ()
    """Two to four answers to choose from; the question is the text."""
    gif: str | None = None
    """The id of a GIF at Giphy."""
    attachment: str | None = None
    """A longer text below the post."""
    spoiler: bool = False
    """Whether the files are covered until people ask for them."""
    ghost: bool = False
    """Whether the post vanishes after a day."""
    place: str | None = None
    """The id of a place."""
    countries: Names = ()
    """Codes of the countries in which it is shown (ISO 3166-1, such as `FR`); everywhere if none are given.
    Only accounts that Meta lets do so may give any."""
