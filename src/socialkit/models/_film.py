"""Look into a film: how long it lasts, how large it is shown, how it is encoded; with the `media` extra.

Only the description at the front or end of an MP4 or QuickTime file is read, never a frame.
"""

from __future__ import annotations

import importlib
import io
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, Final

__all__ = ["DESCRIBED", "Film", "is_cut", "look"]

DESCRIBED: Final = frozenset({"video/mp4", "video/quicktime", "audio/mp4"})
"""Types whose description stands in one place. In others a part of the file would tell wrong durations."""

BOX: Final = 8
"""The bytes of a box's size and name."""

BOXES: Final = 4_096
"""The outermost boxes that are looked at: a hostile file could hold millions that are empty."""

CONTENT: Final = frozenset({b"moov", b"moof", b"mdat"})
"""Boxes without which, whole, a film cannot be seen. What follows the last may be no box at all."""

DESCRIPTION: Final = 16 << 20
"""The bytes of a description that are read at most; an hour of film takes about one million."""

LEADING_OUT: Final = re.compile(rb"dref|rdrf|rmra|cmov")
"""Boxes that name other files, and the one that hides boxes by compression.

The library knows how to open files and to fetch addresses, and does not promise to leave these alone: whoever
made a film must not choose what this machine reads.
"""

CODECS: Final[Mapping[str, str]] = {
    "AVC": "h264",
    "HEVC": "h265",
    "VP8": "vp8",
    "VP9": "vp9",
    "AV1": "av1",
    "AAC": "aac",
    "Opus": "opus",
}
"""The library's names, and those that platforms use; others stay, in small letters."""


@dataclass(frozen=True, slots=True)
class Film:
    """What a description tells; None where it tells nothing."""

    width: int | None = None
    height: int | None = None
    duration: timedelta | None = None
    frame_rate: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None


def is_cut(file: BinaryIO, length: int) -> bool:
    """Return whether the description or the pictures go on beyond the file's end."""
    return any(name in CONTENT and start + size > length for name, start, size in _boxes(file, length))


def look(file: BinaryIO, length: int) -> Film:
    """Return what a film's own description tells; nothing without the `media` extra, or when it is broken."""
    described, in_pieces = _description(file, length)
    tracks = _tracks(described) if described else {}
    shown, heard = tracks.get("Video", {}), tracks.get("Audio", {})
    width, height = (_count(shown.get(one)) for one in ("Width", "Height"))
    if round(_number(shown.get("Rotation")) or 0) % 180 == 90:
        width, height = height, width
    seconds = _number(tracks.get("General", {}).get("Duration"))
    return Film(
        width=width,
        height=height,
        # What stands in front of a film in pieces tells of the first of them at most.
        duration=None if in_pieces else _duration(seconds),
        frame_rate=_number(shown.get("FrameRate")),
        video_codec=_codec(shown.get("Format")),
        audio_codec=_codec(heard.get("Format")),
    )


def _boxes(file: BinaryIO, length: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and size of the outermost boxes, until something else stands there."""
    start = 0
    for _ in range(BOXES):
        if start + BOX > length:
            return
        file.seek(start)
        head = file.read(2 * BOX)
        size, name = int.from_bytes(head[:4], "big"), head[4:BOX]
        if size == 1:  # it did not fit and stands behind the name
            size = int.from_bytes(head[BOX:], "big")
        elif size == 0:
            size = length - start
        if size < BOX or not (name.isascii() and name.decode("ascii").isprintable()):
            return
        yield name, start, size
        start += size


def _description(file: BinaryIO, length: int) -> tuple[bytes, bool]:
    """Return the boxes that describe a film, and whether it comes in pieces that describe themselves."""
    found: dict[bytes, bytes] = {}
    in_pieces = False
    for name, start, size in _boxes(file, length):
        in_pieces = in_pieces or name == b"moof"
        if name in {b"ftyp", b"moov"} and name not in found and size <= DESCRIPTION:
            file.seek(start)
            found[name] = file.read(size)
    if b"moov" not in found:
        return b"", in_pieces
    return LEADING_OUT.sub(b"free", found.get(b"ftyp", b"") + found[b"moov"]), in_pieces


def _tracks(described: bytes) -> dict[str, Mapping[str, Any]]:
    """Return the first track of each kind, as the library tells it."""
    try:
        library: Any = importlib.import_module("pymediainfo")
        told = json.loads(library.MediaInfo.parse(io.BytesIO(described), output="JSON", parse_speed=0))
        tracks: Sequence[Mapping[str, Any]] = told["media"]["track"]
        return {one["@type"]: one for one in reversed(tracks)}
    except Exception:  # noqa: BLE001 - not installed, or it stumbles over a broken file: nothing is known
        return {}


def _number(told: Any) -> float | None:
    """Return a number that is one and means something; zero is how files say that they do not know."""
    try:
        number = float(told)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number > 0 else None


def _count(told: Any) -> int | None:
    number = _number(told)
    return None if number is None else int(number)


def _duration(seconds: float | None) -> timedelta | None:
    try:
        return None if seconds is None else timedelta(milliseconds=round(seconds * 1_000))
    except OverflowError:  # a broken file lasts longer than time can be told
        return None


def _codec(told: Any) -> str | None:
    return CODECS.get(told, told.lower()) if isinstance(told, str) and told else None
