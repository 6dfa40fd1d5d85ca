"""WebSockets as a server speaks them, as far as a stream of messages needs it. See RFC 6455.

Written out here, so that a served world needs no more than the standard library.
"""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha1
from typing import Final

__all__ = ["CLOSE", "PING", "PONG", "TEXT", "Reader", "accept", "frame"]

MAGIC: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What the protocol hashes a caller's key with, so that nothing else answers by accident."""
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
FINAL: Final = 0x80
MASKED: Final = 0x80
SHORT, LONG = 126, 127
"""Lengths that say that the true one follows, in two or in eight bytes."""


def accept(headers: Mapping[str, str]) -> str | None:
    """Return the answer to a caller's key; None for somebody who asks for no WebSocket.

    Example:
        >>> accept({"upgrade": "websocket", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="})
        's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
    """
    key = headers.get("sec-websocket-key")
    if key is None or headers.get("upgrade", "").lower() != "websocket":
        return None
    return b64encode(sha1((key + MAGIC).encode(), usedforsecurity=False).digest()).decode()


def frame(kind: int, content: bytes) -> bytes:
    r"""Return a message as a server sends it: in one piece, and not masked.

    Example:
        >>> frame(TEXT, b"Hello")
        b'\x81\x05Hello'
    """
    length = len(content)
    if length < SHORT:
        head = struct.pack(">BB", FINAL | kind, length)
    elif length < 1 << 16:
        head = struct.pack(">BBH", FINAL | kind, SHORT, length)
    else:
        head = struct.pack(">BBQ", FINAL | kind, LONG, length)
    return head + content


class Reader:
    r"""Finds the frames in what a caller sends, which are masked.

    Example:
        >>> list(Reader().feed(b"\x81\x82\x01\x01\x01\x01ih"))
        [(1, b'hi')]
    """

    def __init__(self) -> None:
        self._left = b""

    def feed(self, piece: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the kind and content of every frame that is whole now."""
        self._left += piece
        while (found := self._next()) is not None:
            yield found

    def _next(self) -> tuple[int, bytes] | None:
        data = self._left
        if len(data) < 2:
            return None
        length, start = data[1] & ~MASKED, 2
        if length in {SHORT, LONG}:
            start += 2 if length == SHORT else 8
            length = int.from_bytes(data[2:start])
        end = start + 4 + length
        if len(data) < max(end, start + 4):
            return None
        mask, content = data[start : start + 4], data[start + 4 : end]
        self._left = data[end:]
        return data[0] & 0x0F, bytes(byte ^ mask[n % 4] for n, byte in enumerate(content))
