"""The editorial line: what a brand talks about, to whom, and by which rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from socialkit.models import Model, Severity
from socialkit.models._language import Language
from socialkit.models._names import Key
from socialkit.models._shared import Several
from socialkit.text._phrases import FindablePhrase

__all__ = ["EditorialRule", "Pillar", "Segment", "Share"]

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A part of a whole, from 0 to 1."""

DEMANDS: Final = ("never", "needs", "alt_text", "languages")
"""What a rule may ask for; each rule asks for one."""


class Pillar(Model):
    """A theme that returns, with its share of the posts.

    Example:
        >>> Pillar(key="craft", share=0.6, about="how our jackets are made").share
        0.6
    """

    key: Key
    """What drafts name it by, in their purpose."""
    share: Share | None = None
    """Its part of all posts; either all pillars have one, or none."""
    about: str = ""
    """What belongs to it, for those who write."""


class Segment(Model):
    """A part of the audience that a description picks out.

    Example:
        >>> hikers = Segment(key="hikers", size=40_000, platforms={"mastodon": 0.6})
        >>> hikers.platforms["mastodon"]
        0.6
    """

    key: Key
    about: str = ""
    """Who they are, and what they need."""
    size: int | None = Field(default=None, ge=0)
    """How many people; None when nobody knows."""
    platforms: Mapping[Key, Share] = {}
    """The part of them that is on each platform, where known."""


class EditorialRule(Model):
    """One rule that every draft is read against offline, and the reason why it exists.

    It asks for one thing: words that are `never` used, words that it `needs`, `alt_text`, or `languages`.
    Words are found as `socialkit.text.Phrases` finds them, whole and whatever their case, in all that a draft
    publishes: its text and that of its thread, variants, first comment, alt texts and options.

    Example:
        >>> rule = EditorialRule(
        ...     key="proof", reason="a court said so", where=["organic"], needs=["certified by"]
        ... )
        >>> rule.demand
        'needs'
    """

    key: Key
    reason: str = Field(min_length=1)
    """Why there is such a rule: it stands in the problem that the writer reads."""
    never: Several[FindablePhrase] = ()
    """Words and phrases that are not used."""
    needs: Several[FindablePhrase] = ()
    """Words and phrases of which a post must have one, somewhere."""
    where: Several[FindablePhrase] = ()
    """With `needs`: only posts that have one of these, such as a claim that needs its proof."""
    alt_text: bool = False
    """Whether each picture and video needs a description."""
    languages: Several[Language] = ()
    """The languages in which the brand publishes: `pt` allows `pt-BR` too."""
    severity: Severity = Severity.ERROR

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        asked = [name for name in DEMANDS if getattr(self, name)]
        if len(asked) != 1:
            message = f"asks for {' and '.join(asked) or 'nothing'}: give one of {', '.join(DEMANDS)}"
            raise ValueError(message)
        if self.where and not self.needs:
            message = "has where without needs: say what such a post needs"
            raise ValueError(message)
        if not self.severity.known:
            message = "has a severity that is neither error nor warning"
            raise ValueError(message)
        return self

    @property
    def demand(self) -> str:
        """What it asks for: `never`, `needs`, `alt_text` or `languages`."""
        return next(name for name in DEMANDS if getattr(self, name))
