"""Two tenants with a wall each, and what carries pushes to their webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, Final, Self, cast

from pixelwall.sandbox import PixelwallSimulator

import socialkit as sk
from socialkit.sandbox import SimRequest
from socialkit.testing import settle
from socialkit.webhooks import AsyncWebhook, Received, Webhook

__all__ = ["SECRET", "TOKEN", "Stage", "signed"]

SECRET: Final = "PLANTED-secret"
TOKEN: Final = "PLANTED-verify-token"


class Stage:
    """A world with the brands `acme` (account `main`) and `other`, called in one mode."""

    def __init__(self, *, awaited: bool) -> None:
        self.awaited = awaited
        self.world = sk.Sandbox(seed=7)
        self.workspace = self.world.workspace(acme=["pixelwall"], other=["pixelwall"])
        self.wall = cast("PixelwallSimulator", self.world.simulator("pixelwall"))
        self.pins = {name: self._pin(name) for name in ("main", "other")}
        for account in self.pins:
            self.wall.pushes.subscribe(account, SECRET, TOKEN)

    def _pin(self, account: str) -> str:
        client: Any = self.world.connect("pixelwall", account)
        return str(client.posts.publish(f"Autumn at {account}").id)

    def hook(self, accounts: Any = None, **given: Any) -> Any:
        """Return a webhook, of the whole workspace and with the right secrets unless told otherwise."""
        kind: Any = AsyncWebhook if self.awaited else Webhook
        arguments = {"secret": SECRET, "verify_token": TOKEN} | given
        return kind("pixelwall", self.workspace if accounts is None else accounts, **arguments)

    def remark(self, text: str, account: str = "main") -> str:
        return self.wall.receive(text=text, reply_to=self.pins[account])

    def due(self, account: str = "main") -> SimRequest:
        (push,) = self.wall.pushes.due(account)
        return push

    async def give(self, hook: Any, push: SimRequest | None = None) -> Received:
        """Hand a push to a webhook; what is due for `acme` if none is given."""
        sent = self.due() if push is None else push
        got: Received = await settle(
            hook.receive(method=sent.method, query="", headers=sent.headers, body=sent.body)
        )
        return got

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.workspace.close()
        self.world.close()


def signed(body: object, now: float, *, secret: str = SECRET) -> SimRequest:
    """Return a push that says whatever it is told, signed as Pixelwall does."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    code = hmac.new(secret.encode(), f"{int(now)}.".encode() + content, hashlib.sha256).hexdigest()
    return SimRequest("POST", "/", (), {"pixelwall-signature": f"t={int(now)},v1={code}"}, content)
