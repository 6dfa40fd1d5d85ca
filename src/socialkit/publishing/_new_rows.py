"""Deliveries that nobody has written down yet, and the ids by which they stand in order."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from socialkit.models import WriteKind
from socialkit.publishing._models import DeliveryState
from socialkit.publishing._rows import Body, Row, to_micros

__all__ = ["new_id", "new_row", "wall_text"]

ANSWERS: Final = frozenset({"reply", "hide", "unhide", "delete", "delete comment"})
"""Kinds that do something to what is there already."""


class _Ids:
    """Makes ids that grow, so that deliveries stand in the order in which they were planned."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._last = 0

    def next(self, now: datetime) -> str:
        """Return an id: the time in milliseconds and chance, as UUID version 7 has them."""
        stamp = int(now.timestamp() * 1000) & ((1 << 48) - 1)
        chance = os.urandom(14)
        with self._guard:
            # Several of one millisecond go on from the first, by steps that no other process takes.
            step = 1 + int.from_bytes(chance[:5])
            number = self._last = max(stamp << 72 | int.from_bytes(chance[5:]), self._last + step)
        high, low = number >> 62, number & ((1 << 62) - 1)
        whole = f"{high >> 10 << 80 | 7 << 76 | (high & 0x3FF) << 66 | 2 << 62 | low:032x}"
        return f"{whole[:8]}-{whole[8:12]}-{whole[12:16]}-{whole[16:20]}-{whole[20:]}"


_ids = _Ids()


def new_id(now: datetime) -> str:
    """Return an id that no other thing has, later than those that this process made before."""
    return _ids.next(now)


def new_row(
    body: Body, packed: str, kind: WriteKind, *, now: datetime, at: datetime, expires: datetime
) -> Row:
    """Return a delivery that nobody has written down yet, planned."""
    draft, ref, due = body.draft, body.account, to_micros(at)
    several = draft is not None and (bool(draft.thread) or draft.first_comment is not None)
    return Row(
        id=new_id(now),
        kind=kind,
        brand=ref.brand,
        platform=ref.platform,
        account=ref.key,
        campaign=None if body.purpose is None else body.purpose.campaign,
        slot=body.slot,
        answer=kind in ANSWERS,
        single=not several,
        body=packed,
        due_at=due,
        ready_at=due,
        expires_at=to_micros(expires),
        wall=wall_text(body.wall),
        state=DeliveryState.PLANNED.value,
    )


def wall_text(wall: Mapping[str, JsonValue] | None) -> str | None:
    """Return a wall time as a column keeps it."""
    return None if wall is None else json.dumps(dict(wall), ensure_ascii=False)
