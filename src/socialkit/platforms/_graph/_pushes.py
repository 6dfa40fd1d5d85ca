"""What Graph APIs push: how it is signed, the handshake, and the things in an envelope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from socialkit.auth import Challenge, HeaderValue, Hmac, Pushed
from socialkit.models import (
    AccountRef,
    Lenient,
    Raw,
    Timestamp,
    WebhookEvent,
    WebhookEventKind,
    WireModel,
)
from socialkit.platforms.base import PushedThing

__all__ = [
    "HANDSHAKE",
    "SIGNED",
    "PushedEntry",
    "PushedWords",
    "pushed_entries",
    "pushed_words",
    "taken_back",
    "when",
    "without_null",
]

SIGNED: Final = Hmac(signature=HeaderValue("x-hub-signature-256", "sha256"))
"""Keyed with the app's secret, over the bytes as they came."""

HANDSHAKE: Final = Challenge(
    parameter="hub.challenge", token="hub.verify_token", mode=("hub.mode", "subscribe")
)


class WireChange(WireModel):
    """One change: what changed, and how it is now."""

    field: str
    value: JsonValue = None
    """An object in what is read here; of other fields it may be anything."""


class WireEntry(WireModel):
    """What happened to one account at one time."""

    id: str
    time: Lenient[Timestamp] = None
    changes: list[WireChange] | None = None
    messaging: list[dict[str, JsonValue]] | None = None
    field: str | None = None
    value: JsonValue = None


class WireEnvelope(WireModel):
    """A push: up to a thousand entries."""

    object: str
    entry: list[WireEntry]


@dataclass(frozen=True, slots=True)
class PushedEntry:
    """One thing of a push."""

    object: str
    """What kind of account: `page`, `instagram`."""
    account: str
    """Whose it is."""
    at: Timestamp | None
    field: str
    """What changed; `messaging` for private messages."""
    value: JsonValue
    raw: Raw


def when(*told: datetime | None) -> datetime:
    """Return the first time of those that a push tells.

    Raises:
        ValueError: It tells none, and what somebody said must not be lost for that.
    """
    for one in told:
        if one is not None:
            return one
    message = "nothing tells when it was"
    raise ValueError(message)


def without_null(value: JsonValue) -> JsonValue:
    """Return what an object says: Graph leaves out what it has not, and null is no other word for that."""
    if not isinstance(value, dict):
        return value
    return {name: one for name, one in value.items() if one is not None}


def pushed_entries(push: Pushed) -> Iterator[PushedEntry]:
    """Yield every thing of a push, whichever of the three shapes it came in."""
    wire, raw = WireEnvelope.model_validate(push.document()), Raw.of(push.body)
    for number, entry in enumerate(wire.entry):
        at = raw.at("entry", number)
        for index, change in enumerate(entry.changes or ()):
            place = at.at("changes", index, "value")
            yield PushedEntry(wire.object, entry.id, entry.time, change.field, change.value, place)
        for index, message in enumerate(entry.messaging or ()):
            place = at.at("messaging", index)
            yield PushedEntry(wire.object, entry.id, entry.time, "messaging", message, place)
        if entry.field is not None:
            yield PushedEntry(wire.object, entry.id, entry.time, entry.field, entry.value, at.at("value"))


class WireWords(WireModel):
    """What a private message says."""

    mid: str
    text: Lenient[str] = None
    """None where it has files alone."""
    is_echo: Lenient[bool] = None
    is_deleted: Lenient[bool] = None
    """Whether it was taken back; recorded nowhere, and read as others have seen it."""


class WireSender(WireModel):
    """Who wrote."""

    id: str


class PushedWords(WireModel):
    """A private message, and from whom."""

    sender: WireSender
    timestamp: Lenient[Timestamp] = None
    message: WireWords


def pushed_words(entry: PushedEntry) -> PushedWords | None:
    """Return what others wrote in private.

    None for what is no message, which may have no sender, and for the account's own words.
    """
    if isinstance(entry.value, dict) and entry.value.get("message") is None:
        return None
    wire = PushedWords.model_validate(entry.value)
    return None if wire.message.is_echo or wire.sender.id == entry.account else wire


def taken_back(wire: PushedWords, entry: PushedEntry) -> PushedThing | None:
    """Return that a private message was taken back; None for one that was not."""
    if not wire.message.is_deleted:
        return None

    def make(account: AccountRef) -> WebhookEvent:
        return WebhookEvent(
            kind=WebhookEventKind.MESSAGE_DELETED,
            native="messaging.is_deleted",
            account=account,
            subject_id=wire.message.mid,
            at=wire.timestamp or entry.at,
            raw=entry.raw,
        )

    return PushedThing(key=f"message deleted {wire.message.mid}", accounts=(entry.account,), make=make)
