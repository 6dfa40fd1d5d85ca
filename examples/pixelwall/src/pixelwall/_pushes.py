"""What Pixelwall pushes to an address that somebody gave it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from socialkit.auth import Challenge, HeaderValue, Hmac, Part, Pushed, Stamp
from socialkit.models import (
    AccountRef,
    Message,
    Raw,
    Timestamp,
    WebhookEvent,
    WebhookEventKind,
    WireModel,
)
from socialkit.platforms.base import Core, Hint, PushedThing, PushFacts
from socialkit.transport import Request

from pixelwall._wire import WireRemark, WireRemarks, to_message

__all__ = ["PUSHES"]


# --8<-- [start:pushes]
class WireHappening(WireModel):
    """One thing that happened."""

    id: str
    what: str
    at: Timestamp
    remark: WireRemark | None = None
    remark_id: str | None = None
    pin_id: str | None = None


class WirePush(WireModel):
    """A push: what happened to one wall."""

    wall: str
    happened: list[WireHappening]


def read(push: Pushed) -> Iterator[PushedThing]:
    """Return what a push tells, and for which account."""
    wire = WirePush.model_validate(push.document())
    raw = Raw.of(push.body)
    for number, one in enumerate(wire.happened):
        make = partial(_thing, one, raw.at("happened", number))
        yield PushedThing(key=one.id, accounts=(wire.wall,), make=make)


def _thing(
    wire: WireHappening, raw: Raw, account: AccountRef
) -> Message | WebhookEvent | Hint | None:
    if wire.remark is not None:
        own = f"id-{wire.remark.by}" == account.id
        return None if own else to_message(wire.remark, raw.at("remark"), account)
    if wire.what == "remark.changed" and wire.remark_id is not None:
        return Hint(wire.remark_id)  # what it says now is read
    kind = WebhookEventKind(
        "post deleted" if wire.what == "pin.removed" else wire.what
    )
    return WebhookEvent(
        kind=kind, native=wire.what, subject_id=wire.pin_id, at=wire.at, raw=raw
    )


async def fetch(core: Core, remark: str) -> Message | None:
    """Read a remark of which only the id was pushed, if it is under our pins."""
    request = Request(method="GET", url="remarks")
    answer = await core.pipeline.call(request, WireRemarks)
    for number, one in enumerate(answer.value.remarks):
        if one.id == remark:
            return to_message(one, answer.raw.at("remarks", number), core.ref)
    return None


SIGNATURE: Final = "pixelwall-signature"
PUSHES: Final = PushFacts(
    proof=Hmac(
        signature=HeaderValue(SIGNATURE, "v1"),
        stamp=Stamp(HeaderValue(SIGNATURE, "t")),
        signs=(Part.STAMP, b".", Part.BODY),
    ),
    handshakes=(Challenge(parameter="challenge", token="verify_token"),),
    read=read,
    fetch=fetch,
)
# --8<-- [end:pushes]
