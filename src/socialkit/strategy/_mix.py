"""The social media mix: which platforms a brand is on, and how many of its posts each gets."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pydantic import Field

from socialkit.models import Document, Model
from socialkit.models._draft import Target
from socialkit.models._names import repeated
from socialkit.models._shared import Several
from socialkit.strategy._line import Share
from socialkit.strategy._strategy import TOLERANCE

__all__ = ["Mix", "MixPart"]


class MixPart(Model):
    """What one platform, or one account on it, gets of the posts.

    Example:
        >>> part = MixPart(target="acme/x/main", share=0.25, reason="the press is there", most_per_week=3)
        >>> part.platform
        'x'
    """

    target: Target
    """A platform (`x`), whose accounts have equal parts of it, or an account (`acme/x/main`)."""
    share: Share
    """Its part of all posts."""
    reason: str = Field(min_length=1)
    """Why it gets so much."""
    most_per_week: int | None = Field(default=None, ge=1)
    """The most posts that each of its accounts gets from Monday to Sunday; None when nothing bounds it."""

    @property
    def platform(self) -> str:
        """The platform's name."""
        return self.target.split("/")[1] if "/" in self.target else self.target


class Mix(Document):
    """How the posts are shared out between platforms, and why.

    Example:
        >>> mix = Mix(
        ...     parts=[
        ...         MixPart(target="instagram", share=0.75, reason="hikers are there"),
        ...         MixPart(target="x", share=0.25, reason="the press is there"),
        ...     ]
        ... )
        >>> mix.shares
        {'instagram': 0.75, 'x': 0.25}
    """

    parts: Several[MixPart] = Field(min_length=1)

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        yield from repeated("parts", (part.target for part in self.parts), "target")
        whole = {part.target for part in self.parts if "/" not in part.target}
        for number, part in enumerate(self.parts):
            if part.platform in whole and part.target not in whole:
                yield f"parts[{number}].target", f"is an account of {part.platform}, which has a share itself"
        total = math.fsum(part.share for part in self.parts)
        if abs(total - 1) > TOLERANCE:
            yield "parts", f"have shares that are {total:.6g} together, not 1"

    @property
    def shares(self) -> dict[str, float]:
        """The shares by platform or account; together they are 1."""
        return {part.target: part.share for part in self.parts}

    @property
    def reasons(self) -> dict[str, str]:
        """Why each has its share."""
        return {part.target: part.reason for part in self.parts}
