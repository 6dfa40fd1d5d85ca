"""What posts, drafts and messages share: who sees them, and the files attached to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from pydantic import AfterValidator

from socialkit.models._account import AccountRef
from socialkit.models._base import Model, OpenEnum
from socialkit.models._probe import MediaKind
from socialkit.models._told import told

__all__ = ["PostMedia", "Several", "Some", "Visibility", "holds"]

T = TypeVar("T")


def _as_tuple(items: Sequence[T]) -> Sequence[T]:
    return tuple(items)


Several = Annotated[Sequence[T], AfterValidator(_as_tuple)]
"""A sequence as a caller writes it, kept as a tuple."""


def _some(items: Sequence[T] | None) -> Sequence[T] | None:
    if items is not None and not items:
        message = "is empty: leave it out where it makes no difference"
        raise ValueError(message)
    return None if items is None else tuple(items)


Some = Annotated[Annotated[Sequence[T], told(minItems=1)] | None, AfterValidator(_some)]
"""A condition, one of these; None where it makes no difference, and never empty."""


def holds(wanted: Sequence[str] | None, given: str | None) -> bool:
    """Tell whether a condition holds; what nobody knows, None, meets none."""
    return wanted is None or given in wanted


class Visibility(OpenEnum):
    """Who sees a post."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    """Everybody who has the link; not in public listings."""
    FOLLOWERS = "followers"
    DIRECT = "direct"
    """Only those it names."""


class PostMedia(Model):
    """A file attached to a published post.

    Example:
        >>> PostMedia(id="9", kind=MediaKind.IMAGE, alt_text="A waxed jacket").ready
        True
    """

    id: str
    kind: MediaKind = MediaKind.UNKNOWN
    url: str | None = None
    """None while the platform still processes it."""
    alt_text: str | None = None
    ready: bool = True
    """False while the platform still processes it: it cannot be attached yet."""
    account: AccountRef | None = None
    """Whose upload it is; None where it was read with its post, which says so."""
