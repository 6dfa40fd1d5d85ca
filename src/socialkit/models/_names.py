"""Keys and names that people give, what is wrong with a list of them, and which one was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Final

from pydantic import AfterValidator

__all__ = ["Key", "instead", "repeated"]

SHAPE: Final = re.compile(r"\w[\w.-]{0,63}")


def _key(name: str) -> str:
    if SHAPE.fullmatch(name) is None:
        message = "is no key: write up to 64 letters, digits, '-', '_' and '.', such as 'autumn-2026'"
        raise ValueError(message)
    return name


Key = Annotated[str, AfterValidator(_key)]
"""It stands in links and journals, so it has neither blanks nor slashes."""


def repeated(place: str, keys: Iterable[str], field: str = "key") -> Iterator[tuple[str, str]]:
    """Yield where a list has a key for the second time."""
    seen: set[str] = set()
    for number, key in enumerate(keys):
        if key in seen:
            yield f"{place}[{number}].{field}", f"{key!r} stands there twice"
        seen.add(key)


def instead(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the nearest one, or all there are."""
    by_fold = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name[:80].casefold(), by_fold, n=1, cutoff=0.5)
    if near:
        return f": did you mean {by_fold[near[0]]!r}?"
    return f"; there are: {', '.join(map(repr, by_fold.values())) or 'none'}"
