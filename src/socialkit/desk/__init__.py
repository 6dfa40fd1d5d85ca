"""The inbox of all accounts with a memory: cases, clocks, assignment, journaled answers."""

from __future__ import annotations

from socialkit.desk._desk import AsyncDesk, Desk, DeskBase
from socialkit.desk._keeping import Inboxes
from socialkit.desk._models import Case, CaseEvent, CaseState, Sweep

__all__ = ["AsyncDesk", "Case", "CaseEvent", "CaseState", "Desk", "DeskBase", "Inboxes", "Sweep"]
