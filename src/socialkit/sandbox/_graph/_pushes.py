"""Telling an address what happened, signed, until it answers that it has it."""

import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from collections import defaultdict
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

from socialkit.sandbox._http import SimRequest


class SignedPushes(ABC):
    """What an app's address is told; whatever it does not take is told again.

    Args:
        app_secret: What pushes are signed with.
    """

    challenge: ClassVar[str] = "1158201444"
    """What the address has to repeat to be told anything."""

    def __init__(self, app_secret: str) -> None:
        self._app_secret = app_secret
        self._waiting: list[dict[str, object]] = []
        self._on = False

    def subscribe(self, verify_token: str) -> SimRequest:
        """Remember what happens from now on; returns the request that asks the address for consent."""
        self._on = True
        asked = {"hub.mode": "subscribe", "hub.challenge": self.challenge, "hub.verify_token": verify_token}
        return SimRequest.of("GET", f"/?{urlencode(asked)}")

    def _remember(self, told: dict[str, object]) -> None:
        if self._on:
            self._waiting.append(told)

    @abstractmethod
    def due(self) -> list[SimRequest]:
        """What the address is sent now."""

    @abstractmethod
    def answered(self, status: int) -> None:
        """Take note of what the address answered."""

    def _signed(self, body: bytes) -> SimRequest:
        code = hmac.new(self._app_secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={code}"}
        return SimRequest.of("POST", "/", headers=headers, body=body)


class Pushes(SignedPushes):
    """Pushes of Pages, and of what is linked to them: all that waits in one body.

    Args:
        kind: What is told of: `page`, `instagram`.
        app_secret: What pushes are signed with.
    """

    def __init__(self, kind: str, app_secret: str) -> None:
        super().__init__(app_secret)
        self._kind = kind

    def changed(self, account: str, field: str, value: dict[str, object], now: datetime) -> None:
        """Remember a change of an account."""
        self._happened(account, now, {"changes": [{"field": field, "value": value}]})

    def messaged(self, account: str, message: dict[str, object], now: datetime) -> None:
        """Remember a private message to an account."""
        self._happened(account, now, {"messaging": [message]})

    def _happened(self, account: str, now: datetime, told: dict[str, object]) -> None:
        self._remember({"id": account, "time": int(now.timestamp()), **told})

    def due(self) -> list[SimRequest]:
        """What the address is sent now: all that it did not take yet, in one body."""
        if not self._waiting:
            return []
        entries: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
        for one in self._waiting:
            entries[str(one["id"])].append(one)
        listed = [entry for each in entries.values() for entry in each]
        # Letters beyond ASCII are escaped, and the signature is of that.
        return [self._signed(json.dumps({"object": self._kind, "entry": listed}).encode())]

    def answered(self, status: int) -> None:
        """Take note of what the address answered."""
        if 200 <= status < 300:
            self._waiting.clear()
