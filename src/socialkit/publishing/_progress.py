"""How far a long run is, on one line of a terminal."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from typing import TYPE_CHECKING, Final, Self, TextIO

from socialkit.publishing._models import Delivery, DeliveryState

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["TerminalProgress"]

LONGEST_BAR: Final = 30
SHORTEST_BAR: Final = 5


class TerminalProgress:
    """Shows on one line how many deliveries were carried, and how they stand; on a terminal alone.

    Where nobody looks (a pipe, a file, a service) nothing is written.

    Args:
        total: How many there will be, for a bar; only counted if not given.
        stream: Where to write; standard error if not given.

    Example:
        >>> from socialkit import Journal, Publisher, Sandbox
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     publisher = Publisher(world.connect("mastodon"), journal)
        ...     (delivery,) = publisher.plan("Autumn is here", to="mastodon")
        ...     with TerminalProgress(len(list(publisher.due()))) as progress:
        ...         carried = publisher.run_due(progress=progress)
        >>> dict(progress.states)
        {<DeliveryState.CONFIRMED: 'confirmed'>: 1}
    """

    def __init__(self, total: int | None = None, *, stream: TextIO | None = None) -> None:
        self.states: Final[Counter[DeliveryState]] = Counter()
        """How many were left in which state."""
        self._total = total
        chosen = sys.stderr if stream is None else stream
        self._stream = chosen if chosen is not None and chosen.isatty() else None
        self._shown = 0

    def __call__(self, delivery: Delivery, /) -> None:
        """Count a delivery."""
        self.states[delivery.state] += 1
        if self._stream is None:
            return
        line = self.line(shutil.get_terminal_size().columns - 1)  # a full line would begin another one
        self._stream.write("\r" + line.ljust(self._shown))
        self._stream.flush()
        self._shown = len(line)

    def line(self, width: int) -> str:
        """Return what is shown, in at most so many columns."""
        done = self.states.total()
        counts = "  ".join(f"{state} {number:,}" for state, number in self.states.items())
        if self._total is None:
            return f"{done:,}  {counts}"[:width]
        told = f"{done:,} of {self._total:,}  {counts}"
        room = min(LONGEST_BAR, width - len(told) - len("[]  "))
        if room < SHORTEST_BAR:
            return told[:width]
        full = min(room, room * done // max(1, self._total))
        return f"[{'#' * full}{'.' * (room - full)}]  {told}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None and self._shown:
            self._stream.write("\n")
            self._stream.flush()
