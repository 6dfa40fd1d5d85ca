"""In what a post differs from the draft that made it: pure functions."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from socialkit.models import Draft

__all__ = ["Reading", "differences", "in_one_line"]

BEFORE: Final = 15
"""How many characters are quoted before the first that differs."""
QUOTED: Final = 60
"""How many characters are quoted at most."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a platform tells of a post that can be compared with a draft."""

    text: str | None
    """The text as it is compared; None when the answer holds none."""
    alt_texts: tuple[str | None, ...] | None
    """One for each file: empty when it has none, None when the platform does not tell. None instead of all
    when the answer does not say which files there are."""
    others: tuple[str, ...] = ()
    """What else the text may have been written as, where platforms put words before it."""


def in_one_line(text: str) -> str:
    r"""Return a text with its white space made equal, and its letters composed as platforms keep them.

    Example:
        >>> in_one_line("Cafe\u0301\n open") == "Caf\u00e9 open"
        True
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def differences(posts: Sequence[Reading], parts: Sequence[Draft], texts: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence for everything in which posts differ from the parts of a draft.

    Args:
        posts: The parts as they were read; one post alone says nothing of the others.
        parts: The parts of the draft.
        texts: Their texts as they are compared.
    """
    found: list[str] = []
    for number, (post, part, text) in enumerate(zip(posts, parts, texts, strict=False), 1):
        where = f"part {number}: " if len(parts) > 1 else ""
        found += [f"{where}{one}" for one in _of_part(post, part, text)]
    if len(posts) > 1:
        found += [f"part {number} is missing" for number in range(len(posts) + 1, len(parts) + 1)]
    found += [f"part {number} is not in the draft" for number in range(len(parts) + 1, len(posts) + 1)]
    return tuple(found)


def _of_part(post: Reading, part: Draft, text: str) -> Iterator[str]:
    if post.text is not None and text not in {post.text, *post.others}:
        shown, meant = _quoted(post.text, text)
        yield f"the text reads {shown} instead of {meant}"
    if post.alt_texts is None:
        return
    if len(post.alt_texts) != len(part.media):
        count = len(post.alt_texts)
        yield f"it has {count} {'file' if count == 1 else 'files'} instead of {len(part.media)}"
        return
    for number, (told, media) in enumerate(zip(post.alt_texts, part.media, strict=True), 1):
        yield from _of_alt_text(told, in_one_line(media.alt_text or ""), number)


def _of_alt_text(shown: str | None, meant: str, number: int) -> Iterator[str]:
    # Platforms may describe by themselves what the draft does not.
    if shown is None or not meant or in_one_line(shown) == meant:
        return
    reads, instead = _quoted(in_one_line(shown), meant)
    if shown.strip():
        yield f"the alt text of file {number} reads {reads} instead of {instead}"
    else:
        yield f"file {number} has no alt text instead of {instead}"


def _quoted(one: str, other: str) -> tuple[str, str]:
    """Return what two texts say where they begin to differ."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    begin = max(0, same - BEFORE)
    return _excerpt(one, begin), _excerpt(other, begin)


def _excerpt(text: str, begin: int) -> str:
    end = begin + QUOTED
    return repr(f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}")
