"""Whole numbers in proportion to shares, and in what order they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

__all__ = ["counts", "exact", "in_turn"]


def exact(share: float) -> Fraction:
    """Return a share as it was written: 0.1 is a tenth here."""
    return Fraction(repr(share))


def counts(shares: Sequence[Fraction], number: int) -> list[int]:
    """Return whole numbers that together are a number, by the largest remainder; earlier ones first.

    Args:
        shares: Weights, not all zero.
        number: What is shared out.
    """
    whole = sum(shares)
    quotas = [number * share / whole for share in shares]
    given = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(given)), key=lambda place: (given[place] - quotas[place], place))
    for place in by_remainder[: number - sum(given)]:
        given[place] += 1
    return given


def in_turn(numbers: Sequence[int]) -> Iterator[int]:
    """Yield each place as often as its number says, so evenly that every run has its share of each.

    Args:
        numbers: How often each place comes.
    """
    left, total = list(numbers), sum(numbers)
    for step in range(1, total + 1):
        behind = [
            (Fraction(numbers[place] * step, total) - (numbers[place] - left[place]), -place)
            for place in range(len(left))
            if left[place]
        ]
        place = -max(behind)[1]
        left[place] -= 1
        yield place
