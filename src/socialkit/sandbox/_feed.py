"""Answers of simulators that go on: frames put in on one side, taken out on the other."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from socialkit.sandbox._clock import Clock

BEAT: Final = timedelta(seconds=15)
"""How often a feed gives a sign of life, in the world's time."""


class LineCut(Exception):  # noqa: N818 - an event of the line, not an error of ours
    """The line broke while an answer was going on."""


class Feed:
    r"""The frames of one connection; safe to share between threads.

    Example:
        >>> feed = Feed()
        >>> feed.put(b"data: 1\n\n")
        >>> feed.take()
        b'data: 1\n\n'
        >>> feed.take() is None
        True
    """

    def __init__(self) -> None:
        self.closed: bool = False
        """Whether the caller hung up."""
        self._frames: deque[bytes] = deque()
        self._cut = False
        self._half = False
        self._mute = False
        self._changed = threading.Condition()
        self._wake: Callable[[], object] | None = None
        self._beat: bytes = b""

    def put(self, frame: bytes) -> None:
        """Send a frame."""
        with self._changed:
            if self.closed or self._cut or self._mute:
                return
            if self._half:  # half of it, and then nothing any more
                frame, self._cut = frame[: len(frame) // 2], True
            self._frames.append(frame)
            self._tell()

    def take(self, timeout: float = 0.0) -> bytes | None:
        """Return the next frame, waiting for at most so many (real) seconds; None when none came.

        Raises:
            LineCut: All that was sent before the line broke has been taken.
        """
        with self._changed:
            if timeout:
                self._changed.wait_for(lambda: self._frames or self._cut or self.closed, timeout)
            if self._frames:
                return self._frames.popleft()
            if self._cut:
                raise LineCut
            return None

    def ready(self) -> bool:
        """Tell whether there is something to take, or nothing will come any more."""
        with self._changed:
            return bool(self._frames) or self._cut or self.closed

    def is_beat(self, frame: bytes | None) -> bool:
        """Tell whether a frame is but a sign of life."""
        return frame == self._beat

    def wake(self) -> None:
        """Have whoever waits look again."""
        with self._changed:
            self._tell()

    def cut(self) -> None:
        """Break the line after what was sent."""
        with self._changed:
            self._cut = True
            self._tell()

    def cut_in_half(self) -> None:
        """Break the line in the middle of the next frame."""
        with self._changed:
            self._half = True

    def mute(self) -> None:
        """Let nothing pass any more, without anybody being told: a line that died on the way."""
        with self._changed:
            self._mute = True

    def close(self) -> None:
        """Hang up, as the caller does."""
        with self._changed:
            self.closed = True
            self._tell()

    def on_change(self, wake: Callable[[], object] | None) -> None:
        """Have something called, from whichever thread, when a frame was put or the line ended."""
        with self._changed:
            self._wake = wake

    def beat(self, clock: Clock, frame: bytes) -> None:
        """Give a sign of life from now on, whenever the clock has moved on far enough."""
        self._beat = frame
        clock.at(clock.now() + BEAT, partial(self._alive, clock))

    def pulse(self) -> None:
        """Give a sign of life at once, unless one waits to be taken."""
        with self._changed:
            waiting = bool(self._frames) and self._frames[-1] == self._beat
            wanted = not (self._half or waiting)
        if wanted and self._beat:
            self.put(self._beat)

    def _alive(self, clock: Clock) -> None:
        if not (self.closed or self._cut):
            self.pulse()
            clock.at(clock.now() + BEAT, partial(self._alive, clock))

    def _tell(self) -> None:
        self._changed.notify_all()
        if self._wake is not None:
            self._wake()
