"""Words that Graph APIs tell."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

__all__ = ["Words"]


def _told(value: object) -> object:
    """Return a text; one that is null is empty, as one that is left out."""
    return "" if value is None else value


Words = Annotated[str, BeforeValidator(_told)]
"""What somebody wrote, or how something is called; empty where nothing is told."""
