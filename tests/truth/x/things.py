"""Looking for things of a kind in documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

__all__ = ["things"]


def things(value: Any, fits: Callable[[dict[str, Any]], bool]) -> Iterator[dict[str, Any]]:
    """Yield the objects of a kind that stand anywhere in a document."""
    items: Any = value
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if fits(fields):
            yield fields
        for inner in fields.values():
            yield from things(inner, fits)
    elif isinstance(value, list):
        for inner in items:
            yield from things(inner, fits)
