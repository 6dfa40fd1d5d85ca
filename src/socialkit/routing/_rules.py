"""One rule: what it catches, and what happens with it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from socialkit.models import Message, MessageKind, Model
from socialkit.models._account import AccountKey
from socialkit.models._language import Language, covers
from socialkit.models._shared import Some, holds
from socialkit.text import Phrases
from socialkit.text._phrases import FindablePhrase

__all__ = ["CaseSeverity", "RoutingRule", "Stance", "fits"]

LONGEST: Final = timedelta(days=365)
"""No first response is promised for later."""


class Stance(StrEnum):
    """How a message is answered."""

    PUBLIC = "public"
    PRIVATE = "private"
    """So that only its author sees it."""
    NONE = "none"
    """Not at all."""


class CaseSeverity(StrEnum):
    """How grave it is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Its place, from the least grave up."""
        return _SEVERITIES.index(self)


_SEVERITIES: Final = list(CaseSeverity)


class RoutingRule(Model):
    """A condition on messages, and where they go when it holds.

    Everything that is given has to hold; what is not given makes no difference. Phrases are found as
    `socialkit.text.Phrases` finds them: whole words, whatever their case.

    Example:
        >>> rule = RoutingRule(key="prices", any_of=["price", "how much"], department="sales")
        >>> rule.stance.value, rule.severity.value
        ('public', 'normal')
    """

    key: Annotated[str, Field(min_length=1)]
    """What names it in decisions and findings."""
    any_of: Some[FindablePhrase] = None
    """Phrases of which one at least stands in the text."""
    all_of: Some[FindablePhrase] = None
    """Phrases that all stand there."""
    none_of: Some[FindablePhrase] = None
    """Phrases of which none stands there."""
    kinds: Some[MessageKind] = None
    platforms: Some[str] = None
    brands: Some[str] = None
    accounts: Some[AccountKey] = None
    """Keys of our accounts to which it came, such as `acme/mastodon/main`."""
    languages: Some[Language] = None
    """Languages that the platform names; `en` covers `en-GB`. A message without one has none of them."""

    department: Annotated[str, Field(min_length=1)]
    """Who is to answer."""
    stance: Stance = Stance.PUBLIC
    """How; what came in private is never answered in public."""
    first_response: Annotated[timedelta, Field(gt=timedelta(), le=LONGEST)] | None = None
    """The promised time to the first answer, in opening hours; None promises nothing."""
    suggested_reply: str | None = None
    severity: CaseSeverity = CaseSeverity.NORMAL
    escalate: bool = False
    """Whether it is handed up at once."""
    freeze: bool = False
    """Whether what is scheduled for that brand is to be held back."""

    @property
    def conditional(self) -> bool:
        """Whether there is a message that it does not catch."""
        return bool(self.any_of or self.all_of or self.none_of) or not is_free(self)

    def matches(self, message: Message) -> bool:
        """Tell whether it catches a message; a router of many rules asks them all at once."""
        wanted = (self.any_of or (), self.all_of or (), self.none_of or ())
        found = {phrase for phrase, _, _ in Phrases([*wanted[0], *wanted[1], *wanted[2]]).find(message.text)}
        return (
            (not wanted[0] or not found.isdisjoint(wanted[0]))
            and found.issuperset(wanted[1])
            and found.isdisjoint(wanted[2])
            and fits(self, message)
        )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.none_of is not None and (
            lost := set(self.none_of) & {*(self.any_of or ()), *(self.all_of or ())}
        ):
            message = f"wants {min(lost)!r} and refuses it: it is in none_of too"
            raise ValueError(message)
        if self.stance is Stance.NONE and (
            self.suggested_reply is not None or self.first_response is not None
        ):
            message = "promises an answer with a stance of none"
            raise ValueError(message)
        if self.accounts is not None and not any(map(self._may_be_of, self.accounts)):
            message = "names accounts, and none of them is of its brands and platforms"
            raise ValueError(message)
        return self

    def _may_be_of(self, key: str) -> bool:
        brand, platform, _ = key.split("/")
        return holds(self.brands, brand) and holds(self.platforms, platform)


def is_free(rule: RoutingRule) -> bool:
    """Tell whether nothing but words decides whether a rule catches a message."""
    return not (rule.kinds or rule.platforms or rule.brands or rule.accounts or rule.languages)


def fits(rule: RoutingRule, message: Message) -> bool:
    """Tell whether a rule catches a message as far as its words do not matter."""
    account = message.account
    return (
        holds(rule.kinds, message.kind)
        and holds(rule.platforms, None if account is None else account.platform)
        and holds(rule.brands, None if account is None else account.brand)
        and holds(rule.accounts, None if account is None else account.key)
        and (rule.languages is None or covers(rule.languages, message.language))
    )
