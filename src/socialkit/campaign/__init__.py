"""Campaigns, their calendars, and what they cost."""

from socialkit.campaign._agreed import Allotment
from socialkit.campaign._campaign import Calendar, Campaign
from socialkit.campaign._cost import Cost, CostKind
from socialkit.campaign._costs import CostLedger

__all__ = ["Allotment", "Calendar", "Campaign", "Cost", "CostKind", "CostLedger"]
