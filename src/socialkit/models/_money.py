"""Amounts of money: exact, and never of two currencies at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import total_ordering
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, model_validator

from socialkit.models._base import Model
from socialkit.models._walltime import like_any_other

__all__ = ["Money"]

CODE: Final = re.compile(r"[A-Z]{3}", re.ASCII)

DIGITS: Final = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
"""Decimal places of the currencies that do not have two (ISO 4217)."""

_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation])
"""Room for every amount and product, whatever precision a program has set for itself."""

LARGEST: Final = Decimal(10) ** 15
"""Amounts stay below it, so that minor units fit 64 bits."""


def _code(currency: str) -> str:
    if CODE.fullmatch(currency) is None:
        message = "is no currency: give its code of three letters, such as 'EUR'"
        raise ValueError(message)
    return currency


@total_ordering
class Money(Model):
    """An amount in one currency, exact to its minor unit.

    Amounts of two currencies are never added or compared. A binary fraction (`float`) is refused, since
    `0.1` is not a tenth: give an integer, a `Decimal`, or a text.

    Example:
        >>> budget = Money(4000, "EUR")
        >>> print(budget - Money("19.99", "EUR"))
        3980.01 EUR
        >>> [str(part) for part in Money(10, "EUR").split([1, 1, 1])]
        ['3.34 EUR', '3.33 EUR', '3.33 EUR']
    """

    amount: Decimal
    currency: Annotated[str, AfterValidator(_code)]
    """ISO 4217, such as `EUR`."""

    @like_any_other
    def __init__(self, amount: Decimal | int | str, currency: str) -> None:
        BaseModel.__init__(self, amount=amount, currency=currency)

    @classmethod
    def of_minor(cls, number: int, currency: str) -> Self:
        """Return the amount of so many minor units, such as cents."""
        return cls(_EXACT.scaleb(Decimal(number), -_digits(currency)), currency)

    @property
    def minor(self) -> int:
        """The amount in minor units, such as cents."""
        return int(_EXACT.scaleb(self.amount, _digits(self.currency)))

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        if isinstance(given, str):
            amount, _, currency = given.strip().rpartition(" ")
            given = {"amount": amount.strip(), "currency": currency}
        if isinstance(given, dict) and isinstance(given.get("amount"), bool | float):  # pyright: ignore[reportUnknownMemberType]
            message = "an amount is no binary fraction: give an integer, a Decimal, or a text such as '19.99'"
            raise ValueError(message)
        return given  # pyright: ignore[reportUnknownVariableType]

    @model_validator(mode="after")
    def _exact(self) -> Self:
        if not self.amount.is_finite() or self.amount.copy_abs() >= LARGEST:
            message = "an amount of money is a number below 10^15"
            raise ValueError(message)
        digits = _digits(self.currency)
        exact = _EXACT.quantize(self.amount, Decimal((0, (1,), -digits)))
        if exact != self.amount:
            message = f"{self.amount!s:.40} has more than the {digits} decimal places of {self.currency}"
            raise ValueError(message)
        # One amount is written in one way, so that equal ones look, hash and serialise alike.
        object.__setattr__(self, "amount", exact.copy_abs() if exact.is_zero() else exact)
        return self

    def __add__(self, other: Money) -> Money:
        return Money(_EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(_EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __neg__(self) -> Money:
        return Money(self.amount.copy_negate(), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        """Return the product, rounded half to even to the minor unit."""
        try:
            exact = _EXACT.multiply(self.amount, Decimal(factor))
            whole = _EXACT.quantize(exact, Decimal((0, (1,), -_digits(self.currency))))
        except InvalidOperation:
            message = "the product is no amount of money: it is too large, or the factor is no number"
            raise ValueError(message) from None
        return Money(whole, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def split(self, weights: Sequence[Decimal | int]) -> tuple[Money, ...]:
        """Return parts in proportion to weights that together are the amount, to the minor unit.

        What does not divide goes, one unit each, to the parts that lost most by rounding, earlier ones first.

        Args:
            weights: One for each part; none below zero, and not all zero.

        Raises:
            ValueError: The weights cannot be used.
        """
        if any(not Decimal(weight).is_finite() or weight < 0 for weight in weights) or not any(weights):
            message = "weights are numbers from zero up, and one at least is above it"
            raise ValueError(message)
        shares = [Fraction(weight) for weight in weights]
        number = abs(self.minor)
        exact = [number * share / sum(shares) for share in shares]
        parts = [int(share) for share in exact]
        left = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
        for place in left[: number - sum(parts)]:
            parts[place] += 1
        sign = -1 if self.amount < 0 else 1
        return tuple(Money.of_minor(sign * part, self.currency) for part in parts)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency == self.currency:
            return other.amount
        message = f"{self.currency} and {other.currency} do not add up: convert one first"
        raise ValueError(message)


def _digits(currency: str) -> int:
    return DIGITS.get(currency, 2)
