"""Languages, by their BCP 47 tags."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import AfterValidator

from socialkit.models._told import told

__all__ = ["Language", "covers", "require_language"]

TAG: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
"""The shape of a BCP 47 tag; whether there is such a language, nobody asks."""


def require_language(tag: str) -> str:
    """Return a tag of a language.

    Raises:
        ValueError: It is none.
    """
    if TAG.fullmatch(tag) is None:
        message = f"{tag[:40]!r} is no language: give a BCP 47 tag, such as 'en' or 'pt-BR'"
        raise ValueError(message)
    return tag


Language = Annotated[str, AfterValidator(require_language), told(pattern=f"^{TAG.pattern}$")]
"""A language by its BCP 47 tag, such as `en` or `pt-BR`."""


def covers(wanted: Iterable[str], said: str | None) -> bool:
    """Tell whether a language is one of some, as `en-GB` is of `en`; none is of none."""
    given = f"{(said or '').casefold()}-"
    return any(given.startswith(f"{one.casefold()}-") for one in wanted)
