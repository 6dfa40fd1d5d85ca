"""Where files lie that simulated platforms fetch."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from socialkit.models import HostedMedia, Media

__all__ = ["Shelf"]

ADDRESS: Final = "https://media.sandbox.example"


class Shelf:
    """A media host inside a world: its addresses resolve nowhere else.

    Example:
        >>> from socialkit.testing import picture
        >>> Shelf().put(picture()).url.startswith("https://media.sandbox.example/")
        True
    """

    def put(self, media: Media, /) -> HostedMedia:
        """Return the address of a file, which follows from its content."""
        suffix = PurePosixPath(media.filename).suffix
        return HostedMedia(url=f"{ADDRESS}/{media.sha256()}{suffix}")

    def remove(self, media: Media, /) -> None:
        """Forget a file: nothing was kept of it."""
