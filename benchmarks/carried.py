"""What a delivery costs where Procrastinate carries it, and how much of that is the journal's.

python -m benchmarks.carried postgresql://user@host/empty
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from typing import Any, Final, cast

from procrastinate import App, PsycopgConnector

from benchmarks.databases import POSTGRES, postgres
from benchmarks.figures import Figure
from benchmarks.instant import ACCOUNT, AsyncInstant
from benchmarks.timing import aside
from benchmarks.watched import Watch, watching
from socialkit.models import Draft, Slot
from socialkit.publishing import AsyncPublisher, DeliveryState, Journal
from socialkit.publishing.procrastinate import QUEUE, blueprint

__all__ = ["measure"]

DUE: Final = 500
"""Deliveries carried."""


def measure() -> list[Figure]:
    """Return the figures of one worker, in a process of its own."""
    with postgres() as url:
        if url is None:
            return []
        found = aside("benchmarks.carried", url)
    offered, carried, journal = (found[name] * 1e3 for name in ("offered", "carried", "journal"))
    name = f"{POSTGRES}, Procrastinate: "
    return [
        Figure(f"{name}offer a delivery as a job", offered, "ms"),
        Figure(f"{name}carry one, {DUE} jobs, one worker", carried, "ms"),
        Figure(f"{name}of that in the journal's transactions", journal, "ms"),
        Figure(f"{name}the journal's share", 100 * journal / carried, "%"),
    ]


class Slots:
    """Some slots that are due."""

    def __init__(self) -> None:
        now = datetime.now(UTC)
        self.slots = tuple(
            Slot(account=ACCOUNT, at=now, key=f"due {number}", draft=Draft(text=f"Number {number}"))
            for number in range(DUE)
        )


async def _run(url: str) -> dict[str, float]:
    with Journal.open(url) as journal:
        publisher = AsyncPublisher(AsyncInstant(), journal)
        app = App(connector=PsycopgConnector(conninfo=url))
        app.add_tasks_from(blueprint(publisher), namespace="socialkit")
        cast("Any", app).periodic_registry.periodic_tasks.clear()  # the sweep is called once
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            await publisher.plan_calendar(Slots())
            return await _carried(app, publisher, journal)


async def _carried(app: App, publisher: AsyncPublisher, journal: Journal) -> dict[str, float]:
    offering, carrying = Watch(), Watch()
    with offering.on():
        await cast("Any", app).tasks["socialkit:sweep"].func(timestamp=0)
    with watching(journal) as inside, carrying.on():
        await app.run_worker_async(
            wait=False, queues=[QUEUE], concurrency=1, install_signal_handlers=False, listen_notify=False
        )
    states = [one.state async for one in publisher.deliveries()]
    assert states == [DeliveryState.CONFIRMED] * DUE, "all are out"
    return {
        "offered": offering.seconds / DUE,
        "carried": carrying.seconds / DUE,
        "journal": inside.seconds / DUE,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(sys.argv[1]))))
