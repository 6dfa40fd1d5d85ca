"""What only Mastodon understands about a draft."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator

from socialkit.models import AwareTime, Model, PlatformOptions

__all__ = ["MastodonOptions", "Poll"]


def _as_tuple(items: Sequence[str]) -> Sequence[str]:
    return tuple(items)


class Poll(Model):
    """A question with a few answers; the question is the draft's text."""

    choices: Annotated[Sequence[str], AfterValidator(_as_tuple)]
    """The answers to choose from, in order."""
    duration: timedelta
    """How long people can vote."""
    multiple: bool = False
    """Whether people may choose several."""
    hide_totals: bool = False
    """Whether the counts are hidden until the end."""


class MastodonOptions(PlatformOptions):
    """What a draft asks of Mastodon alone.

    Example:
        >>> from datetime import UTC, datetime
        >>> from socialkit.models import Draft
        >>> quiet = MastodonOptions(
        ...     content_warning="Spiders", scheduled_at=datetime(2030, 5, 1, 9, tzinfo=UTC)
        ... )
        >>> Draft(text="Look at this one", options=[quiet]).option(MastodonOptions).content_warning
        'Spiders'
    """

    platform = "mastodon"

    content_warning: str | None = None
    """Shown in place of the text until people ask for it; counts against the text limit."""
    sensitive: bool | None = None
    """Whether the media are blurred at first; None is what the account has as its default."""
    poll: Poll | None = None
    scheduled_at: AwareTime | None = None
    """When the server itself publishes it, at least five minutes ahead."""
    quote_policy: Literal["public", "followers", "nobody"] | None = None
    """Who may quote the post (4.5 and later); None is what the account has as its default."""
