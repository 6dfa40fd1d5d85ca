"""Texts of strangers in files that people open in a spreadsheet: none of them is a formula there."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["inert", "restored"]

_STARTS: Final = r"(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])"
"""What a spreadsheet takes for the start of a formula; some do so in full width too."""

_BARE: Final = re.compile(rf"(\A|[;\t])('*){_STARTS}")
"""Where a cell begins, in a table with commas that is opened as one with semicolons too."""

_GUARDED: Final = re.compile(rf"(\A|[;\t])'('*){_STARTS}")


def inert(text: str) -> str:
    """Return a text for a cell, with an apostrophe where a spreadsheet would take it for a formula.

    Example:
        >>> inert("=1+1"), inert("1+1"), restored(inert("'=1+1"))
        ("'=1+1", '1+1', "'=1+1")
    """
    return _BARE.sub(r"\1'\2", text)


def restored(cell: str) -> str:
    """Return the text that `inert()` made a cell of."""
    return _GUARDED.sub(r"\1\2", cell)
