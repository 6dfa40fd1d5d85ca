"""What X's ids tell: the time at which a thing was made, and the kind of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from socialkit.models import MediaKind

__all__ = ["EPOCH", "ID", "KINDS_OF_TYPES", "age", "kind_of_key", "may_be_newer", "media_id", "time_of"]

EPOCH: Final = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
"""Where the time in ids begins. No document says so; each recorded post agrees, to the second."""
OLDEST: Final = 2**35
"""Ids below are older than the time in them."""
ID: Final = re.compile(r"[0-9]{1,19}")
TIME_BITS: Final = 22
"""Bits of an id below its milliseconds."""

KINDS_OF_KEYS: Final[Mapping[str, MediaKind]] = {
    "3": MediaKind.IMAGE,
    "7": MediaKind.VIDEO,
    "13": MediaKind.VIDEO,
    "16": MediaKind.ANIMATION,
}
"""What the number before a media key's id stands for, as recorded; others are not known."""
KINDS_OF_TYPES: Final[Mapping[str, MediaKind]] = {
    "photo": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "animated_gif": MediaKind.ANIMATION,
}


def time_of(identity: str) -> datetime | None:
    """Return when a thing with this id was made, to the millisecond; None where an id tells no time.

    Example:
        >>> time_of("1293593516040269825").isoformat(timespec="seconds"), time_of("1234567890")
        ('2020-08-12T17:01:42+00:00', None)
    """
    if not ID.fullmatch(identity) or int(identity) < OLDEST:
        return None
    return EPOCH + timedelta(milliseconds=int(identity) >> TIME_BITS)


def age(identity: str) -> tuple[int, str]:
    """Return what orders ids by time."""
    return len(identity), identity


def may_be_newer(identity: str | None, anchor: str) -> bool:
    """Return whether a thing may be newer than another; one without an id may."""
    return identity is None or not anchor or age(identity) > age(anchor)


def media_id(key: str) -> str:
    """Return the id of an uploaded file from the key under which posts show it.

    Example:
        >>> media_id("3_1726817595448610817")
        '1726817595448610817'
    """
    return key.rpartition("_")[2]


def kind_of_key(key: str | None) -> MediaKind:
    """Return what kind of file a media key stands for."""
    return KINDS_OF_KEYS.get((key or "").partition("_")[0], MediaKind.UNKNOWN)
