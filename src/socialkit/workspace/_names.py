"""The names of brands and accounts: which there may be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from socialkit.errors import ConfigurationError

__all__ = [
    "DEPARTMENT_PATTERN",
    "ID_PATTERN",
    "NAME_PATTERN",
    "checked",
    "checked_departments",
    "checked_id",
    "quoted",
    "require_distinct",
]

NAME_PATTERN: Final = r"^[^\s/\x00-\x1f]([^/\x00-\x1f]*[^\s/\x00-\x1f])?$"
"""The names of brands and accounts, for schemas."""
ID_PATTERN: Final = r"^\S([\s\S]*\S)?$(?!\n)"
"""The ids of accounts, for schemas."""
DEPARTMENT_PATTERN: Final = NAME_PATTERN.replace("/", "")


def checked(name: str, what: str) -> str:
    """Return a name that can stand in `brand/platform/name`.

    Raises:
        ConfigurationError: It cannot.
    """
    if not name.strip() or name != name.strip() or "/" in name or not name.isprintable():
        message = f"{name!r} cannot be the name of {what}: no '/', and no blank at its ends"
        raise ConfigurationError(message)
    return name


def checked_id(own: str) -> str:
    """Return a platform's own id of an account.

    Raises:
        ConfigurationError: It is none.
    """
    if not own or own != own.strip():
        message = f"{own[:40]!r} cannot be the id of an account: no blank at its ends, and not nothing"
        raise ConfigurationError(message)
    return own


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


def checked_departments(names: Iterable[str]) -> tuple[str, ...]:
    """Return the departments of a brand.

    Raises:
        ConfigurationError: One has no name that can be seen, or stands there twice.
    """
    kept = (names,) if isinstance(names, str) else tuple(names)
    for name in kept:
        if not name or name != name.strip() or not name.isprintable():
            message = f"{name[:40]!r} cannot be the name of a department: no blank at its ends"
            raise ConfigurationError(message)
    require_distinct(kept, "departments")
    return kept
