"""What a brand wants on social media, and the editorial line by which it speaks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from socialkit.errors import ConfigurationError
from socialkit.models import Document, Draft, Problem
from socialkit.models._account import KeyPart
from socialkit.models._names import instead, repeated
from socialkit.models._shared import Several
from socialkit.strategy._line import EditorialRule, Pillar, Segment
from socialkit.strategy._lint import rule_problems, unknown_purpose
from socialkit.strategy._objectives import Objective

__all__ = ["TOLERANCE", "Strategy"]

TOLERANCE: Final = 1e-9
"""How far shares may be from a whole: thirds have no end in decimals."""


class Strategy(Document):
    """The direction of one brand: objectives with their KPIs, segments, pillars, and the editorial line.

    It can be kept in a file; see `load()` and `save()`.

    Example:
        >>> from datetime import date
        >>> from socialkit.models import Purpose
        >>> from socialkit.strategy import KPI
        >>> clicks = KPI(metric="clicks", target=5000, baseline=3100, by=date(2026, 12, 31))
        >>> strategy = Strategy(
        ...     brand="acme",
        ...     objectives=[Objective(key="traffic", goal="more visits", kpi=clicks)],
        ...     pillars=[Pillar(key="craft", share=0.6), Pillar(key="people", share=0.4)],
        ...     rules=[EditorialRule(key="calm", reason="we do not shout", never=["best ever"])],
        ... )
        >>> for problem in strategy.lint(Draft(text="Our best ever jacket", purpose=Purpose(pillar="kraft"))):
        ...     print(problem)
        text has 'best ever', which is never used (calm: we do not shout)
        purpose.pillar names 'kraft', which is none of the strategy's: did you mean 'craft'?
    """

    brand: KeyPart
    """The brand's key in a workspace."""
    objectives: Several[Objective] = ()
    pillars: Several[Pillar] = ()
    segments: Several[Segment] = ()
    voice: str = ""
    """The tone of voice, for those who write."""
    rules: Several[EditorialRule] = ()

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        for name in ("objectives", "pillars", "segments", "rules"):
            yield from repeated(name, (one.key for one in getattr(self, name)))
        given = [pillar.share for pillar in self.pillars if pillar.share is not None]
        if given and len(given) < len(self.pillars):
            yield "pillars", "have shares in part: give every pillar one, or none"
        elif given and abs(math.fsum(given) - 1) > TOLERANCE:
            yield "pillars", f"have shares that are {math.fsum(given):.6g} together, not 1"

    def objective(self, key: str) -> Objective:
        """Return an objective.

        Raises:
            ConfigurationError: There is no such objective; the message names the nearest one.
        """
        found = next((one for one in self.objectives if one.key == key), None)
        if found is not None:
            return found
        known = (one.key for one in self.objectives)
        message = f"{self.brand} has no objective {key!r}{instead(key, known)}"
        raise ConfigurationError(message)

    def lint(self, draft: Draft) -> tuple[Problem, ...]:
        """Return where a draft leaves the editorial line, or names a purpose that the strategy does not have.

        Nothing is asked of a platform: what platforms refuse is told by `socialkit.check()`. A place in a
        variant, such as `variants.x.text`, is told only where the variant differs from the draft.

        Args:
            draft: The draft, with its thread and variants.
        """
        known = {
            "objective": [one.key for one in self.objectives],
            "pillar": [one.key for one in self.pillars],
        }
        return (*rule_problems(self.rules, draft), *unknown_purpose(draft, known))
