"""Limits: what can be none is refused when it is written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from socialkit.models import Limits, MediaLimit

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    "given",
    [
        {"text": -5},
        {"text": 1, "media": -1},
        {"text": 1, "alt_text": -1},
        {"text": 1, "poll_shortest": -SECOND},
        {"text": 1, "image": {"bytes": -1}},
        {"text": 1, "kinds": {"reel": {"pixels": -1}}},
    ],
    ids=str,
)
def test_no_limit_is_less_than_nothing(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Limits(**given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"bytes": -1}, "greater than or equal to 0"),
        ({"widest": (1, 0)}, "greater than 0"),
        ({"fastest": float("inf")}, "finite"),
        ({"fastest": 0}, "greater than 0"),
        ({"longest": -SECOND}, "greater than or equal to"),
        ({"smallest": (1, 9), "largest": (9, 8)}, "smallest is larger than largest"),
        ({"narrowest": (2, 1), "widest": (1, 1)}, "narrowest is wider than widest"),
        ({"shortest": 2 * SECOND, "longest": SECOND}, "shortest is longer than longest"),
        ({"slowest": 31, "fastest": 30}, "slowest is faster than fastest"),
    ],
    ids=str,
)
def test_no_file_has_a_size_that_none_can_have(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        MediaLimit(**given)


def test_nothing_at_all_and_one_size_alone_can_be_limits() -> None:
    alone = MediaLimit(bytes=0, shortest=SECOND, longest=SECOND, smallest=(9, 9), largest=(9, 9))

    assert Limits(text=0, image=alone).image.bytes == 0
