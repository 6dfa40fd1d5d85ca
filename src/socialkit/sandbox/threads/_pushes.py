"""Telling an address what happened, in the shape that only Threads has, until it answers that it has it."""

import json
from datetime import datetime
from typing import ClassVar

from socialkit.sandbox._graph import SignedPushes
from socialkit.sandbox._http import SimRequest

TOPICS = {"replies": "moderate", "delete": "moderate", "mentions": "interaction", "publish": "interaction"}


class ThreadsPushes(SignedPushes):
    """Pushes of Threads: each thing by itself.

    Args:
        app_id: The app's.
        app_secret: What pushes are signed with.
    """

    challenge: ClassVar[str] = "1158201445"

    def __init__(self, app_id: str, app_secret: str) -> None:
        super().__init__(app_secret)
        self._app_id = app_id

    def happened(self, account: str, field: str, value: dict[str, object], now: datetime) -> None:
        """Remember what happened to an account."""
        self._remember(
            {
                "app_id": self._app_id,
                "topic": TOPICS[field],
                "target_id": account,
                "time": int(now.timestamp()),
                "subscription_id": "1",
                "has_uid_field": False,
                "values": {"value": value, "field": field},
            }
        )

    def due(self) -> list[SimRequest]:
        """What the address is sent now, each thing by itself."""
        return [self._signed(json.dumps(one).encode()) for one in self._waiting]

    def answered(self, status: int) -> None:
        """Take note of what the address answered to the first thing that waits."""
        if 200 <= status < 300 and self._waiting:
            self._waiting.pop(0)
