"""What Facebook pushes of a Page. See https://developers.facebook.com/docs/graph-api/webhooks/reference/page.

Pushes are of Pages, signed with the app's secret, and come again until they are answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final

from pydantic import Field

from socialkit.auth import Pushed
from socialkit.models import (
    AccountRef,
    Lenient,
    Message,
    MessageKind,
    Timestamp,
    WebhookEvent,
    WebhookEventKind,
    WireModel,
)
from socialkit.platforms._graph import (
    HANDSHAKE,
    SIGNED,
    PushedEntry,
    PushedWords,
    Words,
    pushed_entries,
    pushed_words,
    taken_back,
    when,
    without_null,
)
from socialkit.platforms.base import PushedThing, PushFacts
from socialkit.platforms.facebook._map import comment_message, post_message, private_message
from socialkit.platforms.facebook._wire import FROM, WireComment, WireId, WireMessage, WirePost

__all__ = ["PUSHES"]

POSTS: Final = frozenset({"post", "status", "photo", "video", "share", "link"})
ADDED: Final = "add"
MENTION: Final = "mention"
CHANGES: Final = {
    ("comment", "edit"): WebhookEventKind.MESSAGE_EDITED,
    ("comment", "edited"): WebhookEventKind.MESSAGE_EDITED,
    ("comment", "remove"): WebhookEventKind.MESSAGE_DELETED,
}


class WireFeed(WireModel):
    """A change of what stands on a Page."""

    item: Words = ""
    verb: Words = ""
    post_id: Lenient[str] = None
    comment_id: Lenient[str] = None
    parent_id: Lenient[str] = None
    message: Words = ""
    sender: Lenient[WireId] = Field(default=None, validation_alias=FROM)
    created_time: Lenient[Timestamp] = None


def _read(push: Pushed) -> Iterator[PushedThing]:
    """Return what a push tells; nothing of what this version does not know."""
    for entry in pushed_entries(push):
        if entry.object != "page":
            continue
        thing = READERS[entry.field](entry) if entry.field in READERS else None
        if thing is not None:
            yield thing


def _feed(entry: PushedEntry) -> PushedThing | None:
    wire = WireFeed.model_validate(without_null(entry.value))
    subject = wire.comment_id if wire.item == "comment" else wire.post_id
    if wire.sender is not None and wire.sender.id == entry.account:
        return None
    make = _made(wire, entry, subject or "")
    if make is None:
        return None
    if subject is None:
        message = "nothing tells what it is about"
        raise ValueError(message)
    at = _changed(wire, entry)
    key = f"{wire.item} {wire.verb} {subject} {'' if at is None else at.isoformat()}"
    return PushedThing(key=key, accounts=(entry.account,), make=make)


def _changed(wire: WireFeed, entry: PushedEntry) -> datetime | None:
    """Return when something was done: of a change `created_time` says when the thing itself was made."""
    return wire.created_time or entry.at if wire.verb == ADDED else entry.at or wire.created_time


def _made(
    wire: WireFeed, entry: PushedEntry, subject: str
) -> partial[Message | None] | partial[WebhookEvent] | None:
    at = _changed(wire, entry)
    if wire.item == "comment" and wire.verb == ADDED:
        return partial(_comment, wire, entry, subject, at)
    if wire.item in POSTS and wire.verb == ADDED:
        return partial(_post, wire, entry, subject, at)
    kind = CHANGES.get((wire.item, wire.verb))
    if kind is None and wire.verb == "remove" and wire.item in POSTS:
        kind = WebhookEventKind.POST_DELETED
    return None if kind is None else partial(_event, kind, wire, entry, subject, at)


def _comment(
    wire: WireFeed, entry: PushedEntry, subject: str, at: datetime | None, account: AccountRef
) -> Message | None:
    above = wire.parent_id if wire.parent_id != wire.post_id else None
    comment = WireComment(
        id=subject,
        message=wire.message,
        sender=wire.sender,
        created_time=when(at),
        parent=None if above is None else WireId(id=above),
    )
    message = comment_message(comment, entry.raw, account, wire.post_id or "")
    if message is None or not _is_of_others(wire, entry):
        return message
    return message.model_copy(update={"kind": MessageKind.MENTION})


def _is_of_others(wire: WireFeed, entry: PushedEntry) -> bool:
    """Return whether a comment that names the Page stands below a post of somebody else."""
    return entry.field == MENTION and (wire.post_id or "").partition("_")[0] != entry.account


def _post(
    wire: WireFeed, entry: PushedEntry, subject: str, at: datetime | None, account: AccountRef
) -> Message | None:
    post = WirePost(id=subject, message=wire.message, sender=wire.sender, created_time=when(at))
    return post_message(post, entry.raw, account)


def _event(
    kind: WebhookEventKind,
    wire: WireFeed,
    entry: PushedEntry,
    subject: str,
    at: datetime | None,
    account: AccountRef,
) -> WebhookEvent:
    native = f"{entry.field}.{wire.item}.{wire.verb}"
    return WebhookEvent(kind=kind, native=native, account=account, subject_id=subject, at=at, raw=entry.raw)


def _messaging(entry: PushedEntry) -> PushedThing | None:
    wire = pushed_words(entry)
    return None if wire is None else taken_back(wire, entry) or _words(wire, entry)


def _words(wire: PushedWords, entry: PushedEntry) -> PushedThing:
    told = WireMessage(
        id=wire.message.mid,
        message=wire.message.text or "",
        created_time=when(wire.timestamp, entry.at),
        sender=WireId(id=wire.sender.id),
    )
    return PushedThing(
        key=f"message {told.id}",
        accounts=(entry.account,),
        make=lambda account: _private(told, entry, account),
    )


def _private(told: WireMessage, entry: PushedEntry, account: AccountRef) -> Message | None:
    # A push does not name the conversation.
    found = private_message(told, entry.raw, account, "")
    return None if found is None else found.model_copy(update={"conversation_id": None})


READERS: Final = {"feed": _feed, MENTION: _feed, "messaging": _messaging}

PUSHES: Final = PushFacts(proof=SIGNED, handshakes=(HANDSHAKE,), read=_read)
"""Signed with the app's secret; the address is asked for a challenge first."""
