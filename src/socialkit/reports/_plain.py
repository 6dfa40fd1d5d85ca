"""Texts of strangers, made safe to show: no control codes, no reordering, no towers of accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from wcwidth import iter_graphemes, wcswidth

__all__ = ["clipped", "columns", "plain", "wrapped"]

JOINERS: Final = frozenset("\u200c\u200d")
"""Persian words and families of emoji need them."""
MOST_MARKS: Final = 8
"""On one letter; no script has more, and a tower of them covers other lines."""
REPLACED: Final = "\ufffd"
ELLIPSIS: Final = "…"
SEQUENCE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
"""What a terminal would obey: colours, moves, titles, links."""


def plain(text: str) -> str:
    """Return a text on one line, without what a terminal or a browser would obey or refuse."""
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


def columns(text: str) -> int:
    """Return how many columns a text takes in a terminal."""
    return max(0, wcswidth(text))


def clipped(text: str, most: int) -> str:
    """Return the beginning of a text, in at most so many columns."""
    text = plain(text)
    return text if columns(text) <= most else _head(text, most - 1).rstrip() + ELLIPSIS


def _head(text: str, most: int) -> str:
    taken, kept = 0, ""
    for cluster in iter_graphemes(text):
        taken += columns(cluster)
        if taken > most:
            break
        kept += cluster
    return kept


def wrapped(text: str, most: int) -> list[str]:
    """Return a text in lines of at most so many columns; a word that is longer is cut."""
    lines = [""]
    for word in text.split():
        if lines[-1] and columns(lines[-1]) + 1 + columns(word) <= most:
            lines[-1] += f" {word}"
            continue
        pieces = list(_pieces(word, most))
        lines = (lines if lines[-1] else lines[:-1]) + pieces
    return lines


def _pieces(word: str, most: int) -> Iterator[str]:
    while columns(word) > most and (piece := _head(word, most)):
        yield piece
        word = word[len(piece) :]
    yield word
