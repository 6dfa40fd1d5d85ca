"""Pixelwall as it would be if it proved its pushes in other ways."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pixelwall import FACTS, PUSHES, REGISTRATION, AsyncPixelwall, Pixelwall

from socialkit.auth import HeaderToken, Unsigned

__all__ = [
    "FACTS",
    "PUSHES",
    "SILENT",
    "TOKEN",
    "TOKEN_PUSHES",
    "UNSIGNED",
    "UNSIGNED_PUSHES",
    "AsyncPixelwall",
    "Pixelwall",
]

HERE: Final = "tests.webhooks.walls"
TOKEN_PUSHES: Final = replace(PUSHES, proof=HeaderToken("x-token"), handshakes=())
UNSIGNED_PUSHES: Final = replace(PUSHES, proof=Unsigned(), handshakes=())

TOKEN: Final = replace(REGISTRATION, module=HERE, pushes="TOKEN_PUSHES")
UNSIGNED: Final = replace(REGISTRATION, module=HERE, pushes="UNSIGNED_PUSHES")
SILENT: Final = replace(REGISTRATION, pushes=None)
