"""Tokens of the simulated server: signed with a secret of its own, readable to everybody."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast


def sign(header: Mapping[str, object], claims: Mapping[str, object], secret: bytes) -> str:
    """Make a token that says what it is for."""
    body = f"{_part(header)}.{_part(claims)}"
    return f"{body}.{encode(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


def _part(value: Mapping[str, object]) -> str:
    return encode(json.dumps(value, separators=(",", ":")).encode())


def encode(raw: bytes) -> str:
    """Write bytes as tokens do.

    Example:
        >>> encode(b"hello?")
        'aGVsbG8_'
    """
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read bytes as tokens write them.

    Raises:
        ValueError: The text is none of these.
    """
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Read header and claims of any token, unverified; None when it is no token."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (cast("object", json.loads(decode(part))) for part in parts[:2])
    except ValueError:
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return cast("dict[str, Any]", header), cast("dict[str, Any]", claims)


def seconds(moment: datetime) -> int:
    """A moment as tokens write it."""
    return int(moment.timestamp())
