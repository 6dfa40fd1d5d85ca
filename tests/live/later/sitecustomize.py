"""Has socialkit believe that it is later, in whatever program runs with this folder in PYTHONPATH.

What else such a program reads of the clock stays true, and so do all waits.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta, tzinfo

from socialkit.transport import _httpx
from socialkit.workspace import _host

SAID = os.environ.get("SOCIALKIT_TESTS_AHEAD")
AHEAD = timedelta(seconds=float(SAID or 0))


class Later(datetime):
    """A time of which it is later than it is."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + AHEAD


if SAID is not None:  # whoever only looks at this file goes on by the true time
    for module in (_httpx, _host):
        vars(module)["datetime"] = Later
