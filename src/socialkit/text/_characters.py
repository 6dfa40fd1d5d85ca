"""Classes of characters that the standard library's expressions do not know."""

import re
import unicodedata

__all__ = ["is_mark", "is_word", "run_end"]

_FIRST_MARK = "\u0300"


def is_mark(character: str) -> bool:
    """Tell whether a character combines with the one before it."""
    return character >= _FIRST_MARK and unicodedata.category(character)[0] == "M"


def is_word(character: str) -> bool:
    """Tell whether a character belongs to a word: letter, digit, underscore or mark."""
    return character == "_" or character.isalnum() or is_mark(character)


def run_end(run: re.Pattern[str], text: str, start: int) -> int:
    """Return where a run of characters ends, marks included.

    Python's word class lacks marks, without which Thai, Hindi or Arabic words end in the middle.
    The expression must match the empty text.
    """
    position = start
    while True:
        found = run.match(text, position)
        position = found.end() if found else position
        if position == len(text) or position == start or not is_mark(text[position]):
            return position
        position += 1
