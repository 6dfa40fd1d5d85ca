"""The names of brands and accounts: which there may be, and which one was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from socialkit.errors import ConfigurationError

__all__ = ["checked", "instead", "quoted", "require_distinct"]


def checked(name: str, what: str) -> str:
    """Return a name that can stand in `brand/platform/name`.

    Raises:
        ConfigurationError: It cannot.
    """
    if not name.strip() or name != name.strip() or "/" in name or not name.isprintable():
        message = f"{name!r} cannot be the name of {what}: no '/', and no blank at its ends"
        raise ConfigurationError(message)
    return name


def require_distinct(names: Iterable[str], what: str) -> None:
    """Raise unless every name stands there once."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            message = f"there are two {what} {name!r}: give one of them another name"
            raise ConfigurationError(message)
        seen.add(name)


def quoted(names: Iterable[str]) -> str:
    """Return names as a message lists them."""
    return ", ".join(map(repr, names)) or "none"


def instead(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the nearest one, or all there are."""
    by_fold = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.5)
    return f": did you mean {by_fold[near[0]]!r}?" if near else f"; there are: {quoted(by_fold.values())}"
