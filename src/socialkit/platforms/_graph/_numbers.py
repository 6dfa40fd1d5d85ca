"""Numbers that Graph APIs tell: what is none, or none that anything can be counted with, is missing."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator, Field

__all__ = ["MOST", "Amount", "Count", "number_of"]

MOST: Final = 2**63
"""What no count reaches: sums of such numbers stay finite, and every store takes them."""


def _not_a_flag(value: object) -> object:
    if isinstance(value, bool):
        message = "a flag is no number"
        raise ValueError(message)
    return value


Count = Annotated[int, BeforeValidator(_not_a_flag), Field(ge=0, lt=MOST)]
"""How often something happened, as a number or the text of one."""

Amount = Annotated[float, BeforeValidator(_not_a_flag), Field(ge=0, lt=MOST, allow_inf_nan=False)]
"""How much of something there was, as a number or the text of one."""


def number_of(value: object) -> float | None:
    """Return a number that stands where anything may stand; None for what is none.

    Example:
        >>> number_of(7), number_of(True), number_of(float("nan")), number_of(-1), number_of(10**400)
        (7.0, None, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MOST:
        return None
    return float(value)
