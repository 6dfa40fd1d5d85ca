"""What only Facebook understands about a draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator

from socialkit.models import AwareTime, PlatformOptions

__all__ = ["FacebookOptions"]


def _as_tuple(items: Sequence[str]) -> Sequence[str]:
    return tuple(items)


class FacebookOptions(PlatformOptions):
    """What a draft asks of Facebook alone.

    Example:
        >>> from socialkit.models import Draft
        >>> draft = Draft(
        ...     text="The new jacket", options=[FacebookOptions(link="https://shop.example/jacket")]
        ... )
        >>> draft.option(FacebookOptions).kind
        'post'
    """

    platform = "facebook"

    kind: Literal["post", "reel", "story"] = "post"
    """A reel is one video; a story is one picture or video, shows no text, and is gone after a day."""
    link: str | None = None
    """The page that is shown below the text as a card; not beside files."""
    title: str | None = None
    """The title of a video or reel."""
    scheduled_at: AwareTime | None = None
    """When Facebook itself publishes it: ten minutes to 29 days ahead."""
    place: str | None = None
    """The id of the Page of a place."""
    tags: Annotated[Sequence[str], AfterValidator(_as_tuple)] = ()
    """Ids of people who are tagged; needs a place."""
