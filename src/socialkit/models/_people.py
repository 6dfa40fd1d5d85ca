"""Who somebody is: one person, however their name is written."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator

from socialkit.models._told import told

__all__ = ["Actor", "actor_given", "person"]

UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
"""Characters that show nothing, although Unicode has them as letters, marks or signs."""


def person(name: str | None) -> str:
    r"""Return what two spellings of one person's name have in common; empty for nobody.

    Case, width, blanks and characters that nobody sees make no difference. Letters that only look alike do:
    whoever lets people choose their names has to see to that.

    Example:
        >>> person(" Mar\u200bia"), person("MARIA"), person("\u200b")
        ('maria', 'maria', '')
    """
    seen = "".join(one for one in UNSEEN.sub("", name or "") if one.isspace() or not _hidden(one))
    folded = unicodedata.normalize("NFD", seen)
    for _ in range(2):  # Unicode's own way (NFKC_Casefold): what one step takes apart, the next may fold
        folded = unicodedata.normalize("NFKC", folded.casefold())
    return " ".join(UNSEEN.sub("", folded).split())


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf"}


def actor_given(name: str) -> str:
    """Return the name of somebody who acts, as it is.

    Raises:
        ValueError: It is nobody's.
    """
    if not person(name):
        message = f"{name[:40]!a} is nobody's name: give one that can be seen, or none"
        raise ValueError(message)
    return name


Actor = Annotated[str, AfterValidator(actor_given), told(pattern=r"\S")]
"""The name of somebody who acts; compare it by `person()`."""
