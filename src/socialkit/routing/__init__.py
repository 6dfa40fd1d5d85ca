"""Where a message goes: rules that are read in order, checked for what they hide, and tried on history."""

from __future__ import annotations

from socialkit.routing._analysis import Finding, FindingKind
from socialkit.routing._decision import Because, Decision
from socialkit.routing._router import Replay, Router
from socialkit.routing._rules import CaseSeverity, RoutingRule, Stance

__all__ = [
    "Because",
    "CaseSeverity",
    "Decision",
    "Finding",
    "FindingKind",
    "Replay",
    "Router",
    "RoutingRule",
    "Stance",
]
