"""What only Instagram understands about a draft."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field

from socialkit.models import Model, PlatformOptions

__all__ = ["InstagramOptions", "ProductTag", "UserTag"]

T = TypeVar("T")

Share = Annotated[float, Field(ge=0, le=1)]


def _as_tuple(items: Sequence[T]) -> Sequence[T]:
    return tuple(items)


class UserTag(Model):
    """Somebody who is seen on a picture, and where.

    Example:
        >>> UserTag(username="ada", x=0.5, y=0.25).username
        'ada'
    """

    username: str
    """Without `@`; the account must be public."""
    x: Share | None = None
    """From the left edge, 0, to the right one, 1; not for reels, and not needed for stories."""
    y: Share | None = None
    """From the upper edge, 0, to the lower one, 1."""


class ProductTag(Model):
    """A product of the account's shop that is seen on a picture, and where.

    Example:
        >>> ProductTag(product_id="3231775643511089", x=0.5, y=0.25).product_id
        '3231775643511089'
    """

    product_id: str
    """Its id in the catalogue."""
    x: Share
    """From the left edge, 0, to the right one, 1."""
    y: Share
    """From the upper edge, 0, to the lower one, 1."""


class InstagramOptions(PlatformOptions):
    """What a draft asks of Instagram alone.

    Example:
        >>> from socialkit.models import Draft
        >>> draft = Draft(text="", options=[InstagramOptions(kind="story")])
        >>> draft.option(InstagramOptions).kind
        'story'
    """

    platform = "instagram"

    kind: Literal["post", "reel", "story"] = "post"
    """A single video is always a reel, so that `reel` is needed only for one behind an address that does not
    end in `.mp4`, `.mov` or `.m4v`; a story is one picture or video, shows no text, and is gone after a day.
    """
    location: str | None = None
    """The id of the Page of a place."""
    tags: Annotated[Sequence[UserTag], AfterValidator(_as_tuple)] = ()
    """Who is seen on the picture, in the reel or in the story; a carousel takes none."""
    products: Annotated[Sequence[ProductTag], AfterValidator(_as_tuple)] = ()
    """Up to five products that are seen on a single picture; with Facebook's login alone."""
    collaborators: Annotated[Sequence[str], AfterValidator(_as_tuple)] = ()
    """User names of up to three accounts that are invited to be authors too."""
    cover_url: str | None = None
    """The public address of a reel's cover."""
    cover_at: timedelta | None = None
    """Which moment of a reel is its cover, where no `cover_url` is given."""
    audio_name: str | None = None
    """What the sound of a reel is called."""
    share_to_feed: bool | None = None
    """Whether a reel may stand among the posts too; Instagram decides where not given."""
    trial: Literal["manual", "performance"] | None = None
    """Shows a reel to others than followers first; and to all when you say so, or when it does well."""
    ai_generated: bool = False
    """Whether it is labelled as made with artificial intelligence."""
    paid_partnership: bool = False
    """Whether it is labelled as a paid partnership."""
    sponsors: Annotated[Sequence[str], AfterValidator(_as_tuple)] = ()
    """Ids of up to two accounts that paid for it."""
