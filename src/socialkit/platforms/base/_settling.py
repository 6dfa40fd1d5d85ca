"""Until when a write may still land: by the platform's clock, never by this machine's, which may be set."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from socialkit.models import Attempt
from socialkit.operations import OpenStep
from socialkit.transport import Pipeline

__all__ = ["Settling"]

KEPT: Final = 10_000
"""Writes whose first look is remembered; one that was forgotten is looked for for longer."""


class Settling:
    """Says how long a write of one client may still land.

    A platform tells its time with every answer, and so what its clock showed when the write began. Where it
    does not, time is counted in this process, from the first look on: what another process has seen counts
    for nothing there.

    Args:
        pipeline: The client's.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._clock = pipeline.clock
        self._transport = pipeline.transport
        self._first: dict[tuple[str, datetime], float] = {}
        """When writes were first looked for, in steady seconds, where the platform tells no time."""

    def moment(self) -> float:
        """Return this moment, in steady seconds."""
        return self._transport.steady()

    def began(self, step: OpenStep) -> datetime | None:
        """Return what the platform's clock showed at the most when a step began; None if it did not tell."""
        return None if step.began is None else self._clock.latest(step.began)

    def shown(self, moment: float) -> tuple[datetime, datetime] | None:
        """Return between which times the platform's clock was at a moment; None if it did not tell."""
        earliest, latest = self._clock.earliest(moment), self._clock.latest(moment)
        return None if earliest is None or latest is None else (earliest, latest)

    def wait(self, attempt: Attempt, late: timedelta, moment: float) -> timedelta:
        """Return how long after a moment a write may still land; zero or less once it cannot.

        Args:
            attempt: The write.
            late: How long after its deadline it may land.
            moment: When it was looked for, in steady seconds.
        """
        # The two were read from one clock, so their distance holds however that was set since.
        span = attempt.deadline - attempt.started_at + late
        shown, first = self.shown(moment), attempt.first_look
        began = attempt.platform_time or first
        if shown is None or began is None:
            return span - timedelta(seconds=moment - self._first_look(attempt, moment))
        earliest, _ = shown
        lands = began + span if first is None else max(began + span, first + late)
        return lands - earliest

    def _first_look(self, attempt: Attempt, moment: float) -> float:
        key = _key(attempt)
        while len(self._first) >= KEPT and key not in self._first:
            self._first.pop(next(iter(self._first)), None)
        return self._first.setdefault(key, moment)


def _key(attempt: Attempt) -> tuple[str, datetime]:
    """Return what a write is known by; one that is sent again has the key of the one before."""
    return attempt.key, attempt.started_at
