"""What Threads pushes. See https://developers.facebook.com/docs/threads/webhooks.

Pushes have a shape of their own, and are signed as those of the other Graph APIs: with the secret of the
Threads app or of the app around it, Meta does not say which.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Annotated, Final, cast

from pydantic import BeforeValidator, JsonValue

from socialkit.auth import Pushed
from socialkit.models import (
    AccountRef,
    Lenient,
    Message,
    Raw,
    Timestamp,
    WebhookEvent,
    WebhookEventKind,
    WireModel,
)
from socialkit.platforms._graph import HANDSHAKE, SIGNED, Words, when
from socialkit.platforms.base import PushedThing, PushFacts
from socialkit.platforms.threads._map import to_message
from socialkit.platforms.threads._wire import WireMedia

__all__ = ["PUSHES"]


class WireOwner(WireModel):
    """Whose a post was that is gone."""

    owner_id: Lenient[str] = None


class WireGone(WireModel):
    """A post that is gone."""

    id: str
    owner: Lenient[WireOwner] = None
    deleted_at: Lenient[Timestamp] = None


class WireChange(WireModel):
    """What happened: the field that changed, and how it is now."""

    field: str
    value: JsonValue = None
    """An object in what is read here; of other fields it may be anything."""


def _changes(value: object) -> object:
    """Return the changes as a list; one alone comes without."""
    return cast("list[object]", value) if isinstance(value, list) else [value]


class WirePush(WireModel):
    """A push: one account, one topic."""

    topic: Words = ""
    target_id: Lenient[str] = None
    time: Lenient[Timestamp] = None
    values: Annotated[list[WireChange], BeforeValidator(_changes)]


def _read(push: Pushed) -> Iterator[PushedThing]:
    """Return what a push tells; nothing of what this version does not know."""
    wire, raw = WirePush.model_validate(push.document()), Raw.of(push.body)
    for number, change in enumerate(wire.values):
        alone = isinstance(raw.get("values"), dict)
        place = raw.at("values", "value") if alone else raw.at("values", number, "value")
        read = READERS.get(change.field)
        if read is not None:
            yield read(wire, change, place)


def _accounts(push: WirePush, owner: str | None = None) -> tuple[str, ...]:
    """Return whose a push is: the owner's of what it is about, and where none is named its target's."""
    whose = owner or push.target_id
    return (whose,) if whose else ()


def _reply(push: WirePush, change: WireChange, raw: Raw) -> PushedThing:
    wire = WireMedia.model_validate(change.value)
    root = wire.root_post
    owner = None if root is None else root.owner_id
    post = "" if root is None else root.id
    return PushedThing(
        key=f"reply {wire.id}",
        accounts=_accounts(push, owner),
        make=partial(_message, wire, raw, push.time, post),
    )


def _mention(push: WirePush, change: WireChange, raw: Raw) -> PushedThing:
    wire = WireMedia.model_validate(change.value)
    return PushedThing(
        key=f"mention {wire.id}",
        accounts=_accounts(push),
        make=partial(_message, wire, raw, push.time, None),
    )


def _message(
    wire: WireMedia, raw: Raw, at: datetime | None, post: str | None, account: AccountRef
) -> Message | None:
    if wire.username and wire.username in _handles(wire, account):
        return None  # the account's own words
    timed = wire.model_copy(update={"timestamp": when(wire.timestamp, at)})
    return to_message(timed, raw, account, post=post)


def _handles(wire: WireMedia, account: AccountRef) -> set[str | None]:
    """Return how an account is called: a push about its own post says so too, and its id says that it is."""
    root = wire.root_post
    told = None if root is None or root.owner_id != account.id else root.username
    return {account.handle, told}


def _gone(push: WirePush, change: WireChange, raw: Raw) -> PushedThing:
    wire = WireGone.model_validate(change.value)
    owner = None if wire.owner is None else wire.owner.owner_id
    return PushedThing(
        key=f"delete {wire.id}",
        accounts=_accounts(push, owner),
        make=partial(
            _event, WebhookEventKind.POST_DELETED, "delete", wire.id, raw, wire.deleted_at or push.time
        ),
    )


def _out(push: WirePush, change: WireChange, raw: Raw) -> PushedThing:
    wire = WireMedia.model_validate(change.value)
    kind = WebhookEventKind.POST_PUBLISHED
    return PushedThing(
        key=f"publish {wire.id}",
        accounts=_accounts(push),
        make=partial(_event, kind, "publish", wire.id, raw, wire.timestamp or push.time),
    )


def _event(
    kind: WebhookEventKind, native: str, post: str, raw: Raw, at: datetime | None, account: AccountRef
) -> WebhookEvent:
    return WebhookEvent(kind=kind, native=native, account=account, subject_id=post, at=at, raw=raw)


READERS: Final = {"replies": _reply, "mentions": _mention, "delete": _gone, "publish": _out}
"""By field what reads a change."""
PUSHES: Final = PushFacts(proof=SIGNED, handshakes=(HANDSHAKE,), read=_read)
"""Signed with the app's secret; the address is asked for a challenge first."""
