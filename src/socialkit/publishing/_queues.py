"""The times of an account's queue: which of them comes next, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from socialkit.errors import ConfigurationError
from socialkit.models import PostingSchedule, Recurrence, WallTime
from socialkit.platforms.base import of_type
from socialkit.publishing._rows import Body, from_micros, to_micros
from socialkit.publishing._times import instant, wall_of

__all__ = ["Queue", "queue_slot", "queued", "times_after"]

Queue = PostingSchedule | Recurrence
"""What says when an account posts: the hours of its week, or a rule of repetition."""

LAST: Final = datetime(9999, 12, 1, tzinfo=UTC)


def times_after(slots: Queue, now: datetime) -> Iterator[tuple[int, WallTime]]:
    """Iterate over the times of a queue that lie ahead, with their instants.

    Raises:
        ConfigurationError: A clock never shows one, or twice, and no rule says what is meant.
    """
    of_type(slots, Queue, "slots")
    whole = slots.between(now, LAST) if isinstance(slots, Recurrence) else _clock(slots, now)
    return ((to_micros(when), at) for at in whole if (when := instant(at)) > now)


def _clock(hours: PostingSchedule, now: datetime) -> Iterator[WallTime]:
    for slot in hours.slots(now, LAST):
        assert isinstance(slot.at, WallTime), "hours of a week are those of a clock"
        yield slot.at


def queue_slot(due: int) -> str:
    """Return what names a time in an account's queue: the instant, whatever clock it was read from."""
    return f"queue {from_micros(due).isoformat()}"


def queued(body: Body, found: tuple[int, WallTime] | None, key: str | None = None) -> tuple[Body, datetime]:
    """Return what is to happen at the time that was found for it, and that time.

    Args:
        body: What is to happen.
        found: The free time.
        key: What names it; the time itself if not given.

    Raises:
        ConfigurationError: There is none.
    """
    if found is None:
        message = f"{body.account.key} has no free slot ahead: the rule ends before"
        raise ConfigurationError(message, platform=body.account.platform)
    due, at = found
    when = from_micros(due)
    changes = {"slot": key or queue_slot(due), "slot_at": when, "at": when, "wall": wall_of(at)}
    return body.model_copy(update=changes), when
