"""A file at a media host."""

from __future__ import annotations

from pydantic import Field

from socialkit.models._base import AwareTime, Model

__all__ = ["HostedMedia"]


class HostedMedia(Model):
    """Where a platform can fetch a file.

    Example:
        >>> HostedMedia(url="https://media.shop.example/0123.png")
        HostedMedia(until=None)
    """

    url: str = Field(repr=False)
    """Its public address: whoever has it can read the file."""
    until: AwareTime | None = None
    """When the address ends; None when it holds until the file is removed."""
