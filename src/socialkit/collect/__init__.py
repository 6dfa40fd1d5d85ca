"""Numbers of all accounts at once: what platforms count of posts and accounts, for tables and reports."""

from __future__ import annotations

from socialkit.collect._observations import Collected, Part, observations, observations_async

__all__ = ["Collected", "Part", "observations", "observations_async"]
