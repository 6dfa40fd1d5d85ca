"""How long what others wrote may be kept: a platform's documented limits, and an agency's own rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field

from socialkit.models._base import Model
from socialkit.models._capability import CatalogueEntry
from socialkit.models._document import Document
from socialkit.models._kept import Kept
from socialkit.models._names import instead
from socialkit.models._shared import Several, Some, holds

__all__ = ["Retention", "RetentionRule"]


def _span(value: object) -> object:
    # pydantic takes a number for seconds, and whoever writes 30 means days: all would go within a minute.
    if isinstance(value, timedelta) or (isinstance(value, str) and value.startswith("P")):
        return value
    message = "is no time: write 'P30D' for 30 days"
    raise ValueError(message)


def _known(kinds: Sequence[Kept] | None) -> Sequence[Kept] | None:
    for kind in kinds or ():
        if not kind.known:
            message = (
                f"{kind.value!r} is no kind of what is kept{instead(kind.value, [one.value for one in Kept])}"
            )
            raise ValueError(message)
    return kinds


class RetentionRule(Model):
    """How long an agency keeps something; what it does not say makes no difference.

    Example:
        >>> rule = RetentionRule(kinds=[Kept.RAW], longest=timedelta(days=30), because="contract, section 7")
        >>> rule.kinds
        (<Kept.RAW: 'raw'>,)
    """

    longest: Annotated[timedelta, Field(gt=timedelta()), BeforeValidator(_span)]
    """In a file as an ISO 8601 duration, such as `P30D` for 30 days."""
    because: str
    """Why: a contract, a law, a platform's page. It stands in the history of what is let go by it."""
    kinds: Annotated[Some[Kept], AfterValidator(_known)] = None
    platforms: Some[str] = None
    brands: Some[str] = None


class Retention(Document):
    """How long what others wrote is kept; of several rules that fit, the shortest counts.

    Example:
        >>> month, year = timedelta(days=30), timedelta(days=365)
        >>> retention = Retention(
        ...     rules=[
        ...         RetentionRule(longest=year, because="our policy"),
        ...         RetentionRule(kinds=[Kept.RAW], longest=month, because="contract", brands=["acme"]),
        ...     ]
        ... )
        >>> retention.rule_for(Kept.RAW, platform="mastodon", brand="acme").because
        'contract'
        >>> retention.rule_for(Kept.RAW, platform="mastodon", brand="other").because
        'our policy'
    """

    rules: Several[RetentionRule] = ()

    @classmethod
    def documented(cls, entries: Iterable[CatalogueEntry]) -> Self:
        """Return what platforms ask for by their own pages.

        Args:
            entries: The platforms, as `socialkit.catalogue()` gives them.
        """
        return cls(
            rules=[
                RetentionRule(
                    longest=limit.longest, because=limit.source, kinds=[limit.kind], platforms=[entry.name]
                )
                for entry in entries
                for limit in entry.retention
                if limit.longest is not None
            ]
        )

    def rule_for(self, kind: Kept, *, platform: str, brand: str | None = None) -> RetentionRule | None:
        """Return the rule that counts; None where none says how long."""
        fitting = [
            rule
            for rule in self.rules
            if holds(rule.kinds, kind) and holds(rule.platforms, platform) and holds(rule.brands, brand)
        ]
        return min(fitting, key=lambda rule: rule.longest, default=None)

    def is_over(
        self, kind: Kept, *, platform: str, brand: str | None = None, since: datetime, now: datetime
    ) -> RetentionRule | None:
        """Return the rule by which something must not be kept any more; None where it may.

        Args:
            kind: What it is.
            platform: Where it came from.
            brand: For whom it is kept.
            since: When it came (aware).
            now: The time to go by (aware).
        """
        rule = self.rule_for(kind, platform=platform, brand=brand)
        return rule if rule is not None and now - since > rule.longest else None
