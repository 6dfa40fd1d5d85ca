"""Ctrl-C while something is sent: the write in hand comes to its end, and nothing more begins."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

from socialkit.cli._answers import say

__all__ = ["stopping"]


@contextmanager
def stopping() -> Generator[Callable[[], bool]]:
    """Let the first Ctrl-C or SIGTERM only set a flag, and return what tells it; the second interrupts."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop.is_set  # only the main thread hears signals
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def end() -> None:
        say("stopping after the delivery in hand")
        stop.set()

    def told(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, before[signal.Signals(number)])
        # From another thread: this one may hold the event's lock at this moment.
        threading.Thread(target=end).start()

    for number in before:
        signal.signal(number, told)
    try:
        yield stop.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
