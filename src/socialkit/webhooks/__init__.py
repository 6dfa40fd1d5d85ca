"""Receiving what platforms push, under any web framework: handshakes, proofs, messages and events."""

from __future__ import annotations

from socialkit.publishing import PushClaim
from socialkit.webhooks._received import Received
from socialkit.webhooks._receiving import WebhookBase
from socialkit.webhooks._stores import MemoryPushStore, PushStore
from socialkit.webhooks._webhook import AsyncWebhook, Webhook

__all__ = ["AsyncWebhook", "MemoryPushStore", "PushClaim", "PushStore", "Received", "Webhook", "WebhookBase"]
