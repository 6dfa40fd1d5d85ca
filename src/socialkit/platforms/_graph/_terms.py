"""What Meta's terms say of how long what is read from its platforms may be kept."""

from __future__ import annotations

from typing import Final

from socialkit.models import Kept, RetentionLimit

__all__ = ["RETENTION"]

RETENTION: Final = tuple(
    RetentionLimit(
        kind=kind,
        source="https://developers.facebook.com/terms/ 3.d of 2026-02-03 (read in quotations, 2026-11-22)",
        note="The terms name no time; it has to go once no legitimate business purpose needs it, when the "
        "person, the client or Meta asks for that, and when the product ends.",
    )
    for kind in Kept
)
