"""What Pixelwall is, as data that code, docs and tests read."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from socialkit.errors import AuthenticationError, ContentRejectedError
from socialkit.models import Capability, Limits, PlatformOptions
from socialkit.platforms.base import DraftRules, PlatformFacts
from socialkit.transport import ErrorTable

__all__ = ["BASE_URL", "FACTS", "PixelwallOptions"]

BASE_URL: Final = "https://api.pixelwall.example"


# --8<-- [start:options]
class PixelwallOptions(PlatformOptions):
    """What only Pixelwall understands."""

    platform = "pixelwall"

    board: str
    """Where the pin hangs."""


# --8<-- [end:options]
# --8<-- [start:facts]
FACTS: Final = PlatformFacts(
    name="pixelwall",
    title="Pixelwall",
    documentation="https://developer.pixelwall.example/docs",
    api_version="2",
    capabilities=frozenset(
        {
            Capability.PUBLISH,
            Capability.MEDIA,
            Capability.ALT_TEXT,
            Capability.DELETE,
            Capability.COMMENTS,
            Capability.WEBHOOKS,
            Capability.REPLY,
            Capability.HIDE,
            Capability.DELETE_COMMENTS,
            Capability.POST_INSIGHTS,
        }
    ),
    instead={Capability.EDIT: "delete the pin and publish it again"},
    limits=Limits(
        text=80, media=2, alt_text=100, mime_types=frozenset({"image/png"})
    ),
    rules=DraftRules("pixelwall"),
    errors=ErrorTable(
        codes={
            "token_over": AuthenticationError,
            "text_refused": ContentRejectedError,
        }
    ),
    settles_after=timedelta(minutes=1),
)
# --8<-- [end:facts]
