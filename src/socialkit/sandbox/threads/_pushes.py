"""Telling an address what happened, in the shape that only Threads has, until it answers that it has it."""

import hashlib
import hmac
import json
from datetime import datetime
from urllib.parse import urlencode

from socialkit.sandbox._http import SimRequest

CHALLENGE = "1158201445"
TOPICS = {"replies": "moderate", "delete": "moderate", "mentions": "interaction", "publish": "interaction"}


class ThreadsPushes:
    """What an app's address is told; whatever it does not take is told again.

    Args:
        app_id: The app's.
        app_secret: What pushes are signed with.
    """

    def __init__(self, app_id: str, app_secret: str) -> None:
        self._app_id = app_id
        self._app_secret = app_secret
        self._waiting: list[dict[str, object]] = []
        self._on = False

    def subscribe(self, verify_token: str) -> SimRequest:
        """Remember what happens from now on; returns the request that asks the address for consent."""
        self._on = True
        asked = {"hub.mode": "subscribe", "hub.challenge": CHALLENGE, "hub.verify_token": verify_token}
        return SimRequest.of("GET", f"/?{urlencode(asked)}")

    def happened(self, account: str, field: str, value: dict[str, object], now: datetime) -> None:
        """Remember what happened to an account."""
        if self._on:
            self._waiting.append(
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

    def _signed(self, body: bytes) -> SimRequest:
        code = hmac.new(self._app_secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={code}"}
        return SimRequest.of("POST", "/", headers=headers, body=body)

    def answered(self, status: int) -> None:
        """Take note of what the address answered to the first thing that waits."""
        if 200 <= status < 300 and self._waiting:
            self._waiting.pop(0)
