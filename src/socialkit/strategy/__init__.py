"""The direction of a brand: objectives with their KPIs, pillars, segments, the editorial line, the mix."""

from socialkit.strategy._line import EditorialRule, Pillar, Segment
from socialkit.strategy._mix import Mix, MixPart
from socialkit.strategy._objectives import KPI, Objective
from socialkit.strategy._strategy import Strategy

__all__ = ["KPI", "EditorialRule", "Mix", "MixPart", "Objective", "Pillar", "Segment", "Strategy"]
