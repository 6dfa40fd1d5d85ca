"""Who may do what without asking: a table in which every question has exactly one answer."""

from __future__ import annotations

from socialkit.authority._authority import Authority
from socialkit.authority._lines import Action, AuthorityLine, Permission, Risk, RiskWords, TeamMember
from socialkit.authority._ruling import Affair, Reach, Ruling

__all__ = [
    "Action",
    "Affair",
    "Authority",
    "AuthorityLine",
    "Permission",
    "Reach",
    "Risk",
    "RiskWords",
    "Ruling",
    "TeamMember",
]
