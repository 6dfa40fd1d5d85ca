"""Deliveries as jobs of Procrastinate, which runs them on any number of machines with PostgreSQL alone.

The journal stays what knows: a job only says which delivery to look at, so that one which runs twice, late or
never does no harm. A sweep offers again what the engine lost.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from socialkit.errors import ConfigurationError
from socialkit.publishing._publisher import AsyncPublisher

try:
    from procrastinate import Blueprint
    from procrastinate.exceptions import AlreadyEnqueued
except ImportError as _error:
    _message = "jobs of Procrastinate need another library: pip install 'socialkit[procrastinate]'"
    raise ConfigurationError(_message) from _error

__all__ = ["EVERY", "QUEUE", "blueprint"]

EVERY: Final = "* * * * * */15"
"""When a sweep looks for what is due, as a cron line with seconds."""
QUEUE: Final = "socialkit"
"""The queue of the jobs."""


def blueprint(publisher: AsyncPublisher, *, cron: str = EVERY, queue: str = QUEUE) -> Blueprint:
    """Return the two tasks of a worker: `carry` takes one delivery on, `sweep` offers what is due as jobs.

    Register it in the application whose workers are to send: what the workers send is what `publisher`
    may, so give it the accounts of all brands that they serve. They share its journal; on several machines
    they need one that all of them reach, and so the files of planned posts.

    A job that fails is not tried again by the engine: the next sweep offers its delivery again.

    Args:
        publisher: Whose deliveries.
        cron: When a sweep is due, with an optional sixth column for seconds.
        queue: The queue of the jobs.

    Example:
        >>> from procrastinate import App
        >>> from procrastinate.testing import InMemoryConnector
        >>> from socialkit import AsyncPublisher, Journal, Sandbox
        >>> app = App(connector=InMemoryConnector())
        >>> with Sandbox() as world, Journal.open("sqlite://") as journal:
        ...     publisher = AsyncPublisher(world.workspace(acme=["mastodon"]), journal)
        ...     app.add_tasks_from(blueprint(publisher), namespace="socialkit")
        >>> sorted(name for name in app.tasks if name.startswith("socialkit"))
        ['socialkit:carry', 'socialkit:sweep']
    """
    made = Blueprint()

    @made.task(name="carry", queue=queue)
    async def carry(delivery: str) -> None:
        await publisher.reconcile(only=delivery)
        await publisher.run_due(only=delivery)

    @made.periodic(cron=cron)
    @made.task(name="sweep", queue=queue, queueing_lock=f"{queue} sweep")
    async def sweep(timestamp: int) -> None:
        del timestamp
        async for delivery in publisher.due():
            # Offered already, and nobody has begun it.
            with suppress(AlreadyEnqueued):
                job = carry.configure(queueing_lock=f"{queue} {delivery.id}")
                await job.defer_async(delivery=delivery.id)

    del sweep  # the blueprint holds it
    return made
