"""Wall times whose zone has other rules now: what was meant is the time that a clock shows."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue, ValidationError

from socialkit.models import WallTime
from socialkit.publishing._database import Database, Session
from socialkit.publishing._history import Author, note
from socialkit.publishing._lease import Mine
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._rows import COLUMNS, Columns, Row, to_micros

__all__ = ["follow_zones"]

PAGE: Final = 500
AHEAD: Final = (DeliveryState.PROPOSED, DeliveryState.PLANNED, DeliveryState.DUE, DeliveryState.HELD)
"""States of what nobody has begun yet."""
BY_WALL: Final = f"""
SELECT {COLUMNS} FROM deliveries WHERE wall IS NOT NULL AND tries = 0
AND state IN ({", ".join("?" * len(AHEAD))}) AND {{whose}} AND id > ? ORDER BY id LIMIT {PAGE}
"""
AGAIN: Final = f"SELECT {COLUMNS} FROM deliveries WHERE id = ? AND number = ?{{lock}}"


def follow_zones(database: Database, mine: Mine, actor: str | None, now: int) -> None:
    """Move what was planned by wall times to the instants that those times are now.

    A time zone database that was updated may say that nine o'clock is another instant than the one that was
    written down. A wall time that the clocks never show any more keeps the instant that it had.
    """
    whose, values = mine.clause()
    sql, by, last = BY_WALL.format(whose=whose), Author(now, actor), ""
    while True:
        with database.reading() as session:
            rows = [Row(*one) for one in session.run(sql, *AHEAD, *values, last)]
        moved = [(row, due) for row in rows if (due := _due_by_wall(row, now)) is not None]
        if moved:
            with database.writing() as session:
                for row, due in moved:
                    _move(session, row, due, by, database.dialect.for_update)
        if len(rows) < PAGE:
            return
        last = rows[-1].id


def _due_by_wall(row: Row, now: int) -> int | None:
    """Return when a delivery is due by its wall time; None if that is as written down, or has passed."""
    try:
        due = to_micros(WallTime.model_validate_json(row.wall or "").instant())
    except (ValidationError, ValueError):
        return None
    return None if due == row.due_at or max(due, row.due_at) <= now else due


def _move(session: Session, row: Row, due: int, by: Author, lock: str) -> None:
    if not session.run(AGAIN.format(lock=lock), row.id, row.number):
        return  # somebody was quicker; who looks next finds it again
    zone = WallTime.model_validate_json(row.wall or "").zone
    why: dict[str, JsonValue] = {
        "because": f"the clocks of {zone} go by other rules than when it was planned"
    }
    times = Columns(due_at=due, expires_at=row.expires_at + due - row.due_at)
    if row.ready_at is not None:
        times["ready_at"] = due
    note(session, row, by, "moved", why, **times)
