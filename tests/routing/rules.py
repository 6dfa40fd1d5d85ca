"""Five rules such as a shop has, and messages to route."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from socialkit.models import AccountRef, Author, Message, MessageKind
from socialkit.routing import CaseSeverity, Router, RoutingRule, Stance

__all__ = ["NOON", "SHOP", "message", "router", "rule"]

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)


def message(text: str = "", *, platform: str = "mastodon", brand: str = "acme", **fields: Any) -> Message:
    """Return something that came in to `acme/mastodon/main`."""
    given: dict[str, Any] = {
        "id": "1",
        "kind": MessageKind.MENTION,
        "author": Author(id="7", handle="ada"),
        "created_at": NOON,
        "account": AccountRef(platform=platform, brand=brand, name="main"),
    }
    return Message(text=text, **{**given, **fields})


def rule(key: str, department: str = "", **fields: Any) -> RoutingRule:
    return RoutingRule(key=key, department=department or key, **fields)


def router(*rules: RoutingRule, **fields: Any) -> Router:
    return Router(rules=rules, default=rule("common", "manager"), **fields)


SHOP: Final = Router(
    rules=[
        rule(
            "crisis",
            "management",
            any_of=["recall", "poisoned", "class action"],
            stance=Stance.NONE,
            severity=CaseSeverity.CRITICAL,
            escalate=True,
            freeze=True,
        ),
        rule(
            "complaint",
            "customer service",
            any_of=["broken", "refund", "where is my order"],
            none_of=["not broken"],
            stance=Stance.PRIVATE,
            first_response=HOUR,
            severity=CaseSeverity.HIGH,
        ),
        rule("press", "PR", any_of=["journalist", "interview"], first_response=2 * HOUR),
        rule("prices", "sales", any_of=["price", "how much", "discount"], first_response=4 * HOUR),
        rule("hours", "manager", all_of=["open", "today"], suggested_reply="We are open until six!"),
    ],
    default=rule("common", "manager", first_response=8 * HOUR),
)
