"""Values that must never be shown."""

from __future__ import annotations

from typing import Any, Final, NoReturn, cast

from socialkit.errors import ConfigurationError

__all__ = ["MASK", "Secret", "hide", "looked_up", "mask", "require_text", "reveal"]

MASK: Final = "***"
"""What stands in place of a secret."""

SHORTEST: Final = 4
"""Shorter values are not looked for in texts: they would mask half of every sentence."""


class Secret:
    """A text that shows itself to nobody who does not ask for it by name.

    It cannot be pickled, and neither `repr`, `str` nor formatting gives it away.

    Example:
        >>> token = Secret("not-a-real-token")
        >>> print(token, repr(token), token.reveal())
        *** Secret('***') not-a-real-token
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the text itself."""
        return self.__value

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.__value == other.__value

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __reduce__(self) -> NoReturn:
        message = "a secret cannot be pickled or copied into another process"
        raise TypeError(message)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> Secret:
        return self


def hide(given: str | Secret | None) -> Secret | None:
    """Return what a caller gave as a secret; whatever it is, since `require_text` refuses it unseen.

    Called first thing: what stays a text stands in tracebacks with captured locals. A text read from a file
    ends with a line break, which no header can carry.

    Example:
        >>> hide("not-a-real-token")
        Secret('***')
    """
    if given is None or isinstance(given, Secret):
        return given
    return Secret(given.strip() if isinstance(cast("object", given), str) else given)


def require_text(name: str, secret: Secret | None) -> None:
    """Refuse a secret that is empty or no text.

    Raises:
        ConfigurationError: It is.
    """
    if secret is None:
        return
    kind = type(cast("object", secret.reveal()))
    if not issubclass(kind, str):
        message = f"{name} must be a text, not of type {kind.__name__}"
        raise ConfigurationError(message)
    if not secret:
        message = f"{name} is empty: leave it out, or look where it was read from"
        raise ConfigurationError(message)


def reveal(value: str | Secret) -> str:
    """Return a text that may be a secret, in the clear."""
    return value.reveal() if isinstance(value, Secret) else value


def looked_up(secret: Secret) -> str:
    """Return a secret's text to look for; empty where it is not to be found where it is kept.

    Nobody who has answered was told it then, and their answer must not be lost over it.
    """
    try:
        return secret.reveal()
    except ConfigurationError:
        return ""


def mask(text: str, secrets: tuple[Secret, ...]) -> str:
    """Return a text in which no secret stands any more.

    Example:
        >>> mask("no such token: abcdefgh", (Secret("abcdefgh"),))
        'no such token: ***'
    """
    # The longest first: a secret may hold another one, and half of it would stay.
    for value in sorted(map(looked_up, secrets), key=len, reverse=True):
        if len(value) >= SHORTEST:
            text = text.replace(value, MASK)
    return text
