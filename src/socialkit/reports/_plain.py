"""Texts in columns: as wide as a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wcwidth import iter_graphemes, wcswidth

from socialkit.text import plain

__all__ = ["clipped", "columns", "wrapped"]

ELLIPSIS: Final = "…"


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
