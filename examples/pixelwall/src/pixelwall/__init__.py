"""Pixelwall, a made-up platform, as a package that adds it to socialkit.

Its server remembers each pin and remark by a key that the client gave it.
"""

from __future__ import annotations

from typing import Final

from socialkit.platforms import Registration

from pixelwall._client import AsyncPixelwall, Pixelwall
from pixelwall._facts import FACTS, PixelwallOptions
from pixelwall._login import LOGIN
from pixelwall._pushes import PUSHES

__all__ = [
    "FACTS",
    "LOGIN",
    "PUSHES",
    "REGISTRATION",
    "AsyncPixelwall",
    "Pixelwall",
    "PixelwallOptions",
]

# --8<-- [start:registration]
REGISTRATION: Final = Registration(
    name="pixelwall",
    module="pixelwall",
    client="Pixelwall",
    async_client="AsyncPixelwall",
    login="LOGIN",
    pushes="PUSHES",
    simulator="pixelwall.sandbox:PixelwallSimulator",
)
# --8<-- [end:registration]
"""What the package's entry point names."""
