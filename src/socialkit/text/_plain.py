"""Texts of strangers, made safe to show: no control codes, no reordering, no towers of accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

__all__ = ["plain"]

JOINERS: Final = frozenset("\u200c\u200d")
"""Persian words and families of emoji need them."""
MOST_MARKS: Final = 8
"""On one letter; no script has more, and a tower of them covers other lines."""
REPLACED: Final = "\ufffd"
SEQUENCE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
"""What a terminal would obey: colours, moves, titles, links."""


def plain(text: str) -> str:
    r"""Return a text on one line, without what a terminal or a browser would obey or refuse.

    Print what strangers wrote (texts, names) through it: an escape sequence in a message may otherwise
    clear the screen or rename the window of whoever reads it.

    Example:
        >>> plain("How much is it?\x1b[2J\n\u202eThanks")
        'How much is it? Thanks'
    """
    return " ".join("".join(_kept(SEQUENCE.sub("", text))).split())


def _kept(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category == "Cs":
            yield REPLACED
        elif category in {"Cc", "Zl", "Zp"}:
            yield " "
        elif (category != "Cf" or character in JOINERS) and marks <= MOST_MARKS:
            yield character
