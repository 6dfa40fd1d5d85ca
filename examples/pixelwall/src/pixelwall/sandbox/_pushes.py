"""Telling an address what happened on a wall, until it answers that it has it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from urllib.parse import urlencode

from socialkit.sandbox import Clock, SimRequest

__all__ = ["Pushes"]


@dataclass
class Subscription:
    """An address that wants to know what happens on a wall."""

    secret: str
    verify_token: str
    waiting: list[dict[str, object]] = field(
        default_factory=list[dict[str, object]]
    )


class Pushes:
    """Who is told what; whatever is not taken is told again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._subscriptions: dict[str, Subscription] = {}
        self._number = 0

    def subscribe(
        self, account: str, secret: str, verify_token: str
    ) -> SimRequest:
        """Remember what happens; return what asks the address for consent."""
        self._subscriptions[account] = Subscription(secret, verify_token)
        asked = urlencode(
            {"challenge": "made-up-challenge", "verify_token": verify_token}
        )
        return SimRequest.of("GET", f"/?{asked}")

    def happened(self, account: str, what: str, **details: object) -> None:
        """Remember what an address will be told."""
        if account in self._subscriptions:
            self._number += 1
            told = {
                "id": f"happening-{self._number}",
                "what": what,
                "at": self._clock.now().isoformat(),
                **details,
            }
            self._subscriptions[account].waiting.append(told)

    def due(self, account: str) -> list[SimRequest]:
        """Return what an address is sent now: all that it did not take yet."""
        there = self._subscriptions.get(account)
        if there is None or not there.waiting:
            return []
        body = json.dumps({"wall": f"id-{account}", "happened": there.waiting})
        stamp = str(int(self._clock.now().timestamp()))
        signed = f"{stamp}.{body}".encode()
        code = hmac.new(there.secret.encode(), signed, hashlib.sha256).hexdigest()
        headers = {
            "content-type": "application/json",
            "pixelwall-signature": f"t={stamp},v1={code}",
        }
        return [SimRequest.of("POST", "/", headers=headers, body=body.encode())]

    def answered(self, account: str, status: int) -> None:
        """Take note of what the address answered."""
        if 200 <= status < 300:
            self._subscriptions[account].waiting.clear()
