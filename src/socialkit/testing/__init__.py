"""Testing an application that uses socialkit: fixtures, builders, and the suite that every platform passes.

Names are loaded when first used: pytest imports this package in every environment that has socialkit.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socialkit.testing._builders import draft, gif, message, picture, png, post, video
    from socialkit.testing._conformance import PlatformConformance
    from socialkit.testing._films import mp4
    from socialkit.testing._helpers import collect, settle, take
    from socialkit.testing._token_stores import TokenStoreConformance
    from socialkit.testing._transports import RecordingTransport, SilentTransport, StrangeTransport

__all__ = [
    "PlatformConformance",
    "RecordingTransport",
    "SilentTransport",
    "StrangeTransport",
    "TokenStoreConformance",
    "collect",
    "draft",
    "gif",
    "message",
    "mp4",
    "picture",
    "png",
    "post",
    "settle",
    "take",
    "video",
]

_HOMES = {
    "PlatformConformance": "_conformance",
    "TokenStoreConformance": "_token_stores",
    **dict.fromkeys(("RecordingTransport", "SilentTransport", "StrangeTransport"), "_transports"),
    **dict.fromkeys(("draft", "gif", "message", "picture", "png", "post", "video"), "_builders"),
    "mp4": "_films",
    **dict.fromkeys(("collect", "settle", "take"), "_helpers"),
}
"""Which module each name lives in."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
