"""The embedded worker: sends what is due and looks for what is unknown, until told to stop."""

from __future__ import annotations

import asyncio
import logging
import threading
from datetime import timedelta
from typing import Final

from socialkit.errors import ConfigurationError, SocialKitError
from socialkit.publishing._carrying import Progress
from socialkit.publishing._publisher import AsyncPublisher, Publisher

__all__ = ["EVERY", "work", "work_async"]

EVERY: Final = timedelta(seconds=15)
"""How long a worker rests when nothing is left to do."""

_log = logging.getLogger("socialkit")


def work(
    publisher: Publisher,
    *,
    stop: threading.Event,
    every: timedelta = EVERY,
    progress: Progress | None = None,
) -> None:
    """Send what is due and look for what is unknown, every so often, until told to stop.

    What is being sent when it is told to stop is sent to its end; the rest waits in the journal. Any number
    of workers may do this at the same time. A journal or a platform that cannot be reached is logged as an
    error (`socialkit`), and tried again in the next round.

    Args:
        publisher: Whose deliveries.
        stop: Set it to have this return. (In a signal handler, from another thread: an event that is waited
            for may be locked.)
        every: How long to rest when nothing is left to do.
        progress: Called with each delivery after it was carried.

    Raises:
        ConfigurationError: No time will mend it.

    Example:
        >>> from socialkit import Journal, Sandbox
        >>> stop = threading.Event()
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     publisher = Publisher(world.connect("mastodon"), journal)
        ...     (delivery,) = publisher.plan("Autumn is here", to="mastodon")
        ...     work(publisher, stop=stop, progress=lambda delivery: stop.set())
        ...     [one.text for one in world.posts("mastodon")]
        ['Autumn is here']
    """
    while not stop.is_set():
        try:
            publisher.run_due(progress=progress, stop=stop.is_set)
            publisher.reconcile(progress=progress, stop=stop.is_set)
        except SocialKitError as error:
            _survive(error)
        stop.wait(every.total_seconds())


async def work_async(
    publisher: AsyncPublisher,
    *,
    stop: asyncio.Event,
    every: timedelta = EVERY,
    progress: Progress | None = None,
) -> None:
    """Do the same as `work`, awaited.

    Set `stop` rather than cancelling the task: a write that is cancelled in the middle has to be looked for.

    Args:
        publisher: Whose deliveries.
        stop: Set it to have this return.
        every: How long to rest when nothing is left to do.
        progress: Called with each delivery after it was carried.

    Raises:
        ConfigurationError: No time will mend it.
    """
    while not stop.is_set():
        try:
            await publisher.run_due(progress=progress, stop=stop.is_set)
            await publisher.reconcile(progress=progress, stop=stop.is_set)
        except SocialKitError as error:
            _survive(error)
        try:
            await asyncio.wait_for(stop.wait(), every.total_seconds())
        except TimeoutError:
            continue


def _survive(error: SocialKitError) -> None:
    if isinstance(error, ConfigurationError):
        raise error
    _log.error("a round of the worker ended early: %s", error)
