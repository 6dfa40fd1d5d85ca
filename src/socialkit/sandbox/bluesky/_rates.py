"""Budgets: points that a caller may spend in a window."""

import math
from datetime import datetime, timedelta

from socialkit.sandbox.bluesky._errors import RefusedError
from socialkit.sandbox.bluesky._facts import RATES
from socialkit.sandbox.bluesky._state import State
from socialkit.sandbox.bluesky._tokens import seconds


def spend(state: State, family: str, caller: str, points: int = 1) -> dict[str, str]:
    """Count a call; the headers tell of the budget with the least left. Refuses when one is spent."""
    counted: list[tuple[int, int, timedelta, datetime]] = []
    for number, (limit, length) in enumerate(RATES[family]):
        ends, used = state.uses.get((family, caller, number), (state.now, 0))
        if ends <= state.now:
            ends, used = state.now + length, 0
        state.uses[family, caller, number] = (ends, used + points)
        counted.append((limit - used - points, limit, length, ends))
    left, limit, length, ends = min(counted, key=lambda one: one[0])
    headers = budget_headers(limit, left, length, ends)
    if left < 0:
        raise exceeded(headers, ends - state.now)
    return headers


def budget_headers(limit: int, left: int, length: timedelta, ends: datetime) -> dict[str, str]:
    """A budget as headers; the end of the window is a time, in seconds."""
    return {
        "ratelimit-limit": str(limit),
        "ratelimit-remaining": str(max(left, 0)),
        "ratelimit-reset": str(seconds(ends)),
        "ratelimit-policy": f"{limit};w={int(length.total_seconds())}",
    }


def exceeded(headers: dict[str, str], wait: timedelta) -> RefusedError:
    """The refusal of a caller who spent a budget."""
    refusal = RefusedError(429, "RateLimitExceeded", "Rate Limit Exceeded")
    refusal.headers = {**headers, "retry-after": str(math.ceil(wait.total_seconds()))}
    return refusal
