"""Grapheme clusters, what a reader takes for one character (Unicode Standard Annex 29)."""

from wcwidth import iter_graphemes

__all__ = ["count_graphemes", "graphemes"]


def graphemes(text: str) -> list[str]:
    """Split a text into its graphemes.

    A line break written as CR LF is one grapheme. Joining the list gives the text.

    Example:
        >>> graphemes("a🇫🇷b")
        ['a', '🇫🇷', 'b']
    """
    if text.isascii() and "\r\n" not in text:
        return list(text)
    return list(iter_graphemes(text))


def count_graphemes(text: str) -> int:
    """Count the graphemes of a text.

    Example:
        >>> count_graphemes("👩‍👩‍👧 🇫🇷")
        3
    """
    if text.isascii():
        return len(text) - text.count("\r\n")
    return sum(1 for _ in iter_graphemes(text))
