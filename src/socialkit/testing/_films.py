"""A film of a few hundred bytes: its description is whole, its pictures are missing."""

from __future__ import annotations

import struct
from datetime import timedelta
from typing import Final

__all__ = ["mp4"]

TICKS: Final = 30_000
"""In a second."""

TURNS: Final = {
    0: (1, 0, 0, 1),
    90: (0, 1, -1, 0),
    180: (-1, 0, 0, -1),
    270: (0, -1, 1, 0),
}
"""The matrix of each angle, clockwise, without what it does to the place."""

SOUND: Final = bytes.fromhex("0319 000000 0411 4015") + bytes(11) + bytes.fromhex("05021210 060102")
"""What names a sound AAC: a chain of descriptors, each with its length."""

HEADERS: Final = {b"vide": (1, b"vmhd", 12), b"soun": (2, b"smhd", 8)}
"""The number of the track of each kind, and the name and size of a box that only this kind has."""


def mp4(
    *,
    width: int = 540,
    height: int = 960,
    duration: timedelta = timedelta(seconds=5),
    frame_rate: float = 30,
    rotation: int = 0,
    codec: str = "avc1",
    sound: str | None = None,
) -> bytes:
    """Return an MP4 file that tells of itself what is given, and of which nothing can be seen.

    As it comes, it has a shape and a length that every platform takes.

    Args:
        width: Pixels, before it is turned.
        height: Pixels, before it is turned.
        duration: How long it lasts.
        frame_rate: Pictures a second.
        rotation: By how many degrees it is turned when it is shown: 0, 90, 180 or 270.
        codec: The four letters that name the encoding, such as `hvc1`.
        sound: Those of the sound's encoding, such as `mp4a`; no sound if not given.

    Example:
        >>> mp4()[4:12]
        b'ftypmp42'
    """
    ticks, frames = (round(duration.total_seconds() * one) for one in (TICKS, frame_rate))
    # What every encoding of pictures begins with; zeros stand for what nobody reads.
    shown = bytes(6) + struct.pack(">H16xHHII4xH32xHh", 1, width, height, 72 << 16, 72 << 16, 1, 24, -1)
    shape = _matrix(rotation) + struct.pack(">II", width << 16, height << 16)
    tracks = _track(b"vide", ticks, frames, _box(codec.encode(), shown), shape)
    if sound is not None:
        heard = bytes(6) + struct.pack(">H8xHH4xI", 1, 2, 16, 44_100 << 16) + _box(b"esds", bytes(4) + SOUND)
        tracks += _track(b"soun", ticks, 1, _box(sound.encode(), heard), _matrix(0) + bytes(8))
    whole = struct.pack(">12xIIIH10x", TICKS, ticks, 1 << 16, 1 << 8) + _matrix(0) + struct.pack(">24xI", 3)
    brands = b"mp42" + bytes(4) + b"mp42isom"
    return _box(b"ftyp", brands) + _box(b"moov", _box(b"mvhd", whole) + tracks) + _box(b"mdat", b"")


def _track(kind: bytes, ticks: int, frames: int, sample: bytes, shape: bytes) -> bytes:
    number, header, size = HEADERS[kind]
    first = struct.pack(">I8xI4xI16x", 7, number, ticks)  # 7: it is to be played
    here = _box(b"dref", struct.pack(">4xI", 1) + _box(b"url ", struct.pack(">I", 1)))
    table = (
        _box(b"stsd", struct.pack(">4xI", 1) + sample)
        + _box(b"stts", struct.pack(">4xIII", 1, frames, ticks // max(frames, 1)))
        + _box(b"stsc", struct.pack(">4xIIII", 1, 1, frames, 1))
        + _box(b"stsz", struct.pack(">4xII", 1, frames))
        + _box(b"stco", struct.pack(">4xII", 1, 0))
    )
    media = (
        _box(b"mdhd", struct.pack(">12xIIH2x", TICKS, ticks, 0x55C4))  # 0x55c4: in no language
        + _box(b"hdlr", struct.pack(">8x4s13x", kind))
        + _box(b"minf", _box(header, bytes(size)) + _box(b"dinf", here) + _box(b"stbl", table))
    )
    return _box(b"trak", _box(b"tkhd", first + shape) + _box(b"mdia", media))


def _matrix(rotation: int) -> bytes:
    a, b, c, d = (one << 16 for one in TURNS[rotation])
    return struct.pack(">iiiiiiiii", a, b, 0, c, d, 0, 0, 0, 1 << 30)


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content
