"""How much the simulated Facebook takes, and what it takes together."""

import json
from datetime import date
from typing import cast

from socialkit.sandbox._graph import GraphCall, GraphRefusal, bad_parameter
from socialkit.sandbox.facebook._state import State

FbCall = GraphCall[State]
PRIVATE_TEXT = 2_000
"""Characters of a private message."""
MONTHS = 37
"""How far back advertisements are told."""


def private_text(text: str) -> str:
    """The words of a private message, or refuse none and too many."""
    if not text.strip():
        raise bad_parameter("Param message must be non-empty")
    if len(text) > PRIVATE_TEXT:
        raise bad_parameter(f"Length of param message[text] must be less than or equal to {PRIVATE_TEXT}")
    return text


def unpublished_until_then(call: FbCall) -> None:
    """Refuse a time to publish at beside what is published at once."""
    later = call.params.text("scheduled_publish_time") is not None
    if later and call.params.flag("published") is not False:
        raise bad_parameter("scheduled_publish_time needs published to be false")


def placed(call: FbCall) -> tuple[str | None, list[str]]:
    """Where a post was made, and who is tagged in it: ids, and nobody without a place."""
    place, tags = call.params.text("place"), _names(call.params.text("tags"))
    for one in [*([] if place is None else [place]), *tags]:
        if not (one.isascii() and one.isdigit()):
            raise bad_parameter(f"Invalid id: {one}")
    if tags and place is None:
        raise bad_parameter("tags cannot be given without a place")
    return place, tags


def _names(text: str | None) -> list[str]:
    if text is None:
        return []
    try:
        told: object = json.loads(text)
    except ValueError:
        return [one.strip() for one in text.split(",")]
    return [str(one) for one in cast("list[object]", told)] if isinstance(told, list) else [str(told)]


def told_days(call: FbCall, first: date) -> None:
    """Refuse days of advertisements of which nothing is told any more."""
    today = call.state.clock.now().date()
    back = (today.year - first.year) * 12 + today.month - first.month
    if back > MONTHS or (back == MONTHS and first.day < today.day):
        message = f"(#3018) The start date of the time range cannot be beyond {MONTHS} months from now"
        raise GraphRefusal(3018, message)
