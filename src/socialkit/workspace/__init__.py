"""Brands, their accounts, and the clients that act for them; nothing crosses from one brand to another."""

from socialkit.workspace._account import Account
from socialkit.workspace._brand import Brand
from socialkit.workspace._health import AccountHealth, Expiries, Health, HealthState
from socialkit.workspace._map import Result, Results
from socialkit.workspace._workspace import Workspace

__all__ = [
    "Account",
    "AccountHealth",
    "Brand",
    "Expiries",
    "Health",
    "HealthState",
    "Result",
    "Results",
    "Workspace",
]
