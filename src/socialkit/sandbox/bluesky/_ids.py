"""Names that follow from time or content: record keys and content identifiers."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any, cast

SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_RECORD, _RAW = 0x71, 0x55
_LINK_TAG = 42


def tid(microseconds: int, clock_id: int = 0) -> str:
    """Make the key of a moment: thirteen characters that sort by time.

    Example:
        >>> tid(1_772_442_000_000_000)
        '3mg2vbwr32222'
    """
    value = (microseconds << 10) | clock_id
    return "".join(SORTABLE[(value >> shift) & 31] for shift in range(60, -1, -5))


def record_cid(value: object) -> str:
    """Identify a record by its content.

    Example:
        >>> record_cid({"text": "hi"}) == record_cid({"text": "hi"})
        True
    """
    return _cid(_RECORD, b"".join(_encode(value)))


def blob_cid(content: bytes) -> str:
    """Identify a file by its content."""
    return _cid(_RAW, content)


def _cid(codec: int, content: bytes) -> str:
    return to_text(bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(content).digest())


def to_text(raw: bytes) -> str:
    """Write a binary content identifier as text."""
    return "b" + base64.b32encode(raw).decode().lower().rstrip("=")


def to_bytes(text: str) -> bytes:
    """Read the text of a content identifier.

    Raises:
        ValueError: It is none.
    """
    if not text.startswith("b"):
        message = f"not a content identifier: {text}"
        raise ValueError(message)
    padded = text[1:].upper()
    return base64.b32decode(padded + "=" * (-len(padded) % 8))


def _encode(value: object) -> Iterator[bytes]:
    """Write a value as DAG-CBOR, in pieces."""
    if value is None or isinstance(value, bool):
        yield {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    elif isinstance(value, int):
        yield _head(0, value) if value >= 0 else _head(1, -1 - value)
    elif isinstance(value, str):
        text = value.encode()
        yield _head(3, len(text)) + text
    elif isinstance(value, list):
        items = cast("list[object]", value)
        yield _head(4, len(items))
        for item in items:
            yield from _encode(item)
    elif isinstance(value, dict):
        yield from _encode_map(cast("dict[str, Any]", value))
    else:
        message = f"no place for {type(value).__name__} in a record"
        raise TypeError(message)


def _encode_map(value: dict[str, Any]) -> Iterator[bytes]:
    if value.keys() == {"$link"}:
        link = b"\x00" + to_bytes(value["$link"])
        yield _head(6, _LINK_TAG) + _head(2, len(link)) + link
        return
    if value.keys() == {"$bytes"}:
        raw = base64.b64decode(value["$bytes"] + "==")
        yield _head(2, len(raw)) + raw
        return
    yield _head(5, len(value))
    for key in sorted(value, key=lambda key: (len(key.encode()), key.encode())):
        yield from _encode(key)
        yield from _encode(value[key])


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes((major << 5 | number,))
    for extra, length in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * length):
            return bytes((major << 5 | extra,)) + number.to_bytes(length)
    message = f"{number} is too large for a record"
    raise ValueError(message)
