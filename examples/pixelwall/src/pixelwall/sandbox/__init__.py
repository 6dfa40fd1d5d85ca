"""Pixelwall as it answers, in memory.

It shares nothing with the client, not even a limit.
"""

from pixelwall.sandbox._simulator import PixelwallSimulator

__all__ = ["PixelwallSimulator"]
