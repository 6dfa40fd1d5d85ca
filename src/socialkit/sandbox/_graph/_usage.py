"""How much of its budgets a caller has used, in percent, as the headers tell it."""

import json
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from socialkit.sandbox._graph._errors import GraphRefusal

HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)


class Usage:
    """Counts the calls of an app in an hour, and those for each account in a day.

    Args:
        app_calls: What the app may do in an hour.
        account_calls: What may be done for one account in 24 hours.
        kind: The kind of use that the header names, such as `pages`.
        spent: The code of the refusal when an account's budget is spent.
    """

    def __init__(self, *, app_calls: int, account_calls: int, kind: str, spent: int) -> None:
        self.app_calls = app_calls
        self.account_calls = account_calls
        self._kind = kind
        self._spent = spent
        self._app: deque[datetime] = deque()
        self._accounts: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def spend(self, now: datetime, account: str | None) -> Mapping[str, str]:
        """Count a call; the headers say what is used then. Refuses when it was used up before."""
        used = self._app
        _forget(used, now - HOUR)
        own = self._accounts[account] if account is not None else None
        if own is not None:
            _forget(own, now - DAY)
        refusal = None
        if len(used) >= self.app_calls:
            refusal = GraphRefusal(4, "(#4) Application request limit reached", status=403, transient=True)
        elif own is not None and len(own) >= self.account_calls:
            message = (
                f"(#{self._spent}) There have been too many calls to this account. Wait a bit and try again."
            )
            refusal = GraphRefusal(self._spent, message)
        else:
            for calls in (used, own):
                if calls is not None:
                    calls.append(now)
        headers = self._headers(now, account, own)
        if refusal is not None:
            refusal.headers.update(headers)
            raise refusal
        return headers

    def _headers(self, now: datetime, account: str | None, own: deque[datetime] | None) -> dict[str, str]:
        share = {"call_count": _percent(len(self._app), self.app_calls), "total_cputime": 1, "total_time": 2}
        headers = {"x-app-usage": json.dumps(share)}
        if account is not None and own is not None:
            full = len(own) >= self.account_calls
            left = (own[0] + DAY - now) / timedelta(minutes=1) if full else 0
            one = {
                "type": self._kind,
                "call_count": _percent(len(own), self.account_calls),
                "total_cputime": 1,
                "total_time": 1,
                "estimated_time_to_regain_access": round(left),
            }
            headers["x-business-use-case-usage"] = json.dumps({account: [one]})
        return headers


def _percent(used: int, limit: int) -> int:
    return min(100, used * 100 // limit)


def _forget(calls: deque[datetime], before: datetime) -> None:
    while calls and calls[0] <= before:
        calls.popleft()
