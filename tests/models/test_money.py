"""Money: exact to the minor unit, in one currency, whatever a program has set for itself."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialkit.models import Money

currencies = st.sampled_from(["EUR", "JPY", "KWD", "CLF"])
minors = st.integers(-(10**14), 10**14)
weights = st.lists(
    st.integers(0, 10**6) | st.decimals(0, 10**6, allow_nan=False, allow_infinity=False), min_size=1
).filter(any)


@given(minors, currencies, weights)
def test_parts_are_together_the_whole(number: int, currency: str, given_weights: list[Decimal | int]) -> None:
    whole = Money.of_minor(number, currency)
    parts = whole.split(given_weights)

    assert sum(part.minor for part in parts) == number
    assert len(parts) == len(given_weights)
    assert all(part.minor == 0 for part, weight in zip(parts, given_weights, strict=True) if not weight)


@given(minors, weights)
def test_no_part_is_a_whole_unit_away_from_its_share(number: int, given_weights: list[Decimal | int]) -> None:
    parts = Money.of_minor(number, "EUR").split(given_weights)
    total = sum(map(decimal.Decimal, given_weights))

    with decimal.localcontext(prec=60):
        for part, weight in zip(parts, given_weights, strict=True):
            assert abs(part.minor - number * Decimal(weight) / total) < 1 + Decimal("1e-20")


@given(minors, minors, currencies)
def test_sums_are_those_of_the_minor_units(one: int, other: int, currency: str) -> None:
    first, second = Money.of_minor(one, currency), Money.of_minor(other, currency)

    assert (first + second).minor == one + other
    assert (first - second).minor == one - other
    assert (-first).minor == -one
    assert (first < second) is (one < other)


@given(minors, currencies)
def test_an_amount_is_read_as_it_is_written(number: int, currency: str) -> None:
    amount = Money.of_minor(number, currency)

    assert Money.model_validate(str(amount)) == amount
    assert Money.model_validate_json(amount.model_dump_json()) == amount
    assert hash(Money.model_validate(amount.model_dump())) == hash(amount)


def test_amounts_are_exact_whatever_precision_a_program_has_set() -> None:
    with decimal.localcontext(prec=3):
        amount = Money("123456.78", "EUR")

        assert str(amount + Money("0.01", "EUR")) == "123456.79 EUR"
        assert str(-amount) == "-123456.78 EUR"
        assert str(amount * Decimal("0.335")) == "41358.02 EUR"
        assert amount.minor == 12_345_678
        assert [str(part) for part in amount.split([1, 2])] == ["41152.26 EUR", "82304.52 EUR"]


@pytest.mark.parametrize("amount", ["1e15", "-1e15", "1e999999999", "NaN", "sNaN", "Infinity"])
def test_what_is_no_amount_is_refused_in_any_context(amount: str) -> None:
    with decimal.localcontext(prec=3), pytest.raises(ValidationError, match=r"10\^15|finite"):
        Money(amount, "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("0.001", "EUR", "more than the 2 decimal places of EUR"),
        ("0.1", "JPY", "more than the 0 decimal places of JPY"),
        ("1e-999999", "EUR", "more than the 2 decimal places"),
        (0.1, "EUR", "no binary fraction"),
        (True, "EUR", "no binary fraction"),
        ("1", "eur", "no currency"),
        ("1", "EURO", "no currency"),
        ("1,50", "EUR", "decimal"),
    ],
)
def test_what_cannot_be_paid_is_refused(amount: Any, currency: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Money(amount, currency)


def test_nothing_owed_has_no_sign() -> None:
    assert str(Money("-0.00", "EUR")) == str(-Money(0, "EUR")) == "0.00 EUR"


def test_two_currencies_do_not_add_up() -> None:
    euro, dollar = Money(1, "EUR"), Money(1, "USD")

    for act in (lambda: euro + dollar, lambda: euro - dollar, lambda: euro < dollar):
        with pytest.raises(ValueError, match="convert one first"):
            act()
    assert euro != dollar


@pytest.mark.parametrize("factor", [Decimal("Infinity"), Decimal(10) ** 40])
def test_a_product_that_is_no_amount_is_refused(factor: Decimal) -> None:
    with pytest.raises(ValueError, match=r"no amount of money|below 10"):
        _ = Money(1, "EUR") * factor


@pytest.mark.parametrize("bad", [[], [0, 0], [1, -1], [Decimal("NaN")], [Decimal("Infinity"), 1]])
def test_weights_that_say_nothing_are_refused(bad: list[Decimal | int]) -> None:
    with pytest.raises(ValueError, match="weights are numbers from zero up"):
        Money(1, "EUR").split(bad)
