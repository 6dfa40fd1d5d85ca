"""Letting go of kept files that no delivery needs any more."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from socialkit.models import require_aware
from socialkit.publishing._database import Database
from socialkit.publishing._media_store import MediaStore
from socialkit.publishing._models import ACTIVE, DeliveryState
from socialkit.publishing._rows import to_micros

__all__ = ["tidy"]

PLANNING: Final = timedelta(days=1)
"""How long a file is left alone after it was kept: a post may be planned with it that nobody knows of yet."""
PAGE: Final = 500
"""Deliveries read at once."""
NAMED: Final = re.compile(r'"([0-9a-f]{64})"')
"""A digest in what was planned; taken from the text, since what cannot be read still needs its files."""
ENDED: Final = tuple(sorted(state.value for state in DeliveryState if state not in ACTIVE))
NEEDING: Final = (
    "SELECT id, body FROM deliveries WHERE id > ? AND ("
    f"state NOT IN ({', '.join('?' * len(ENDED))})"
    # What stands beside a post that is out may still be looked for.
    " OR EXISTS (SELECT 1 FROM steps WHERE delivery = deliveries.id AND writes AND state = 'started')"
    " OR EXISTS (SELECT 1 FROM events WHERE delivery = deliveries.id AND at >= ?)"
    ") ORDER BY id LIMIT ?"
)


def tidy(database: Database, store: MediaStore, before: datetime) -> int:
    """Discard what no delivery needs that has not ended before a time, and return how many files are gone.

    A file that is kept while this looks stays: `keep` makes it new, and what is new is left alone.
    """
    needed = _needed(database, to_micros(require_aware(before, "before")))
    kept_before = datetime.now(UTC) - PLANNING  # by the real clock, as the stores go by theirs
    forgotten = [digest for digest in store.digests() if digest not in needed]
    return sum(store.discard(digest, kept_before=kept_before) for digest in forgotten)


def _needed(database: Database, since: int) -> set[str]:
    """Return the digests of the files of all deliveries that may be sent or looked for, or ended since."""
    found, last = set[str](), ""
    while True:
        with database.reading() as session:
            rows = session.run(NEEDING, last, *ENDED, since, PAGE)
        for _, body in rows:
            found.update(NAMED.findall(str(body)))
        if len(rows) < PAGE:
            return found
        last = str(rows[-1][0])
