"""Secrets that are kept elsewhere, and named where they are needed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Final

from socialkit.errors import ConfigurationError
from socialkit.transport import MASK, Secret

__all__ = ["REFERENCE_PATTERN", "SecretRef"]

REFERENCE: Final = re.compile(r"([a-z][a-z0-9+-]*):(.+)", re.ASCII)
VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def _from_environment(name: str) -> str:
    found = os.environ.get(name, "").strip()
    if not found:
        message = f"the environment variable {name} is not set, and it should hold a secret"
        raise ConfigurationError(message)
    return found


SCHEMES: Final[Mapping[str, tuple[re.Pattern[str], Callable[[str], str]]]] = {
    "env": (VARIABLE, _from_environment),
}
"""Where secrets are looked up: what a name looks like there, and how the secret is found by it."""


REFERENCE_PATTERN: Final = "|".join(f"^{scheme}:{shape.pattern}$" for scheme, (shape, _) in SCHEMES.items())
"""What all references look like, for schemas."""


class SecretRef(Secret):
    """The name of a secret that is kept elsewhere; it is looked up each time that it is used.

    `env:NAME` names an environment variable. A text that is no such name is refused without being shown: it
    may be the secret itself.

    Raises:
        ConfigurationError: It is no reference, or to a place that is not known.

    Example:
        >>> token = SecretRef("env:SOCIALKIT_ACME_MASTODON")
        >>> print(repr(token), token)
        SecretRef('env:SOCIALKIT_ACME_MASTODON') ***
    """

    __slots__ = ("_reference",)

    def __init__(self, reference: str) -> None:
        found = REFERENCE.fullmatch(reference)
        known = found is not None and found[1] in SCHEMES
        if found is None or not known or SCHEMES[found[1]][0].fullmatch(found[2]) is None:
            del reference, found  # a secret that was given in clear would stand in the traceback
            message = (
                "must not be given in clear: write where it is kept, such as 'env:SOCIALKIT_ACME_MASTODON'; "
                f"known are: {', '.join(f'{scheme}:' for scheme in SCHEMES)}"
            )
            raise ConfigurationError(message)
        super().__init__("")
        self._reference = reference

    def reveal(self) -> str:
        """Return the secret, looked up now.

        Raises:
            ConfigurationError: It is not where it should be.
        """
        scheme, _, name = self._reference.partition(":")
        return SCHEMES[scheme][1](name)

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"SecretRef({self._reference!r})"

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretRef) and self._reference == other._reference

    def __hash__(self) -> int:
        return hash((SecretRef, self._reference))
