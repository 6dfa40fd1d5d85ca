"""Look into a file: what it is, and, with the `media` extra, how large and whether it is whole."""

from __future__ import annotations

import importlib
import io
import warnings
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from socialkit.models._base import OpenEnum
from socialkit.models._film import DESCRIBED, is_cut, look

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MediaKind", "Probe", "probe"]

HEAD = 64
"""How many bytes tell the type of a file."""

BOX = 8
"""The bytes of a box's size and name in an MP4 file."""

DECODED = 64_000_000
"""The pixels up to which a picture is decoded to see whether it is whole: few bytes can fill gigabytes."""

DECODERS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
"""Pillow's names: no other decoder sees a file, whatever else it may look like."""

LEAST = 32
"""The bytes below which no film, sound or document holds anything beyond what names its type."""

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"AVI ", "video/x-msvideo"),
    (8, b"WAVE", "audio/wav"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"%PDF-", "application/pdf"),
)
"""Offset, bytes and type of the formats that social platforms take; the first that fits wins."""


class MediaKind(OpenEnum):
    """What a file is to a platform."""

    IMAGE = "image"
    ANIMATION = "animation"
    """A picture that moves: most platforms turn it into a silent video."""
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    UNKNOWN = "unknown"
    """Not looked at yet (it lies behind a URL)."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found out about a file."""

    kind: MediaKind
    mime_type: str
    width: int | None = None
    height: int | None = None
    duration: timedelta | None = None
    frame_rate: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    flaw: str | None = None
    """Why the file is not whole, if it is not."""


def probe(file: BinaryIO) -> Probe | None:
    """Return what a file is; None when it is of no kind that platforms take."""
    head = file.read(HEAD)
    mime_type = next((mime for at, magic, mime in SIGNATURES if head[at : at + len(magic)] == magic), None)
    if mime_type is None or (mime_type in {"image/webp", "audio/wav"} and not head.startswith(b"RIFF")):
        return None
    family = mime_type.partition("/")[0]
    kind = MediaKind(family) if family in {"image", "video", "audio"} else MediaKind.DOCUMENT
    length = file.seek(0, io.SEEK_END)
    if (length < LEAST and kind is not MediaKind.IMAGE) or _is_one_box(head, length):
        return Probe(kind, mime_type, flaw="it ends where its content should begin")
    file.seek(0)
    if kind is MediaKind.IMAGE:
        return _probe_image(file, mime_type)
    return _probe_film(file, kind, mime_type, length) if mime_type in DESCRIBED else Probe(kind, mime_type)


def _is_one_box(head: bytes, length: int) -> bool:
    """Return whether an MP4, or one of its kin, has nothing behind the box that names its type."""
    if head[4:8] != b"ftyp":
        return False
    box = int.from_bytes(head[:4], "big")
    if box == 1:  # the size did not fit and stands behind the name
        box = int.from_bytes(head[8:16], "big")
    return box < BOX or length < box + BOX


def _probe_film(file: BinaryIO, kind: MediaKind, mime_type: str, length: int) -> Probe:
    if is_cut(file, length):
        return Probe(kind, mime_type, flaw="it ends before its content does")
    film = look(file, length)
    return Probe(
        kind,
        mime_type,
        width=film.width,
        height=film.height,
        duration=film.duration,
        frame_rate=film.frame_rate,
        video_codec=film.video_codec,
        audio_codec=film.audio_codec,
    )


def _probe_image(file: BinaryIO, mime_type: str) -> Probe:
    kind = MediaKind.ANIMATION if mime_type == "image/gif" and _frames(file) > 1 else MediaKind.IMAGE
    pillow = _pillow()
    if pillow is None or mime_type not in DECODERS:
        return Probe(kind, mime_type)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # very large pictures are the platform's limits to judge
            file.seek(0)
            with pillow.open(file, formats=[DECODERS[mime_type]]) as picture:
                width, height = picture.size
                if width * height <= DECODED:
                    picture.load()
    except Exception as error:  # noqa: BLE001 - a broken file raises whatever its decoder raises
        # Pillow shows the object that it could not read, which tells the reader nothing.
        detail = "" if isinstance(error, pillow.UnidentifiedImageError) else f" ({error})"
        return Probe(kind, mime_type, flaw=f"the picture cannot be decoded{detail}")
    return Probe(kind, mime_type, width, height)


def _pillow() -> Any:
    try:
        return importlib.import_module("PIL.Image")
    except ImportError:
        return None


def _frames(file: BinaryIO) -> int:
    """Count the pictures of a GIF by walking its blocks, up to two."""
    return sum(1 for _ in islice(_gif_pictures(file), 2))


def _gif_pictures(data: BinaryIO) -> Iterator[None]:
    data.seek(10)
    flags = data.read(1)
    data.seek(2, io.SEEK_CUR)
    if flags and flags[0] & 0x80:
        data.seek(3 << ((flags[0] & 7) + 1), io.SEEK_CUR)
    while block := data.read(1):
        if block == b"\x2c":
            yield None
            described = data.read(9)
            if len(described) == 9 and described[8] & 0x80:
                data.seek(3 << ((described[8] & 7) + 1), io.SEEK_CUR)
            data.seek(1, io.SEEK_CUR)
        elif block == b"\x21":
            data.seek(1, io.SEEK_CUR)
        else:
            return
        while size := data.read(1):
            if size == b"\x00":
                break
            data.seek(size[0], io.SEEK_CUR)
