"""Things to test with: whole files of a few bytes, drafts, posts, messages."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from socialkit.models import (
    AccountRef,
    Author,
    Draft,
    Media,
    Message,
    MessageKind,
    NoticeKind,
    Post,
    Visibility,
)
from socialkit.testing._films import mp4

__all__ = ["draft", "gif", "message", "picture", "png", "post", "video"]

MONDAY: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When what is built here was written: where the clock of a sandbox starts."""


def png(width: int = 1, height: int = 1) -> bytes:
    r"""Return a black picture as a whole PNG file.

    Example:
        >>> len(png()), png(3, 2)[:4]
        (67, b'\x89PNG')
    """
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\0" * width) * height, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def gif(frames: int = 1) -> bytes:
    """Return a GIF file of one dot: a picture, or with more frames an animation.

    Example:
        >>> gif()[:6], len(gif(frames=2)) > len(gif())
        (b'GIF89a', True)
    """
    screen = struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\xff\xff\xff\x00\x00\x00"
    frame = (
        b"\x21\xf9\x04\x00\x0a\x00\x00\x00\x2c"
        + struct.pack("<HHHHB", 0, 0, 1, 1, 0)
        + b"\x02\x02\x44\x01\x00"
    )
    return b"GIF89a" + screen + frame * frames + b"\x3b"


def picture(*, alt_text: str | None = "A black dot", width: int = 1, height: int = 1) -> Media:
    """Return a picture to attach.

    Example:
        >>> picture().kind.value
        'image'
    """
    return Media.from_bytes(png(width, height), filename="dot.png", alt_text=alt_text)


def video(*, alt_text: str | None = "A film of a black dot") -> Media:
    """Return a video to attach.

    Example:
        >>> video().mime_type
        'video/mp4'
    """
    return Media.from_bytes(mp4(), filename="dot.mp4", alt_text=alt_text)


def draft(
    text: str = "Autumn is here",
    *,
    media: Sequence[Media] = (),
    thread: Sequence[str] = (),
    first_comment: str | None = None,
    visibility: Visibility | None = None,
) -> Draft:
    """Return a draft that most platforms would take.

    Example:
        >>> [part.text for part in draft("One", thread=["Two"]).parts]
        ['One', 'Two']
    """
    later = [Draft(text=part, visibility=visibility) for part in thread]
    return Draft(text=text, media=media, thread=later, first_comment=first_comment, visibility=visibility)


def message(
    text: str = "Where is my order?",
    *,
    id: str = "501",  # noqa: A002 - the model's own word
    kind: MessageKind = MessageKind.MENTION,
    account: AccountRef | None = None,
    author: str = "customer",
    post_id: str | None = None,
    private: bool = False,
    notice: NoticeKind | None = None,
    created_at: datetime = MONDAY,
) -> Message:
    """Return a message as an inbox gives it.

    Example:
        >>> message("Hello").author.handle
        'customer'
    """
    return Message(
        id=id,
        kind=MessageKind.NOTICE if notice is not None else kind,
        account=account,
        author=Author(id=f"id-of-{author}", handle=author),
        text="" if notice is not None else text,
        created_at=created_at,
        post_id=post_id,
        notice=notice,
        private=private,
    )


def post(
    text: str = "Autumn is here",
    *,
    id: str = "401",  # noqa: A002 - the model's own word
    account: AccountRef | None = None,
    published_at: datetime | None = MONDAY,
    scheduled_at: datetime | None = None,
) -> Post:
    """Return a post as a platform gives it.

    Example:
        >>> post("Hello").published_at.year
        2026
    """
    return Post(id=id, text=text, account=account, published_at=published_at, scheduled_at=scheduled_at)
