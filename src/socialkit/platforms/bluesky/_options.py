"""What only Bluesky understands about a draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from pydantic import AfterValidator

from socialkit.models import Media, Model, PlatformOptions

__all__ = ["BlueskyOptions", "LinkCard"]

T = TypeVar("T")


def _as_tuple(items: Sequence[T]) -> Sequence[T]:
    return tuple(items)


def _as_tuple_or_none(items: Sequence[T] | None) -> Sequence[T] | None:
    return None if items is None else tuple(items)


Several = Annotated[Sequence[T], AfterValidator(_as_tuple)]


class LinkCard(Model):
    """A preview of a page under the text. Bluesky looks at no page itself: all that is shown stands here."""

    uri: str
    """The page's address."""
    title: str
    description: str = ""
    thumb: Media | None = None
    """A picture, at most 1,000,000 bytes."""


class BlueskyOptions(PlatformOptions):
    """What a draft asks of Bluesky alone.

    Example:
        >>> from socialkit.models import Draft
        >>> card = LinkCard(uri="https://shop.example", title="The shop")
        >>> quiet = BlueskyOptions(card=card, replies=["followers"])
        >>> Draft(text="New jackets", options=[quiet]).option(BlueskyOptions).card.title
        'The shop'
    """

    platform = "bluesky"

    card: LinkCard | None = None
    """A link card; cannot stand beside files."""
    langs: Several[str] = ()
    """Up to three languages of the text (BCP 47), in place of the draft's one."""
    labels: Several[str] = ()
    """Warnings about the content: `sexual`, `nudity`, `porn`, `graphic-media`; `!no-unauthenticated` hides
    the post from people without an account."""
    tags: Several[str] = ()
    """Up to eight hashtags beside those in the text, without `#`."""
    replies: Annotated[Sequence[str] | None, AfterValidator(_as_tuple_or_none)] = None
    """Who may answer: `mentioned`, `followers`, `following`, or the address of a list (`at://…`). Empty is
    nobody, None everybody. The whole thread has the rules of its first post."""
    quotable: bool = True
    """Whether others may quote the post."""
