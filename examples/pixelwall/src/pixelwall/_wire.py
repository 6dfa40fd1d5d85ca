"""What Pixelwall sends, and what becomes of it. Unknown fields are no mistake."""

from __future__ import annotations

from socialkit.models import (
    AccountRef,
    Author,
    MediaKind,
    Message,
    MessageKind,
    Post,
    PostMedia,
    Raw,
    Timestamp,
    WireModel,
)

__all__ = [
    "WireMe",
    "WirePicture",
    "WirePin",
    "WirePins",
    "WireRemark",
    "WireRemarks",
    "to_message",
    "to_post",
]


# --8<-- [start:pin]
class WirePin(WireModel):
    """A pin."""

    id: str
    caption: str = ""
    made_at: Timestamp
    picture_ids: list[str] = []
    hearts: int | None = None
    """None where the answer does not tell: that is not zero."""


class WirePins(WireModel):
    """A page of pins, newest first."""

    pins: list[WirePin]
    after: str | None = None


def to_post(wire: WirePin, raw: Raw, account: AccountRef) -> Post:
    """Map a pin."""
    return Post(
        id=wire.id,
        account=account,
        text=wire.caption,
        published_at=wire.made_at,
        media=tuple(
            PostMedia(id=one, kind=MediaKind.IMAGE) for one in wire.picture_ids
        ),
        raw=raw,
    )


# --8<-- [end:pin]
class WirePicture(WireModel):
    """An uploaded picture."""

    id: str
    described: str | None = None


class WireRemark(WireModel):
    """Words under a pin."""

    id: str
    pin_id: str
    answers: str | None = None
    by: str
    words: str
    made_at: Timestamp
    hidden: bool = False


class WireRemarks(WireModel):
    """A page of remarks."""

    remarks: list[WireRemark]


class WireMe(WireModel):
    """The caller."""

    name: str


def to_message(wire: WireRemark, raw: Raw, account: AccountRef) -> Message:
    """Map a remark."""
    return Message(
        id=wire.id,
        kind=MessageKind.COMMENT,
        account=account,
        author=Author(id=wire.by, handle=wire.by),
        text=wire.words,
        created_at=wire.made_at,
        post_id=wire.pin_id,
        reply_to=wire.answers,
        raw=raw,
    )
