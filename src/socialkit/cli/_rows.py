"""What stands in an answer for a delivery, a preview, a problem or a message. These shapes are documented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from socialkit.cli._answers import Column, Item, local, of

if TYPE_CHECKING:
    from socialkit.models import Draft, Message, Problem
    from socialkit.publishing import Delivery, Preview
    from socialkit.workspace import Workspace

__all__ = [
    "DELIVERIES",
    "PREVIEWS",
    "delivery_item",
    "delivery_shown",
    "message_entry",
    "message_item",
    "preview_items",
    "preview_shown",
    "problem_items",
    "short",
    "where",
]

CONFIRMED: Final = "confirmed"
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
    """Return why it is not out; else what it says."""
    told = item.get("text") if item.get("state") == CONFIRMED else item.get("because")
    return str(told or item.get("text") or "-")


def where(item: Item) -> tuple[str, Sequence[str]] | None:
    """Return where people find what is out."""
    posts = item.get("posts")
    told = [one for one in posts if isinstance(one, dict)] if isinstance(posts, list) else []
    urls = [str(one["url"]) for one in told if one["url"]]
    return (f"{item['account']} is at", urls) if urls else None


def _short(item: Item) -> str:
    return short(str(item["delivery"]))


DELIVERIES: Final = (
    Column("delivery", _short, whole=True),
    Column("account", of("account"), whole=True),
    Column("state", of("state"), whole=True),
    Column("at", local("at")),
    Column("why or what", _because),
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


def preview_shown(preview: Preview) -> tuple[str, Sequence[str]]:
    """Return what an account would get as people see it before they agree."""
    return preview.account.key, [*_words(preview.draft), *map(str, preview.problems)]


def delivery_shown(workspace: Workspace, delivery: Delivery) -> tuple[str, Sequence[str]]:
    """Return a delivery as people see it before they agree: to whom, when and what."""
    item = delivery_item(workspace, delivery)
    kind = "" if delivery.kind == "publish" else f", {delivery.kind}"
    stands = "" if item["state"] in {"planned", "due"} else f", {item['state']}"
    about = () if delivery.message is None else (f"[about: {delivery.message.text or delivery.message.id}]",)
    target = () if delivery.target is None else (f"[of post {delivery.target}]",)
    heading = f"{delivery.account.key}, {local('at')(item)}{kind}{stands}"
    return heading, [*about, *target, *(() if delivery.draft is None else _words(delivery.draft))]


def _words(draft: Draft) -> Iterator[str]:
    for part in draft.parts:
        yield from part.text.split("\n")
        yield from (f"[{media.filename}]" for media in part.media)


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


def message_entry(item: Item) -> tuple[str, Sequence[str]]:
    """Return a message as people see it."""
    private = " (private)" if item.get("private") else ""
    who = f"{item['author_name']} @{item['author']}" if item.get("author_name") else f"@{item['author']}"
    head = f"{local('at')(item)}  {item['account']}  {item['kind']}{private} of {who}"
    return head, [str(item[name]) for name in ("text", "notice", "url") if item.get(name)]
