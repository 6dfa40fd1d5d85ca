"""What stands in an answer for a delivery, a preview, a problem or a message. These shapes are documented."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from socialkit.cli._answers import Column, Item, local, of
from socialkit.models import Message, Problem
from socialkit.publishing import Delivery, DeliveryState, Preview
from socialkit.workspace import Workspace

__all__ = [
    "DELIVERIES",
    "MESSAGES",
    "PREVIEWS",
    "delivery_item",
    "message_item",
    "preview_items",
    "problem_items",
    "short",
]

SHORT: Final = 8
"""Of an id, what people see and type: its end, since the beginning is the time."""


def short(delivery: str) -> str:
    """Return what people call a delivery."""
    return delivery[-SHORT:]


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _zone(workspace: Workspace, brand: str | None) -> str:
    return "UTC" if brand is None else workspace.brand(brand).zone


def delivery_item(workspace: Workspace, delivery: Delivery) -> Item:
    """Return a delivery as an answer has it."""
    out = delivery.out
    return {
        "delivery": delivery.id,
        "key": delivery.slot,
        "account": delivery.account.key,
        "kind": delivery.kind,
        "state": delivery.state.value,
        "at": _iso(delivery.at),
        "zone": _zone(workspace, delivery.account.brand),
        "text": None if delivery.draft is None else delivery.draft.text,
        "because": delivery.because,
        "posts": [{"id": post.id, "url": post.url} for post in out],
        "missing": [*_missing(delivery)],
        "next_look": _iso(delivery.next_look),
        "actor": delivery.actor,
    }


def _missing(delivery: Delivery) -> list[str]:
    """Return what of a delivery is not there, or not known to be."""
    beside = () if delivery.post is None else delivery.post.incomplete
    first = [] if delivery.failed_step is None else [delivery.failed_step]
    return [*first, *(f"{one.step} ({one.outcome.value})" for one in beside)]


def _because(item: Item) -> str:
    """Return the most telling: where it is, or why it is not; else what it says."""
    posts = item.get("posts")
    urls = (
        [str(one["url"]) for one in posts if isinstance(one, dict) and one["url"]]
        if isinstance(posts, list)
        else []
    )
    if item.get("state") == DeliveryState.CONFIRMED.value and urls:
        return urls[0]
    return str(item.get("because") or item.get("text") or "-")


def _short(item: Item) -> str:
    return short(str(item["delivery"]))


DELIVERIES: Final = (
    Column("delivery", _short, whole=True),
    Column("account", of("account")),
    Column("state", of("state"), whole=True),
    Column("at", local("at")),
    Column("where, why or what", _because),
)


def preview_items(previews: Iterable[Preview]) -> list[Item]:
    """Return what accounts would get."""
    return [
        {
            "account": one.account.key,
            "text": one.draft.text,
            "parts": len(one.draft.parts),
            "media": [media.filename for part in one.draft.parts for media in part.media],
            "problems": [dict(item) for item in problem_items(one.problems)],
        }
        for one in previews
    ]


def _verdict(item: Item) -> str:
    problems = item.get("problems")
    told = (
        [str(one["text"]) for one in problems if isinstance(one, dict)] if isinstance(problems, list) else []
    )
    return "; ".join(told) or "fits"


PREVIEWS: Final = (
    Column("account", of("account")),
    Column("text", of("text")),
    Column("parts", of("parts"), whole=True),
    Column("files", of("media")),
    Column("check", _verdict),
)


def problem_items(problems: Iterable[Problem]) -> list[Item]:
    """Return what is wrong, as an answer has it."""
    return [
        {
            "field": one.field,
            "message": one.message,
            "text": str(one),
            "severity": one.severity.value,
            "basis": one.basis.value,
            "limit": one.limit,
            "actual": one.actual,
            "unit": one.unit,
        }
        for one in problems
    ]


def message_item(account: str, zone: str, message: Message) -> Item:
    """Return something that came in."""
    return {
        "id": message.id,
        "account": account,
        "kind": message.kind.value,
        "notice": None if message.notice is None else message.notice.value,
        "author": message.author.handle,
        "author_name": message.author.name or None,
        "text": message.text,
        "private": message.private,
        "at": _iso(message.created_at),
        "zone": zone,
        "url": message.url,
        "reply_to": message.reply_to,
    }


def _said(item: Item) -> str:
    private = "(private) " if item.get("private") else ""
    return f"{private}{item.get('text') or item.get('notice') or '-'}"


MESSAGES: Final = (
    Column("at", local("at")),
    Column("account", of("account")),
    Column("kind", of("kind")),
    Column("author", of("author")),
    Column("text", _said),
)
