"""What a server's administrators can have it push. See https://docs.joinmastodon.org/admin/webhooks/.

A webhook is of a server, not of an account: it tells whatever is written there. Only what names one of our
accounts is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.auth import HeaderValue, Hmac, Pushed
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
from socialkit.platforms.base import PushedThing, PushFacts
from socialkit.platforms.mastodon._map import message_kind, status_message
from socialkit.platforms.mastodon._wire import WireIdentified, WireStatus

__all__ = ["PUSHES"]


OPEN: Final = frozenset({"public", "unlisted"})


class WirePush(WireModel):
    """The envelope of every push."""

    event: str
    created_at: Lenient[Timestamp] = None
    object: dict[str, JsonValue]


class WirePushedStatus(WireStatus):
    """A status, with whom it names."""

    mentions: list[WireIdentified] = []


class WireReport(WireIdentified):
    """A complaint."""

    target_account: WireIdentified


def _read(push: Pushed) -> Iterator[PushedThing]:
    """Return what a push tells; nothing of what this version does not know."""
    wire, raw = WirePush.model_validate(push.document()), Raw.of(push.body).at("object")
    kind, _, _ = wire.event.partition(".")
    if kind in READERS:
        yield READERS[kind](wire, raw)


def _status(wire: WirePush, raw: Raw) -> PushedThing:
    status = WirePushedStatus.model_validate(wire.object)
    named = dict.fromkeys([one.id for one in status.mentions])
    # What is not for everybody is for those whom it names alone, even if it answers somebody else.
    if status.in_reply_to_account_id and status.visibility in OPEN:
        named[status.in_reply_to_account_id] = None
    # A change names the time of it: each is something new.
    version = "" if status.edited_at is None else status.edited_at.isoformat()
    make = _words if wire.event == "status.created" else _edited
    return PushedThing(
        key=f"{wire.event} {status.id} {version}",
        accounts=tuple(named) or ("",),  # to nobody: "" is no account's id
        make=partial(make, wire, status, raw),
    )


def _words(_wire: WirePush, status: WirePushedStatus, raw: Raw, account: AccountRef) -> Message | None:
    if status.account.id == account.id:
        return None
    kind = message_kind(status, "mention", account.id)
    return status_message(status, raw, account, kind, status.in_reply_to_id)


def _edited(wire: WirePush, status: WirePushedStatus, raw: Raw, account: AccountRef) -> WebhookEvent | None:
    if status.account.id == account.id:
        return None
    return _event(WebhookEventKind.MESSAGE_EDITED, wire, status.id, raw)


def _account(wire: WirePush, raw: Raw) -> PushedThing:
    return _about(WebhookEventKind.ACCOUNT_CHANGED, wire, WireIdentified.model_validate(wire.object), raw)


def _report(wire: WirePush, raw: Raw) -> PushedThing:
    target = WireReport.model_validate(wire.object).target_account
    return _about(WebhookEventKind.ACCOUNT_REPORTED, wire, target, raw)


def _about(kind: WebhookEventKind, wire: WirePush, who: WireIdentified, raw: Raw) -> PushedThing:
    when = "" if wire.created_at is None else wire.created_at.isoformat()
    return PushedThing(
        key=f"{wire.event} {wire.object.get('id')} {when}",
        accounts=(who.id,),
        make=lambda _account: _event(kind, wire, who.id, raw),
    )


def _event(kind: WebhookEventKind, wire: WirePush, subject: str, raw: Raw) -> WebhookEvent:
    return WebhookEvent(kind=kind, native=wire.event, subject_id=subject, at=wire.created_at, raw=raw)


READERS: Final[Mapping[str, Callable[[WirePush, Raw], PushedThing]]] = {
    "account": _account,
    "report": _report,
    "status": _status,
}

PUSHES: Final = PushFacts(
    proof=Hmac(signature=HeaderValue("x-hub-signature", "sha256")), read=_read, per_server=True
)
"""A server signs its pushes, without a time and without a handshake."""
