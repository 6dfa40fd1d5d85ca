"""Parameters of the simulated Facebook that are JSON in a text."""

import json
from collections.abc import Mapping
from typing import Any, cast

from socialkit.sandbox._graph import bad_parameter


def first(text: str | None) -> Mapping[str, Any]:
    """The first object in a text; an empty one where there is none."""
    found = items(text)
    return found[0] if found else dict[str, Any]()


def items(text: str | None) -> list[Mapping[str, Any]]:
    """The objects in a text: one, or a list of them. Refuses what is no JSON."""
    if not text:
        return []
    try:
        value: object = json.loads(text)
    except ValueError:
        reason = "Param must be a JSON array or object"
        raise bad_parameter(reason) from None
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    return [cast("Mapping[str, Any]", one) for one in listed if isinstance(one, dict)]
