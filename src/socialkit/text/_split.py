"""Cutting a text to a limit without harming its words."""

from collections.abc import Iterator

from socialkit.text._measure import TextRules, excess, fits
from socialkit.text._pieces import Break, Pieces

__all__ = ["UnsplittableError", "split", "truncate"]


class UnsplittableError(ValueError):
    """A word, link, mention or hashtag is longer than the limit, and cutting it would break it.

    Example:
        >>> try:
        ...     split("a hippopotamus", 5, TextRules())
        ... except UnsplittableError as error:
        ...     print(error.word, error.length, error.limit)
        hippopotamus 12 5
    """

    def __init__(self, word: str, length: int, limit: int) -> None:
        super().__init__(word, length, limit)
        self.word = word
        self.length = length
        self.limit = limit

    def __str__(self) -> str:
        return f"{self.word!r} counts {self.length}, more than a part may have ({self.limit}); shorten it"


def split(text: str, limit: int, rules: TextRules) -> tuple[str, ...]:
    """Split a text into parts that each fit a limit, as for a thread.

    A cut stands at the end of a paragraph, else of a line or sentence, else at whitespace, never in a
    word, link, mention, hashtag or grapheme; a break is passed over if the part before it would use less
    than a third of the limit. Han, Kana, Hangul and Thai write words without spaces: text in them may be
    cut between two graphemes, closing punctuation staying with what it closes. Whitespace at a cut and
    around a text that needs splitting is dropped, and nothing else. Text that fits comes back as it is;
    text without words has no parts. Every part keeps the further limits of the rules too.

    Raises:
        UnsplittableError: A single word does not fit.
        ValueError: The limit is below 1.

    Example:
        >>> split("First things first. Then the rest of it.", 24, TextRules())
        ('First things first.', 'Then the rest of it.')
    """
    _check_limit(limit)
    if not text.strip():
        return ()
    if fits(text, limit, rules):
        return (text,)
    return tuple(_parts(Pieces(text, rules), limit, rules))


def _parts(pieces: Pieces, limit: int, rules: TextRules) -> Iterator[str]:
    first = 0
    while first < len(pieces):
        after = pieces.cut(first, limit)
        if after == first:
            after = first + 1
            word = pieces.text(first, after)
            # A word that is too long where it stands may fit alone, if it is a link only there.
            if too_long := excess(word, limit, rules):
                raise UnsplittableError(word, *too_long)
        yield pieces.text(first, after)
        first = after


def truncate(text: str, limit: int, rules: TextRules, *, ellipsis: str = "…") -> str:
    """Shorten a text to a limit, at the end of a word, with an ellipsis that counts too.

    Text that fits, with the further limits of the rules too, comes back as it is. Words end as for
    `split()`; if not even the first one fits, the ellipsis stands alone.

    Raises:
        ValueError: The limit is below 1 or has no room for the ellipsis.

    Example:
        >>> truncate("A longer story than fits", 15, TextRules())
        'A longer story…'
    """
    _check_limit(limit)
    if fits(text, limit, rules):
        return text
    if not fits(ellipsis, limit, rules):
        message = f"the ellipsis {ellipsis!r} does not fit a limit of {limit}"
        raise ValueError(message)
    pieces = Pieces(text, rules)
    after = pieces.cut(0, limit, highest=Break.SPACE, ending=ellipsis) if len(pieces) else 0
    return pieces.text(0, after) + ellipsis


def _check_limit(limit: int) -> None:
    if limit < 1:
        message = f"limit must be at least 1, not {limit}"
        raise ValueError(message)
