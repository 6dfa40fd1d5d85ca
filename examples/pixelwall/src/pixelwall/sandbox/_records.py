"""What stands on the wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Pin", "RefusedError", "Remark"]


@dataclass(frozen=True)
class Pin:
    """A pin on the wall."""

    id: str
    owner: str
    caption: str
    picture_ids: tuple[str, ...]
    key: str
    made_at: datetime
    hearts: int = 0
    board: str | None = None

    def shown(self) -> dict[str, object]:
        """Return the pin as it is sent."""
        return {
            "id": self.id,
            "caption": self.caption,
            "made_at": self.made_at.isoformat(),
            "picture_ids": list(self.picture_ids),
            "board": self.board,
            "hearts": self.hearts,
        }


@dataclass(frozen=True)
class Remark:
    """Words under a pin."""

    id: str
    pin_id: str
    by: str
    words: str
    made_at: datetime
    answers: str | None = None
    key: str = ""
    hidden: bool = False

    def shown(self) -> dict[str, object]:
        """Return the remark as it is sent."""
        return {
            "id": self.id,
            "pin_id": self.pin_id,
            "by": self.by,
            "words": self.words,
            "answers": self.answers,
            "made_at": self.made_at.isoformat(),
            "hidden": self.hidden,
        }


class RefusedError(Exception):
    """The wall refuses a request."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code
